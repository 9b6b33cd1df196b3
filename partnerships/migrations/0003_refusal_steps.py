"""The refusal steps in the database, the reasons of each kind, and the date to try again on each « no »."""

import uuid
from datetime import timedelta

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mecenova.calendar.clock

# reason, kind, advice, what to rewrite, where, days before trying again, words for the library
STEPS = (
    (
        "amount",
        "financial",
        "C’est la taille de la somme qui arrête, pas votre projet. Une même action peut se financer "
        "en plusieurs morceaux, par plusieurs entreprises, et l’on commence souvent par le plus "
        "petit.",
        "Découpez votre demande en deux ou trois lots, chacun utile à lui seul, avec son montant.",
        "asks",
        120,
        "budget",
    ),
    (
        "budget_spent",
        "financial",
        "L’argent de l’année est parti avant votre demande\u00a0: rien n’est à reprocher à votre projet. "
        "Les budgets se préparent en général à l’automne pour l’année suivante.",
        "Datez votre budget\u00a0: ce qu’il faut cette année, et ce qui peut attendre l’année prochaine.",
        "asks",
        180,
        "budget",
    ),
    (
        "no_such_goods",
        "in_kind",
        "On ne peut donner que ce que l’on a. Dire à quoi le matériel doit servir, plutôt que son "
        "modèle exact, fait souvent venir un équivalent auquel personne n’avait pensé.",
        "Décrivez l’usage attendu du matériel, et ce qui pourrait le remplacer.",
        "asks",
        120,
        "don en nature",
    ),
    (
        "quantity",
        "in_kind",
        "Le don est le bienvenu, mais pas dans cette quantité. En prendre une partie, ou venir à "
        "deux associations, suffit souvent à débloquer la situation.",
        "Indiquez la plus petite quantité qui vous aiderait, et la plus grande que vous pouvez recevoir.",
        "asks",
        90,
        "don en nature",
    ),
    (
        "transport",
        "in_kind",
        "Le matériel existe\u00a0; c’est le trajet qui manque. Un camion prêté, un relais dans la ville "
        "ou une date souple changent souvent la réponse.",
        "Dites qui vient chercher, avec quel véhicule, quels jours, et où vous pouvez stocker.",
        "asks",
        60,
        "transport don en nature",
    ),
    (
        "no_such_skill",
        "skills",
        "La compétence précise n’était pas là. Bien des missions se décrivent mieux par le résultat "
        "attendu que par le métier\u00a0: une personne à laquelle vous ne pensiez pas s’y reconnaîtra.",
        "Réécrivez la mission par ce qui sera fait à la fin, et par les savoir-faire proches qui "
        "conviennent.",
        "asks",
        120,
        "mécénat de compétences",
    ),
    (
        "team_busy",
        "skills",
        "Les personnes existent, leur calendrier est plein. Une date plus souple, ou quelques heures "
        "par semaine au lieu de journées entières, ouvre souvent la porte.",
        "Donnez deux ou trois périodes possibles, et le plus petit nombre de jours qui vous aiderait.",
        "asks",
        90,
        "mécénat de compétences",
    ),
    (
        "duration",
        "skills",
        "Une entreprise libère plus facilement deux jours que deux mois, et une mission de deux "
        "heures ne laisse pas le temps de vous connaître. Le bon format est presque toujours à "
        "portée de main.",
        "Découpez la mission en étapes de deux à cinq jours, chacune avec son résultat.",
        "asks",
        90,
        "mission mécénat de compétences",
    ),
    (
        "no_volunteers",
        "volunteering",
        "Personne ne s’est encore porté volontaire\u00a0: c’est leur temps libre, il se gagne par "
        "l’envie. Une action courte, en équipe, où l’on voit le résultat le jour même, attire "
        "davantage.",
        "Proposez une première action d’une demi-journée, pour une petite équipe, et dites ce qu’on y vivra.",
        "asks",
        90,
        "bénévolat",
    ),
    (
        "schedule",
        "volunteering",
        "L’envie est là, l’agenda résiste. Un soir, un samedi ou une action à distance conviennent "
        "souvent mieux à des personnes qui travaillent.",
        "Ajoutez des horaires du soir ou du week-end, et dites comment l’on vient sans voiture.",
        "asks",
        60,
        "bénévolat",
    ),
    (
        "question",
        "co_construction",
        "Votre question est légitime\u00a0; ce n’est pas celle que l’autre travaille en ce moment. Une "
        "question posée à partir de ce que vivent les personnes rassemble plus largement qu’une "
        "solution déjà choisie.",
        "Reformulez la question\u00a0: qui vit le problème, ce qui a été essayé, ce que personne ne sait "
        "encore.",
        "presentation",
        180,
        "co-construction",
    ),
    (
        "roles",
        "co_construction",
        "Construire ensemble demande de savoir qui fait quoi, et qui décide. Mieux vaut l’écrire "
        "trop tôt, quitte à en reparler, que le découvrir en route.",
        "Écrivez en quelques lignes ce que chacun apporte, ce qu’il en retire, et comment vous déciderez.",
        "presentation",
        60,
        "co-construction",
    ),
    (
        "out_of_policy",
        "",
        "Cette réponse parle des priorités de l’autre, pas de la qualité de ce que vous faites. "
        "D’autres ont fait de votre cause leur priorité, et leurs besoins sont ouverts.",
        "Vérifiez que votre mission et vos causes sont dites sans détour\u00a0: ce sont elles qui font la "
        "rencontre.",
        "mission",
        365,
        "politique de mécénat",
    ),
    (
        "territory",
        "",
        "On soutient plus volontiers ce que l’on peut venir voir. Ce n’est pas votre action qui est "
        "en cause, c’est la distance.",
        "Relisez les territoires de votre fiche\u00a0: plus ils sont exacts, plus on vous trouve près de "
        "chez soi.",
        "territories",
        365,
        "territoire",
    ),
    (
        "kind",
        "",
        "La porte est fermée sous cette forme, pas sous toutes. Des compétences, du matériel ou du "
        "bénévolat commencent souvent l’histoire que l’argent continue.",
        "Ajoutez une demande sous une autre forme, même modeste.",
        "asks",
        120,
        "formes de mécénat",
    ),
    (
        "timing",
        "",
        "Ce n’est pas un non à votre projet, c’est un non à la date. Nous gardons la trace de votre "
        "demande, et la date à partir de laquelle la reposer.",
        "Dites dans votre présentation quand l’action commence, et jusqu’à quand une aide reste utile.",
        "presentation",
        180,
        "calendrier",
    ),
    (
        "unclear",
        "",
        "Votre idée n’a pas été comprise, ou pas assez vite. Cela se corrige en une heure, souvent "
        "avec quelqu’un qui ne connaît pas le sujet et vous dit ce qu’il a retenu.",
        "Réécrivez votre présentation\u00a0: pour qui, où, quand, avec qui, et ce que l’aide changera.",
        "presentation",
        30,
        "présenter son projet",
    ),
    (
        "already_committed",
        "",
        "Votre cause compte pour l’autre, au point d’y être déjà engagé. D’autres cherchent encore "
        "un projet comme le vôtre.",
        "Dites dans votre présentation ce que vous faites que d’autres ne font pas.",
        "presentation",
        180,
        "partenariat",
    ),
    (
        "values",
        "",
        "Tout le monde ne peut pas marcher avec tout le monde, et le dire tôt est une marque de "
        "respect. Mieux vaut ce non qu’un partenariat gêné.",
        "Précisez dans votre fiche les formes et les secteurs que vous acceptez, pour être vu des bons.",
        "stance",
        365,
        "éthique",
    ),
)
# What « amount » meant for other kinds than money, now that each has its own reasons.
SIZE_OF = {
    "in_kind": "quantity",
    "skills": "duration",
    "volunteering": "no_volunteers",
    "co_construction": "unclear",
}
DAYS_OF = {step[0]: step[5] for step in STEPS}


