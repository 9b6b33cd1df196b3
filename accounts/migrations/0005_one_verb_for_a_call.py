"""A call of the team is one fact, under one verb, whether an association or a company was called."""

from django.db import migrations


def say_call(apps, schema_editor):
    apps.get_model("workflow", "TransitionRecord").objects.filter(verb="note_call").update(verb="call")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_merges_and_duplicates"),
        ("workflow", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(say_call, migrations.RunPython.noop),
    ]
