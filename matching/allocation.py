"""Ranking, and who is shown to whom: pairs by their keys, handed over to `matching.sharing` as numbers."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from matching.kernel import Array, Pairs, as_bytes, as_uuid
from matching.refusals import Refused, read_experience, refused_before
from matching.scoring import Assessment, AssociationSide, NeedSide
from matching.sharing import (
    LONGEST_COUNTED,
    Offers,
    admissible,
    cannot_wait,
    choose_today,
    open_places,
    waits_long,
)

# Below this a suggestion would waste a place of the company's attention.
PRESENT_FROM = 0.45
# A need that names an action is not answered by a cause or a place alone: more than a quarter of what its
# three heaviest words and themes weigh has to be found.
PRESENT_TEXT_FROM = 0.45
# How many of a need's best pairs a round looks at, beyond those it has already been shown.
DEPTH = 300


@dataclass(frozen=True, slots=True)
class Candidate:
    need: NeedSide
    association: AssociationSide
    assessment: Assessment

    @property
    def key(self) -> tuple[uuid.UUID, uuid.UUID]:
        """Its need and its association."""
        return self.need.id, self.association.id

    @property
    def project(self) -> uuid.UUID | None:
        """The project whose ask answers the need, when there is one."""
        asks = self.association.asks_for(self.need.kind)
        return asks[0].project if asks else None

    @property
    def is_worth_a_place(self) -> bool:
        """Good enough to be shown to people; a ranking also holds the others."""
        answers = self.assessment.parts["text"] >= PRESENT_TEXT_FROM or not self.need.text.speaks
        return answers and self.assessment.total >= PRESENT_FROM


@dataclass(frozen=True, slots=True)
class Ranking:
    """A need's best candidates, and how many pairs were compatible in all."""

    need: NeedSide
    candidates: list[Candidate]
    compatible: int


@dataclass(frozen=True, slots=True)
class Waits:
    """By association, in the order of their keys: the days since it was last presented, or could first be,
    and the days since it could first be."""

    associations: Array
    waited: Array
    known: Array

    def rows_of(self, associations: Array) -> Array:
        """Where these keys stand. Raises KeyError when one does not."""
        found = _places_in(self.associations, associations)
        if (found < 0).any():
            raise KeyError(as_uuid(associations[found < 0][0]))
        return found


@dataclass(frozen=True, slots=True)
class Month:
    """By company, in the order of their keys: how many places this month has, how many are left, and for how
    many days after today one of its needs takes answers."""

    companies: Array
    capacity: Array
    left: Array
    answers_for: Array

    def of(self, companies: Array) -> "Month":
        """Of these companies; one that said nothing has no place."""
        rows = _places_in(self.companies, companies)
        known = rows >= 0
        capacity, left, answers_for = np.zeros((3, len(rows)), np.int64)
        for own, all_of_it in (
            (capacity, self.capacity),
            (left, self.left),
            (answers_for, self.answers_for),
        ):
            own[known] = all_of_it[rows[known]]
        return Month(companies, capacity, left, answers_for)

    def open_on(self, day: date) -> Array:
        """How many of the places are open that day."""
        return open_places(self.capacity, self.left, day, self.answers_for)


