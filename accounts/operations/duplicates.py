"""Records that may be one organisation: looked for every night, told apart by a person."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.enums import DuplicateReason, OrganisationStatus
from accounts.models import Duplicate, Organisation, User
from accounts.models.merge import DuplicateQuerySet
from accounts.operations.organisations import hold
from accounts.operations.profiles import Number, all_profiles
from mecenova.calendar import clock
from mecenova.identifiers.likeness import SAME, likely_pairs, likeness, shared_place
from mecenova.identifiers.names import fold
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError

Pair = tuple[uuid.UUID, uuid.UUID]
# What is shown beside one record; a name that fifty have is a common name.
MOST_BESIDE = 10


class RecordGone(DomainError):
    """One of two records has become part of another meanwhile."""


@dataclass(frozen=True)
class Lookalike:
    """Another record that may be the same organisation, and why it is shown."""

    organisation: Organisation
    reason: str
    likeness: int

    @property
    def reason_in_words(self) -> str:
        return str(DuplicateReason(self.reason).label)


@transaction.atomic
def find_duplicates() -> int:
    """Look at every record that is on the site; returns how many pairs a person should look at.

    A pair that is no longer alike goes; one that is alike otherwise says so; one that somebody told apart
    stays told apart.
    """
    found = _pairs()
    Duplicate.objects.to_look_at().exclude(pk__in=_known(found)).delete()
    Duplicate.objects.bulk_create(
        (
            Duplicate(first_id=first, second_id=second, reason=reason, likeness=score, found_at=clock.now())
            for (first, second), (reason, score) in found.items()
        ),
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["reason", "likeness"],
        batch_size=1000,
    )
    return Duplicate.objects.to_look_at().count()


def duplicates_brought(*, since: datetime) -> DuplicateQuerySet:
    """Look again at once; the pairs to look at, of which a file has entered one at least since then."""
    find_duplicates()
    return Duplicate.objects.to_look_at().brought_since(since).with_records()


@transaction.atomic
def tell_apart(*, one: Organisation, other: Organisation, by: User | None) -> Duplicate:
    """These two are not the same: the pair is never proposed again."""
    if by is not None and not is_staff(by):
        raise PermissionDenied
    first, second = sorted((one.pk, other.pk))
    if first == second:
        raise DomainError("C’est la même fiche. Choisissez-en deux.")
    hold_both(one, other)
    duplicate, _ = Duplicate.objects.select_for_update(no_key=True).get_or_create(
        first_id=first, second_id=second, defaults={"reason": DuplicateReason.NAME, "likeness": 0}
    )
    if duplicate.dismissed_at is None:
        duplicate.dismissed_at, duplicate.dismissed_by = clock.now(), by
        duplicate.save(update_fields=["dismissed_at", "dismissed_by"])
    return duplicate


def hold_both(one: Organisation, other: Organisation) -> dict[uuid.UUID, Organisation]:
    """Both records as they are now, held; somebody may have made one of them a moment before."""
    hold([one.pk, other.pk])
    found = Organisation.objects.select_related("department").in_bulk([one.pk, other.pk])
    if len(found) < len({one.pk, other.pk}):
        raise RecordGone("L’une de ces fiches n’existe plus\u00a0: elle vient d’être réunie à une autre.")
    return found


def lookalikes(organisation: Organisation) -> list[Lookalike]:
    """Those that may be the same as this one, now: by their number, or by their name and place."""
    apart = _told_apart_from(organisation)
    numbered = [pk for pk in _with_its_numbers(organisation) if pk not in apart]
    named = {
        pk: score for pk, score in _with_its_name(organisation) if pk not in apart and pk not in numbered
    }
    best = sorted(named, key=lambda pk: (-named[pk], str(pk)))[:MOST_BESIDE]
    records = Organisation.objects.select_related("department").in_bulk([*numbered, *best])
    return [
        *(Lookalike(records[pk], DuplicateReason.NUMBER, SAME) for pk in numbered if pk in records),
        *(Lookalike(records[pk], DuplicateReason.NAME, named[pk]) for pk in best),
    ]


def _pairs() -> dict[Pair, tuple[str, int]]:
    """Every pair, in order, with its reason: names within each place, then numbers, which are surer."""
    here = Organisation.objects.exclude(status=OrganisationStatus.LEFT)
    rows = list(here.order_by("pk").values_list("pk", "kind", "department_id", "name_key", "town"))
    found: dict[Pair, tuple[str, int]] = {}
    by_place: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for place, (_, kind, department, _, _) in enumerate(rows):
        by_place[kind, department].append(place)
    for places in by_place.values():
        names = {rows[place][0]: rows[place][3] for place in places}
        towns = {rows[place][0]: fold(rows[place][4]) for place in places}
        for one, other, score in likely_pairs(names, towns):
            found[_ordered(one, other)] = (DuplicateReason.NAME, score)
    for pair in _same_numbers({row[0] for row in rows}):
        found[pair] = (DuplicateReason.NUMBER, SAME)
    return found


def _same_numbers(here: set[uuid.UUID]) -> Iterator[Pair]:
    by_number: dict[Number, list[uuid.UUID]] = defaultdict(list)
    for profiles in all_profiles():
        for key, number in profiles.known_numbers():
            if key in here:
                by_number[number].append(key)
    for keys in by_number.values():
        for place, one in enumerate(keys):
            yield from (_ordered(one, other) for other in keys[place + 1 :] if other != one)


def _known(found: dict[Pair, tuple[str, int]]) -> list[uuid.UUID]:
    rows = Duplicate.objects.to_look_at().values_list("pk", "first_id", "second_id")
    return [pk for pk, first, second in rows if (first, second) in found]


def _told_apart_from(organisation: Organisation) -> set[uuid.UUID]:
    pairs = Duplicate.objects.about(organisation).told_apart().values_list("first_id", "second_id")
    return {key for pair in pairs for key in pair} - {organisation.pk}


def _with_its_numbers(organisation: Organisation) -> list[uuid.UUID]:
    """Whatever their kinds: a company and an association may bear the same SIREN."""
    mine = {
        number
        for profiles in all_profiles()
        for _, number in profiles.known_numbers(
            profiles.model._base_manager.filter(organisation=organisation.pk)
        )
    }
    others = {key for profiles in all_profiles() for key in profiles.bearing(mine)} - {organisation.pk}
    if not others:
        return []
    here = Organisation.objects.exclude(status=OrganisationStatus.LEFT).filter(pk__in=others)
    return sorted(here.values_list("pk", flat=True))


def _with_its_name(organisation: Organisation) -> Iterator[tuple[uuid.UUID, int]]:
    near = Organisation.objects.same_place(organisation).exclude(status=OrganisationStatus.LEFT)
    rows: Sequence[tuple[uuid.UUID, str, str]] = list(near.values_list("pk", "name_key", "town"))
    town = fold(organisation.town)
    for key, name, other_town in rows:
        places = shared_place(town, fold(other_town))
        if score := likeness(organisation.name_key, name, places):
            yield key, score


def _ordered(one: uuid.UUID, other: uuid.UUID) -> Pair:
    return (one, other) if one < other else (other, one)
