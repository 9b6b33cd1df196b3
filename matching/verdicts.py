"""What came of a pair, or why nothing did, in words: for the team, and for the association."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from associations.models import Association
from companies.enums import NeedStatus
from matching.findings import FEWEST_SHOWN, in_plain_numbers
from matching.pairs import Pair
from matching.sharing import LONG_AFTER_DAYS
from mecenova.calendar import clock
from mecenova.ui.figures import days, integer, short_date
from partnerships.operations import next_month

# Where the association says otherwise what a filter heard, and how the link there is called.
SECTIONS = {
    "stance": ("position", "Revoir votre position"),
    "refused_kind": ("position", "Revoir ce que vous acceptez"),
    "refused_sector": ("position", "Revoir ce que vous acceptez"),
    "general_interest": ("position", "Revoir votre situation d’intérêt général"),
    "territory_unknown": ("territoires", "Dire où vous agissez"),
    "territory": ("territoires", "Revoir vos territoires"),
}
# To the association, of one need or of those that a filter stops most often.
TOLD: dict[str, str] = {
    "deadline": "La date limite du besoin est passée.",
    "stance": "Votre fiche dit que vous êtes en pause, ou présente comme experte seulement.",
    "refused_kind": "Votre fiche refuse la forme de soutien proposée.",
    "kind": "Vos projets publiés ne demandent pas la forme de soutien proposée.",
    "general_interest": "Votre fiche dit que vous n’êtes pas d’intérêt général, ce que le soutien suppose.",
    "excluded_cause": "L’entreprise ne soutient pas l’une de vos causes.",
    "refused_sector": "Votre fiche refuse le secteur de l’entreprise.",
    "territory_unknown": "Votre fiche ne dit pas encore où vous agissez, et le besoin n’est pas national.",
    "territory": "Vous n’agissez pas, d’après votre fiche, sur le territoire du besoin.",
}

# « 12 besoins … »
TOLD_IN_SHORT: dict[str, str] = {
    "deadline": "dont la date limite est passée",
    "stance": "que votre fiche met de côté\u00a0: elle dit que vous n’êtes pas ouverte aux propositions",
    "refused_kind": "sous une forme que votre fiche refuse",
    "kind": "sous une forme que vos projets publiés ne demandent pas",
    "general_interest": "réservés aux associations d’intérêt général",
    "excluded_cause": "d’entreprises qui ne soutiennent pas l’une de vos causes",
    "refused_sector": "d’un secteur que votre fiche refuse",
    "territory_unknown": "locaux, et votre fiche ne dit pas où vous agissez",
    "territory": "sur d’autres territoires que les vôtres",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and where the reader can change what it says."""

    text: str
    url: str = ""
    label: str = ""


def told_to_association(pair: Pair) -> list[Told]:
    """Why it was not shown for this need, what stops it first; never a word on who passed before."""
    if pair.stored is not None:
        seen = short_date(pair.stored.presented_at)
        return [Told(f"Vous avez été présentée pour ce besoin le {seen}. {pair.stored.outcome}")]
    found = [*_closed(pair), *_stops(pair), *_settled(pair)]
    if not pair.stops:
        found += _closeness(pair)
    return [*found, *_attention(pair), *_turn(pair)]


def told_of_filter(name: str, association: Association) -> Told:
    """What this filter says to the association that it stops."""
    if name not in SECTIONS:
        return Told(TOLD[name])
    section, label = SECTIONS[name]
    return Told(TOLD[name], reverse("associations:edit_section", args=[association.pk, section]), label)


def told_to_team(pair: Pair) -> str:
    """One sentence or two: when it was shown, if it was, and what keeps it from being now, until when."""
    kept, until = _kept_apart(pair)
    if pair.stored is not None:
        seen = f"Présentée le {short_date(pair.stored.presented_at)}."
        if not kept:
            return f"{seen} Elle peut l’être de nouveau\u00a0: le prochain tour la regarde."
        before = f" avant le {short_date(until)}" if until else ""
        return f"{seen} Pas de nouveau{before}\u00a0: {kept}."
    if not kept:
        return "Pas encore présentée\u00a0: le prochain tour la regarde, avec les places qui restent."
    end = f", jusqu’au {short_date(until)}" if until else ""
    return f"Pas présentée\u00a0: {kept}{end}."


