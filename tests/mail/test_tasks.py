from datetime import timedelta

import pytest

from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.mail.tasks import deliver_mail
from tests.mail.factories import OutgoingMailFactory

pytestmark = pytest.mark.django_db


def test_twice_is_once(mailoutbox):
    OutgoingMailFactory()
    deliver_mail()
    deliver_mail()
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("error", [timedelta(days=30), timedelta(minutes=-6)])
def test_a_worker_whose_clock_is_wrong_sends_nothing(mailoutbox, caplog, error):
    OutgoingMailFactory(due_at=clock.now() - timedelta(days=1))
    with clock.frozen(clock.now() + error):
        deliver_mail()
    assert mailoutbox == []
    assert "Sweep refused" in caplog.text
    assert OutgoingMail.objects.waiting().exists()
