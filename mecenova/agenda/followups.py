"""The agenda's own steps (mending a silence, holding an appointment, proposing one), and when a lead acts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mecenova.agenda import notifications
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp, Slot, SlotRequest
from mecenova.agenda.organisations import name_of
from mecenova.agenda.rules import Delay, Letter, Rule, register_delay, register_rule
from mecenova.agenda.silence import REPAIR, is_living
from mecenova.ui.contractions import to_name
from mecenova.ui.figures import day_and_hour

if TYPE_CHECKING:
    from accounts.models import User


@register_delay
class Escalation(Delay):
    """Counted from the date first promised; then a lead takes over a step of the team."""

    name = "agenda.escalation"
    title = "Confier à un responsable une étape de l’équipe en retard"
    owner = Owner.STAFF
    days = (2,)


class OnTheList(Rule):
    """A step that stays on the team's list, later than promised: sharing and escalation see to it."""

    owner = Owner.STAFF

    def letters(self, subject: Any, follow_up: FollowUp) -> Sequence[Letter]:
        """Nobody is written to: the step comes back with its next date."""
        return ()


@register_rule
class Repair(OnTheList):
    """Whatever is alive and had no next step. It ends when the subject gets a true one."""

    name = REPAIR
    title = "Réparer un oubli du site"
    days = (1,)
    every = 5

    def what(self, subject: Any) -> str:
        return "Ce dossier n’avait plus de prochaine étape\u00a0: décider ce qui vient, et le lancer."

    def still_relevant(self, subject: Any) -> bool:
        return is_living(subject)


@register_rule
class OfferSlot(OnTheList):
    """No slot was free: the team owes a date."""

    name = "agenda.offer_slot"
    title = "Proposer un rendez-vous quand aucun créneau n’est libre"
    to_you = "Vous proposer un rendez-vous."
    days = (2,)
    every = 5

    def what(self, subject: SlotRequest) -> str:
        return f"Proposer un rendez-vous {to_name(name_of(subject.organisation_id))}."[:300]

    def still_relevant(self, subject: SlotRequest) -> bool:
        return subject.closed_at is None


@register_rule
class HoldSlot(OnTheList):
    """From the booking to the conversation. It counts from the hour of the slot."""

    name = "agenda.hold_slot"
    title = "Tenir un rendez-vous réservé"
    personal = True
    days = (0,)
    every = 5

    def what(self, subject: Slot) -> str:
        name = name_of(subject.booked_by_organisation_id)
        return f"Tenir le rendez-vous avec {name}, {day_and_hour(subject.starts_at)}."[:300]

    def assigned_to(self, subject: Slot) -> "User":
        return subject.adviser

    def still_relevant(self, subject: Slot) -> bool:
        return subject.is_booked and subject.held_at is None


@register_rule
class RemindSlot(Rule):
    """The working day before, to both."""

    name = "agenda.remind_slot"
    title = "Rappeler un rendez-vous la veille"
    is_step = False
    owner = Owner.PLATFORM
    days = (0,)

    def what(self, subject: Slot) -> str:
        return "Rappeler le rendez-vous à ceux qui se parlent."

    def still_relevant(self, subject: Slot) -> bool:
        return subject.is_booked and not subject.has_begun

    def letters(self, subject: Slot, follow_up: FollowUp) -> Sequence[Letter]:
        return (Letter(notifications.SlotTomorrow, subject, subject.booking),)
