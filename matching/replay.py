"""Past rounds played again under two sets of weights, on paper: who would have waited less, and who more.

The same pairs, the same days, the same places; only the weights differ. Reads, and writes nothing.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

import numpy as np
from django.db.models import Count, Max

from associations.models import Association
from companies.models import Company, Need
from matching.allocation import PRESENT_FROM, PRESENT_TEXT_FROM, Candidate
from matching.models import Round, Suggestion
from matching.ranking import candidates_of, rank_as_they_stand
from matching.scoring import total_of
from matching.sharing import Offers, admissible, cannot_wait, choose_today, open_places
from matching.weights import Weighting
from mecenova.calendar import clock
from partnerships.enums import AttentionSource
from partnerships.models import AttentionEntry, AttentionMonth, Introduction

# Twice as deep as a round: under other weights a pair may climb.
DEPTH = 600
Array = np.ndarray[Any, Any]
Pair = tuple[uuid.UUID, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Played:
    """What weights give: (need, association) pairs, and how many days each association waited for its first,
    or to the end."""

    version: str
    presented: frozenset[Pair]
    waits: Mapping[uuid.UUID, int]

    @property
    def median_wait(self) -> float | None:
        return median(self.waits.values()) if self.waits else None

    @property
    def longest_wait(self) -> int | None:
        return max(self.waits.values(), default=None)


@dataclass(frozen=True, slots=True)
class Replay:
    """`really` is what happened; `kept` counts the suggestions whose terms were kept, `dropped` those of them
    that the other weights would put under the threshold."""

    days: Sequence[date]
    present: Played
    other: Played
    really: frozenset[Pair]
    kept: int
    dropped: int

    @property
    def otherwise(self) -> int:
        """Presentations of the other weights that the present ones do not make."""
        return len(self.other.presented - self.present.presented)

    def waiting(self, *, less: bool) -> list[uuid.UUID]:
        """Who would wait less (or more) under the other weights, most first."""
        gains = {key: self.present.waits[key] - self.other.waits[key] for key in self.present.waits}
        chosen = [key for key, gain in gains.items() if (gain > 0 if less else gain < 0)]
        return sorted(chosen, key=lambda key: (-abs(gains[key]), key.bytes))


@dataclass(slots=True)
class _Ground:
    """What both plays start from; arrays are by pair, or by company or association in their order."""

    candidates: list[Candidate]
    need: Array
    company: Array
    association: Array
    companies: list[uuid.UUID]
    associations: list[uuid.UUID]
    open_from: Array
    open_until: Array
    barred: Array
    since: Array
    checked: Array
    capacity: Mapping[tuple[uuid.UUID, date], int]
    usual: Mapping[uuid.UUID, int]
    asked: Mapping[tuple[uuid.UUID, date], int]
    spent: Mapping[tuple[uuid.UUID, date], int] = field(default_factory=dict)


def replay(since: date, present: Weighting, other: Weighting) -> Replay:
    """Play the days that had a round since then, today's needs and associations as they are now."""
    days = _days_with_a_round(since)
    ground = _read(since)
    suggestions = Suggestion.objects.filter(presented_at__gte=clock.midnight(since)).order_by()
    kept = [
        total_of(inputs, has_theme=bool(inputs["has_theme"]), weights=other.weights)
        for inputs in suggestions.values_list("inputs", flat=True)
        if set(other.weights) <= set(inputs) and "has_theme" in inputs
    ]
    return Replay(
        days=days,
        present=_play(ground, days, present),
        other=_play(ground, days, other),
        really=frozenset(suggestions.values_list("need_id", "association_id")),
        kept=len(kept),
        dropped=sum(total < PRESENT_FROM for total in kept),
    )


def _days_with_a_round(since: date) -> list[date]:
    rounds = Round.objects.filter(started_at__gte=clock.midnight(since)).order_by("started_at", "pk")
    return sorted({clock.paris(at).date() for at in rounds.values_list("started_at", flat=True)})


def _read(since: date) -> _Ground:
    candidates, _ = candidates_of(rank_as_they_stand(depth=DEPTH).pairs)
    associations = sorted({each.association.id for each in candidates}, key=lambda key: key.bytes)
    companies = sorted({each.need.company for each in candidates}, key=lambda key: key.bytes)
    needs = sorted({each.need.id for each in candidates}, key=lambda key: key.bytes)
    rank_of = {key: row for keys in (associations, companies, needs) for row, key in enumerate(keys)}
    told = {
        key: (clock.paris(at).date() if at else date.max, deadline or date.max)
        for key, at, deadline in Need.objects.filter(pk__in=needs).values_list(
            "pk", "published_at", "deadline"
        )
    }
    before = _met_before(since, companies)
    waiting = _waiting_at(since, associations)
    return _Ground(
        candidates=candidates,
        need=np.array([rank_of[each.need.id] for each in candidates], np.int64),
        company=np.array([rank_of[each.need.company] for each in candidates], np.int64),
        association=np.array([rank_of[each.association.id] for each in candidates], np.int64),
        companies=companies,
        associations=associations,
        open_from=np.array([told[each.need.id][0].toordinal() for each in candidates], np.int64),
        open_until=np.array([told[each.need.id][1].toordinal() for each in candidates], np.int64),
        barred=np.array([(each.need.company, each.association.id) in before for each in candidates], bool),
        since=np.array([waiting[key][0].toordinal() for key in associations], np.int64),
        checked=np.array([waiting[key][1].toordinal() for key in associations], np.int64),
        **_places(since, companies),
    )


