"""What people type about a company and its needs, read and checked."""

from companies.forms.needs import need_form
from companies.forms.profile import CompanyCallForm, CompanyForm, PolicyForm
from companies.forms.registration import RegistrationForm

__all__ = ["CompanyCallForm", "CompanyForm", "PolicyForm", "RegistrationForm", "need_form"]
