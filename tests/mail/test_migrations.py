"""Mails and lines written by a former release keep their moments through the migrations."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType

from mecenova.mail.models import DigestLine, OutgoingMail
from tests.mail.factories import PersonFactory
from tests.migrating import migrate, migrate_to_now

pytestmark = pytest.mark.django_db(transaction=True)

TUESDAY, NIGHT = datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 22, tzinfo=UTC)
MORNING, MONDAY = datetime(2026, 11, 25, 7, tzinfo=UTC), datetime(2026, 11, 30, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def former():
    try:
        yield migrate(("mail", "0004_forgotten_words"))
    finally:
        migrate_to_now()


def test_a_former_release_wrote_the_next_attempt_over_the_moment_a_mail_was_due(former):
    mail, line = former("mail", "OutgoingMail"), former("mail", "DigestLine")

    def write(key, notification, written, due, **values):
        values = {"category": "service", "address": "a@exemple.fr", "subject": "O", "text": "T", **values}
        if values.get("status") in ("failed", "cancelled"):
            values["last_error"] = "x"
        return mail.objects.create(
            key=key, message_id=key, notification=notification, created_at=written, due_at=due, **values
        )

    write("on_time", "x.y", TUESDAY, TUESDAY, status="sent", sent_at=TUESDAY)
    write("late", "x.y", TUESDAY, TUESDAY + 5 * HOUR, status="sent", sent_at=TUESDAY + 6 * HOUR)
    write("held", "x.y", NIGHT, MORNING, status="sent", sent_at=MORNING)
    write("held_late", "x.y", NIGHT, MORNING + HOUR)
    write("urgent_late", "matching.welcome", NIGHT, MORNING + HOUR)
    write("message:code:1", "message", NIGHT, NIGHT + HOUR, confidential=True)
    write("message:infotheque.visitor_tip:1", "message", NIGHT, MORNING)
    failed = write("failed", "x.y", TUESDAY, TUESDAY + HOUR, status="failed")
    former("mail", "DeliveryAttempt").objects.create(mail=failed, outcome="refused", at=TUESDAY + 3 * HOUR)
    write("cancelled", "x.y", TUESDAY, TUESDAY + HOUR, status="cancelled")
    person = PersonFactory()
    digest = write("digest", "mail.weekly_digest", MONDAY + HOUR, MONDAY + HOUR, recipient_id=person.pk)
    kind = former("contenttypes", "ContentType").objects.get(app_label="accounts", model="user")
    for key, due, found_in in (
        ("told", MONDAY, digest),
        ("waits", MONDAY, None),
        ("put_off", MONDAY + timedelta(days=7), None),
    ):
        line.objects.create(
            key=key,
            notification="x.y",
            category="service",
            recipient_id=person.pk,
            subject_type=kind,
            subject_id=person.pk,
            created_at=TUESDAY,
            due_at=due,
            mail=found_in,
        )
    migrate_to_now()
    ContentType.objects.clear_cache()
    assert {row.key: (row.due_at, row.retry_at, row.settled_at) for row in OutgoingMail.objects.all()} == {
        "on_time": (TUESDAY, None, TUESDAY),
        "late": (TUESDAY, TUESDAY + 5 * HOUR, TUESDAY + 6 * HOUR),
        "held": (MORNING, None, MORNING),
        "held_late": (MORNING, MORNING + HOUR, None),
        "urgent_late": (NIGHT, MORNING + HOUR, None),
        "message:code:1": (NIGHT, NIGHT + HOUR, None),
        "message:infotheque.visitor_tip:1": (MORNING, None, None),
        "failed": (TUESDAY, TUESDAY + HOUR, TUESDAY + 3 * HOUR),
        "cancelled": (TUESDAY, TUESDAY + HOUR, TUESDAY + HOUR),
        "digest": (MONDAY + HOUR, None, None),
    }
    assert {row.key: (row.due_at, row.retry_at, row.settled_at) for row in DigestLine.objects.all()} == {
        "told": (MONDAY, None, MONDAY + HOUR),
        "waits": (MONDAY, None, None),
        "put_off": (MONDAY, MONDAY + timedelta(days=7), None),
    }
    assert [mail.key for mail in OutgoingMail.objects.filter(to_person=True)] == ["digest"]
    migrate(("mail", "0004_forgotten_words"))
    again = dict(mail.objects.values_list("key", "due_at"))
    assert (again["late"], again["held_late"]) == (TUESDAY + 5 * HOUR, MORNING + HOUR)
