"""What an association does at each step of « Préparer un partenariat », on its own data.

The library shows the steps and keeps the answers; each exercise is registered here by the key of its step.
"""

from decimal import Decimal

from django.urls import reverse

from accounts.models import Organisation
from associations.enums import ProjectStatus
from associations.models import Ask, Association
from associations.readiness import RULES
from infotheque.exercises import (
    Answers,
    Dimension,
    Exercise,
    Finding,
    Group,
    Question,
    register_exercise,
)
from mecenova.ui.figures import euros, integer

PATH = "preparer-un-partenariat"
# As many words as a person says in a minute without hurrying.
WORDS_A_MINUTE = 150
YES_NO = (("yes", "Oui"), ("no", "Non"), ("unsure", "Nous ne savons pas"))


def _association(organisation: Organisation) -> Association | None:
    return Association.objects.for_readiness().filter(organisation=organisation).first()


def _parts(organisation: Organisation, *keys: str, needed: bool = True) -> list[Finding]:
    """The parts of the profile of these names, as completeness sees them."""
    association = _association(organisation)
    if association is None:
        return []
    return [
        Finding(
            text=rule.part.label,
            is_there=rule.is_filled(association),
            url=reverse("associations:edit_section", args=[association.pk, rule.part.anchor]),
            label="Le dire sur la fiche",
            needed=needed,
        )
        for rule in RULES
        if rule.part.key in keys and rule.concerns(association)
    ]


def look_at_mission(organisation: Organisation) -> list[Finding]:
    return _parts(organisation, "purpose", "causes", "audiences", "territories")


def look_at_general_interest(organisation: Organisation) -> list[Finding]:
    return _parts(organisation, "general_interest", needed=False)


def look_at_team(organisation: Organisation) -> list[Finding]:
    return [
        Finding(
            text="une deuxième personne qui reçoit les messages",
            is_there=len(organisation.active_members()) > 1,
            url=reverse("accounts:members", args=[organisation.pk]),
            label="Inviter quelqu’un",
            needed=False,
        )
    ]


def look_at_asks(organisation: Organisation) -> list[Finding]:
    association = _association(organisation)
    if association is None:
        return []
    asks = Ask.objects.filter(project__association=association)
    kinds = set(asks.exclude(project__status=ProjectStatus.CLOSED).values_list("kind", flat=True))
    return [
        Finding(
            text="des demandes d’au moins deux formes dans vos projets",
            is_there=len(kinds) > 1,
            url=association.new_project_url,
            label="Écrire un projet" if not kinds else "Ajouter une demande, ou un projet",
            needed=False,
        )
    ]


def look_at_limits(organisation: Organisation) -> list[Finding]:
    association = _association(organisation)
    if association is None:
        return []
    said = bool(association.refused_kinds) or association.refused_sectors.exists()
    return [
        *_parts(organisation, "territories"),
        Finding(
            text="ce que vous refusez (rien n’oblige à refuser)",
            is_there=said,
            url=reverse("associations:edit_section", args=[association.pk, "position"]),
            label="Le dire sur la fiche",
            needed=False,
        ),
    ]


def conclude_general_interest(answers: Answers) -> str:
    given = [answers.get(question.key) for question in INTEREST_QUESTIONS]
    if "no" in given:
        return (
            "Un «\u202fnon\u202f»\u00a0: ne délivrez pas de reçu fiscal. Le bénévolat, le parrainage et la "
            "co-construction vous restent ouverts. Dites-le sur votre fiche."
        )
    if all(answer == "yes" for answer in given):
        return (
            "Quatre «\u202foui\u202f»\u00a0: vous pouvez déclarer que vous êtes d’intérêt "
            "général. Un rescrit n’est "
            "pas obligatoire\u202f; c’est la preuve la plus solide. Ce n’est pas un conseil fiscal."
        )
    return (
        "Un doute\u00a0: «\u202fnous ne savons pas encore\u202f» est la bonne réponse sur votre "
        "fiche. Une question "
        "écrite à l’administration, le rescrit, vous protégera."
    )


