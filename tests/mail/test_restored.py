"""A database restored from a backup: what waited in it has left since, and does not leave again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from mecenova.calendar import clock
from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import LineStatus, MailStatus, Unsent
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.operations import cancel_waiting, queue
from mecenova.pages.promises import kept
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import Weekly

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


# The backup is of Monday at three, the crash of Tuesday; the week's letter left in between.
SUNDAY = datetime(2026, 11, 29, 10, tzinfo=UTC)
LETTERS = datetime(2026, 11, 30, 8, tzinfo=UTC)
CRASH = datetime(2026, 12, 1, 10, tzinfo=UTC)


def waiting_since(moment, **changes):
    return OutgoingMailFactory(created_at=moment, **{"due_at": moment, **changes})


def test_what_waited_before_is_cancelled_and_what_came_after_leaves(capsys, mailoutbox):
    now = clock.now()
    before = now - 3 * HOUR
    old = [
        waiting_since(before),
        waiting_since(before, status=MailStatus.SENDING, lease_until=now - HOUR),
        waiting_since(before, status=MailStatus.SENDING, lease_until=now - HOUR, retry_at=now - HOUR),
    ]
    sent = waiting_since(before, status=MailStatus.SENT, sent_at=now - 2 * HOUR)
    later = waiting_since(now - HOUR)
    still_to_leave = [waiting_since(before, due_at=now - HOUR), waiting_since(before, retry_at=now - HOUR)]
    call_command("cancel_waiting_mails", before=now - 2 * HOUR)
    assert "courriels 3, lignes de la lettre de la semaine 0" in capsys.readouterr().out
    assert OutgoingMail.objects.waiting().count() == 6
    for _ in range(2):
        call_command("cancel_waiting_mails", "--commit", before=now - 2 * HOUR)
    states = dict(OutgoingMail.objects.values_list("pk", "status"))
    assert [states[mail.pk] for mail in old] == [MailStatus.CANCELLED] * 3
    assert [states[mail.pk] for mail in (later, *still_to_leave)] == [MailStatus.PENDING] * 3
    assert states[sent.pk] == MailStatus.SENT
    cancelled = OutgoingMail.objects.filter(pk__in=[one.pk for one in old])
    assert set(cancelled.values_list("last_error", flat=True)) == {Unsent.RESTORED}
    assert not cancelled.filter(settled_at=None).exists()
    deliver_due()
    assert len(mailoutbox) == 3


@pytest.mark.parametrize("composed", [False, True])
def test_the_letter_of_a_week_that_is_over_leaves_no_second_time(mailoutbox, composed):
    with clock.frozen(SUNDAY) as stopped:
        queue(Weekly, PersonFactory())
        stopped.move_to(LETTERS)
        if composed:
            assert compose_due() == 1
        stopped.move_to(CRASH + HOUR)
        cancel_waiting(before=CRASH)
        assert (compose_due(), deliver_due().total(), len(mailoutbox)) == (0, 0, 0)
        assert DigestLine.objects.get().status == LineStatus.CANCELLED
        assert DigestLine.objects.get().settled_at is not None


def test_the_letter_to_come_leaves_on_its_day(mailoutbox):
    """The crash came before it: nobody has read it."""
    with clock.frozen(SUNDAY) as stopped:
        queue(Weekly, PersonFactory())
        cancel_waiting(before=SUNDAY + HOUR)
        stopped.move_to(LETTERS)
        compose_due()
        deliver_due()
        assert len(mailoutbox) == 1


def test_no_promise_is_counted_of_what_left_before_the_crash():
    """When, no row says any more: neither kept nor broken."""
    with clock.frozen(SUNDAY) as stopped:
        waiting_since(SUNDAY)
        queue(Weekly, PersonFactory())
        stopped.move_to(CRASH + HOUR)
        cancel_waiting(before=CRASH)
        stopped.advance(timedelta(days=30))
        messages = kept(SUNDAY.date(), stopped().date())[-1]
        assert (messages.kept, messages.broken) == (0, 0)


def test_the_moment_says_its_zone():
    with pytest.raises(CommandError, match="fuseau"):
        call_command("cancel_waiting_mails", before=clock.now().replace(tzinfo=None))
