"""A database restored from a backup: what waited in it has left since, and does not leave again."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from mecenova.calendar import clock
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import MailStatus, Unsent
from mecenova.mail.models import OutgoingMail
from tests.mail.factories import OutgoingMailFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_what_waited_before_is_cancelled_and_what_came_after_leaves(capsys, mailoutbox):
    now = clock.now()
    leased = {"status": MailStatus.SENDING, "lease_until": now - HOUR}
    old = [
        OutgoingMailFactory(created_at=now - 3 * HOUR),
        OutgoingMailFactory(created_at=now - 3 * HOUR, **leased),
    ]
    sent = OutgoingMailFactory(created_at=now - 3 * HOUR, status=MailStatus.SENT, sent_at=now - 2 * HOUR)
    later = OutgoingMailFactory(created_at=now - HOUR)
    call_command("cancel_waiting_mails", before=now - 2 * HOUR)
    assert "2" in capsys.readouterr().out
    assert OutgoingMail.objects.waiting().count() == 3
    for _ in range(2):
        call_command("cancel_waiting_mails", "--commit", before=now - 2 * HOUR)
    states = dict(OutgoingMail.objects.values_list("pk", "status"))
    assert [states[mail.pk] for mail in old] == [MailStatus.CANCELLED] * 2
    assert (states[sent.pk], states[later.pk]) == (MailStatus.SENT, MailStatus.PENDING)
    assert set(
        OutgoingMail.objects.filter(pk__in=[one.pk for one in old]).values_list("last_error", flat=True)
    ) == {Unsent.RESTORED}
    deliver_due()
    assert len(mailoutbox) == 1


def test_the_moment_says_its_zone():
    with pytest.raises(CommandError, match="fuseau"):
        call_command("cancel_waiting_mails", before=clock.now().replace(tzinfo=None))
