"""Who learns what becomes of an appointment; each mail changes it in its reader's calendar, or removes it."""

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from mecenova.agenda import notifications
from mecenova.agenda.models import Appointment, Slot
from mecenova.agenda.organisations import is_member, name_of
from mecenova.agenda.slot_links import slots_path
from mecenova.mail.addresses import absolute_url
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from mecenova.ui.figures import day_and_hour

if TYPE_CHECKING:
    from accounts.models import User


def tell_adviser(
    row: Slot,
    appointment: Appointment,
    *,
    moved_to: Slot | None = None,
    withdrawn: bool = False,
    by: "User | None" = None,
) -> None:
    """Before it is free: the mail says who will not come. `withdrawn`: by the team, of whom `by`."""
    values = {
        "when": day_and_hour(row.starts_at),
        "moved_to": day_and_hour(moved_to.starts_at) if moved_to else "",
        "moved_with": moved_to.adviser if moved_to else "",
        "withdrawn": withdrawn,
        "by": by,
        "organisation_name": name_of(row.booked_by_organisation_id),
        "slots_url": absolute_url(reverse("agenda:team_slots")),
    }
    occurrence = notifications.about_former(row, appointment)
    queue(notifications.SlotGivenBack, row, occurrence=occurrence, context=values)


def tell_organisation(
    row: Slot,
    appointment: Appointment,
    *,
    by: "User | None",
    follows: "User | None" = None,
    moved_to: Slot | None = None,
) -> None:
    """Whoever of it has the appointment in their calendar, but who `follows` it from then on."""
    organisation_id, about = row.booked_by_organisation_id, row.booked_for
    again = slots_path(organisation_id=organisation_id, about=about) if organisation_id and about else ""
    values = {
        "when": day_and_hour(row.starts_at),
        "moved_to": day_and_hour(moved_to.starts_at) if moved_to else "",
        "adviser": row.adviser,
        "by": by,
        "follows": follows,
        "organisation_name": name_of(organisation_id),
        "slots_url": absolute_url(again) if again else "",
        "slot_url": absolute_url(moved_to.get_absolute_url()) if moved_to else "",
    }
    for person in _who_have(row):
        if person != follows:
            occurrence = notifications.about_former(row, appointment)
            queue(notifications.SlotCancelled, person, occurrence=occurrence, context=values)


def tell_handed_over(row: Slot, former: "User", turn: str, appointment: Appointment) -> None:
    queue(
        notifications.SlotHandedOver,
        row,
        occurrence=f"{row.booking}-{turn}",
        context={"former": former},
    )
    values = {
        "adviser": row.adviser,
        "when": day_and_hour(row.starts_at),
        "organisation_name": name_of(row.booked_by_organisation_id),
        "slots_url": absolute_url(reverse("agenda:team_slots")),
    }
    occurrence = f"{turn}/{appointment.pk}"
    queue(notifications.SlotNoLongerYours, former, occurrence=occurrence, context=values)


def _who_have(row: Slot) -> "list[User]":
    """Of the organisation: those whom a mail about this booking has reached, or is on its way to."""
    told = OutgoingMail.objects.filter(
        subject_type=ContentType.objects.get_for_model(row),
        subject_id=row.pk,
        notification__in=notifications.TOLD_ORGANISATION,
        key__contains=f":{row.booking}",
    ).exclude(status__in=[MailStatus.CANCELLED, MailStatus.FAILED])
    people = {mail.recipient for mail in told.select_related("recipient") if mail.recipient}
    organisation_id = row.booked_by_organisation_id
    return [one for one in people if organisation_id and is_member(one, organisation_id)]
