"""Loads the reference lists. Never undone: rows of other apps point at them."""

from django.db import migrations

from mecenova.reference.loading import load


def load_lists(apps, schema_editor) -> None:
    load(apps)


class Migration(migrations.Migration):
    dependencies = [("reference", "0001_initial")]

    operations = [migrations.RunPython(load_lists, migrations.RunPython.noop)]
