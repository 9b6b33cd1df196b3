"""Each side has its reasons to say no, and each side told no its own advice: companies' is seeded here."""

from django.db import migrations, models

ASSOCIATION, COMPANY = "association", "company"
# reason, kind, advice, what to do again, where, days before trying again, words for the library
STEPS = (
    (
        "conditions",
        "financial",
        "L’association aurait volontiers reçu cette aide, pas ce qui l’accompagnait. Un don sans "
        "contrepartie, ou avec un simple remerciement, s’accepte presque toujours.",
        "Relisez ce que vous demandez en échange, et gardez ce dont vous ne pouvez vraiment pas vous passer.",
        "presentation",
        60,
        "contreparties",
    ),
    (
        "goods_unneeded",
        "in_kind",
        "Un don utile répond à un usage. Une autre association attend peut-être exactement ce "
        "matériel\u00a0: encore faut-il qu’elle sache qu’il existe.",
        "Publiez ce que vous donnez, avec l’état, la quantité et une photo en mots\u00a0: ceux qui "
        "en ont l’usage viendront.",
        "asks",
        180,
        "don en nature",
    ),
    (
        "quantity",
        "in_kind",
        "L’association n’a ni la place ni l’usage d’un tel lot, ou en espérait davantage. Un lot "
        "partagé entre deux ou trois associations trouve plus vite preneur.",
        "Dites la plus petite quantité que vous pouvez donner, et si le lot se partage.",
        "asks",
        90,
        "don en nature",
    ),
    (
        "transport",
        "in_kind",
        "Le don plaît\u00a0; c’est le trajet qui manque. Une livraison, ou une date souple, change "
        "souvent la réponse.",
        "Dites si vous pouvez livrer, quels jours, et combien de temps vous pouvez garder le matériel.",
        "asks",
        60,
        "transport don en nature",
    ),
    (
        "skill_unneeded",
        "skills",
        "L’association manque de bras ou d’argent, pas de ce savoir-faire, ou elle l’a déjà. "
        "Décrire ce que vos équipes savent faire aide d’autres à s’y reconnaître.",
        "Décrivez ce qu’une personne de chez vous peut avoir fini au bout de deux jours, plutôt que "
        "son métier.",
        "asks",
        120,
        "mécénat de compétences",
    ),
    (
        "no_host",
        "skills",
        "Accueillir quelqu’un prend du temps à une petite équipe. Une mission préparée par vous, "
        "avec un seul interlocuteur, lui en demande beaucoup moins.",
        "Proposez une mission qui se prépare sans l’association, et dites qui de chez vous l’organise.",
        "asks",
        90,
        "mission mécénat de compétences",
    ),
    (
        "duration",
        "skills",
        "La mission était trop longue pour ce qu’il y avait à faire, ou trop courte pour être "
        "utile. Demandez à l’association combien de jours elle voudrait\u00a0: elle le sait.",
        "Dites le plus petit et le plus grand nombre de jours que vous pouvez donner.",
        "asks",
        90,
        "mission mécénat de compétences",
    ),
    (
        "no_host",
        "volunteering",
        "Recevoir vingt personnes un mardi demande à une association deux jours de préparation. Une "
        "petite équipe, avec un responsable de chez vous, est plus facile à accueillir.",
        "Proposez un groupe plus petit, et dites qui de chez vous l’accompagne.",
        "asks",
        90,
        "bénévolat",
    ),
    (
        "schedule",
        "volunteering",
        "Ce jour ou cette heure ne sont pas ceux où l’association a besoin de monde. C’est elle qui "
        "connaît les siens.",
        "Proposez plusieurs jours et plusieurs heures, soirs et samedis compris.",
        "asks",
        60,
        "bénévolat",
    ),
    (
        "question",
        "co_construction",
        "Votre question est légitime\u00a0; ce n’est pas celle que l’association travaille. Partir "
        "de ce que vivent les personnes qu’elle accompagne rassemble plus largement qu’une solution "
        "déjà choisie.",
        "Reformulez la question\u00a0: qui vit le problème, ce qui a été essayé, ce que personne ne "
        "sait encore.",
        "presentation",
        180,
        "co-construction",
    ),
    (
        "roles",
        "co_construction",
        "Une association qui s’engage veut savoir qui décide, et ce qui lui revient. Mieux vaut "
        "l’écrire trop tôt, quitte à en reparler.",
        "Écrivez en quelques lignes ce que chacun apporte, ce qu’il en retire, et comment vous déciderez.",
        "presentation",
        60,
        "co-construction",
    ),
    (
        "team_small",
        "",
        "Ce n’est pas un non à votre entreprise\u00a0: beaucoup d’associations vivent avec deux "
        "salariés ou aucun, et une proposition de plus prend du temps qu’elles n’ont pas.",
        "Dites ce que vous prenez en charge vous-mêmes, et la première heure que vous demandez à "
        "l’association.",
        "presentation",
        90,
        "premier rendez-vous",
    ),
    (
        "timing",
        "",
        "Ce n’est pas un non à votre soutien, c’est un non à la date. Nous gardons la trace de "
        "votre demande, et la date à partir de laquelle la reposer.",
        "Dites quand votre aide est possible, et jusqu’à quand votre proposition tient.",
        "presentation",
        90,
        "calendrier",
    ),
    (
        "out_of_mission",
        "",
        "L’association reste fidèle à ce pour quoi elle existe, et c’est ce qui la rend solide. "
        "D’autres font exactement ce que vous voulez soutenir.",
        "Vérifiez que les causes de votre politique disent bien ce que vous cherchez\u00a0: nos "
        "suggestions en partent.",
        "mission",
        365,
        "politique",
    ),
    (
        "territory",
        "",
        "Une association aide là où elle est. Ce n’est pas votre proposition qui est en cause, "
        "c’est la distance.",
        "Relisez les territoires de votre politique\u00a0: nous vous présenterons des associations "
        "qui y agissent.",
        "territories",
        365,
        "territoire",
    ),
    (
        "kind",
        "",
        "La porte est fermée sous cette forme, pas sous toutes. Demandez à l’association ce qui "
        "l’aiderait\u00a0: sa fiche et ses projets le disent souvent.",
        "Ajoutez à votre politique une autre forme de soutien, même modeste.",
        "stance",
        120,
        "formes de mécénat",
    ),
    (
        "other_partner",
        "",
        "L’association tient déjà parole auprès d’une autre entreprise, comme elle la tiendrait "
        "auprès de vous. Beaucoup d’autres attendent encore leur premier partenaire.",
        "Élargissez d’une cause ou d’un département\u00a0: ceux que personne n’a encore choisis y sont.",
        "territories",
        180,
        "partenariat",
    ),
    (
        "request_unclear",
        "",
        "Votre proposition n’a pas été comprise, ou pas assez vite. Une association répond plus "
        "volontiers à un besoin précis qu’à une envie de se rencontrer.",
        "Écrivez ce que vous proposez\u00a0: quoi, pour qui, quand, combien, et qui de chez vous "
        "s’en occupe.",
        "presentation",
        30,
        "premier rendez-vous",
    ),
    (
        "values",
        "",
        "Certaines associations ne peuvent pas marcher avec certains secteurs, et le disent tôt. Ce "
        "n’est pas un jugement sur les personnes\u00a0; d’autres associations vous attendent.",
        "Dites dans votre politique ce à quoi vous tenez et comment vous agissez\u00a0: on vous "
        "choisira pour cela.",
        "mission",
        365,
        "éthique",
    ),
)
# What an association meant when it only had a company's words to say no.
SAID_BY_ASSOCIATIONS = {
    "out_of_policy": "out_of_mission",
    "unclear": "request_unclear",
    "already_committed": "other_partner",
    "amount": "conditions",
    "budget_spent": "timing",
    "no_such_goods": "goods_unneeded",
    "no_such_skill": "skill_unneeded",
    "team_busy": "team_small",
    "no_volunteers": "no_host",
}


