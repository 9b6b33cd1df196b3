"""A suggestion's reasons keep the company's; the field knows those of associations too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0010_presented_again"),
        ("partnerships", "0005_refusals_of_each_side"),
    ]

    operations = [
        migrations.AlterField(
            model_name="suggestion",
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
    ]