def conclude_budget(answers: Answers) -> str:
    if not all(answers.get(key) for key in ("total", "secured", "asked")):
        return ""
    total, secured, asked = (Decimal(answers[key]) for key in ("total", "secured", "asked"))
    left = total - secured - asked
    if total <= 0:
        return "Le total doit être plus grand que zéro."
    if left < 0:
        return "Vos ressources dépassent le coût\u00a0: relisez les trois chiffres."
    share = integer(round(100 * secured / total))
    if not left:
        return f"Tout est acquis ou demandé, et {share}\u00a0% est déjà acquis. Il ne reste rien à trouver."
    return (
        f"Il reste {euros(left)} à trouver, et {share}\u00a0% est déjà acquis. "
        f"En trois lots égaux, ce serait {euros((left / 3).quantize(Decimal(1)))} chacun\u00a0: "
        "lesquels seraient utiles à eux seuls\u202f?"
    )


def conclude_pitch(answers: Answers) -> str:
    sentences = [answers[question.key] for question in PITCH_QUESTIONS if answers.get(question.key)]
    if not sentences:
        return ""
    words = sum(len(sentence.split()) for sentence in sentences)
    seconds = integer(round(60 * words / WORDS_A_MINUTE))
    said = "C’est une minute" if words <= WORDS_A_MINUTE else "C’est plus d’une minute\u00a0: coupez"
    return f"{' '.join(sentences)} — {integer(words)} mots, environ {seconds} secondes. {said}."


MODELS = (
    ("money", "De l’argent, sans publicité en retour"),
    ("goods", "Des biens, donnés ou prêtés"),
    ("service", "Une tâche que l’entreprise dirige, sur son temps de travail"),
    ("loan", "Une personne que nous dirigeons, sur son temps de travail"),
    ("own_time", "Des bénévoles, sur leur temps libre"),
    ("visibility", "De l’argent contre de la visibilité"),
    ("answer", "Une réponse cherchée à plusieurs"),
)
ADVICE = {
    "money": "Prenez la convention de mécénat financier. Un reçu est possible si vous êtes "
    "d’intérêt général.",
    "goods": "Prenez la convention de mécénat en nature, et le bordereau de remise. L’entreprise "
    "dit la valeur.",
    "service": "Prenez la convention de compétences, prestation de service, et la fiche de "
    "mission en annexe.",
    "loan": "Prenez la convention de mise à disposition. Il faut l’accord écrit de la personne "
    "et un avenant.",
    "own_time": "C’est du bénévolat\u00a0: pas de convention de mécénat, pas de reçu, mais une "
    "assurance et un vrai accueil.",
    "visibility": "C’est un parrainage\u00a0: une facture, et aucun reçu fiscal. Prenez la "
    "convention de parrainage.",
    "answer": "Prenez la charte de co-construction. Aucun reçu pour ce qui entre dans le modèle "
    "de l’entreprise.",
}


def conclude_agreement(answers: Answers) -> str:
    return ADVICE.get(answers.get("brings", ""), "")


