"""The two sides of a pair, as plain values: all that scoring may know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

NOTHING: Mapping[str, Any] = {}
NATIONAL = "FR"
ABROAD = "INT"
# The cause whose action is abroad by nature.
ABROAD_CAUSE = "solidarite-internationale"


@dataclass(frozen=True, slots=True)
class Passage:
    """A word with the one that it follows in a text: « langue étrangère », « épicerie de village ». When it
    `is_tight` nothing stands between them: the word alone would tell a quality of nothing."""

    head: str
    text: str
    is_tight: bool


@dataclass(frozen=True, slots=True)
class TextSide:
    """What a text says. `terms` and `themes` map to a weight on a need's side, to a share of presence on an
    association's; `words` gives back the word a reader knows for a stem."""

    terms: Mapping[str, float] = field(default_factory=dict)
    themes: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    # On a need's side: by stem, the passage that it ends.
    passages: Mapping[str, Passage] = field(default_factory=dict)
    # On a need's side: what its heaviest words and themes weigh together.
    heaviest: float = 0.0
    # 1 for a text of usual length, less for a very long one, where any word ends up being found.
    density: float = 1.0
    # Causes that the themes confirm.
    causes: frozenset[str] = frozenset()
    # Whether any theme was found at all; on a need's side, whether one is an action.
    speaks: bool = False
    # Themes that make general interest doubtful (a trade, a closed circle, worship).
    doubts: tuple[str, ...] = ()
    # Whether the text says more than a name and « Fonctionnement ».
    told: bool = False


@dataclass(frozen=True, slots=True)
class AskSide:
    kind: str
    amount: Decimal | None = None
    skills: frozenset[str] = frozenset()
    project: Any = None


@dataclass(frozen=True, slots=True)
class NeedSide:
    """A published need under its company's policy. An empty set means « non renseigné »."""

    id: Any
    company: Any
    kind: str
    causes: frozenset[str] = frozenset()
    excluded_causes: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    # Codes of the need's territories, or of the policy's when the need names none.
    territories: frozenset[str] = frozenset()
    budget_min: Decimal | None = None
    budget_max: Decimal | None = None
    deadline: date | None = None
    sector: str = ""
    general_interest_only: bool = False
    text: TextSide = field(default_factory=TextSide)

    @property
    def is_national(self) -> bool:
        """Open to all of France: it says so, or says nothing."""
        return not self.territories or NATIONAL in self.territories


@dataclass(frozen=True, slots=True)
class AssociationSide:
    """An association with its published project's asks. An empty set means « non renseigné »."""

    id: Any
    causes: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    # Every territory that contains its office or one of its territories of action, themselves and what they
    # contain included.
    reach: frozenset[str] = frozenset()
    # Where it is and where it says it acts.
    places: frozenset[str] = frozenset()
    # What these contain: the départements of a région, everything in France.
    inside: frozenset[str] = frozenset()
    stance: str = "open"
    paused_until: date | None = None
    general_interest: str = ""
    refused_kinds: frozenset[str] = frozenset()
    refused_sectors: frozenset[str] = frozenset()
    asks: tuple[AskSide, ...] = ()
    text: TextSide = field(default_factory=TextSide)

    @property
    def place_known(self) -> bool:
        return bool(self.reach)

    @property
    def acts_abroad(self) -> bool:
        return ABROAD in self.reach or (self.place_known and ABROAD_CAUSE in self.causes)

    def asks_for(self, kind: str) -> tuple[AskSide, ...]:
        return tuple(ask for ask in self.asks if ask.kind == kind)