def _met_before(since: date, companies: Collection[uuid.UUID]) -> set[Pair]:
    """Companies and associations that had already met: not brought together again here."""
    start = clock.midnight(since)
    shown = Suggestion.objects.filter(company__in=companies, presented_at__lt=start).order_by()
    asked = Introduction.objects.filter(company__in=companies, created_at__lt=start).order_by()
    return {
        *shown.values_list("company_id", "association_id"),
        *asked.values_list("company_id", "association_id"),
    }


def _waiting_at(since: date, associations: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[date, date]]:
    """Since when each waits at the start, and the day of its check."""
    start = clock.midnight(since)
    last = dict(
        Suggestion.objects.filter(association__in=associations, presented_at__lt=start)
        .order_by()
        .values_list("association")
        .annotate(last=Max("presented_at"))
    )
    found = {}
    rows = Association.objects.filter(pk__in=associations)
    for key, checked, created in rows.values_list(
        "pk", "organisation__checked_at", "organisation__created_at"
    ):
        joined = clock.paris(checked or created).date()
        seen = last.get(key)
        found[key] = (max(joined, clock.paris(seen).date()) if seen else joined, joined)
    return found


def _places(since: date, companies: Collection[uuid.UUID]) -> dict[str, Any]:
    """Capacities by month, and places that the start's month, or a request, had taken."""
    months = AttentionMonth.objects.filter(company__in=companies, month__gte=since.replace(day=1))
    entries = AttentionEntry.objects.filter(month__in=months, returned_at__isnull=True).order_by()
    counted = Count("pk")
    requests = entries.exclude(source=AttentionSource.SUGGESTION)
    earlier = entries.filter(source=AttentionSource.SUGGESTION, spent_at__lt=clock.midnight(since))
    usual = Company.objects.filter(pk__in=companies)
    return {
        "capacity": {
            (company, month): room
            for company, month, room in months.values_list("company", "month", "capacity")
        },
        "usual": dict(usual.values_list("pk", "policy__monthly_capacity")),
        "asked": _by_month(requests.values_list("month__company", "month__month").annotate(counted)),
        "spent": _by_month(earlier.values_list("month__company", "month__month").annotate(counted)),
    }


def _by_month(rows: Any) -> dict[tuple[uuid.UUID, date], int]:
    return {(company, month): number for company, month, number in rows}


def _play(ground: _Ground, days: Sequence[date], weighting: Weighting) -> Played:
    scores = np.array(
        [
            total_of(each.assessment.parts, has_theme=each.assessment.has_theme, weights=weighting.weights)
            for each in ground.candidates
        ]
    )
    worth = (scores >= PRESENT_FROM) & np.array(
        [
            each.assessment.parts["text"] >= PRESENT_TEXT_FROM or not each.need.text.speaks
            for each in ground.candidates
        ],
        bool,
    )
    met, since = ground.barred.copy(), ground.since.copy()
    first = np.full(len(ground.associations), -1, np.int64)
    spent: dict[tuple[uuid.UUID, date], int] = dict(ground.spent)
    presented: set[Pair] = set()
    nobody = np.zeros(len(ground.associations), bool)
    for day in days:
        today, month = day.toordinal(), day.replace(day=1)
        waiting = np.maximum(today - since, 0)
        possible = ~met & (ground.open_from <= today) & (ground.open_until >= today)
        possible &= (ground.checked <= today)[ground.association]
        rows = np.flatnonzero(possible & admissible(scores, worth, waiting[ground.association]))
        places, early = _open_today(ground, spent, month, day), cannot_wait(waiting)
        offers = Offers(ground.need[rows], ground.company[rows], ground.association[rows], scores[rows])
        for row in rows[choose_today(offers, *places, waiting, early, nobody)].tolist():
            candidate = ground.candidates[row]
            presented.add((candidate.need.id, candidate.association.id))
            company, association = ground.company[row], ground.association[row]
            spent[candidate.need.company, month] = spent.get((candidate.need.company, month), 0) + 1
            first[association] = waiting[association] if first[association] < 0 else first[association]
            since[association] = today
            met |= (ground.company == company) & (ground.association == association)
    end = days[-1].toordinal() if days else 0
    waited = np.where(first < 0, np.maximum(end - since, 0), first)
    waits = dict(zip(ground.associations, waited.tolist(), strict=True))
    return Played(weighting.version, frozenset(presented), waits)


def _open_today(
    ground: _Ground, spent: Mapping[tuple[uuid.UUID, date], int], month: date, day: date
) -> tuple[Array, Array]:
    """Places open that day, and left in the month, by company."""
    capacity = np.array(
        [ground.capacity.get((key, month), ground.usual[key] or 0) for key in ground.companies], np.int64
    )
    taken = np.array(
        [spent.get((key, month), 0) + ground.asked.get((key, month), 0) for key in ground.companies], np.int64
    )
    left = np.maximum(capacity - taken, 0)
    today = day.toordinal()
    current = (ground.open_from <= today) & (today <= ground.open_until)
    until = np.zeros(len(capacity), np.int64)
    np.maximum.at(until, ground.company[current], ground.open_until[current])
    return open_places(capacity, left, day, until - today), left
