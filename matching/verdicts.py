"""What came of a pair, or why nothing did, in words: for the team, and for the association."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from companies.enums import NeedStatus
from matching.findings import FEWEST_SHOWN, in_plain_numbers
from matching.pairs import Pair
from matching.sharing import LONG_AFTER_DAYS
from mecenova.calendar import clock
from mecenova.ui.figures import days, integer, short_date
from partnerships.operations import next_month

SECTIONS = {
    "stance": "position",
    "refused_kind": "position",
    "refused_sector": "position",
    "general_interest": "identite",
    "territory_unknown": "territoires",
    "territory": "territoires",
}
TOLD: dict[str, str] = {
    "deadline": "La date limite de ce besoin est passée.",
    "stance": "Votre fiche dit que vous n’êtes pas ouverte aux propositions en ce moment.",
    "refused_kind": "Votre fiche refuse cette forme de soutien.",
    "kind": "Vos projets publiés ne demandent pas cette forme de soutien.",
    "general_interest": "Votre fiche dit que vous n’êtes pas d’intérêt général, ce que ce soutien suppose.",
    "excluded_cause": "Cette entreprise ne soutient pas l’une de vos causes.",
    "refused_sector": "Votre fiche refuse le secteur de cette entreprise.",
    "territory_unknown": "Votre fiche ne dit pas où vous agissez, et ce besoin n’est pas national.",
    "territory": "Vous n’agissez pas, d’après votre fiche, sur le territoire de ce besoin.",
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
    if not pair.is_worth_a_place:
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
    edit = pair.association.pk
    return [
        Told(
            TOLD.get(one.name, one.sentence),
            reverse("associations:edit_section", args=[edit, SECTIONS[one.name]])
            if one.name in SECTIONS
            else "",
            "Revoir cette partie de la fiche" if one.name in SECTIONS else "",
        )
        for one in pair.stops
    ]


def _settled(pair: Pair) -> list[Told]:
    if pair.settled is None:
        return []
    if pair.settled.until is None:
        return [Told(pair.settled.told)]
    return [Told(f"{pair.settled.told}\u00a0: pas avant le {short_date(pair.settled.until)}.")]


def _closeness(pair: Pair) -> list[Told]:
    if not pair.is_worth_a_place:
        project = reverse("associations:project_create")
        text = "Votre fiche et vos projets publiés parlent trop peu de ce que ce besoin cherche."
        return [Told(text, project, "Décrire un projet")]
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
        left = f"elle les a toutes vues\u00a0; la suite vient le {short_date(next_month(clock.today()))}"
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
