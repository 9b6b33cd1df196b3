"""What the team owes to those who sign up, what an organisation owes once asked to correct, and what is told
to whoever stopped on the way, or invited somebody who never came.

Here too, what the agenda asks about organisations: who is alive, who works there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts import notifications
from accounts.enums import LIVING_STATUSES, OrganisationStatus
from accounts.models import Claim, Invitation, Merge, Organisation, User, addresses_to_mend
from accounts.signals import organisation_step_lost
from mecenova.agenda import planning
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start, start_once, who_leads
from mecenova.agenda.organisations import register_directory
from mecenova.agenda.rules import Letter, Rule, register_rule
from mecenova.agenda.silence import recent, register_beside, register_living
from mecenova.calendar import clock
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.notifications import Notification
from mecenova.team import team

register_living("accounts.addresses", addresses_to_mend, lambda trouble: start(MendAddress, trouble))

REMINDER, ALERT, APOLOGY = 3, 5, 10


def next_step_again(organisation: Organisation) -> None:
    """Of one that lost its step: ours until it is checked, then that of the room of its profile."""
    if organisation.is_to_check:
        start(StaffCheck, organisation)
    elif organisation.status == OrganisationStatus.CHANGES_ASKED:
        start(Corrections, organisation)
    else:
        organisation_step_lost.send(Organisation, organisation=organisation)


register_living(
    "accounts.organisations",
    lambda: Organisation.objects.filter(status__in=LIVING_STATUSES),
    next_step_again,
)
register_living("accounts.claims", lambda: Claim.objects.waiting(), lambda claim: start(ClaimDecision, claim))
register_beside(
    ["accounts.finish_sign_up"],
    lambda: User.objects.still_signing_up().filter(date_joined__gte=recent()),
    lambda person: start_once(FinishSignUp, person),
    once=True,
)


class Organisations:
    """Answers the agenda, which lies below and knows organisations by their keys."""

    def names_of(self, keys: Iterable[UUID | None]) -> Mapping[UUID, str]:
        return Organisation.objects.names_of(keys)

    def phones_of(self, keys: Iterable[UUID | None]) -> Mapping[UUID, str]:
        known = Organisation.objects.filter(pk__in=list(keys)).exclude(phone="")
        return dict(known.values_list("pk", "phone"))

    def is_member(self, user: Any, organisation_id: UUID) -> bool:
        return Organisation.objects.of(user).filter(pk=organisation_id).exists()

    def are_checked(self, keys: Collection[UUID]) -> set[UUID]:
        known = Organisation.objects.filter(pk__in=keys, status=OrganisationStatus.CHECKED)
        return set(known.values_list("pk", flat=True))

    def managers_of(self, organisation_id: UUID) -> Iterable[User]:
        found = Organisation.objects.filter(pk=organisation_id).first()
        return notifications.managers_of(found) if found else ()

    def kept_instead_of(self, organisation_id: UUID) -> UUID | None:
        kept = Merge.objects.kept_instead_of(organisation_id)
        return kept.pk if kept else None

    def lock(self, organisation_id: UUID) -> None:
        rows = Organisation.objects.filter(pk=organisation_id).select_for_update(no_key=True)
        rows.values_list("pk").first()


register_directory(Organisations())


class StaffDecision(Rule):
    """Promised within 3 working days; then a reminder, the lead told, and a new date for who waits."""

    owner = Owner.STAFF
    days = (REMINDER, ALERT, APOLOGY)
    every = 5
    deadline_day = REMINDER
    apology: type[Notification]

    def already_told(self, person: User) -> bool:
        return _alerted(person, days=1)

    def letters(self, subject: Any, follow_up: FollowUp) -> Sequence[Letter]:
        if follow_up.occurrence < ALERT:
            return _reminders()
        alerts = _alerts(follow_up.occurrence)
        if follow_up.occurrence < APOLOGY:
            return alerts
        new_date = {"new_date": planning.next_date(self, follow_up)}
        return [*alerts, Letter(self.apology, subject, follow_up.turn, new_date)]


def _reminders() -> list[Letter]:
    """The team, without the leads to whom the whole list goes today under another title."""
    due = FollowUp.objects.open().filter(
        rule__in=[StaffCheck.name, ClaimDecision.name], occurrence__gte=ALERT, due_at__lte=clock.now()
    )
    newest = min(due.values_list("occurrence", flat=True), default=None)
    alerted = {
        lead.pk
        for lead in who_leads()
        if _alerted(lead, days=1) or (newest is not None and _is_to_alert(lead, newest))
    }
    today = clock.today().isoformat()
    return [Letter(notifications.StaffReminder, person, today) for person in team().exclude(pk__in=alerted)]


def _alerts(occurrence: int) -> list[Letter]:
    today = clock.today().isoformat()
    leads = (lead for lead in who_leads() if _is_to_alert(lead, occurrence))
    return [Letter(notifications.LeadAlert, lead, today) for lead in leads]


def _is_to_alert(lead: User, occurrence: int) -> bool:
    """When a file joins those that are late; of the same ones, once a week."""
    return occurrence == ALERT or not _alerted(lead, days=7)


def _alerted(lead: User, *, days: int) -> bool:
    """Whether the list went to this lead today, or in so many days with today."""
    since = clock.today() - timedelta(days=days)
    alerts = OutgoingMail.objects.filter(notification=notifications.LeadAlert.name, recipient=lead)
    return alerts.filter(created_at__date__gt=since).exists()


@register_rule
class StaffCheck(StaffDecision):
    """From sign-up, or from a corrected profile sent back."""

    name = "accounts.staff_check"
    title = "Vérifier une inscription"
    apology = notifications.CheckDelayed

    def what(self, subject: Organisation) -> str:
        return "Vérifier l’inscription. Personne d’autre ne voit la fiche avant."

    def still_relevant(self, subject: Organisation) -> bool:
        return subject.is_to_check


@register_rule
class ClaimDecision(StaffDecision):
    name = "accounts.claim_decision"
    title = "Répondre à une revendication"
    apology = notifications.ClaimDelayed

    def what(self, subject: Claim) -> str:
        return "Vérifier le lien de la personne avec l’organisme, et lui répondre."

    def still_relevant(self, subject: Claim) -> bool:
        return subject.is_waiting


@register_rule
class Corrections(Rule):
    """Changes were asked: its managers are reminded, then a person of the team calls."""

    name = "accounts.corrections"
    title = "Corriger la fiche comme l’équipe l’a demandé"
    owner = Owner.ORGANISATION
    days = (5, 10, 30)
    deadline_day = 10

    def what(self, subject: Organisation) -> str:
        return "Corriger la fiche comme l’équipe l’a demandé\u00a0: elle la relit dès que vous enregistrez."

    def organisation_id(self, subject: Organisation) -> UUID:
        return subject.pk

    def still_relevant(self, subject: Organisation) -> bool:
        return subject.status == OrganisationStatus.CHANGES_ASKED

    def letters(self, subject: Organisation, follow_up: FollowUp) -> Sequence[Letter] | None:
        *_, last_reminder, call = self.days
        if follow_up.occurrence < last_reminder:
            return (Letter(notifications.ChangesReminder, subject, follow_up.turn),)
        if follow_up.occurrence < call:
            called_from = {"called_from": planning.next_date(self, follow_up)}
            return (Letter(notifications.LastChangesReminder, subject, follow_up.turn, called_from),)
        return None

    def act(self, subject: Organisation, follow_up: FollowUp) -> None:
        start(CallForCorrections, subject)


@register_rule
class CallForCorrections(Rule):
    """Reminded in vain: on the team's list until the call is noted or the profile comes back."""

    name = "accounts.call_for_corrections"
    title = "Appeler un organisme qui n’a pas corrigé sa fiche"
    to_you = "Vous appeler\u00a0: votre fiche attend toujours la correction demandée."
    owner = Owner.STAFF
    days = (10,)
    every = 30

    def what(self, subject: Organisation) -> str:
        return "Appeler l’organisme\u00a0: la fiche attend toujours la correction demandée."

    def still_relevant(self, subject: Organisation) -> bool:
        return subject.status == OrganisationStatus.CHANGES_ASKED

    def letters(self, subject: Organisation, follow_up: FollowUp) -> Sequence[Letter]:
        """The step stays on the team's list, later than promised: nobody else is written to."""
        return ()


