"""The time of a task runs out while it holds mails: nothing else is begun, and no mail is sent twice for it.

celery says so with an exception like any other, raised wherever the task is.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from mecenova.calendar import clock
from mecenova.mail import composition, delivery, digest
from mecenova.mail.composition import TRY_AGAIN_AFTER, compose_due
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.operations import queue
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import Weekly, Welcome

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)


def runs_out(*given, **more):
    raise SoftTimeLimitExceeded


@pytest.fixture
def now():
    with clock.frozen(MORNING) as stopped:
        yield stopped


@pytest.mark.parametrize(
    ("where", "becomes", "uncertain"),
    [
        ((delivery, "_why_not"), Delivery.POSTPONED, 0),
        ((delivery, "_message"), Delivery.UNCERTAIN, 1),
    ],
    ids=["asking whether it is wanted", "in the server's hands"],
)
def test_a_drain_writes_what_it_knows_and_gives_the_others_back(now, monkeypatch, where, becomes, uncertain):
    OutgoingMailFactory.create_batch(3)
    monkeypatch.setattr(*where, runs_out)
    assert deliver_due() == Counter({becomes: 1})
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {MailStatus.PENDING}
    held = OutgoingMail.objects.exclude(last_error="").get()
    assert (held.attempts, held.uncertain) == (1, uncertain)
    monkeypatch.undo()
    assert deliver_due() == Counter({Delivery.SENT: 2})


@pytest.mark.parametrize("where", [(composition, "written"), (digest, "_write_section")])
def test_a_digest_waits_an_hour_and_no_other_is_begun(now, monkeypatch, where):
    for _ in range(2):
        queue(Weekly, PersonFactory())
    now.advance(timedelta(days=7))
    monkeypatch.setattr(*where, runs_out)
    with pytest.raises(SoftTimeLimitExceeded):
        compose_due()
    # Neither kept from this week's letter nor in front of the others at the next sweep.
    held = DigestLine.objects.all().in_error().get()
    assert held.retry_at == clock.now() + TRY_AGAIN_AFTER
    monkeypatch.undo()
    assert compose_due() == 1
    now.advance(TRY_AGAIN_AFTER)
    assert compose_due() == 1


def test_waking_a_worker_hides_no_end_of_time(monkeypatch, django_capture_on_commit_callbacks):
    """Not even after the commit of the mail that it is told of, which is kept."""
    monkeypatch.setattr("mecenova.mail.tasks.deliver_mail.apply_async", runs_out)
    with pytest.raises(SoftTimeLimitExceeded), django_capture_on_commit_callbacks(execute=True):
        queue(Welcome, PersonFactory())
    assert OutgoingMail.objects.get().status == MailStatus.PENDING
