"""« Mes informations »: one's own name, and the way out."""

from allauth.account.decorators import reauthentication_required
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import operations
from accounts.exports import export_person
from accounts.forms import CloseAccountForm, PersonForm
from accounts.models import Membership
from mecenova.calendar import clock
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError


def person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        operations.update_person(person=request.user, by=request.user, **form.cleaned_data)
        messages.success(request, "Vos informations sont enregistrées.")
        return redirect("accounts:person")
    memberships = Membership.objects.filter(user=request.user).select_related("organisation")
    return show_form(request, "accounts/person.html", form, memberships=memberships)


# Read by anybody at this browser; done by whoever knows the password.
@rate_limit(action="close_account")
@reauthentication_required(allow_get=True)
def close_account(request: HttpRequest) -> HttpResponse:
    form = CloseAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.close_account(person=request.user, by=request.user)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            logout(request)
            messages.success(
                request, "Votre compte est fermé, un courriel vous le confirme. Merci d’être venu."
            )
            return redirect("pages:home")
    alone = Membership.objects.alone_in_charge(request.user).select_related("organisation")
    alone = alone.order_by("organisation__name_key")
    return show_form(request, "accounts/close_account.html", form, alone=alone)


@require_POST
@rate_limit(action="export_person")
@reauthentication_required
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """A copy of one's data, as a file: given to whoever knows the password, not to an open browser."""
    answer = JsonResponse(export_person(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="mes-donnees-{clock.today()}.json"'
    return answer
