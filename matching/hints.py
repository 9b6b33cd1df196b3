"""What this room adds to a project's page: its diagnosis, and what asking for more than money would open;
to a released request's, its diagnosis; and the causes it reads in a profile's text."""

from django.urls import reverse

from associations.hints import Hint
from associations.models import Association, Project
from matching.applicant import applicant
from matching.enums import Choice
from matching.models import Diagnosis
from matching.network.stems import stems_of_words
from matching.openings import OF_KIND, kinds_it_accepts, openings_under
from matching.scoring import likely_causes
from matching.scoring.text import exact_stems, words
from mecenova.ui.figures import long_date
from partnerships.models import Introduction


def diagnosis_hint(project: Project) -> Hint | None:
    """The last one: to be chosen after, being widened as chosen, or over and still to be read."""
    last = Diagnosis.objects.filter(project=project).order_by("-at", "pk").first()
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
    last = Diagnosis.objects.filter(introduction=introduction).order_by("-at", "pk").first()
    return last.get_absolute_url() if last is not None else ""


def money_only_hint(project: Project) -> Hint | None:
    """A proposed project that asks only for money: the needs that suit its association, and those that would
    with another ask, counted as the page where it leads counts them."""
    association = project.association
    if not (project.is_proposed and project.asks_only_for_money):
        return None
    one = applicant(association)
    before, others = openings_under(one, kinds_it_accepts(one))
    if not others:
        return None
    suited = before.total()
    listed = ", ".join(f"{other.needs} avec une demande {OF_KIND[other.kind]}" for other in others)
    return Hint(
        text=f"Votre projet ne demande que de l’argent\u00a0: {_suit_now(suited)} aujourd’hui. "
        f"Ce serait {listed}.",
        url=f"{reverse('matching:why_not_shown')}?association={association.pk}",
        label="Voir ce qui en ouvrirait",
    )


def causes_told(association: Association) -> list[str]:
    """What its name and its mission speak of, by the words learnt from other texts. One query."""
    said = set(words(f"{association.organisation.name} {association.purpose}"))
    stems = {**stems_of_words(said), **exact_stems()}
    return likely_causes(stems[word] for word in said if word in stems)


def _suit_now(number: int) -> str:
    if number == 0:
        return "aucun besoin ouvert ne vous convient"
    return f"{number} besoins ouverts vous conviennent" if number > 1 else "1 besoin ouvert vous convient"
