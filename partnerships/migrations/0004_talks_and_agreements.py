"""Did you talk, signed, ended, and what came of it. The former first step becomes the question."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mecenova.calendar.clock

WHAT = "Se parler une première fois, et nous le dire"
REPLACED = "replaced by the question whether they talked"


def ask_instead_of_reminding(apps, schema_editor):
    """A partnership under way is next asked whether its sides talked, on the date it was to be reminded."""
    former = apps.get_model("agenda", "FollowUp").objects.filter(
        rule="partnerships.first_meeting", outcome="open"
    )
    former.update(rule="partnerships.did_you_talk", cycle=1, occurrence=3, what=WHAT)


def cancel_reminders(apps, schema_editor):
    """Those that had not left: this release could not tell whether they are still wanted."""
    unsent = apps.get_model("mail", "OutgoingMail").objects.filter(
        notification="partnerships.first_meeting_reminder", status__in=("pending", "sending")
    )
    unsent.update(status="cancelled", lease_until=None, last_error=REPLACED)


class Migration(migrations.Migration):
    dependencies = [
        ("agenda", "0001_initial"),
        ("accounts", "0001_initial"),
        ("mail", "0001_initial"),
        ("partnerships", "0003_refusal_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(ask_instead_of_reminding, migrations.RunPython.noop),
        migrations.RunPython(cancel_reminders, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Reflection",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "moment",
                    models.CharField(
                        choices=[
                            ("evaluation", "Ce que le partenariat a donné"),
                            ("lasting_effect", "Ce qu’il en reste"),
                        ],
                        max_length=20,
                        verbose_name="sur",
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="ce qui en est dit")),
                ("at", models.DateTimeField(default=mecenova.calendar.clock.now, verbose_name="écrit le")),
            ],
            options={
                "verbose_name": "bilan",
                "verbose_name_plural": "bilans",
                "ordering": ("at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="TalkReport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("turn", models.PositiveSmallIntegerField(verbose_name="jour de la question")),
                ("talked", models.BooleanField(verbose_name="se sont parlé")),
                ("at", models.DateTimeField(default=mecenova.calendar.clock.now, verbose_name="dit le")),
            ],
            options={
                "verbose_name": "réponse sur le premier échange",
                "verbose_name_plural": "réponses sur le premier échange",
                "ordering": ("at", "pk"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="partnership",
            name="partnership_status_known",
        ),
        migrations.AddField(
            model_name="partnership",
            name="agreed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dit signé le"),
        ),
        migrations.AddField(
            model_name="partnership",
            name="completed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="suivi clos le"),
        ),
        migrations.AddField(
            model_name="partnership",
            name="disagreement_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="désaccord depuis le"
            ),
        ),
        migrations.AddField(
            model_name="partnership",
            name="ended_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="terminé le"),
        ),
        migrations.AddField(
            model_name="partnership",
            name="ends_on",
            field=models.DateField(blank=True, null=True, verbose_name="prend fin le"),
        ),
        migrations.AddField(
            model_name="partnership",
            name="evaluated_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="bilan clos le"),
        ),
        migrations.AddField(
            model_name="partnership",
            name="returned_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="revenu à la recherche le"
            ),
        ),
        migrations.AddField(
            model_name="partnership",
            name="signed_on",
            field=models.DateField(blank=True, null=True, verbose_name="signé le"),
        ),
        migrations.AddField(
            model_name="partnership",
            name="talk_turn",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, verbose_name="dernière question posée"
            ),
        ),
        migrations.AddField(
            model_name="partnership",
            name="talked_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="premier échange su le"
            ),
        ),
        migrations.AlterField(
            model_name="partnership",
            name="status",
            field=models.CharField(
                choices=[
                    ("discussion", "En discussion"),
                    ("agreed", "Signé"),
                    ("ended", "Terminé"),
                    ("abandoned", "Abandonné"),
                    ("returned", "Revenu à la recherche"),
                ],
                default="discussion",
                max_length=20,
                verbose_name="état",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("returned_at__isnull", False), ("status", "returned")),
                    models.Q(models.Q(("status", "returned"), _negated=True), ("returned_at__isnull", True)),
                    _connector="OR",
                ),
                name="partnership_returned_has_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("status", "ended")),
                    models.Q(models.Q(("status", "ended"), _negated=True), ("ended_at__isnull", True)),
                    _connector="OR",
                ),
                name="partnership_ended_has_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("agreed", "ended")), _negated=True),
                    models.Q(("agreed_at__isnull", False), ("signed_on__isnull", False)),
                    _connector="OR",
                ),
                name="partnership_agreed_has_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("ends_on__gte", models.F("signed_on")), _connector="OR"
                ),
                name="partnership_ends_after_its_signature",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disagreement_at__isnull", True),
                    models.Q(("status", "discussion"), ("talked_at__isnull", True)),
                    _connector="OR",
                ),
                name="partnership_disagrees_in_discussion",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("completed_at__isnull", True),
                    models.Q(("evaluated_at__isnull", False), ("status", "ended")),
                    _connector="OR",
                ),
                name="partnership_completed_once_evaluated",
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(("talk_turn__in", (0, 3, 10, 21))), name="partnership_talk_turn_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="partnership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["discussion", "agreed", "ended", "abandoned", "returned"])
                ),
                name="partnership_status_known",
            ),
        ),
        migrations.AddField(
            model_name="reflection",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="reflection",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="reflection",
            name="partnership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reflections",
                to="partnerships.partnership",
            ),
        ),
        migrations.AddField(
            model_name="talkreport",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="talkreport",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="talkreport",
            name="partnership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="talk_reports",
                to="partnerships.partnership",
            ),
        ),
        migrations.AddConstraint(
            model_name="reflection",
            constraint=models.UniqueConstraint(
                fields=("partnership", "organisation", "moment"), name="reflection_once_per_moment"
            ),
        ),
        migrations.AddConstraint(
            model_name="reflection",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="reflection_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="reflection",
            constraint=models.CheckConstraint(
                condition=models.Q(("moment__in", ["evaluation", "lasting_effect"])),
                name="reflection_moment_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="talkreport",
            constraint=models.UniqueConstraint(
                fields=("partnership", "organisation", "turn"), name="talk_report_once_per_turn"
            ),
        ),
        migrations.AddConstraint(
            model_name="talkreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("turn__in", (3, 10, 21))), name="talk_report_turn_known"
            ),
        ),
    ]
