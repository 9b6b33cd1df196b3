"""A need of one kind holds nothing that only another kind's form shows: nobody could read or correct it."""

from django.db import migrations

# What each field is when nothing is said, for the needs of all other kinds.
OWN_FIELDS = [
    (["financial"], {"budget_min": None, "budget_max": None}),
    (["in_kind"], {"goods": ""}),
    (["skills"], {"days": None}),
    (["volunteering"], {"volunteers": None, "whose_time": ""}),
    (["skills", "volunteering"], {"starts_on": None, "ends_on": None, "place": ""}),
    (["co_construction"], {"question": "", "wished_parties": []}),
]


def say_nothing_of_other_kinds(apps, schema_editor):
    need = apps.get_model("companies", "Need")
    for kinds, unsaid in OWN_FIELDS:
        need.objects.exclude(kind__in=kinds).exclude(**unsaid).update(**unsaid)
    need.skills.through.objects.exclude(need__kind="skills").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0004_known_values_of_lists"),
        ("reference", "0002_reference_lists"),
    ]

    operations = [
        migrations.RunPython(say_nothing_of_other_kinds, migrations.RunPython.noop),
    ]
