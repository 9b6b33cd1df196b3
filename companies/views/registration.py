"""The last screen of a company's sign-up."""

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.operations import check_promised_by
from accounts.policies import can_claim
from companies.forms import RegistrationForm
from companies.operations import OrganisationExists, register_company
from mecenova.agenda.wording import before
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError

PAGE = "companies/register.html"


@rate_limit(action="register_organisation")
def register(request: HttpRequest) -> HttpResponse:
    form = RegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            company = register_company(by=request.user, **form.cleaned_data)
        except OrganisationExists as exists:
            if not can_claim(request.user, exists.organisation):
                return redirect("pages:dashboard")
            return render(request, PAGE, {"form": form, "existing": exists.organisation}, status=409)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            checked = before(check_promised_by(company.organisation))
            messages.success(request, f"{company} est inscrite. L’équipe la vérifie{checked} et vous écrit.")
            return redirect("pages:dashboard")
    return show_form(request, PAGE, form, existing=None)
