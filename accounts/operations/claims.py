"""A person says that a record is their organisation; the staff decide, never first come."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import followups, notifications, policies
from accounts.enums import Role
from accounts.models import Claim, Membership, Organisation, User
from accounts.operations.organisations import become_checked, end_sign_up, locked
from accounts.operations.presence import follow_addresses_of, follow_members
from accounts.signals import organisation_attended
from accounts.workflow import CLAIM
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Outcome
from mecenova.calendar import clock
from mecenova.identifiers.text import paragraphs
from mecenova.mail.operations import queue
from mecenova.ui.figures import integer
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from mecenova.workflow.machine import NEW

MESSAGE_LENGTH = 1000


@transaction.atomic
def claim_organisation(*, organisation: Organisation, message: str, by: User) -> Claim:
    """Ask to be recognised as one of this organisation. Asked twice, it is one request: the first."""
    organisation = locked(organisation)
    if not policies.can_claim(by, organisation):
        raise PermissionDenied
    message = _required(message, "Dites votre fonction et ce qui permet de la vérifier.")
    found = Claim.objects.of(by).waiting().filter(organisation=organisation).first()
    if found is not None:
        return found
    claim = Claim.objects.create(organisation=organisation, user=by, message=message)
    journal.record(claim, "claim", NEW, claim.status, by)
    agenda.start(followups.ClaimDecision, claim)
    follow_addresses_of(by)
    queue(notifications.ClaimReceived, claim)
    return claim


@transaction.atomic
def accept_claim(*, claim: Claim, by: User | None, answer: str = "") -> Claim:
    """The person joins: as manager when nobody runs the organisation, else as a contributor.

    One that had left comes back, and who was still of its team keeps their role: they are told.
    A record nobody had claimed becomes a checked member: deciding the claim was the human check.
    """
    claim, organisation = _locked_for_decision(claim, by)
    if not claim.user.is_active:
        raise DomainError(
            "Le compte de cette personne est désactivé\u00a0: personne ne tiendrait cette fiche. "
            "Refusez sa demande, ou réactivez d’abord son compte."
        )
    was_unattended, comes_back = not organisation.memberships.exists(), organisation.has_left
    newcomer_manages = not organisation.memberships.managers().exists()
    _decide(claim, "accept", by, paragraphs(answer)[:MESSAGE_LENGTH])
    _, is_newcomer = Membership.objects.get_or_create(
        organisation=organisation,
        user=claim.user,
        defaults={"role": Role.MANAGER if newcomer_manages else Role.CONTRIBUTOR},
    )
    follow_members(organisation)
    end_sign_up(claim.user)
    if organisation.is_unclaimed:
        become_checked(organisation, "check", by=by)
    elif comes_back:
        become_checked(organisation, "come_back", by=by)
    if was_unattended:
        organisation_attended.send(Organisation, organisation=organisation, by=by)
    queue(notifications.ClaimAccepted, claim)
    if comes_back:
        queue(notifications.OrganisationBack, claim, context={"is_newcomer": is_newcomer})
    elif is_newcomer and not newcomer_manages:
        queue(notifications.NewcomerByClaim, claim)
    return claim


@transaction.atomic
def refuse_claim(*, claim: Claim, answer: str, by: User | None) -> Claim:
    """Say no, and why: the person reads the answer and may ask again with a better proof."""
    claim, _ = _locked_for_decision(claim, by)
    answer = _required(answer, "Écrivez pourquoi\u00a0: ce message part à la personne.")
    _decide(claim, "refuse", by, answer)
    queue(notifications.ClaimRefused, claim)
    return claim


def drop_claims(claims: Iterable[Claim]) -> None:
    """No answer is owed to whoever asked: they have closed their account, or have come in otherwise."""
    for claim in claims:
        agenda.close(claim, outcome=Outcome.CANCELLED)
        claim.delete()


def drop_claims_of_members(organisation: Organisation) -> None:
    """Of those who have just joined it otherwise; of one that has left, its members ask that it come back."""
    team = organisation.memberships.values("user")
    drop_claims(Claim.objects.waiting().filter(organisation=organisation, user__in=team))


def _locked_for_decision(claim: Claim, by: User | None) -> tuple[Claim, Organisation]:
    # The organisation first, as everything that changes a team does: two decisions cannot block each other.
    organisation = locked(claim.organisation)
    held = Claim.objects.select_for_update(no_key=True).filter(pk=claim.pk).first()
    if held is None:
        raise DomainError(
            "Cette demande n’existe plus\u00a0: la personne a fermé son compte, "
            "ou a rejoint l’équipe autrement."
        )
    claim = held
    if by is not None and not policies.can_decide_claim(by, claim):
        raise PermissionDenied
    return claim, organisation


def _decide(claim: Claim, verb: str, by: User | None, answer: str) -> None:
    journal.advance(claim, CLAIM, verb, by=by, note=answer, decided_at=clock.now(), answer=answer)
    agenda.close(claim)


def _required(text: str, otherwise: str) -> str:
    text = paragraphs(text)
    if not text:
        raise DomainError(otherwise)
    if len(text) > MESSAGE_LENGTH:
        raise DomainError(f"Ce message est trop long\u00a0: {integer(MESSAGE_LENGTH)} caractères au plus.")
    return text
