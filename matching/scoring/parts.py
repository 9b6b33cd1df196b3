"""The score: a weighted sum of parts between 0 and 1, each printable. The unknown is neutral, never zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from matching.scoring.sides import AssociationSide, NeedSide

SCORE_VERSION = "2026.2"

WEIGHTS: dict[str, float] = {
    "theme": 0.10,
    "cause": 0.22,
    "text": 0.42,
    "place": 0.08,
    "audience": 0.04,
    "skills": 0.05,
    "amount": 0.04,
    "clarity": 0.05,
}
NEUTRAL = 0.5
# A pair that nothing but its place brings together keeps this share of its sum: below any pair with a theme.
WITHOUT_THEME = 0.2

# How far a cause of the need is shared.
CONFIRMED, SPOKEN, DECLARED, UNCONFIRMED, NEAR = 1.0, 0.75, 0.6, 0.35, 0.2
DOUBTED = 0.6
# How fast matching words fill the text part: half of the three heaviest gives half of it.
TEXT_HALF = 0.5
TEXT_SCALE = 1.25
# A need whose words tell little cannot be matched on them alone.
LIGHTEST = 1.5


@dataclass(frozen=True, slots=True)
class Assessment:
    """The parts of a sum; `total` is what is stored as the score."""

    parts: dict[str, float]
    has_theme: bool
    total: float
    # How far each cause of the need is shared.
    fits: Mapping[str, float]

    @property
    def shared_causes(self) -> list[str]:
        return sorted(
            (cause for cause, fit in self.fits.items() if fit > NEAR), key=lambda c: (-self.fits[c], c)
        )

    @property
    def near_causes(self) -> list[str]:
        return sorted(cause for cause, fit in self.fits.items() if 0 < fit <= NEAR)

    def inputs(self) -> dict[str, float | bool]:
        """What is kept with a suggestion, to print or replay the sum."""
        return {**{name: round(value, 4) for name, value in self.parts.items()}, "has_theme": self.has_theme}


def total_of(parts: Mapping[str, float], *, has_theme: bool, weights: Mapping[str, float] = WEIGHTS) -> float:
    """The sum that a set of parts gives, under the present weights unless others are given, in [0, 1]."""
    total = sum(weight * parts[name] for name, weight in weights.items())
    return round(min(1.0, max(0.0, total if has_theme else total * WITHOUT_THEME)), 4)


def score(need: NeedSide, association: AssociationSide, related: Mapping[str, frozenset[str]]) -> Assessment:
    """How well a pair that no filter stops suits both. `related` gives, for a cause, the causes near it."""
    fits = {cause: _cause_fit(cause, association, related.get(cause, frozenset())) for cause in need.causes}
    cause = 0.5 * max(fits.values()) + 0.5 * sum(fits.values()) / len(fits) if fits else 0.0
    text = _text(need, association)
    has_theme = cause > 0 or text > 0
    parts = {
        "theme": float(has_theme),
        "cause": cause if need.causes else NEUTRAL,
        "text": text,
        "place": _place(need, association),
        "audience": _overlap(need.audiences, association.audiences),
        "skills": _skills(need, association),
        "amount": _amount(need, association),
        "clarity": _clarity(association),
    }
    return Assessment(parts, has_theme, total_of(parts, has_theme=has_theme), fits)


def matching_weight(need: NeedSide, association: AssociationSide) -> float:
    """The weight of the need's words and themes that the association's texts hold."""
    text = association.text
    found = sum(
        weight * text.themes[theme] for theme, weight in need.text.themes.items() if theme in text.themes
    )
    found += sum(weight * text.terms[term] for term, weight in need.text.terms.items() if term in text.terms)
    return found * text.density


def _text(need: NeedSide, association: AssociationSide) -> float:
    found = matching_weight(need, association)
    if not found:
        return 0.0
    return min(1.0, TEXT_SCALE * found / (found + TEXT_HALF * max(LIGHTEST, need.text.heaviest)))


def _cause_fit(cause: str, association: AssociationSide, related: frozenset[str]) -> float:
    """A declared cause counts in full when the texts speak of it, less when they speak of other things."""
    spoken = cause in association.text.causes
    if cause in association.causes:
        fit = CONFIRMED if spoken else UNCONFIRMED if association.text.speaks else DECLARED
    elif spoken:
        fit = SPOKEN
    elif not related.isdisjoint(association.causes):
        return NEAR
    else:
        return 0.0
    return fit * DOUBTED if association.text.doubts else fit


def _place(need: NeedSide, association: AssociationSide) -> float:
    """A stated place inside a local need is worth more than one place among all of France."""
    if not association.place_known:
        return NEUTRAL
    if not association.places.isdisjoint(need.territories):
        return 1.0
    return 0.6 if need.is_national else 0.85


def _skills(need: NeedSide, association: AssociationSide) -> float:
    sought = frozenset(skill for ask in association.asks_for(need.kind) for skill in ask.skills)
    return _overlap(need.skills, sought)


def _overlap(wanted: frozenset[str], present: frozenset[str]) -> float:
    if not wanted or not present:
        return NEUTRAL
    shared = len(wanted & present) / min(len(wanted), len(present))
    return 0.2 + 0.8 * shared


def _amount(need: NeedSide, association: AssociationSide) -> float:
    """The best of the asks: inside the need's range, or by how much it is out of it."""
    amounts = [ask.amount for ask in association.asks_for(need.kind) if ask.amount]
    if not amounts or (need.budget_min is None and need.budget_max is None):
        return NEUTRAL
    return max(_amount_fit(amount, need.budget_min, need.budget_max) for amount in amounts)


def _amount_fit(amount: Decimal, low: Decimal | None, high: Decimal | None) -> float:
    if low and amount < low:
        return float(amount / low)
    if high and amount > high:
        return float(high / amount)
    return 1.0


def _clarity(association: AssociationSide) -> float:
    """A reader can judge a text that tells; a doubtful general interest costs a check."""
    if association.text.doubts:
        return 0.0
    return 1.0 if association.text.told else NEUTRAL
