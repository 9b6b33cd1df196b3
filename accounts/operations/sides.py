"""What a person must see of two records to tell whether they are one: for a page of pairs, in few queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Duplicate, Membership, Organisation
from accounts.operations.merging import keys_to
from accounts.operations.profiles import all_profiles, profiles_of


@dataclass(frozen=True)
class Side:
    """One of the two records: with its numbers, and how many people answer for it."""

    organisation: Organisation
    numbers: str
    people: int


@dataclass(frozen=True)
class PairToLookAt:
    """`likely` is the record that would be kept: with people first, then the checked one, then the older."""

    duplicate: Duplicate
    likely: Side
    other: Side


def pairs_to_look_at(duplicates: Sequence[Duplicate]) -> list[PairToLookAt]:
    records = [record for each in duplicates for record in (each.first, each.second)]
    numbers = _numbers_of([record.pk for record in records])
    members = Membership.objects.filter(organisation__in=records).values_list("organisation", flat=True)
    people = Counter(members)
    sides = {
        record.pk: Side(record, numbers.get(record.pk, ""), people.get(record.pk, 0)) for record in records
    }
    return [
        PairToLookAt(each, *sorted((sides[each.first_id], sides[each.second_id]), key=_worth, reverse=True))
        for each in duplicates
    ]


def attached_to(organisation: Organisation) -> list[tuple[str, int]]:
    """What would follow: (« projets », 3) and so on, without what is empty.

    Nor what the page says otherwise (the team), nor what the site computes for itself, whose models say so.
    """
    profiles = profiles_of(organisation.kind)
    profile = profiles.of(organisation) if profiles else None
    found: list[tuple[str, int]] = []
    for target in (organisation, profile):
        for model, name in keys_to(type(target)) if target is not None else ():
            if model in (Duplicate, Membership, type(profile)) or getattr(model, "is_computed", False):
                continue
            if number := model._base_manager.filter(**{name: target}).count():
                plural = model._meta.verbose_name_plural if number > 1 else model._meta.verbose_name
                found.append((str(plural), number))
    return found


def _numbers_of(keys: Iterable[UUID]) -> dict[UUID, str]:
    keys = list(keys)
    return {key: text for profiles in all_profiles() for key, text in profiles.numbers_of(keys).items()}


def _worth(side: Side) -> tuple[bool, bool, float]:
    return (side.people > 0, side.organisation.is_checked, -side.organisation.created_at.timestamp())
