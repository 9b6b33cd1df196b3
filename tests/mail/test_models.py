from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError

from mecenova.mail.enums import Category, MailStatus, Unsent
from mecenova.mail.models import MailPreference, OutgoingMail
from mecenova.mail.notifications import Notification, register_notification
from tests.mail.factories import OutgoingMailFactory, PersonFactory

pytestmark = pytest.mark.django_db


NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("mail_sent_has_its_date", {"status": MailStatus.SENT}),
        ("mail_sent_has_its_date", {"sent_at": NOON}),
        ("mail_sending_has_its_lease", {"status": MailStatus.SENDING}),
        ("mail_sending_has_its_lease", {"lease_until": NOON}),
        ("mail_given_up_says_why", {"status": MailStatus.FAILED}),
        ("mail_given_up_says_why", {"status": MailStatus.CANCELLED}),
        ("mail_status_known", {"status": "lost"}),
        ("mail_subject_is_whole", {"subject_id": "00000000-0000-0000-0000-000000000001"}),
        ("mail_to_person_has_one", {"to_person": True, "recipient": None}),
    ],
    ids=str,
)
def test_a_state_and_its_dates_go_together(constraint, values):
    mail = OutgoingMailFactory()
    with pytest.raises(IntegrityError, match=f'"{constraint}"'):
        OutgoingMail.objects.filter(pk=mail.pk).update(**values)


@pytest.mark.parametrize("field", ["key", "message_id"])
def test_a_mail_is_written_once(field):
    mail = OutgoingMailFactory()
    with pytest.raises(IntegrityError, match=rf"\({field}\)="):
        OutgoingMailFactory(**{field: getattr(mail, field)})


def test_a_subject_is_whole():
    with pytest.raises(IntegrityError, match="mail_subject_is_whole"):
        OutgoingMailFactory(subject_type=ContentType.objects.get_for_model(OutgoingMail))


def test_one_wish_per_group():
    person = PersonFactory()
    MailPreference.objects.create(user=person, group="letters")
    with pytest.raises(IntegrityError, match="one_preference_per_group"):
        MailPreference.objects.create(user=person, group="letters", wanted=False)


def test_what_failed_or_was_held_back_may_be_sent_again_and_nothing_else():
    failed = OutgoingMailFactory(status=MailStatus.FAILED, last_error="Refusé.")
    held = OutgoingMailFactory(status=MailStatus.CANCELLED, last_error=Unsent.IN_TROUBLE)
    OutgoingMailFactory(status=MailStatus.CANCELLED, last_error=Unsent.INACTIVE)
    OutgoingMailFactory(status=MailStatus.SENT, sent_at=NOON)
    OutgoingMailFactory()
    assert set(OutgoingMail.objects.all().retriable()) == {failed, held}


def test_who_may_read():
    mine = OutgoingMailFactory()
    OutgoingMailFactory()
    assert list(OutgoingMail.objects.all().readable_by(mine.recipient)) == [mine]
    assert OutgoingMail.objects.all().readable_by(PersonFactory(is_staff=True)).count() == 2


@pytest.mark.parametrize(
    ("due", "retry", "error", "is_late"),
    [
        (60, None, "", True),
        (59, None, "", False),
        (59, None, "451 later", False),
        (120, 1, "451 later", True),
        # Put off to the morning, nobody having tried: at its hour, it has an hour.
        (600, 59, "", False),
        (600, 60, "", True),
    ],
)
def test_a_mail_is_late_an_hour_after_it_was_to_leave(due, retry, error, is_late):
    def ago(minutes):
        return None if minutes is None else NOON - timedelta(minutes=minutes)

    mail = OutgoingMailFactory(due_at=ago(due), retry_at=ago(retry), last_error=error)
    assert list(OutgoingMail.objects.all().overdue(NOON)) == [mail] * is_late


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "short"}, "reads app"),
        ({"name": "tests.welcome"}, "Two notifications"),
        ({"name": "tests.loud", "category": Category.INFORMATION}, "names the group"),
    ],
)
def test_a_notification_that_makes_no_sense_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        register_notification(type("Wrong", (Notification,), {"template": "x.md", **values}))
