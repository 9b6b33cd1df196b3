"""What somebody waits for leaves before the rest; codes that wait now are among it."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def codes_first(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    waiting = apps.get_model("mail", "OutgoingMail").objects.filter(status="pending")
    waiting.filter(notification="message").update(urgent=True)


class Migration(migrations.Migration):
    dependencies = [("mail", "0006_to_person")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="urgent",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Quelqu’un l’attend devant son écran\xa0: il part avant les autres.",
                verbose_name="répond à un geste",
            ),
        ),
        migrations.AddIndex(
            model_name="deliveryattempt", index=models.Index(fields=["at"], name="attempt_at")
        ),
        migrations.RunPython(codes_first, migrations.RunPython.noop),
    ]