def seed(apps, schema_editor):
    steps = apps.get_model("partnerships", "RefusalStep").objects
    first = steps.count()
    for position, (reason, kind, advice, rewrite, section, days, words) in enumerate(STEPS, first):
        steps.create(
            asked_by_side=COMPANY,
            reason=reason,
            kind=kind,
            position=position,
            advice=advice,
            rewrite=rewrite,
            section=section,
            retry_after_days=days,
            library_words=words,
        )


def say_it_in_their_words(apps, schema_editor):
    """The dates already given stay."""
    refused = apps.get_model("partnerships", "Introduction").objects.filter(
        asked_by_side=COMPANY, status="no"
    )
    for former, reason in SAID_BY_ASSOCIATIONS.items():
        refused.filter(refusal_reason=former).update(refusal_reason=reason)


def unseed(apps, schema_editor):
    apps.get_model("partnerships", "RefusalStep").objects.filter(asked_by_side=COMPANY).delete()


def say_it_in_a_company_s_words(apps, schema_editor):
    refused = apps.get_model("partnerships", "Introduction").objects.filter(
        asked_by_side=COMPANY, status="no"
    )
    refused.filter(kind="skills", refusal_reason="no_host").update(refusal_reason="team_busy")
    refused.filter(refusal_reason="team_small").exclude(kind="skills").update(refusal_reason="timing")
    for former, reason in SAID_BY_ASSOCIATIONS.items():
        if reason != "timing":
            refused.filter(refusal_reason=reason).update(refusal_reason=former)


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0004_talks_and_agreements")]

    operations = [
        migrations.AlterModelOptions(
            name="refusalstep",
            options={
                "ordering": ("asked_by_side", "kind", "position", "reason"),
                "verbose_name": "suite d’un refus",
                "verbose_name_plural": "suites des refus",
            },
        ),
        migrations.RemoveConstraint(
            model_name="introduction",
            name="introduction_reason_suits_its_kind",
        ),
        migrations.RemoveConstraint(
            model_name="refusalstep",
            name="refusal_step_once_per_reason_and_kind",
        ),
        migrations.RemoveConstraint(
            model_name="refusalstep",
            name="refusal_step_reason_known",
        ),
        migrations.AddField(
            model_name="refusalstep",
            name="asked_by_side",
            field=models.CharField(
                choices=[("association", "L’association"), ("company", "L’entreprise")],
                default="association",
                editable=False,
                max_length=20,
                verbose_name="écrite pour",
            ),
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
                    ("team_small", "Pas le temps en ce moment\u00a0: notre équipe est petite"),
                    ("out_of_mission", "Ne correspond pas à notre mission"),
                    ("other_partner", "Déjà engagés avec une autre entreprise"),
                    ("request_unclear", "Demande pas assez précise"),
                    ("conditions", "Conditions ou contreparties que nous ne pouvons pas accepter"),
                    ("goods_unneeded", "Nous n’avons pas l’usage de ce matériel"),
                    ("skill_unneeded", "Ce n’est pas la compétence qui nous manque"),
                    ("no_host", "Personne pour accueillir et accompagner"),
                ],
                max_length=30,
                verbose_name="raison",
            ),
        ),
        migrations.AlterField(
            model_name="refusalstep",
            name="reason",
            field=models.CharField(
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
                    ("team_small", "Pas le temps en ce moment\u00a0: notre équipe est petite"),
                    ("out_of_mission", "Ne correspond pas à notre mission"),
                    ("other_partner", "Déjà engagés avec une autre entreprise"),
                    ("request_unclear", "Demande pas assez précise"),
                    ("conditions", "Conditions ou contreparties que nous ne pouvons pas accepter"),
                    ("goods_unneeded", "Nous n’avons pas l’usage de ce matériel"),
                    ("skill_unneeded", "Ce n’est pas la compétence qui nous manque"),
                    ("no_host", "Personne pour accueillir et accompagner"),
                ],
                max_length=30,
                verbose_name="raison",
            ),
        ),
        # Keys of the rows just written are checked now: PostgreSQL alters no table that has checks to come.
        migrations.RunSQL(migrations.RunSQL.noop, "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RunPython(seed, unseed),
        migrations.RunPython(say_it_in_their_words, say_it_in_a_company_s_words),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="introduction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refusal_reason", ""),
                    models.Q(
                        ("asked_by_side", "association"),
                        ("kind", "financial"),
                        (
                            "refusal_reason__in",
                            [
                                "amount",
                                "budget_spent",
                                "out_of_policy",
                                "territory",
                                "kind",
                                "timing",
                                "unclear",
                                "already_committed",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "association"),
                        ("kind", "in_kind"),
                        (
                            "refusal_reason__in",
                            [
                                "no_such_goods",
                                "quantity",
                                "transport",
                                "out_of_policy",
                                "territory",
                                "kind",
                                "timing",
                                "unclear",
                                "already_committed",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "association"),
                        ("kind", "skills"),
                        (
                            "refusal_reason__in",
                            [
                                "no_such_skill",
                                "team_busy",
                                "duration",
                                "out_of_policy",
                                "territory",
                                "kind",
                                "timing",
                                "unclear",
                                "already_committed",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "association"),
                        ("kind", "volunteering"),
                        (
                            "refusal_reason__in",
                            [
                                "no_volunteers",
                                "schedule",
                                "out_of_policy",
                                "territory",
                                "kind",
                                "timing",
                                "unclear",
                                "already_committed",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "association"),
                        ("kind", "co_construction"),
                        (
                            "refusal_reason__in",
                            [
                                "question",
                                "roles",
                                "out_of_policy",
                                "territory",
                                "kind",
                                "timing",
                                "unclear",
                                "already_committed",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "company"),
                        ("kind", "financial"),
                        (
                            "refusal_reason__in",
                            [
                                "conditions",
                                "team_small",
                                "timing",
                                "out_of_mission",
                                "kind",
                                "territory",
                                "other_partner",
                                "request_unclear",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "company"),
                        ("kind", "in_kind"),
                        (
                            "refusal_reason__in",
                            [
                                "goods_unneeded",
                                "quantity",
                                "transport",
                                "team_small",
                                "timing",
                                "out_of_mission",
                                "kind",
                                "territory",
                                "other_partner",
                                "request_unclear",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "company"),
                        ("kind", "skills"),
                        (
                            "refusal_reason__in",
                            [
                                "skill_unneeded",
                                "no_host",
                                "duration",
                                "team_small",
                                "timing",
                                "out_of_mission",
                                "kind",
                                "territory",
                                "other_partner",
                                "request_unclear",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "company"),
                        ("kind", "volunteering"),
                        (
                            "refusal_reason__in",
                            [
                                "no_host",
                                "schedule",
                                "team_small",
                                "timing",
                                "out_of_mission",
                                "kind",
                                "territory",
                                "other_partner",
                                "request_unclear",
                                "values",
                            ],
                        ),
                    ),
                    models.Q(
                        ("asked_by_side", "company"),
                        ("kind", "co_construction"),
                        (
                            "refusal_reason__in",
                            [
                                "question",
                                "roles",
                                "team_small",
                                "timing",
                                "out_of_mission",
                                "kind",
                                "territory",
                                "other_partner",
                                "request_unclear",
                                "values",
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="introduction_reason_suits_its_side_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="refusalstep",
            constraint=models.UniqueConstraint(
                fields=("reason", "kind", "asked_by_side"), name="refusal_step_once_per_reason_kind_and_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="refusalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked_by_side__in", ["association", "company"])),
                name="refusal_step_side_known",
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
                            "team_small",
                            "out_of_mission",
                            "other_partner",
                            "request_unclear",
                            "conditions",
                            "goods_unneeded",
                            "skill_unneeded",
                            "no_host",
                        ],
                    )
                ),
                name="refusal_step_reason_known",
            ),
        ),
    ]