def seed(apps, schema_editor):
    model = apps.get_model("partnerships", "RefusalStep")
    for position, (reason, kind, advice, rewrite, section, days, words) in enumerate(STEPS):
        model.objects.create(
            reason=reason,
            kind=kind,
            position=position,
            advice=advice,
            rewrite=rewrite,
            section=section,
            retry_after_days=days,
            library_words=words,
        )


def give_dates(apps, schema_editor):
    introductions = apps.get_model("partnerships", "Introduction").objects
    for kind, reason in SIZE_OF.items():
        introductions.filter(kind=kind, refusal_reason="amount").update(refusal_reason=reason)
    for introduction in introductions.filter(status="no").iterator():
        days = timedelta(days=DAYS_OF[introduction.refusal_reason])
        introduction.retry_on = mecenova.calendar.clock.paris(introduction.answered_at).date() + days
        introduction.save(update_fields=["retry_on"])


class Migration(migrations.Migration):
    dependencies = [
        ("associations", "0002_constraints_of_numbers_and_asks"),
        ("companies", "0002_constraints_of_siren_and_status"),
        ("infotheque", "0001_initial"),
        ("partnerships", "0002_ends_by_leaving"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RefusalStep",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("out_of_policy", "En dehors de notre politique de soutien"),
                            ("territory", "Pas sur notre territoire"),
                            ("kind", "Pas sous cette forme"),
                            ("timing", "Pas le bon moment"),
                            ("unclear", "Projet pas assez précis"),
                            ("already_committed", "Déjà engagés sur un projet proche"),
                            ("values", "Pas compatible avec nos statuts ou nos valeurs"),
                            ("amount", "Montant trop élevé ou trop faible"),
                            ("budget_spent", "Budget de l’année déjà engagé"),
                            ("no_such_goods", "Pas de matériel de ce type à donner"),
                            ("quantity", "Quantité trop grande ou trop petite"),
                            ("transport", "Enlèvement, transport ou stockage difficile"),
                            ("no_such_skill", "Personne chez nous n’a cette compétence"),
                            ("team_busy", "L’équipe concernée n’est pas disponible"),
                            ("duration", "Mission trop longue ou trop courte"),
                            ("no_volunteers", "Pas assez de volontaires"),
                            ("schedule", "Lieu ou horaires difficiles pour des bénévoles"),
                            ("question", "La question n’est pas celle que nous travaillons"),
                            ("roles", "La place de chacun n’est pas assez claire"),
                        ],
                        max_length=30,
                        verbose_name="raison",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("financial", "Mécénat financier"),
                            ("in_kind", "Mécénat en nature"),
                            ("skills", "Mécénat de compétences"),
                            ("volunteering", "Bénévolat de salariés"),
                            ("co_construction", "Co-construction"),
                        ],
                        max_length=20,
                        verbose_name="forme",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
                ("advice", models.TextField(max_length=600, verbose_name="ce que cette réponse veut dire")),
                ("rewrite", models.CharField(max_length=300, verbose_name="ce qu’il faut reprendre")),
                (
                    "section",
                    models.CharField(
                        choices=[
                            ("presentation", "La présentation du projet, ou du besoin"),
                            ("asks", "Les demandes du projet, ou les chiffres du besoin"),
                            ("mission", "La mission et les causes, ou la politique"),
                            ("territories", "Les territoires"),
                            ("stance", "Les formes et les secteurs acceptés"),
                        ],
                        max_length=20,
                        verbose_name="où",
                    ),
                ),
                (
                    "retry_after_days",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(7),
                            django.core.validators.MaxValueValidator(730),
                        ],
                        verbose_name="redemander après (jours)",
                    ),
                ),
                (
                    "library_words",
                    models.CharField(max_length=100, verbose_name="mots cherchés dans l’infothèque"),
                ),
            ],
            options={
                "verbose_name": "suite d’un refus",
                "verbose_name_plural": "suites des refus",
                "ordering": ("kind", "position", "reason"),
            },
        ),
        migrations.CreateModel(
            name="RefusalStepChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=30, verbose_name="champ")),
                ("before", models.TextField(blank=True, verbose_name="avant")),
                ("after", models.TextField(blank=True, verbose_name="après")),
                (
                    "at",
                    models.DateTimeField(
                        default=mecenova.calendar.clock.now, editable=False, verbose_name="le"
                    ),
                ),
            ],
            options={
                "verbose_name": "changement d’une suite de refus",
                "verbose_name_plural": "changements des suites de refus",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.AddField(
            model_name="introduction",
            name="retry_on",
            field=models.DateField(blank=True, null=True, verbose_name="à redemander à partir du"),
        ),
        migrations.AlterField(
            model_name="introduction",
            name="refusal_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("out_of_policy", "En dehors de notre politique de soutien"),
                    ("territory", "Pas sur notre territoire"),
                    ("kind", "Pas sous cette forme"),
                    ("timing", "Pas le bon moment"),
                    ("unclear", "Projet pas assez précis"),
                    ("already_committed", "Déjà engagés sur un projet proche"),
                    ("values", "Pas compatible avec nos statuts ou nos valeurs"),
                    ("amount", "Montant trop élevé ou trop faible"),
                    ("budget_spent", "Budget de l’année déjà engagé"),
                    ("no_such_goods", "Pas de matériel de ce type à donner"),
                    ("quantity", "Quantité trop grande ou trop petite"),
                    ("transport", "Enlèvement, transport ou stockage difficile"),
                    ("no_such_skill", "Personne chez nous n’a cette compétence"),
                    ("team_busy", "L’équipe concernée n’est pas disponible"),
                    ("duration", "Mission trop longue ou trop courte"),
                    ("no_volunteers", "Pas assez de volontaires"),
                    ("schedule", "Lieu ou horaires difficiles pour des bénévoles"),
                    ("question", "La question n’est pas celle que nous travaillons"),
                    ("roles", "La place de chacun n’est pas assez claire"),
                ],
                max_length=30,
                verbose_name="raison",
            ),
        ),
        migrations.AddField(
            model_name="refusalstep",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="infotheque.document",
                verbose_name="document de l’infothèque",
            ),
        ),
        migrations.AddField(
            model_name="refusalstepchange",
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
            model_name="refusalstepchange",
            name="step",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="partnerships.refusalstep",
            ),
        ),
        migrations.AddConstraint(
            model_name="refusalstep",
            constraint=models.UniqueConstraint(
                fields=("reason", "kind"), name="refusal_step_once_per_reason_and_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="refusalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("retry_after_days__gte", 7), ("retry_after_days__lte", 730)),
                name="refusal_step_retries_within_two_years",
            ),
        ),
        migrations.AddConstraint(
            model_name="refusalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("advice", ""), _negated=True),
                    models.Q(("rewrite", ""), _negated=True),
                    models.Q(("library_words", ""), _negated=True),
                ),
                name="refusal_step_is_never_a_dead_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="refusalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "out_of_policy",
                            "territory",
                            "kind",
                            "timing",
                            "unclear",
                            "already_committed",
                            "values",
                            "amount",
                            "budget_spent",
                            "no_such_goods",
                            "quantity",
                            "transport",
                            "no_such_skill",
                            "team_busy",
                            "duration",
                            "no_volunteers",
                            "schedule",
                            "question",
                            "roles",
                        ],
                    )
                ),
                name="refusal_step_reason_known",
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(give_dates, migrations.RunPython.noop),
        # Keys of the rows just written are checked now: PostgreSQL alters no table that has checks to come.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="introduction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "refusal_reason__in",
                        (
                            "",
                            "out_of_policy",
                            "territory",
                            "kind",
                            "timing",
                            "unclear",
                            "already_committed",
                            "values",
                        ),
                    ),
                    models.Q(("kind", "financial"), ("refusal_reason__in", ["amount", "budget_spent"])),
                    models.Q(
                        ("kind", "in_kind"),
                        ("refusal_reason__in", ["no_such_goods", "quantity", "transport"]),
                    ),
                    models.Q(
                        ("kind", "skills"), ("refusal_reason__in", ["no_such_skill", "team_busy", "duration"])
                    ),
                    models.Q(("kind", "volunteering"), ("refusal_reason__in", ["no_volunteers", "schedule"])),
                    models.Q(("kind", "co_construction"), ("refusal_reason__in", ["question", "roles"])),
                    _connector="OR",
                ),
                name="introduction_reason_suits_its_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="introduction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retry_on__isnull", False), ("status", "no")),
                    models.Q(models.Q(("status", "no"), _negated=True), ("retry_on__isnull", True)),
                    _connector="OR",
                ),
                name="introduction_no_has_a_date_to_try_again",
            ),
        ),
    ]
