"""The days of « Vous êtes-vous parlé ? » for a partnership opened on a Monday, and what is read of it."""

from datetime import UTC, date, datetime

from mecenova.agenda.models import FollowUp
from mecenova.mail.models import OutgoingMail
from partnerships.models import Partnership

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)
# Where it is signed that day: the day on which it ends.
END = date(2027, 11, 30)
# The mornings of the 3rd, 10th and 21st working days after that Monday, then the one after the 26th.
FIRST = datetime(2026, 11, 26, 10, tzinfo=UTC)
SECOND = datetime(2026, 12, 7, 10, tzinfo=UTC)
LAST = datetime(2026, 12, 22, 10, tzinfo=UTC)
OVER = datetime(2027, 1, 8, 10, tzinfo=UTC)


def mails(name):
    return OutgoingMail.objects.filter(notification=f"partnerships.{name}")


def state(talk):
    talk.partnership.refresh_from_db()
    return talk.partnership.status


def step_of(talk):
    steps = FollowUp.objects.about([talk.partnership]).steps()
    assert steps.count() == (1 if Partnership.objects.active().filter(pk=talk.partnership.pk).exists() else 0)
    return steps.first()


def rule_of(partnership):
    """The name of its one step; none once nothing is asked any more."""
    steps = FollowUp.objects.about([partnership]).steps()
    alive = Partnership.objects.active().filter(pk=partnership.pk).exists()
    assert steps.count() == (1 if alive else 0)
    return steps[0].rule if alive else None
