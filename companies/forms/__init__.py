"""What people type about a company and its needs, read and checked."""

from companies.forms.needs import NeedForm, need_form
from companies.forms.profile import CompanyCallForm, CompanyForm, PolicyForm
from companies.forms.registration import RegistrationForm

__all__ = ["CompanyCallForm", "CompanyForm", "NeedForm", "PolicyForm", "RegistrationForm", "need_form"]
