"""The last screen of an association's sign-up."""

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.operations import OrganisationExists, check_promised_by
from accounts.policies import can_claim
from associations.forms.registration import RegistrationForm
from associations.operations import NumberTaken, register_association
from mecenova.agenda.wording import before
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError

PAGE = "associations/register.html"


@rate_limit(action="register_organisation")
def register(request: HttpRequest) -> HttpResponse:
    form = RegistrationForm(request.POST or None)
    existing = None
    if request.method == "POST" and form.is_valid():
        try:
            association = register_association(by=request.user, **form.values())
        except OrganisationExists as found:
            if not can_claim(request.user, found.organisation):
                return redirect("pages:dashboard")
            return render(request, PAGE, {"form": form, "existing": found.organisation}, status=409)
        except NumberTaken as taken:
            existing = taken.organisation
            form.add_error("number", taken.message)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            checked = before(check_promised_by(association.organisation))
            messages.success(
                request, f"Votre association est inscrite. Une personne de l’équipe la vérifie{checked}."
            )
            return redirect("pages:dashboard")
    return show_form(request, PAGE, form, existing=existing)