@register_rule
class MendAddress(Rule):
    """An address receives nothing more: the team knows within the day and calls its owner, until it does."""

    name = "accounts.mend_address"
    title = "Retrouver une adresse qui reçoit"
    owner = Owner.STAFF
    days = (1,)
    every = 5

    def what(self, subject: AddressTrouble) -> str:
        return "Appeler la personne\u00a0: son adresse ne reçoit plus nos courriels."

    def still_relevant(self, subject: AddressTrouble) -> bool:
        return addresses_to_mend().filter(pk=subject.pk).exists()

    def letters(self, subject: AddressTrouble, follow_up: FollowUp) -> Sequence[Letter]:
        today = clock.today().isoformat()
        return [Letter(notifications.AddressReminder, person, today) for person in team()]


@register_rule
class FinishSignUp(Rule):
    """An account alone brings nobody anything: whoever stopped before the last screen is told so, twice."""

    name = "accounts.finish_sign_up"
    title = "Rappeler qu’un compte n’a pas encore d’organisme"
    is_step = False
    owner = Owner.PLATFORM
    days = (1, 7)

    def what(self, subject: User) -> str:
        return "Rappeler que le compte n’a pas encore d’organisme."

    def still_relevant(self, subject: User) -> bool:
        return User.objects.still_signing_up().filter(pk=subject.pk).exists()

    def letters(self, subject: User, follow_up: FollowUp) -> Sequence[Letter]:
        *_, last = self.days
        is_last = {"is_last": follow_up.occurrence == last}
        return (Letter(notifications.SignUpUnfinished, subject, follow_up.turn, is_last),)


@register_rule
class ExpiredInvitation(Rule):
    """Counted from its last day: whoever invited somebody who never came is told, and may invite again."""

    name = "accounts.expired_invitation"
    title = "Dire qu’une invitation n’a pas servi"
    is_step = False
    owner = Owner.PLATFORM
    days = (1,)

    def what(self, subject: Invitation) -> str:
        return "Dire à qui a invité que l’invitation n’a pas servi."

    def still_relevant(self, subject: Invitation) -> bool:
        return subject.is_waiting and subject.has_expired

    def letters(self, subject: Invitation, follow_up: FollowUp) -> Sequence[Letter]:
        return (Letter(notifications.InvitationExpired, subject, follow_up.turn),)