@dataclass(frozen=True, slots=True)
class Met:
    """Pairs that something has happened between, as two columns of keys."""

    one: Array
    other: Array

    def __len__(self) -> int:
        return len(self.one)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What has already happened: what an allocation must respect, on this day."""

    today: date
    month: Month
    waits: Waits
    # Associations already presented today: one presentation a day each.
    presented_today: Array
    # (need, association) suggested before, and (company, association) not to be brought together now.
    shown: Met
    settled: Met

    def waited(self, association: uuid.UUID) -> int:
        """Days since it was last presented, or could first be."""
        return int(self.waits.waited[self.waits.rows_of(as_bytes([association]))[0]])


@dataclass(frozen=True, slots=True)
class Reach:
    """Of some pairs, by pair: the places of its need, its company and its association in their sorted keys;
    whether the two suit well enough, were shown before, and may be shown today. `waiting`: by association,
    the days it has waited."""

    need: Array
    company: Array
    association: Array
    companies: Array
    associations: Array
    waiting: Array
    suits: Array
    shown: Array
    may: Array


@dataclass(frozen=True, slots=True)
class Allocation:
    """The pairs to present (places in the list given), and the sum of their scores. By need and association,
    `again` are those that were presented before, and `refused` says what past refusals cost those to which
    they do. `without_place`: how many associations could have been presented as well, had companies more
    places open. `best_score`: the sum that the same places would give if nobody's wait counted, when that was
    asked."""

    chosen: Array
    without_place: int
    again: frozenset[tuple[uuid.UUID, uuid.UUID]]
    refused: Mapping[tuple[uuid.UUID, uuid.UUID], Refused]
    score: float
    best_score: float | None


def hopeful(pairs: Pairs) -> Pairs:
    """Those that a wait, however long, would let take a place; the others are only ranked."""
    hoped = admissible(pairs.score, pairs.worth, np.full(len(pairs), LONGEST_COUNTED))
    # A large round's batches have been through this: nothing of them is copied.
    return pairs if hoped.all() else pairs[np.flatnonzero(hoped)]


def reach(pairs: Pairs, ledger: Ledger) -> Reach:
    """What a round may do with each pair today, before its places are shared out."""
    (needs, need), (companies, company), (associations, association) = (
        np.unique(keys, return_inverse=True) for keys in (pairs.need, pairs.company, pairs.association)
    )
    waiting = ledger.waits.waited[ledger.waits.rows_of(associations)]
    suits = admissible(pairs.score, pairs.worth, waiting[association])
    shown = ~_are_new(ledger.shown, needs, need, associations, association)
    # One shown before takes the place of no new one: it comes back for who finds nothing else.
    may = suits & (~shown | waits_long(waiting)[association])
    may &= _are_new(ledger.settled, companies, company, associations, association)
    return Reach(need, company, association, companies, associations, waiting, suits, shown, may)


def allocate(pairs: Pairs, ledger: Ledger, *, compared: bool) -> Allocation:
    """Which of these pairs to present now: never more than a company's places open today, or left this month
    for who cannot wait for the next ones.

    `compared`: whether to tell the best score as well.
    """
    found = reach(pairs, ledger)
    presented = np.isin(found.associations, ledger.presented_today)
    month = ledger.month.of(found.companies)
    open_today, early = month.open_on(ledger.today), cannot_wait(found.waiting)
    wanted = found.may & ~presented[found.association]
    has_place = (open_today > 0)[found.company] | (month.left > 0)[found.company] & early[found.association]
    kept = np.flatnonzero(wanted & has_place)
    refused = _refused(pairs, kept)
    score = pairs.score[kept].astype(float) - np.array([each.cost if each else 0.0 for each in refused])
    offers = Offers(found.need[kept], found.company[kept], found.association[kept], score)
    places, nobody_waits = (open_today, month.left), np.zeros(len(found.waiting))
    chosen = choose_today(offers, *places, found.waiting, early, presented)
    best = choose_today(offers, *places, nobody_waits, early, presented) if compared else None
    return Allocation(
        kept[chosen],
        len(np.unique(found.association[wanted])) - len(chosen),
        frozenset(_keys(pairs[kept[chosen][found.shown[kept[chosen]]]])),
        _of_chosen(pairs[kept[chosen]], [refused[place] for place in chosen.tolist()]),
        float(score[chosen].sum()),
        None if best is None else float(score[best].sum()),
    )


def _of_chosen(pairs: Pairs, refused: list[Refused | None]) -> dict[tuple[uuid.UUID, uuid.UUID], Refused]:
    return {key: found for key, found in zip(_keys(pairs), refused, strict=True) if found is not None}


def _keys(pairs: Pairs) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    """The need and the association of each."""
    return zip(pairs.need_ids(), pairs.association_ids(), strict=True)


def _refused(pairs: Pairs, kept: Array) -> list[Refused | None]:
    """Of the pairs kept, in their order. Few concern somebody who ever refused: only these are read."""
    if not len(kept):
        return []
    experience = read_experience()
    concerned = np.isin(pairs.company[kept], as_bytes(experience.companies))
    concerned |= np.isin(pairs.association[kept], as_bytes(experience.associations))
    places = np.flatnonzero(concerned)
    some = pairs[kept[places]]
    keys = zip(some.need_ids(), some.company_ids(), some.association_ids(), strict=True)
    found: list[Refused | None] = [None] * len(kept)
    for place, refused in zip(places.tolist(), refused_before(keys, experience), strict=True):
        found[place] = refused
    return found


def _are_new(met: Met, firsts: Array, first: Array, seconds: Array, second: Array) -> Array:
    """Which pairs have not met. `first` and `second` are places in sorted keys."""
    places, others = _places_in(firsts, met.one), _places_in(seconds, met.other)
    here = (places >= 0) & (others >= 0)
    return ~np.isin(first * len(seconds) + second, places[here] * len(seconds) + others[here])


def _places_in(keys: Array, wanted: Array) -> Array:
    """Where each stands in the sorted keys; -1 for those that do not."""
    if not len(keys):
        return np.full(len(wanted), -1)
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[found] == wanted, found, -1)
