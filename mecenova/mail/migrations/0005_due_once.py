"""When a mail is due is written once; attempts put off have a date of their own.

Former releases wrote the next attempt over the moment a mail was due, which is drawn again here from the
moment it was written: at once for what answers an act, otherwise as soon as people may be written to. The
lines of a digest were due on the Monday that followed.
"""

from datetime import datetime, timedelta
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from mecenova.calendar import clock
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.calendar.working_days import is_working_day, morning_of

# As they stood when this was written: what leaves at any hour.
URGENT = {
    "accounts.claim_received",
    "agenda.slot_booked",
    "agenda.slot_called_off",
    "matching.company_welcome",
    "matching.welcome",
    "partnerships.introduction_queued",
}
NOT_URGENT_MESSAGES = "message:infotheque.visitor_tip:"
AT_ONCE = 2000


def say_when_they_were_settled(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    mails, lines = (
        apps.get_model("mail", "OutgoingMail").objects,
        apps.get_model("mail", "DigestLine").objects,
    )
    mails.filter(status="sent").update(settled_at=F("sent_at"))
    # The last answer of the server, or the attempt at which it was found unwanted.
    log = apps.get_model("mail", "DeliveryAttempt").objects.filter(mail=OuterRef("pk")).order_by()
    last = Subquery(log.values("mail").annotate(last=Max("at")).values("last"))
    mails.filter(status="failed").update(settled_at=Coalesce(last, F("due_at")))
    mails.filter(status="cancelled").update(settled_at=Greatest(last, F("due_at")))
    digest = apps.get_model("mail", "OutgoingMail").objects.filter(pk=OuterRef("mail"))
    lines.filter(mail__isnull=False).update(settled_at=Subquery(digest.values("created_at")))
    lines.filter(mail__isnull=True, status="cancelled").update(settled_at=F("due_at"))


def say_when_they_were_due(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _write_first(apps.get_model("mail", "OutgoingMail"), due_of_mail)
    _write_first(apps.get_model("mail", "DigestLine"), due_of_line)


def _write_first(model: Any, due_of: Any) -> None:
    rewritten = []
    later = model.objects.filter(due_at__gt=F("created_at"))
    for row in later.only("key", "notification", "due_at", "created_at").iterator(AT_ONCE):
        first = due_of(row)
        if row.due_at > first:
            row.retry_at, row.due_at = row.due_at, first
            rewritten.append(row)
    model.objects.bulk_update(rewritten, ["retry_at", "due_at"], batch_size=AT_ONCE)


def due_of_mail(mail: Any) -> datetime:
    ready_made = mail.notification == "message" and not mail.key.startswith(NOT_URGENT_MESSAGES)
    if ready_made or mail.notification in URGENT:
        return mail.created_at
    return next_sending_time(mail.created_at)


def due_of_line(line: Any) -> datetime:
    local = clock.paris(line.created_at).date()
    monday = local - timedelta(days=local.weekday())
    while True:
        day = monday
        while not is_working_day(day):
            day += timedelta(days=1)
        if (morning := morning_of(day)) > line.created_at:
            return morning
        monday += timedelta(days=7)


def write_the_next_attempt_again(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """As the former release reads it."""
    for name in ("OutgoingMail", "DigestLine"):
        rows = apps.get_model("mail", name).objects.filter(retry_at__isnull=False)
        rows.update(due_at=F("retry_at"))


def next_try() -> Coalesce:
    return Coalesce("retry_at", "due_at")


class Migration(migrations.Migration):
    dependencies = [("mail", "0004_forgotten_words")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="retry_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="prochain essai le"),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="envoyé, annulé ou en échec le"),
        ),
        migrations.AddField(
            model_name="digestline",
            name="retry_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="prochain essai le"),
        ),
        migrations.AddField(
            model_name="digestline",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="réunie ou annulée le"),
        ),
        migrations.RemoveIndex(model_name="outgoingmail", name="mail_due"),
        migrations.RemoveIndex(model_name="digestline", name="digest_line_due"),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(next_try(), condition=models.Q(("status", "pending")), name="mail_next_try"),
        ),
        migrations.AddIndex(
            model_name="digestline",
            index=models.Index(
                next_try(),
                condition=models.Q(("mail__isnull", True), ("status", "pending")),
                name="digest_line_next_try",
            ),
        ),
        migrations.RunPython(say_when_they_were_settled, migrations.RunPython.noop),
        migrations.RunPython(say_when_they_were_due, write_the_next_attempt_again),
    ]
