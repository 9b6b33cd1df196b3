"""An organisation's team: who is in it, who is invited, who leaves."""

from uuid import UUID

from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import operations, policies
from accounts.enums import Role
from accounts.forms import InvitationForm, RoleForm
from accounts.models import Invitation, Membership, Organisation
from accounts.views.records import record_at
from mecenova.team import for_the_team
from mecenova.ui.form_pages import show_form
from mecenova.ui.returning import SAFE_METHODS
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError

SENT = "L’invitation est partie à {}."
SENT_BEFORE = (
    "L’invitation déjà envoyée à {} est toujours valable\u00a0: rien n’est reparti. Si elle s’est perdue, "
    "annulez-la ci-dessous, puis invitez de nouveau."
)


@rate_limit(action="invite")
def members(request: HttpRequest, pk: UUID) -> HttpResponse:
    organisation = record_at(pk)
    if organisation.pk != pk and request.method in SAFE_METHODS:
        return redirect("accounts:members", pk=organisation.pk)
    if not policies.can_see_members(request.user, organisation):
        raise Http404
    manages = policies.can_manage_members(request.user, organisation)
    can_withdraw = policies.can_withdraw(request.user, organisation)
    is_first = manages and not organisation.memberships.managers().exists()
    form = InvitationForm(request.POST or None, initial={"role": Role.MANAGER} if is_first else None)
    if request.method == "POST":
        if not manages:
            raise Http404
        if form.is_valid():
            try:
                invitation, left = operations.invite_member(
                    organisation=organisation, by=request.user, **form.cleaned_data
                )
            except DomainError as refused:
                form.add_error("email", refused.message)
            else:
                messages.success(request, (SENT if left else SENT_BEFORE).format(invitation.email))
                return redirect("accounts:members", pk=organisation.pk)
    context = {
        "organisation": organisation,
        "memberships": organisation.memberships.select_related("user"),
        "invitations": organisation.invitations.waiting().with_senders() if manages else (),
        "manages": manages,
        "belongs": policies.can_leave(request.user, organisation),
        "can_withdraw": can_withdraw,
        "withdrawing": _what_withdrawing_does(organisation) if can_withdraw else "",
    }
    return show_form(request, "accounts/members.html", form, **context)


def _what_withdrawing_does(organisation: Organisation) -> str:
    """All that is confirmed by one button, with what it ends and who learns it."""
    said = ["La fiche disparaît du site et plus rien ne lui est proposé."]
    if ended := operations.what_would_end(organisation):
        said.append(f"Prennent fin aussi\u00a0: {', '.join(ended)}.")
        said.append("L’autre côté d’un partenariat ou d’une demande l’apprend par courriel.")
    return " ".join([*said, "Pour revenir, il faudra nous le demander."])


@require_POST
def change_role(request: HttpRequest, pk: UUID) -> HttpResponse:
    membership = _membership_managed_by(request, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404
    attempt(
        request, "Le rôle est changé.", operations.change_role, membership=membership, **form.cleaned_data
    )
    return _back_to_team(request, membership.organisation)


@require_POST
def remove_member(request: HttpRequest, pk: UUID) -> HttpResponse:
    membership = _membership_managed_by(request, pk)
    attempt(
        request,
        "Cette personne ne fait plus partie de l’équipe.",
        operations.remove_member,
        membership=membership,
    )
    return _back_to_team(request, membership.organisation)


@require_POST
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation, pk=pk)
    if not policies.can_leave(request.user, organisation):
        raise Http404
    left = attempt(
        request,
        f"Vous ne faites plus partie de l’équipe «\u202f{organisation.name}\u202f».",
        operations.leave,
        organisation=organisation,
    )
    return redirect("pages:dashboard") if left else _back_to_team(request, organisation)


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The whole organisation leaves the site."""
    organisation = get_object_or_404(Organisation, pk=pk)
    if not policies.can_withdraw(request.user, organisation):
        raise Http404
    attempt(
        request,
        f"{organisation.name} n’apparaît plus dans Mecenova.",
        operations.withdraw_organisation,
        organisation=organisation,
    )
    return redirect("pages:home")


@require_POST
@for_the_team
def erase(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A record that has left, when somebody asks that nothing of it stays."""
    organisation = get_object_or_404(Organisation, pk=pk)
    attempt(request, "La fiche est effacée.", operations.erase_organisation, organisation=organisation)
    return redirect("pages:organisation", pk=pk)


@require_POST
def withdraw_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.waiting().select_related("organisation"), pk=pk)
    if not policies.can_manage_members(request.user, invitation.organisation):
        raise Http404
    attempt(request, "L’invitation est annulée.", operations.withdraw_invitation, invitation=invitation)
    return _back_to_team(request, invitation.organisation)


@login_not_required
@rate_limit(action="accept_invitation")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the mail's link opens: GET shows, POST joins. The address decides, not whoever holds the link."""
    found = Invitation.objects.with_token(token)
    if found is None:
        return render(request, "accounts/invitation_gone.html", status=404)
    allowed = policies.can_accept_invitation(request.user, found)
    if request.method == "POST" and allowed:
        joined = attempt(
            request,
            f"Bienvenue dans l’équipe «\u202f{found.organisation.name}\u202f».",
            operations.accept_invitation,
            invitation=found,
        )
        if joined:
            return redirect("pages:dashboard")
    elif request.method == "POST":
        raise Http404
    return render(
        request,
        "accounts/invitation.html",
        {"invitation": found, "organisation": found.organisation, "allowed": allowed, "here": request.path},
    )


def _membership_managed_by(request: HttpRequest, pk: UUID) -> Membership:
    membership = get_object_or_404(Membership.objects.select_related("organisation"), pk=pk)
    if not policies.can_manage_members(request.user, membership.organisation):
        raise Http404
    return membership


def _back_to_team(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """A manager who has just removed or demoted themselves may no longer see the team."""
    if policies.can_see_members(request.user, organisation):
        return redirect("accounts:members", pk=organisation.pk)
    return redirect("pages:dashboard")
