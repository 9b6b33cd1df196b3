"""A full round too large for one worker: its needs are ranked in batches by whoever is free, then presented.

Every step may be interrupted, and done twice, at no cost but time.
"""

import logging
from dataclasses import replace
from datetime import timedelta

import numpy as np
from django.db import transaction
from django.db.models import QuerySet, Sum

from associations.models import Association
from companies.models import Need
from matching.allocation import hopeful
from matching.enums import RoundScope
from matching.kernel import UUID, Array, Pairs, read_rows, statement_of
from matching.models import Round, RoundBatch
from matching.operations.changes import forget_changes
from matching.operations.rounds import present_best, take_lock, times_shown
from matching.profiles import repair, reweigh
from matching.ranking import rank_needs
from matching.scoring import SCORE_VERSION
from mecenova.calendar import clock

logger = logging.getLogger(__name__)

# Up to so many needs, one worker ranks them all at once.
NEEDS_AT_ONCE = 2000
NEEDS_OF_A_BATCH = 500
# How far down each need's list a large round looks: what all batches keep has to fit in one worker's memory.
DEPTH = 100
# A round still open after this long is given up: the next one does its work.
GIVEN_UP_AFTER = timedelta(hours=12)


def needs_batches() -> bool:
    """Whether the network is too large for one worker."""
    return Need.objects.current().count() > NEEDS_AT_ONCE


@transaction.atomic
def open_round(*, patience: timedelta | None = None) -> Round:
    """Cut a full round into batches; the one that is open already, if there is one, goes on.

    Raises RoundInProgress while another round is presenting, longer than this patience.
    """
    take_lock(patience)
    waiting = RoundBatch.objects.select_related("round").order_by("round__started_at", "pk").first()
    if waiting is not None:
        if waiting.round.started_at > clock.now() - GIVEN_UP_AFTER:
            return waiting.round
        logger.warning("Round %s given up: it did not end in %s", waiting.round_id, GIVEN_UP_AFTER)
        RoundBatch.objects.filter(round=waiting.round_id).delete()
    forget_changes()
    repair()
    reweigh()
    keys = list(Need.objects.current().order_by("pk").values_list("pk", flat=True))
    round_ = Round.objects.create(scope=RoundScope.FULL, score_version=SCORE_VERSION, needs=len(keys))
    starts = range(0, len(keys), NEEDS_OF_A_BATCH)
    RoundBatch.objects.bulk_create(
        RoundBatch(round=round_, number=number, needs=keys[start : start + NEEDS_OF_A_BATCH])
        for number, start in enumerate(starts)
    )
    return round_


@transaction.atomic
def rank_batch() -> bool:
    """Rank the needs of one batch that nobody is ranking; False when there is none left."""
    unranked = RoundBatch.objects.filter(ranked_at__isnull=True).order_by("pk")
    batch = unranked.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if batch is None:
        return False
    best = rank_needs(batch.needs, depth=DEPTH, deeper=times_shown())
    batch.pairs, batch.compatible = hopeful(best.pairs).packed(), best.number_compatible
    batch.ranked_at = clock.now()
    batch.save()
    return True


@transaction.atomic
def close_round() -> Round | None:
    """Present the best pairs of all batches, once the last one is ranked. None when that is not to be done.

    Raises RoundInProgress while another round is presenting.
    """
    if not RoundBatch.objects.exists() or RoundBatch.objects.filter(ranked_at__isnull=True).exists():
        return None
    take_lock()
    round_ = Round.objects.filter(batches__isnull=False).first()
    if round_ is None:
        return None
    batches = RoundBatch.objects.filter(round=round_)
    round_.pairs = batches.aggregate(all=Sum("compatible"))["all"]
    pairs = _pairs_of(batches)
    batches.delete()
    return present_best(round_, pairs)


def _pairs_of(batches: "QuerySet[RoundBatch]") -> Pairs:
    """Of all batches, one after the other: never held twice, whatever the size of the network."""
    current = Need.objects.current().order_by().values_list("pk", "company_id")
    needs = read_rows(statement_of(current), {"id": UUID, "company": UUID}, order="id")
    open_ = Association.objects.open_to_companies().order_by().values_list("pk")
    associations = read_rows(statement_of(open_), {"id": UUID}, order="id")["id"]
    packed = bytearray()
    for each in batches.order_by("number").values_list("pairs", flat=True).iterator(chunk_size=1):
        packed += _as_of_now(Pairs.unpacked(each), needs, associations).packed()
    return Pairs.unpacked(packed)


def _as_of_now(pairs: Pairs, needs: Array, associations: Array) -> Pairs:
    """Those whose need and association are still open; both columns of keys are in their order. While batches
    are ranked people leave, close, and records become one: a need's company is that of today."""
    kept = np.isin(pairs.need, needs["id"]) & np.isin(pairs.association, associations)
    pairs = pairs[np.flatnonzero(kept)]
    return replace(pairs, company=needs["company"][np.searchsorted(needs["id"], pairs.need)])
