"""The two sides of many pairs, as columns: what `matching.scoring.sides` says of one, for all at once.

Rows are in the order of identifiers; pairs with equal scores keep it. Masks are those of `matching.profiles`.
"""

import uuid
from dataclasses import dataclass, fields

import numpy as np
from scipy.sparse import csr_array

from matching.kernel.copying import UUID, Array, as_uuid

# Columns of places: all of France, asked for as such or said in words; then those of the reference list.
ANYWHERE, FRANCE = 0, 1
PLACES_FROM = 2
# How an association stands in a place: it acts there, and may say that very place. Added up over the places
# of a need, the second outweighs any number of the first.
ACTS, STATES = 1, 1 << 16


@dataclass(frozen=True, slots=True)
class Asks:
    """What published projects ask: a row for each kind, a column for each association."""

    # The skills that its asks of this kind seek.
    skills: Array
    # Those that say an amount, in euros: how many, and where the first one stands among `amounts`.
    number: Array
    first: Array
    amounts: Array

    def __getitem__(self, kept: Array) -> "Asks":
        return Asks(self.skills[:, kept], self.number[:, kept], self.first[:, kept], self.amounts)


@dataclass(frozen=True, slots=True)
class Associations:
    ids: Array
    stops: Array
    causes: Array
    spoken_causes: Array
    audiences: Array
    is_somewhere: Array
    length: Array
    tells: Array
    speaks: Array
    doubted: Array
    # Places by associations: how each stands there (ACTS, with STATES or without).
    places: csr_array
    asks: Asks
    # Associations by terms: 1 for a word or a theme, less for a wider theme.
    terms: csr_array

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, kept: Array) -> "Associations":
        """Those of these rows, ascending."""
        apart = ("places", "asks")
        columns = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in apart}
        return Associations(
            **{name: column[kept] for name, column in columns.items()},
            places=self.places[:, kept],
            asks=self.asks[kept],
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
    # Needs by places: 1 for those that each is open to.
    places: csr_array
    heaviest: Array
    speaks: Array
    # Needs by terms: what each weighs. The same columns as the associations'.
    terms: csr_array

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: Array) -> "Needs":
        """Those of these rows, in their order; their terms keep their columns."""
        return Needs(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


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