def _kept_apart(pair: Pair) -> tuple[str, date | None]:
    """Why no round presents it now, what stops it first, and until which day when one is known."""
    if _closed(pair):
        return "le besoin n’est pas ouvert, ou l’association n’est pas vérifiée", None
    if pair.stops:
        return f"écartée par {in_plain_numbers(len(pair.stops), 'filtre', 'filtres')}", None
    if pair.settled is not None:
        return pair.settled.why, pair.settled.until
    again = clock.paris(pair.waits_since).date() + timedelta(days=LONG_AFTER_DAYS)
    if pair.stored is not None and again > clock.today():
        return "une paire déjà vue ne prend la place d’aucune nouvelle", again
    if not pair.is_admissible:
        return "la note est sous le seuil, et l’attente ne le compense pas encore", None
    if pair.presented_today:
        return "une fois par jour au plus, et elle l’a été ailleurs aujourd’hui", None
    if pair.away:
        return "l’entreprise est absente", pair.away.last_day + timedelta(days=1)
    if not pair.places_left:
        return "l’entreprise n’a plus de place ce mois-ci", None
    return "", None


def _closed(pair: Pair) -> list[Told]:
    found = []
    organisation = pair.association.organisation
    if not organisation.is_checked:
        found.append(
            Told("Votre fiche n’est pas encore vérifiée par l’équipe\u00a0: elle n’est proposée à personne.")
        )
    if pair.need.status != NeedStatus.PUBLISHED or not pair.need.company.organisation.is_checked:
        found.append(Told("Ce besoin ne reçoit plus de réponse."))
    return found


def _stops(pair: Pair) -> list[Told]:
    return [told_of_filter(one.name, pair.association) for one in pair.stops]


def _settled(pair: Pair) -> list[Told]:
    if pair.settled is None:
        return []
    if pair.settled.until is None:
        return [Told(pair.settled.told)]
    return [Told(f"{pair.settled.told}\u00a0: pas avant le {short_date(pair.settled.until)}.")]


def _closeness(pair: Pair) -> list[Told]:
    if not pair.is_worth_a_place:
        text = "Votre fiche et vos projets publiés parlent trop peu de ce que ce besoin cherche."
        return [Told(text, pair.association.new_project_url, "Décrire un projet")]
    standing = pair.standing
    if standing is None:
        return []
    if not standing.before:
        return [Told("Aucune association ne répond de plus près que vous à ce besoin.")]
    if standing.before < FEWEST_SHOWN:
        return [Told("Quelques associations passaient avant la vôtre\u00a0: elles y répondent de plus près.")]
    return [
        Told(
            f"{integer(standing.before)} associations passaient avant la vôtre\u00a0: elles répondent de "
            f"plus près à ce besoin, parmi {integer(standing.compatible)} qui peuvent y répondre."
        )
    ]


def _attention(pair: Pair) -> list[Told]:
    if not pair.capacity:
        return [Told("Cette entreprise n’étudie pas de nouvelle association en ce moment.")]
    if pair.away:
        left = f"elle est absente jusqu’au {short_date(pair.away.last_day)}, et n’en reçoit aucune d’ici là"
    elif pair.places_left:
        left = f"il lui en reste {pair.places_left} à regarder ce mois-ci"
    else:
        left = f"elle les a toutes vues\u202f; la suite vient le {short_date(next_month(clock.today()))}"
    many = in_plain_numbers(pair.capacity, "association", "associations")
    return [Told(f"Cette entreprise regarde {many} par mois\u00a0: {left}.")]


def _turn(pair: Pair) -> list[Told]:
    if not pair.association.organisation.is_checked:
        return [
            Told(
                "Une fois vérifiée, chaque association ouverte et complète est présentée, ou appelée par "
                "l’équipe, au moins une fois tous les 90\u00a0jours."
            )
        ]
    waited = days(max(0, (clock.now() - pair.waits_since).days))
    since = "votre dernière présentation" if pair.last_presented else "votre vérification"
    return [
        Told(
            f"{waited} depuis {since}. Chaque association ouverte et complète est présentée, ou appelée par "
            "l’équipe, au moins une fois tous les 90\u00a0jours."
        )
    ]
