"""The mails of the agenda: an appointment booked, called off, tomorrow; new slots; steps raised to a lead."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from mecenova.agenda.calendar_file import Method, calendar_file, cancelled_file
from mecenova.agenda.models import TIME_TO_CHOOSE, Appointment, FollowUp, Slot, SlotRequest
from mecenova.agenda.organisations import is_member, name_of, phone_of, who_is_told
from mecenova.agenda.slot_links import slots_path
from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url
from mecenova.mail.models import OutgoingMail
from mecenova.mail.notifications import Attachment, Notification, register_notification
from mecenova.team import is_staff
from mecenova.ui.figures import day_and_hour

if TYPE_CHECKING:
    from accounts.models import User


# What its reader owes, on the control tower.
MINE = "/equipe/?pour=moi#a-faire"


def of_the_organisation(slot: Slot) -> "list[User]":
    """Nobody, once the slot was given back."""
    return who_is_told(slot.booked_by_organisation_id, slot.booked_by)


def _what_it_is_about(slot: Slot) -> dict[str, Any]:
    """For whoever calls: the subject, the page where it is read, and where it stands."""
    about, subject = slot.talked_about, slot.booked_for
    step = FollowUp.objects.about([subject]).steps().first() if subject is not None else None
    return {
        "about": about,
        "about_url": absolute_url(about.get_absolute_url()) if about else "",
        "about_step": step.what if step else "",
    }


def _for_calendars(content: str, method: Method) -> Attachment:
    return Attachment("rendez-vous.ics", content, "text/calendar", method)


def about_former(slot: Slot, appointment: Appointment) -> str:
    """The occurrence of a mail that takes an event out of a calendar: of which booking, which event.

    It may leave once the slot is others' already.
    """
    return f"{slot.booking}/{appointment.pk}"


class NoLongerThere(Notification):
    """Its reader had this appointment in their calendar: the file that leaves with it takes it out."""

    def attachments(self, subject: Any, recipient: "User") -> list[Attachment]:
        appointment = self.appointment()
        if appointment is None:
            return []
        slot = subject if isinstance(subject, Slot) else appointment.slot
        return [_for_calendars(cancelled_file(appointment, slot, recipient), Method.CANCEL)]

    def appointment(self) -> Appointment | None:
        key = self.occurrence.rpartition("/")[2]
        return Appointment.objects.select_related("slot").filter(pk=key).first() if key else None

    @property
    def booking(self) -> str:
        return self.occurrence.partition("/")[0]


class AboutSlot(Notification):
    """About one booking of one slot, for the organisation that has it and for its adviser."""

    def context(self, subject: Slot, recipient: "User") -> dict[str, Any]:
        for_adviser = recipient.pk == subject.adviser_id
        return {
            **(_what_it_is_about(subject) if for_adviser else {}),
            "when": day_and_hour(subject.starts_at),
            "organisation_name": name_of(subject.booked_by_organisation_id),
            "phone": phone_of(subject.booked_by_organisation_id),
            "for_adviser": for_adviser,
            "contacts": of_the_organisation(subject),
            "slot_url": absolute_url(reverse("agenda:slot", args=[subject.pk])),
            "calendar_url": absolute_url(reverse("agenda:slot_calendar", args=[subject.pk])),
        }

    def attachments(self, subject: Slot, recipient: "User") -> list[Attachment]:
        return [_for_calendars(calendar_file(subject, recipient, Method.REQUEST), Method.REQUEST)]

    def recipients(self, subject: Slot) -> "Iterable[User]":
        return [*of_the_organisation(subject), subject.adviser]

    def still_wanted(self, subject: Slot, recipient: "User") -> bool:
        organisation_id = subject.booked_by_organisation_id
        if not subject.is_booked or organisation_id is None or subject.held_at or subject.has_begun:
            return False
        if not self.occurrence.startswith(subject.booking):
            # Of a former booking: its reader would be told of the next one's.
            return False
        if recipient.pk == subject.adviser_id:
            return is_staff(recipient)
        return is_member(recipient, organisation_id)


@register_notification
class SlotBooked(AboutSlot):
    """Answers the choice. Queued with `moved_from`, when they were to talk, or nothing."""

    name = "agenda.slot_booked"
    template = "mail/agenda/slot_booked.md"
    urgent = True

    def recipients(self, subject: Slot) -> "Iterable[User]":
        return of_the_organisation(subject)


@register_notification
class SlotTaken(AboutSlot):
    """For the adviser. Queued with `moved_from` as well."""

    name = "agenda.slot_taken"
    template = "mail/agenda/slot_taken.md"

    def recipients(self, subject: Slot) -> "Iterable[User]":
        return [subject.adviser]


@register_notification
class SlotHandedOver(AboutSlot):
    """Somebody else of the team will call: for the organisation, and for them. Queued with `former`."""

    name = "agenda.slot_handed_over"
    template = "mail/agenda/slot_handed_over.md"


@register_notification
class SlotNoLongerYours(NoLongerThere):
    """For whoever was to call. Queued with its context."""

    name = "agenda.slot_no_longer_yours"
    template = "mail/agenda/slot_no_longer_yours.md"

    def recipients(self, subject: "User") -> "Iterable[User]":
        return [subject]

    def still_wanted(self, subject: "User", recipient: "User") -> bool:
        """Not once it is theirs again."""
        appointment = self.appointment()
        return is_staff(recipient) and (appointment is None or appointment.slot.adviser_id != recipient.pk)


@register_notification
class SlotTomorrow(AboutSlot):
    name = "agenda.slot_tomorrow"
    template = "mail/agenda/slot_tomorrow.md"


@register_notification
class SlotGivenBack(NoLongerThere):
    """For the adviser who had been told of it. Queued with its context: moved elsewhere, or called off."""

    name = "agenda.slot_given_back"
    template = "mail/agenda/slot_given_back.md"

    def recipients(self, subject: Slot) -> "Iterable[User]":
        return [subject.adviser]

    def still_wanted(self, subject: Slot, recipient: "User") -> bool:
        """Booked and given back within one night, it never was for the adviser."""
        about = {"subject_type": ContentType.objects.get_for_model(subject), "subject_id": subject.pk}
        told = OutgoingMail.objects.sent().filter(**about, recipient=recipient, notification__in=TOLD_ADVISER)
        return is_staff(recipient) and told.filter(key__contains=f":{self.booking}").exists()


# By which an adviser has learnt of a booking, and has it in their calendar.
TOLD_ADVISER = (SlotTaken.name, SlotHandedOver.name, SlotTomorrow.name)
# And somebody of the organisation.
TOLD_ORGANISATION = (SlotBooked.name, SlotHandedOver.name, SlotTomorrow.name)


@register_notification
class SlotCancelled(NoLongerThere):
    """For whoever of the organisation had it in their calendar. Queued with its context: called off by the
    organisation itself, or moved by a colleague, who follows it from then on.
    """

    name = "agenda.slot_cancelled"
    template = "mail/agenda/slot_cancelled.md"
    urgent = True

    def recipients(self, subject: "User") -> "Iterable[User]":
        return [subject]


class ChooseAgain(Notification):
    """For the organisation. Queued with its context: how to choose again, or when the team will answer."""

    urgent = True

    def recipients(self, subject: Slot) -> "Iterable[User]":
        return of_the_organisation(subject)


@register_notification
class SlotCalledOff(ChooseAgain):
    """The adviser cannot."""

    name = "agenda.slot_called_off"
    template = "mail/agenda/slot_called_off.md"

    def attachments(self, subject: Slot, recipient: "User") -> list[Attachment]:
        """Nothing of a call that was missed: what is past stays in the calendar, where it was."""
        if subject.was_missed:
            return []
        return [_for_calendars(cancelled_file(Appointment.at(subject), subject, recipient), Method.CANCEL)]


@register_notification
class SlotMissed(ChooseAgain):
    """The adviser called in vain."""

    name = "agenda.slot_missed"
    template = "mail/agenda/slot_missed.md"


@register_notification
class SlotNotCalled(Notification):
    """For the adviser: nobody called, the organisation says. Queued with its context."""

    name = "agenda.slot_not_called"
    template = "mail/agenda/slot_not_called.md"

    def recipients(self, subject: Slot) -> "Iterable[User]":
        return [subject.adviser]

    def still_wanted(self, subject: Slot, recipient: "User") -> bool:
        return is_staff(recipient)


@register_notification
class SlotsOpened(Notification):
    """For the organisation that wished to talk when no slot was free."""

    name = "agenda.slots_opened"
    template = "mail/agenda/slots_opened.md"

    def recipients(self, subject: SlotRequest) -> "Iterable[User]":
        return who_is_told(subject.organisation_id, subject.asked_by)

    def context(self, subject: SlotRequest, recipient: "User") -> dict[str, Any]:
        path = slots_path(organisation_id=subject.organisation_id, about=subject.about or subject)
        return {
            "slots_url": absolute_url(path),
            "organisation_name": name_of(subject.organisation_id),
            "choose_by": clock.now() + TIME_TO_CHOOSE,
        }

    def still_wanted(self, subject: SlotRequest, recipient: "User") -> bool:
        """Not once they have an appointment, nor when the slots were withdrawn and the team owes a date."""
        key = subject.organisation_id
        if not is_member(recipient, key) or Slot.objects.to_hold().ahead().of_organisation(key).exists():
            return False
        return not SlotRequest.objects.waiting().filter(organisation_id=key).exclude(pk=subject.pk).exists()


@register_notification
class StepGiven(Notification):
    """For somebody of the team, to whom a colleague hands a step over. Queued with its context."""

    name = "agenda.step_given"
    template = "mail/agenda/step_given.md"

    def recipients(self, subject: "User") -> "Iterable[User]":
        return [subject]

    def context(self, subject: "User", recipient: "User") -> dict[str, Any]:
        return {"tower_url": absolute_url(MINE)}

    def still_wanted(self, subject: "User", recipient: "User") -> bool:
        """Not once it is done, nor given to somebody else."""
        key = self.occurrence.partition("/")[0]
        theirs = FollowUp.objects.all().owed_by_staff().filter(assigned_to=recipient)
        return bool(key) and is_staff(recipient) and theirs.filter(pk=key).exists()


@register_notification
class StepsEscalated(Notification):
    """For a lead: late steps of the team. Queued with `steps`, each with who had it, and `late_by`."""

    name = "agenda.steps_escalated"
    template = "mail/agenda/steps_escalated.md"

    def recipients(self, subject: "User") -> "Iterable[User]":
        return [subject]

    def context(self, subject: "User", recipient: "User") -> dict[str, Any]:
        return {"tower_url": absolute_url(MINE)}

    def still_wanted(self, subject: "User", recipient: "User") -> bool:
        return is_staff(recipient)
