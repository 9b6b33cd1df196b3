"""What stops a pair, by name. The order is that in which a person would object."""

from collections.abc import Callable
from datetime import date

from matching.scoring.sides import ABROAD, AssociationSide, NeedSide

# Gifts in the sense of the law: they suppose general interest.
GIFT_KINDS = frozenset({"financial", "in_kind", "skills"})

# name: what is said to a person
STOPS: dict[str, str] = {
    "deadline": "La date limite du besoin est passée.",
    "stance": "L’association n’est pas ouverte aux propositions en ce moment.",
    "refused_kind": "L’association refuse cette forme de soutien.",
    "kind": "Les projets publiés de l’association ne demandent pas cette forme de soutien.",
    "general_interest": "L’association n’est pas d’intérêt général, ce que ce soutien suppose.",
    "excluded_cause": "L’entreprise exclut une cause de l’association.",
    "refused_sector": "L’association refuse le secteur de cette entreprise.",
    "territory_unknown": "L’association ne dit pas où elle agit, et ce besoin n’est pas national.",
    "territory": "L’association n’agit pas sur le territoire de ce besoin.",
}

# Those that saying where one acts may lift.
BY_PLACE = frozenset({"territory_unknown", "territory"})


def stopped_by(need: NeedSide, association: AssociationSide, today: date) -> str | None:
    """The name of the first filter that stops this pair (a key of STOPS), or None when it may be scored."""
    for name, stops in _FILTERS.items():
        if stops(need, association, today):
            return name
    return None


def every_stop(need: NeedSide, association: AssociationSide, today: date) -> tuple[str, ...]:
    """All the filters that stop this pair, in the same order: what an explanation has to tell."""
    return tuple(name for name, stops in _FILTERS.items() if stops(need, association, today))


def _deadline(need: NeedSide, association: AssociationSide, today: date) -> bool:
    return need.deadline is not None and need.deadline < today


def _stance(need: NeedSide, association: AssociationSide, today: date) -> bool:
    if association.stance == "paused":
        return association.paused_until is None or association.paused_until >= today
    return association.stance != "open"


def _refused_kind(need: NeedSide, association: AssociationSide, today: date) -> bool:
    return need.kind in association.refused_kinds


def _kind(need: NeedSide, association: AssociationSide, today: date) -> bool:
    # Without a published ask the profile speaks, and it is neutral on every kind.
    return bool(association.asks) and not association.asks_for(need.kind)


def _general_interest(need: NeedSide, association: AssociationSide, today: date) -> bool:
    return association.general_interest == "no" and (need.general_interest_only or need.kind in GIFT_KINDS)


def _excluded_cause(need: NeedSide, association: AssociationSide, today: date) -> bool:
    return not need.excluded_causes.isdisjoint(association.causes)


def _refused_sector(need: NeedSide, association: AssociationSide, today: date) -> bool:
    return bool(need.sector) and need.sector in association.refused_sectors


def _territory_unknown(need: NeedSide, association: AssociationSide, today: date) -> bool:
    return not association.place_known and not need.is_national


def _territory(need: NeedSide, association: AssociationSide, today: date) -> bool:
    if not association.place_known or not need.territories:
        return False
    if ABROAD in need.territories and association.acts_abroad:
        return False
    return need.territories.isdisjoint(association.reach)


_FILTERS: dict[str, Callable[[NeedSide, AssociationSide, date], bool]] = {
    "deadline": _deadline,
    "stance": _stance,
    "refused_kind": _refused_kind,
    "kind": _kind,
    "general_interest": _general_interest,
    "excluded_cause": _excluded_cause,
    "refused_sector": _refused_sector,
    "territory_unknown": _territory_unknown,
    "territory": _territory,
}
