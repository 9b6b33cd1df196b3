"""One need and one association, looked at whole: filters, sum, what happened before, rank, places.

The team's page, `explain_match` and what an association is told are three readings of the same `Pair`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max

from associations.models import Association
from companies.models import Need
from matching.allocation import Candidate
from matching.enums import SuggestionStatus
from matching.ledger import asked_again_on, delays_after_no
from matching.models import Suggestion
from matching.models.suggestions import AFTER_SILENCE
from matching.network import load
from matching.refusals import Refused, refused_between
from matching.scoring import STOPS, WEIGHTS, Assessment, AssociationSide, NeedSide, every_stop, score
from matching.standing import Standing, standing_of
from mecenova.calendar import clock
from mecenova.identifiers.names import fold
from partnerships.enums import OPEN_STATUSES, IntroductionStatus
from partnerships.models import Introduction
from partnerships.operations import places_left

REFUSED = "Cette entreprise vous a déjà répondu non"
SILENT = "Cette entreprise n’a pas répondu à votre dernière demande"
PART_LABELS = {
    "theme": "un thème en commun",
    "cause": "causes",
    "text": "mots et sujets",
    "place": "territoire",
    "audience": "publics",
    "skills": "compétences",
    "amount": "montant",
    "clarity": "fiche parlante, intérêt général clair",
}


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    sentence: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One term of the sum."""

    label: str
    value: float
    weight: float

    @property
    def product(self) -> float:
        return self.value * self.weight


@dataclass(frozen=True, slots=True)
class Settled:
    """Why the pair of company and association is not to be brought back before a day; no day, not at all.

    `why` is for the team, `told` for the association.
    """

    why: str
    told: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Pair:
    """`standing` is None for a pair that a filter stops, or that nothing brings together."""

    need: Need
    association: Association
    need_side: NeedSide
    side: AssociationSide
    assessment: Assessment
    names: Mapping[str, str]
    related: Mapping[str, frozenset[str]]
    filters: tuple[Filter, ...]
    stored: Suggestion | None
    settled: Settled | None
    # What past refusals take from the score when a round chooses.
    refused: Refused | None
    standing: Standing | None
    capacity: int
    places_left: int
    last_presented: datetime | None

    @property
    def stops(self) -> list[Filter]:
        return [one for one in self.filters if not one.passed]

    @property
    def parts(self) -> list[Part]:
        return [
            Part(PART_LABELS.get(name, name), self.assessment.parts[name], weight)
            for name, weight in WEIGHTS.items()
        ]

    @property
    def is_worth_a_place(self) -> bool:
        return Candidate(self.need_side, self.side, self.assessment).is_worth_a_place

    @property
    def is_suited(self) -> bool:
        """No filter stops it, and it is close enough to be shown."""
        return not self.stops and self.is_worth_a_place

    @property
    def presented_today(self) -> bool:
        seen = self.last_presented
        return seen is not None and clock.paris(seen).date() == clock.today()

    @property
    def waits_since(self) -> datetime:
        organisation = self.association.organisation
        return self.last_presented or organisation.checked_at or organisation.created_at


def look_at(need: Need, association: Association) -> Pair:
    """All that can be said of them now. Reads only."""
    today = clock.today()
    network = load(Association.objects.filter(pk=association.pk), Need.objects.filter(pk=need.pk))
    need_side, side = network.needs[0], network.associations[0]
    stops = every_stop(need_side, side, today)
    assessment = score(need_side, side, network.related)
    company = need.company
    return Pair(
        need=need,
        association=association,
        need_side=need_side,
        side=side,
        assessment=assessment,
        names=network.names.words,
        related=network.related,
        filters=tuple(Filter(name, sentence, name not in stops) for name, sentence in STOPS.items()),
        stored=Suggestion.objects.with_parties().filter(need=need, association=association).first(),
        settled=settled_between(company.pk, association.pk),
        refused=refused_between(need, association),
        standing=None if stops or not assessment.has_theme else standing_of(need.pk, association.pk),
        capacity=company.policy.monthly_capacity if company.has_policy else 0,
        places_left=places_left(company),
        last_presented=Suggestion.objects.filter(association=association).aggregate(at=Max("presented_at"))[
            "at"
        ],
    )


def needs_named(wanted: str) -> list[Need]:
    """The need of this identifier, or those, two at most, of this title whatever the case."""
    key = _key(wanted)
    found = Need.objects.filter(pk=key) if key else Need.objects.filter(title__iexact=wanted.strip())
    return list(found.order_by("pk")[:2])


def associations_named(wanted: str) -> list[Association]:
    """The association of this identifier, or those, two at most, of this name, case and accents aside."""
    key, rows = _key(wanted), Association.objects.select_related("organisation").order_by("pk")
    return list((rows.filter(pk=key) if key else rows.filter(organisation__name_key=fold(wanted)))[:2])


def _key(wanted: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(wanted.strip())
    except ValueError:
        return None


def settled_between(company: uuid.UUID, association: uuid.UUID) -> Settled | None:
    """What keeps this company from being shown this association again: the latest date, if several."""
    found = [*_settled_suggestions(company, association), *_settled_introductions(company, association)]
    for_good = [one for one in found if one.until is None]
    return for_good[0] if for_good else max(found, key=lambda one: one.until or date.min, default=None)


def _settled_suggestions(company: uuid.UUID, association: uuid.UUID) -> list[Settled]:
    found = []
    for one in Suggestion.objects.filter(company=company, association=association).select_related("need"):
        if one.status == SuggestionStatus.PRESENTED:
            if one.may_return_on > clock.today():
                found.append(
                    Settled(
                        "l’association lui est déjà présentée, et l’entreprise n’a pas encore répondu",
                        "Vous lui êtes déjà présentée, pour un besoin auquel elle n’a pas encore répondu",
                        one.may_return_on,
                    )
                )
        elif one.status == SuggestionStatus.INTERESTED:
            found.append(
                Settled(
                    "l’entreprise s’est déjà dite intéressée",
                    "Elle s’est déjà dite intéressée par vous.",
                    None,
                )
            )
        elif one.status == SuggestionStatus.DECLINED and one.answered_at:
            again = asked_again_on(one.answered_at, one.refusal_reason, one.need.kind, delays_after_no())
            if again > clock.today():
                found.append(Settled("l’entreprise a répondu non à une suggestion", REFUSED, again))
    return found


def _settled_introductions(company: uuid.UUID, association: uuid.UUID) -> list[Settled]:
    found = []
    for one in Introduction.objects.filter(company=company, association=association):
        if one.status in OPEN_STATUSES:
            found.append(
                Settled(
                    "une mise en relation est en cours",
                    "Vous avez déjà une demande en cours avec elle.",
                    None,
                )
            )
        elif one.status == IntroductionStatus.YES:
            found.append(
                Settled("une mise en relation a été acceptée", "Vous êtes déjà en relation avec elle.", None)
            )
        elif one.status == IntroductionStatus.NO and one.retry_on and one.retry_on > clock.today():
            found.append(Settled("l’entreprise a répondu non à une demande", REFUSED, one.retry_on))
        elif one.status == IntroductionStatus.RELEASED and one.released_at:
            found += _until("une demande est restée sans réponse", SILENT, one.released_at, AFTER_SILENCE)
    return found


def _until(why: str, told: str, since: datetime, delay: timedelta) -> list[Settled]:
    until = clock.paris(since).date() + delay
    return [Settled(why, told, until)] if until > clock.today() else []
