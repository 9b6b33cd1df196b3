"""The needs that suit one association now: the same filters and score as a round, seen from its side."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from heapq import nsmallest
from uuid import UUID

from associations.models import Association
from companies.models import Need
from matching.allocation import PRESENT_FROM, PRESENT_TEXT_FROM, Candidate
from matching.applicant import Applicant, stopped_by_stance
from matching.network import Names, load_need_sides
from matching.profiles import best_needs, missing_needs, stops_of
from matching.scoring import BY_PLACE, NeedSide, score, stopped_by
from matching.verdicts import Told, told_of_filter
from mecenova.calendar import clock
from partnerships.models import Introduction

# What the page of an association lists at once.
SUITED_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Suited:
    """The needs that suit one association, best first, and how many each filter stopped."""

    candidates: list[Candidate]
    stops: Mapping[str, int]
    names: Names


def suited_needs(one: Applicant, *, limit: int) -> Suited:
    """What an association may answer now. The database finds the best; those shown are weighed again, to be
    explained, and so are needs that have no profile yet. Reads the same number of rows however many needs."""
    side, today = one.side, clock.today()
    if not one.is_open:
        return Suited([], stopped_by_stance(Need.objects.answerable().count()), one.names)
    stops, unprofiled = Counter(stops_of(one.asker)), set(missing_needs())
    best = best_needs(
        one.asker,
        limit=limit,
        related=one.near_causes,
        total_from=PRESENT_FROM,
        text_from=PRESENT_TEXT_FROM,
    )
    wanted = {each.id for each in best} | unprofiled
    candidates = []
    for need in _read(wanted):
        stop = stopped_by(need, side, today)
        if stop is None:
            candidates.append(Candidate(need, side, score(need, side, one.names.related)))
        elif need.id in unprofiled:
            stops[stop] += 1
    worth = [candidate for candidate in candidates if candidate.is_worth_a_place]
    first = nsmallest(limit, worth, key=lambda each: (-each.assessment.total, each.need.id.bytes))
    return Suited(first, stops, one.names)


def why_none(association: Association, suited: Suited) -> Told | None:
    """In the words of the filter that stopped most open needs; to who has not said where it acts, that."""
    if suited.candidates:
        return None
    if not suited.stops:
        return Told(
            "Aucun n’est assez proche de ce que nous savons de vous. Un projet publié, "
            "qui dit ce que vous demandez, pour qui et où, est ce qui rapproche le plus."
        )
    most = max(suited.stops, key=lambda name: (suited.stops[name], name))
    number = suited.stops[most]
    needs = f"{number} besoins ouverts" if number > 1 else "1 besoin ouvert"
    if most in BY_PLACE and not association.territories.exists():
        most = "territory_unknown"
    told = told_of_filter(most, association)
    return replace(
        told, text=f"Ce qui arrête le plus souvent ({needs})\u00a0: {told.text[:1].lower()}{told.text[1:]}"
    )


def needs_to_answer(one: Applicant) -> int:
    """How many of the needs that its page lists it has not written to yet: never one more than it finds."""
    listed = {candidate.need.id for candidate in suited_needs(one, limit=SUITED_SHOWN).candidates}
    written = Introduction.objects.living().filter(association=one.association, need__in=listed)
    return len(listed - set(written.values_list("need", flat=True)))


def _read(wanted: Collection[UUID]) -> list[NeedSide]:
    if not wanted:
        return []
    return load_need_sides(Need.objects.answerable().filter(pk__in=wanted))
