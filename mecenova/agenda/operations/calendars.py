"""What people's calendars hold of an appointment: one event, whose number grows with each change told.

Each is called with the slots of the appointment locked: of two who act at once, one counts after the other.
"""

from mecenova.agenda.models import Appointment, Slot


def enter(row: Slot, moved: Appointment | None = None) -> None:
    """Of a slot that has just been booked; moved there, it is the same event."""
    appointment = moved or Appointment.objects.standing_at(row).first() or Appointment.new(row)
    appointment.standing_at(row).save()


def change(row: Slot) -> Appointment:
    """It moves, another calls, or nobody does any more: what was told of it before is out of date."""
    appointment = Appointment.at(row)
    appointment.sequence += 1
    appointment.save()
    return appointment
