from django.db import migrations

LEADS = "Responsables"


def create(apps, schema_editor):
    """The group that `mecenova.team.leads` looks for: who is of it is the superusers' choice."""
    apps.get_model("auth", "Group").objects.get_or_create(name=LEADS)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_one_verb_for_a_call"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
