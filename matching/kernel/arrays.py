"""The two sides of many pairs, as columns: what `matching.scoring.sides` says of one, for all at once.

Rows are in the order of identifiers; pairs with equal scores keep it. Masks are those of `matching.profiles`.
"""

import uuid
from dataclasses import dataclass, fields

import numpy as np
from scipy.sparse import csr_array

from matching.kernel.copying import UUID, Array, as_uuid
from matching.profiles.masks import KINDS


@dataclass(frozen=True, slots=True)
class AskColumns:
    """The asks of published projects of one kind: `rows` are associations, ascending."""

    # Of each association, the skills that its asks of this kind seek.
    skills: Array
    # Those that say an amount: the association, and euros.
    rows: Array
    amounts: Array

    def of(self, kept: Array, places: Array) -> "AskColumns":
        """Of the associations kept. `places` says where each then stands, -1 for the others."""
        stand = places[self.rows]
        return AskColumns(self.skills[kept], stand[stand >= 0], self.amounts[stand >= 0])


@dataclass(frozen=True, slots=True)
class Associations:
    ids: Array
    stops: Array
    causes: Array
    spoken_causes: Array
    audiences: Array
    is_somewhere: Array
    is_in_france: Array
    length: Array
    tells: Array
    speaks: Array
    doubted: Array
    # Which associations (rows) a place contains, ascending, and whether each says that very place.
    within: dict[int, Array]
    stated: dict[int, Array]
    asks: tuple[AskColumns, ...]
    # Associations by terms: 1 for a word or a theme, less for a wider theme.
    terms: csr_array

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, kept: Array) -> "Associations":
        """Those of these rows, ascending."""
        places = np.full(len(self), -1, np.int32)
        places[kept] = np.arange(len(kept), dtype=np.int32)
        stand = {place: places[rows] for place, rows in self.within.items()}
        here = {place: rows >= 0 for place, rows in stand.items()}
        apart = ("within", "stated", "asks")
        columns = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in apart}
        return Associations(
            **{name: column[kept] for name, column in columns.items()},
            within={place: rows[here[place]] for place, rows in stand.items()},
            stated={place: said[here[place]] for place, said in self.stated.items()},
            asks=tuple(asks.of(kept, places) for asks in self.asks),
        )


@dataclass(frozen=True, slots=True)
class Needs:
    ids: Array
    companies: Array
    kinds: Array
    stops: Array
    causes: Array
    excluded_causes: Array
    audiences: Array
    skills: Array
    # nan: not said.
    budget_min: Array
    budget_max: Array
    is_national: Array
    says_france: Array
    # The places each names, « France » left out; ascending.
    places: list[tuple[int, ...]]
    heaviest: Array
    speaks: Array
    # Needs by terms: what each weighs. The same columns as the associations'.
    terms: csr_array

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: Array) -> "Needs":
        """Those of these rows, in their order; their terms keep their columns."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        kept = {name: column[rows] for name, column in columns.items() if name != "places"}
        return Needs(**kept, places=[self.places[row] for row in rows.tolist()])


@dataclass(frozen=True, slots=True)
class Edges:
    """Compatible pairs that have something in common, as rows of `Needs` and `Associations`.

    `worth` says which are good enough to take a place of a company's attention.
    """

    need: Array
    association: Array
    score: Array
    worth: Array

    def __len__(self) -> int:
        return len(self.need)

    def __getitem__(self, chosen: Array) -> "Edges":
        return Edges(self.need[chosen], self.association[chosen], self.score[chosen], self.worth[chosen])

    @classmethod
    def joined(cls, parts: "list[Edges]") -> "Edges":
        if not parts:
            return cls(*(np.empty(0, kind) for kind in (np.int32, np.int32, np.float32, bool)))
        return cls(
            np.concatenate([part.need for part in parts]),
            np.concatenate([part.association for part in parts]),
            np.concatenate([part.score for part in parts]),
            np.concatenate([part.worth for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Edges by the keys of what they join, by need and best first: they outlive the columns."""

    need: Array
    company: Array
    association: Array
    score: Array
    worth: Array

    def __len__(self) -> int:
        return len(self.need)

    def __getitem__(self, chosen: Array) -> "Pairs":
        return Pairs(
            self.need[chosen],
            self.company[chosen],
            self.association[chosen],
            self.score[chosen],
            self.worth[chosen],
        )

    @classmethod
    def named(cls, edges: Edges, needs: Needs, associations: Associations) -> "Pairs":
        return cls(
            needs.ids[edges.need],
            needs.companies[edges.need],
            associations.ids[edges.association],
            edges.score,
            edges.worth,
        )

    @classmethod
    def none(cls) -> "Pairs":
        keys = np.empty(0, UUID)
        return cls(keys, keys, keys, np.empty(0, np.float32), np.empty(0, bool))

    @classmethod
    def joined(cls, parts: "list[Pairs]") -> "Pairs":
        return cls(
            np.concatenate([part.need for part in parts]),
            np.concatenate([part.company for part in parts]),
            np.concatenate([part.association for part in parts]),
            np.concatenate([part.score for part in parts]),
            np.concatenate([part.worth for part in parts]),
        )

    def packed(self) -> bytes:
        """To be kept, and read again by `unpacked`."""
        rows = np.empty(len(self), _PACKED)
        for name in rows.dtype.names or ():
            rows[name] = getattr(self, name)
        return rows.tobytes()

    @classmethod
    def unpacked(cls, data: bytes | bytearray | memoryview | None) -> "Pairs":
        rows = np.frombuffer(data or b"", _PACKED)
        return cls(*(np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()))

    def first(self, number: int) -> "Pairs":
        """The first so many of each need."""
        if not len(self):
            return self
        starts = np.flatnonzero(np.r_[True, self.need[1:] != self.need[:-1]])
        lengths = np.diff(np.r_[starts, len(self)])
        return self[np.arange(len(self)) - np.repeat(starts, lengths) < number]

    def associations(self) -> Array:
        """Each once, in the order of keys."""
        return np.unique(self.association)

    def need_ids(self) -> list[uuid.UUID]:
        return [as_uuid(key) for key in self.need.tolist()]

    def company_ids(self) -> list[uuid.UUID]:
        return [as_uuid(key) for key in self.company.tolist()]

    def association_ids(self) -> list[uuid.UUID]:
        return [as_uuid(key) for key in self.association.tolist()]


_PACKED = np.dtype(
    [("need", UUID), ("company", UUID), ("association", UUID), ("score", np.float32), ("worth", np.bool_)]
)


def bits_of(mask: int) -> list[int]:
    """The ranks of the bits that a mask holds."""
    return [rank for rank in range(mask.bit_length()) if mask >> rank & 1]


KIND_RANKS = range(len(KINDS))
