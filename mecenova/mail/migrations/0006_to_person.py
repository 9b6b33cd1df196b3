"""Mails to a person follow them; ready-made ones keep the address they were written for."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def follow_people(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    mails = apps.get_model("mail", "OutgoingMail").objects.exclude(notification="message")
    mails.filter(recipient__isnull=False).update(to_person=True)


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("mail", "0005_due_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="to_person",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="À l’adresse que la personne a ce jour-là. "
                "Sinon à celle-ci, qu’il vérifie ou avertit.",
                verbose_name="suit la personne",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_person", False), ("recipient__isnull", False), _connector="OR"),
                name="mail_to_person_has_one",
            ),
        ),
        migrations.RunPython(follow_people, migrations.RunPython.noop),
    ]