INTEREST_QUESTIONS = (
    Question("lucrative", "Notre activité est non lucrative", choices=YES_NO),
    Question(
        "management",
        "Notre gestion est désintéressée\u00a0: personne ne se partage les ressources",
        choices=YES_NO,
    ),
    Question("circle", "Nous sommes ouverts à plus qu’un cercle restreint", choices=YES_NO),
    Question(
        "nature",
        "Notre activité est d’une nature prévue par la loi (sociale, éducative, culturelle…)",
        choices=YES_NO,
    ),
)
PITCH_QUESTIONS = (
    Question("who", "Pour qui", "Des personnes, un nombre, un lieu."),
    Question("wrong", "Ce qui ne va pas, vu d’elles"),
    Question("action", "Ce que nous faisons", "Un verbe d’action."),
    Question("proof", "Ce qui a déjà changé", "Une preuve, même petite."),
    Question("ask", "Ce qu’il nous faut, et quand"),
    Question("change", "Ce que cela changera, et avec qui parler"),
)
PREPARATION = Group(
    "preparation",
    "Votre préparation",
    (
        Dimension(
            "mission",
            "Mission",
            "Notre mission tient en deux phrases, et nous disons tous les mêmes.",
            "dire-sa-mission",
        ),
        Dimension(
            "team",
            "Équipe",
            "Une personne suit les partenariats, et quelqu’un peut la remplacer.",
            "une-personne-en-charge",
        ),
        Dimension(
            "budget", "Budget", "Notre projet a un budget équilibré, découpé en morceaux.", "budget-du-projet"
        ),
        Dimension(
            "culture",
            "Culture du partenariat",
            "Nous savons demander autre chose que de l’argent, et à qui.",
            "cinq-formes",
        ),
        Dimension(
            "communication",
            "Communication",
            "Quelqu’un qui ne nous connaît pas nous comprend en une minute.",
            "une-minute",
        ),
        Dimension(
            "evaluation",
            "Évaluation",
            "Nous savons dire ce qui a changé, avec des chiffres et des mots.",
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
            "une-personne-en-charge",
        ),
        Dimension(
            "heads",
            "Directions engagées",
            "La présidence et la direction sont prêtes à s’engager avec d’autres.",
            "co-construire",
        ),
        Dimension(
            "openness",
            "Ouverture",
            "Nous sommes prêts à faire entrer d’autres acteurs, même différents de nous.",
            "choisir-a-qui-demander",
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
        "s-inscrire-ne-suffit-pas",
        questions=(Question("hope", "Ce qu’un bon partenariat changerait, et d’ici à quand"),),
    ),
    Exercise("ou-en-sommes-nous", groups=(PREPARATION, CO_CONSTRUCTION)),
    Exercise("dire-sa-mission", look=look_at_mission),
    Exercise(
        "interet-general",
        questions=INTEREST_QUESTIONS,
        look=look_at_general_interest,
        conclude=conclude_general_interest,
    ),
    Exercise(
        "une-personne-en-charge",
        questions=(
            Question("person", "Qui répond", is_long=False),
            Question("stand_in", "Qui remplace", is_long=False),
            Question("hours", "Combien d’heures par mois", is_long=False),
        ),
        look=look_at_team,
    ),
    Exercise(
        "cinq-formes",
        questions=(
            Question("money", "Si l’argent arrivait demain, qu’achèterions-nous\u202f?", required=False),
            Question("days", "Si quelqu’un venait dix jours, qui serait-ce\u202f?", required=False),
            Question("hands", "Que ferait-on avec dix personnes un samedi\u202f?", required=False),
            Question("unsolved", "Qu’est-ce que nous ne savons pas résoudre\u202f?", required=False),
        ),
        at_least=1,
        look=look_at_asks,
    ),
    Exercise(
        "budget-du-projet",
        questions=(
            Question("total", "Ce que le projet coûte", is_amount=True),
            Question("secured", "Ce qui est déjà acquis", is_amount=True),
            Question("asked", "Ce qui est demandé ailleurs, sans réponse encore", is_amount=True),
        ),
        conclude=conclude_budget,
    ),
    Exercise("une-minute", questions=PITCH_QUESTIONS, conclude=conclude_pitch),
    Exercise(
        "choisir-a-qui-demander",
        questions=(Question("list", "Quatre entreprises au plus, et la petite chose à demander à chacune"),),
        look=look_at_limits,
    ),
    Exercise(
        "premier-rendez-vous",
        questions=(
            Question("ask", "Notre demande"),
            Question("smaller", "La plus petite, en réserve"),
            Question("question", "La première question que nous poserons"),
        ),
    ),
    Exercise(
        "ecrire-la-convention",
        questions=(Question("brings", "Que nous apporterait l’entreprise\u202f?", choices=MODELS),),
        conclude=conclude_agreement,
    ),
    Exercise(
        "co-construire",
        questions=(Question("question", "Une question que nous ne savons pas résoudre seuls"),),
    ),
    Exercise(
        "evaluer-ensemble",
        questions=(
            Question("first", "Nous regarderons", is_long=False),
            Question("second", "Nous regarderons aussi", is_long=False),
            Question("third", "Et enfin", is_long=False),
        ),
    ),
)

for exercise in EXERCISES:
    register_exercise(PATH, exercise)
