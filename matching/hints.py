"""What this room adds to a project's page: its diagnosis, and what asking for more than money would open;
to a released request's, its diagnosis; and the causes it reads in a profile's text."""

from django.urls import reverse

from associations.hints import Hint
from associations.models import Association, Project
from matching.enums import Choice
from matching.findings import ground_of, needs_around, number_by_kind
from matching.models import Diagnosis
from matching.network.stems import stems_of_words
from matching.scoring import likely_causes
from matching.scoring.text import exact_stems, words
from mecenova.reference.enums import Kind
from mecenova.ui.figures import long_date
from partnerships.models import Introduction

# From the one most needs offer to the one fewest do, ties in this order.
OTHER_KINDS = {
    Kind.SKILLS: "des compétences",
    Kind.IN_KIND: "des biens",
    Kind.VOLUNTEERING: "du temps de salariés",
    Kind.CO_CONSTRUCTION: "une question à travailler ensemble",
}


def diagnosis_hint(project: Project) -> Hint | None:
    """The last one: to be chosen after, being widened as chosen, or over and still to be read."""
    last = Diagnosis.objects.filter(project=project).order_by("-at").first()
    if last is None:
        return None
    if not (last.is_open or last.choice == Choice.WIDEN):
        return Hint(
            text=f"Pourquoi ce projet n’avait pas trouvé d’entreprise le {long_date(last.at)}.",
            url=last.get_absolute_url(),
            label="Relire ce point",
            title="Le dernier point",
        )
    if last.is_open:
        text = (
            "Ce projet n’a pas encore trouvé d’entreprise. Nous avons fait le point, chiffres en main\u00a0: "
            "à vous de choisir la suite."
        )
    else:
        text = "Vous avez choisi d’élargir ce projet\u00a0: voici les portes ouvertes."
    return Hint(
        text=text,
        url=last.get_absolute_url(),
        label="Voir le point et les suites possibles",
        title="Faire le point",
    )


def why_released(introduction: Introduction) -> str:
    """Where its association reads why it was released: also once there is nothing left to choose."""
    last = Diagnosis.objects.filter(introduction=introduction).order_by("-at").first()
    return last.get_absolute_url() if last is not None else ""


def money_only_hint(project: Project) -> Hint | None:
    """A project that asks only for money: the open needs in its causes and place that give something else."""
    if not project.asks_only_for_money:
        return None
    association = project.association
    kinds = number_by_kind(needs_around(ground_of(project)))
    others = [kind for kind in OTHER_KINDS if kinds[kind] and kind not in association.refused_kinds]
    if not others:
        return None
    number = sum(kinds[kind] for kind in others)
    listed = ", ".join(OTHER_KINDS[kind] for kind in sorted(others, key=lambda kind: -kinds[kind]))
    money = kinds[Kind.FINANCIAL]
    opened = f"{number} besoins ouverts offrent" if number > 1 else "1 besoin ouvert offre"
    return Hint(
        text=(
            f"Votre projet ne demande que de l’argent\u00a0: {_money_needs(money)} aujourd’hui "
            "dans vos causes et sur votre territoire. "
            f"Avec une demande d’une autre forme, {opened} aussi\u00a0: {listed}."
        ),
        url=f"{reverse('companies:need_list')}?forme={max(others, key=lambda kind: kinds[kind])}",
        label="Voir ces besoins",
    )


def causes_told(association: Association) -> list[str]:
    """What its name and its mission speak of, by the words learnt from other texts. One query."""
    said = set(words(f"{association.organisation.name} {association.purpose}"))
    stems = {**stems_of_words(said), **exact_stems()}
    return likely_causes(stems[word] for word in said if word in stems)


def _money_needs(number: int) -> str:
    if number == 0:
        return "aucun besoin ouvert n’en donne"
    return f"{number} besoins ouverts en donnent" if number > 1 else "1 besoin ouvert en donne"
