"""Rounds as workers make them, whole and for what changed, with what each part spends."""

import random
import uuid
from collections.abc import Collection

from django.db import transaction

from associations.models import Association
from bench._targets import Targets
from bench._workers import Spent, at_work, of_all, spend
from companies.models import Need
from matching.allocation import DEPTH, allocate, hopeful
from matching.enums import ChangedKind, RoundScope
from matching.kernel import Pairs
from matching.ledger import read_ledger
from matching.models import Round, Suggestion
from matching.operations import needs_batches, note_changes, open_round, rank_batch, run_round
from matching.profiles import repair, reweigh
from matching.ranking import rank_as_they_stand, rank_changes

CHANGED_SHARE = 0.01
WORKERS = 2
# What the issue asks for, by number of associations: seconds, part of a full round, megabytes.
ALL_PAIRS_S = {1_000: 1.0, 10_000: 3.0}
CHANGED_PART = {10_000: 25, 100_000: 50}
MEGABYTES = 400


def measure_rounds(chance: random.Random, associations: int, targets: Targets) -> float:
    """Print the figures of rounds at one size; the seconds of processor of ranking everybody."""
    some = [
        set(chance.sample(keys, max(1, int(len(keys) * CHANGED_SHARE))))
        for model in (Association, Need)
        if (keys := list(model.objects.order_by("pk").values_list("pk", flat=True)))
    ]
    with transaction.atomic():
        ranked = _in_parts(some[0], some[1], targets, associations)
        transaction.set_rollback(True)
    _as_workers_do(some[0], some[1], targets, associations)
    return ranked


def _in_parts(
    associations: Collection[uuid.UUID], needs: Collection[uuid.UUID], targets: Targets, size: int
) -> float:
    """Ranking and sharing out, every place open, nothing presented."""
    small, some = spend(lambda: rank_changes(associations, needs).pairs)
    shared, chosen = spend(lambda: share_out(some, compared=False))
    print(
        f"  what changed (1 %: {len(associations)} associations, {len(needs)} needs), every place open: "
        f"ranked {small.processor:.3f} s of processor, shared out {shared.processor:.3f}, {chosen} chosen"
    )
    checked, _ = spend(lambda: (repair(), reweigh()))
    ranked, best = spend(lambda: rank_as_they_stand(depth=DEPTH).pairs)
    sharing, chosen = spend(lambda: share_out(best, compared=True))
    print(
        f"  all pairs: ranked {ranked.clock:.2f} s ({ranked.processor:.2f} of processor), {len(best)} kept; "
        f"shared out {sharing.clock:.2f} ({sharing.processor:.2f}), {chosen} chosen; "
        f"checked before {checked.clock:.2f} ({checked.processor:.2f})"
    )
    targets.tell(
        "  all pairs, ranked and shared out", ranked.clock + sharing.clock, ALL_PAIRS_S.get(size), "s"
    )
    everything = checked.processor + ranked.processor + sharing.processor
    part = (small.processor + shared.processor) / everything
    print(f"  what changed, of all of this, every place open: 1/{1 / part:.0f}")
    return ranked.processor


def share_out(pairs: Pairs, *, compared: bool) -> int:
    """As a round does, presenting nothing: how many pairs were chosen."""
    able = hopeful(pairs)
    return len(allocate(able, read_ledger(able.associations()), compared=compared).chosen)


def _as_workers_do(
    associations: Collection[uuid.UUID], needs: Collection[uuid.UUID], targets: Targets, size: int
) -> None:
    """A full round that presents, what changed after it, and a full round with little left to present."""
    full, parts = _full_round()
    presented = Suggestion.objects.count()
    print(f"  a full round, presenting {presented}: {_told(full)}; {parts}")
    targets.tell("  memory of a worker", full.megabytes, MEGABYTES, "MB")
    noted, _ = spend(lambda: _note(associations, needs))
    small, done = spend(lambda: run_round(scope=RoundScope.CHANGED))
    assert done is not None
    print(
        f"  a round for what changed after it: {_told(small)}, {done.needs} needs with places, "
        f"{done.presented} presented; the changes had written their profiles in {noted.processor:.3f}"
    )
    targets.tell_share(
        "  what changed, of that full round", small.processor / full.processor, CHANGED_PART.get(size)
    )
    again, _ = _full_round()
    more = Suggestion.objects.count() - presented - done.presented
    print(
        f"  a full round with little left to present ({more}): "
        f"{_told(again)}; what changed is 1/{again.processor / small.processor:.0f} of it"
    )


def _full_round() -> tuple[Spent, str]:
    """As the night's task and its workers make it: at once, or in batches."""
    if not needs_batches():
        return of_all(at_work("matching.operations:run_round")), "one worker"
    opened, _ = spend(open_round)
    ranked = at_work("bench._rounds:rank_batches", WORKERS)
    closed = at_work("matching.operations:close_round")
    assert Round.objects.latest("started_at").finished_at
    whole = Spent(
        opened.clock + of_all(ranked).clock + closed[0].clock,
        opened.processor + of_all([*ranked, *closed]).processor,
        of_all([*ranked, *closed]).megabytes,
    )
    return whole, (
        f"checked and cut in {_told(opened)}; ranked by {WORKERS} workers, the largest of "
        f"{of_all(ranked).megabytes:.0f} MB, in {_told(of_all(ranked))}; shared out and presented in "
        f"{_told(closed[0])}, {closed[0].megabytes:.0f} MB"
    )


def rank_batches() -> None:
    while rank_batch():
        pass


def _note(associations: Collection[uuid.UUID], needs: Collection[uuid.UUID]) -> None:
    note_changes(kind=ChangedKind.ASSOCIATION, subject_ids=associations)
    note_changes(kind=ChangedKind.NEED, subject_ids=needs)


def _told(spent: Spent) -> str:
    return f"{spent.clock:.2f} s ({spent.processor:.2f} of processor)"
