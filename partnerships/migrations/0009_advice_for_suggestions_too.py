"""Words that also suit a « no » to a suggestion, which the side that reads them did not ask for.

Only where the team has not written its own.
"""

from django.db import migrations

# asked by, reason, former words, new words
ADVICE = (
    (
        "association",
        "timing",
        "Nous gardons la trace de votre demande, et la date à partir de laquelle la reposer.",
        "Nous gardons la trace de cette réponse, et la date à partir de laquelle la question peut revenir.",
    ),
    (
        "company",
        "timing",
        "Nous gardons la trace de votre demande, et la date à partir de laquelle la reposer.",
        "Nous gardons la trace de cette réponse, et la date à partir de laquelle la question peut revenir.",
    ),
    (
        "association",
        "budget_spent",
        "L’argent de l’année est parti avant votre demande\u00a0: rien n’est à reprocher à votre projet.",
        "L’argent de l’année était déjà parti\u00a0: rien n’est à reprocher à votre projet.",
    ),
)


def reword(apps, schema_editor):
    _replace(apps, ADVICE)


def word_as_before(apps, schema_editor):
    _replace(apps, [(side, reason, new, former) for side, reason, former, new in ADVICE])


def _replace(apps, changes):
    steps = apps.get_model("partnerships", "RefusalStep").objects
    for side, reason, former, new in changes:
        for step in steps.filter(asked_by_side=side, reason=reason, advice__contains=former):
            step.advice = step.advice.replace(former, new)
            step.save(update_fields=["advice"])


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0008_longer_partnership_titles")]

    operations = [migrations.RunPython(reword, word_as_before)]
