"""The register of the team's baskets: who came in, who went out, and why."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet, Value

from mecenova.agenda.models import Stay
from mecenova.calendar import clock
from mecenova.one_by_one import one_by_one

GONE = "N’existe plus."
UNREAD = "La raison de sa sortie n’a pas pu être lue\u00a0: le site réessaie à chaque heure."
LONGEST_WHY = 300
Key = tuple[int, uuid.UUID]


def open_stays() -> dict[str, list[Stay]]:
    """Those of every basket that are not over; one query."""
    found: dict[str, list[Stay]] = defaultdict(list)
    for stay in Stay.objects.all().open():
        found[stay.basket].append(stay)
    return found


def keys_of(baskets: "Mapping[str, QuerySet[Any]]") -> dict[str, set[Key]]:
    """Who is to be in each of these; one query."""
    kinds = {name: ContentType.objects.get_for_model(rows.model).pk for name, rows in baskets.items()}
    first, *others = (rows.order_by().values_list(Value(name), "pk") for name, rows in baskets.items())
    found: dict[str, set[Key]] = {name: set() for name in baskets}
    for name, pk in first.union(*others, all=True):
        found[name].add((kinds[name], pk))
    return found


@transaction.atomic
def register_stays(
    *,
    basket: str,
    stays: Sequence[Stay],
    wanted: Collection[Key],
    why: Callable[[Any, datetime], str],
) -> tuple[int, int]:
    """Open and close `stays`, the open ones, so that they are the `wanted` ones; how many came and went.

    `why(subject, since)` says, of a subject that is no longer in the basket where it was registered at
    `since`, what took it out. Where it raises, that stay alone is left open, says so, and is closed later.
    """
    now = clock.now()
    rows = {(row.subject_type_id, row.subject_id): row.entered_at for row in stays}
    if back := [row.pk for row in stays if row.why and (row.subject_type_id, row.subject_id) in wanted]:
        Stay.objects.all().open().filter(pk__in=back).update(why="")
    entering = [key for key in wanted if key not in rows]
    written = Stay.objects.bulk_create(
        [Stay(basket=basket, subject_type_id=kind, subject_id=pk, entered_at=now) for kind, pk in entering],
        ignore_conflicts=True,
    )
    leaving = {key: since for key, since in rows.items() if key not in wanted}
    left = _close(basket, leaving, why) if leaving else 0
    return len(written), left


def _close(basket: str, leaving: dict[Key, datetime], why: Callable[[Any, datetime], str]) -> int:
    """One update for each reason: they are few, the subjects may be many."""
    now, by_kind = clock.now(), defaultdict(list)
    for kind, pk in leaving:
        by_kind[kind].append(pk)
    closed = 0
    for kind, pks in by_kind.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        found = model._base_manager.in_bulk(pks) if model else {}
        since = {pk: leaving[kind, pk] for pk in pks}
        by_reason: dict[str, list[uuid.UUID]] = defaultdict(list)
        what = f"reason to leave {basket} of the subject"
        for pk, reason in one_by_one(partial(_told, found, since, why), pks, what=what):
            by_reason[reason].append(pk)
        open_stays = Stay.objects.all().of(basket).open().filter(subject_type=kind)
        if unread := set(pks).difference(*by_reason.values()):
            open_stays.filter(subject_id__in=unread).update(why=UNREAD)
        for reason, gone in by_reason.items():
            closed += open_stays.filter(subject_id__in=gone).update(left_at=now, why=reason)
    return closed


@transaction.atomic
def _told(
    found: dict[Any, Any],
    since: dict[uuid.UUID, datetime],
    why: Callable[[Any, datetime], str],
    pk: uuid.UUID,
) -> tuple[uuid.UUID, str]:
    """Why one subject left. What it asked and could not read is undone alone."""
    reason = why(found[pk], since[pk]) if pk in found else GONE
    return pk, reason[:LONGEST_WHY]
