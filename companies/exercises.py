"""What a company does at each step of « Bien choisir ses partenaires », on its own data.

The library shows the steps and keeps the answers; each exercise is registered here by the key of its step.
"""

from django.urls import reverse

from accounts.models import Organisation
from companies.models import Company, Need
from companies.readiness import POLICY_PARTS, missing_from_policy
from infotheque.exercises import Dimension, Exercise, Finding, Group, Question, register_exercise

PATH = "choisir-et-suivre-ses-partenaires"


def look_at_policy(organisation: Organisation) -> list[Finding]:
    company = Company.objects.with_details().filter(organisation=organisation).first()
    if company is None:
        return []
    missing = missing_from_policy(company)
    policy = reverse("companies:policy", args=[company.pk])
    return [
        Finding(part.label, part not in missing, f"{policy}#{part.anchor}", "Le dire dans la politique")
        for part in POLICY_PARTS
    ]


def look_at_needs(organisation: Organisation) -> list[Finding]:
    company = Company.objects.filter(organisation=organisation).first()
    if company is None:
        return []
    published = Need.objects.of_company(company).published().not_past()
    is_there, address = published.exists(), company.new_need_url
    return [Finding("un besoin publié", is_there, address, "Écrire un besoin", needed=False)]


PARTNERSHIPS = Group(
    "partnerships",
    "Vos partenariats",
    (
        Dimension(
            "policy",
            "Politique",
            "Une personne de l’extérieur sait en une minute ce que nous soutenons, et où.",
            "ecrire-sa-politique",
        ),
        Dimension(
            "team",
            "Équipe",
            "Une personne a du temps pour suivre, et quelqu’un peut la remplacer.",
            "repondre",
        ),
        Dimension(
            "budget",
            "Moyens",
            "Nous savons combien nous pouvons donner cette année, en argent et en temps.",
            "publier-un-besoin",
        ),
        Dimension(
            "culture",
            "Culture du partenariat",
            "Nous choisissons avec les mêmes questions pour toutes, connues ou non.",
            "choisir",
        ),
        Dimension(
            "communication",
            "Réponses",
            "Chaque association reçoit une réponse, avec sa vraie raison.",
            "repondre",
        ),
        Dimension(
            "evaluation",
            "Évaluation",
            "Nous faisons le bilan à deux, et nous revenons trois mois après.",
            "evaluer-ensemble",
        ),
    ),
)
CO_CONSTRUCTION = Group(
    "co-construction",
    "Votre co-construction",
    (
        Dimension(
            "dedicated",
            "Équipe dédiée",
            "Une personne a du temps, écrit dans son agenda, pour chercher à plusieurs.",
            "suivre",
        ),
        Dimension(
            "heads",
            "Direction engagée",
            "Notre direction est prête à changer une façon de faire si l’essai le montre.",
            "co-construire",
        ),
        Dimension(
            "openness",
            "Ouverture",
            "Nous accepterions un concurrent, un syndicat ou une petite association à la table.",
            "choisir",
        ),
        Dimension(
            "time",
            "Temps",
            "Nous pouvons nous donner un an pour essayer, changer et recommencer.",
            "co-construire",
        ),
    ),
)

EXERCISES = (
    Exercise(
        "ecrire-sa-politique",
        questions=(Question("not", "Ce que nous ne faisons pas"),),
        look=look_at_policy,
    ),
    Exercise("ou-en-sommes-nous", groups=(PARTNERSHIPS, CO_CONSTRUCTION)),
    Exercise("publier-un-besoin", look=look_at_needs),
    Exercise(
        "choisir",
        questions=(
            Question("first", "La question qui compte le plus", is_long=False),
            Question("second", "La deuxième", is_long=False),
        ),
    ),
    Exercise(
        "repondre",
        questions=(
            Question("person", "Qui répond", is_long=False),
            Question("delay", "En combien de jours", is_long=False),
        ),
    ),
    Exercise(
        "suivre",
        questions=(
            Question("visit", "Le jour de la visite", is_long=False),
            Question("decision", "Le jour où nous dirons si nous continuons", is_long=False),
        ),
    ),
    Exercise(
        "co-construire",
        questions=(Question("question", "La question, et qui d’autre elle concerne"),),
    ),
    Exercise(
        "evaluer-ensemble",
        questions=(
            Question("things", "Les trois choses que nous regarderons"),
            Question("with_whom", "Avec qui", is_long=False),
        ),
    ),
)

for exercise in EXERCISES:
    register_exercise(PATH, exercise)
