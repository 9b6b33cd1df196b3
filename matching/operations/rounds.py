"""A round: rank, allocate under capacity, present. One at a time; run twice, nothing is done twice."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction
from django.db.models import Count

from accounts.models import Membership, User
from associations.models import Association
from associations.operations import record_presentations
from companies.operations import hold_current
from matching import policies
from matching.allocation import DEPTH, Allocation, Candidate, Ledger, Month, allocate, hopeful
from matching.enums import RoundScope
from matching.fairness import measure
from matching.kernel import Pairs
from matching.ledger import read_ledger, read_month
from matching.models import Round, Suggestion
from matching.network import Names
from matching.notifications import SuggestionsDigest
from matching.operations.answers import expire_moot, hold_former, replace_suggestions
from matching.operations.changes import Changes, forget_changes, take_changes
from matching.profiles import number_open
from matching.ranking import Best, candidates_of, rank_changes, rank_everybody
from matching.refusals import Refused
from matching.scoring import SCORE_VERSION, reasons
from mecenova.calendar import clock
from mecenova.locks import hold_if_free, hold_within
from mecenova.mail.departure import departure
from mecenova.mail.operations import out_of_reach, queue
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import record_many
from mecenova.workflow.machine import NEW
from partnerships.enums import AttentionSource
from partnerships.operations import spend_attention_on_many

logger = logging.getLogger(__name__)

ONE_ROUND = "matching.round"
# Pairs are read whole to be explained: so many at once, so that memory is bounded.
PRESENTED_AT_ONCE = 500


class RoundInProgress(DomainError):
    """Another round holds the lock."""

    def __init__(self) -> None:
        super().__init__(
            "Un tour est déjà en cours\u00a0: attendez qu’il finisse, il prendra tout en compte."
        )


@transaction.atomic
def run_round(
    *, by: User | None = None, scope: RoundScope = RoundScope.FULL, patience: timedelta | None = None
) -> Round | None:
    """Present the best new pairs to companies with places left. None when nothing had changed.

    A full round looks at the whole network; a small one at what the queue of changes holds, for companies
    that have a place open today.
    """
    policies.require_can_run_round(by)
    take_lock(patience)
    changes: Changes | None = None
    if scope == RoundScope.CHANGED:
        changes = take_changes()
        if not changes:
            return None
    else:
        forget_changes()
        expire_moot()
    started = clock.now()
    month: Month | None = None
    if changes is None:
        best = rank_everybody(deeper=times_shown())
    else:
        month = read_month()
        best = _rank_changes(changes, month)
    round_ = Round.objects.create(
        scope=scope,
        score_version=SCORE_VERSION,
        started_at=started,
        needs=len(best.needs),
        pairs=best.number_compatible,
    )
    return present_best(round_, best.pairs, month)


def present_best(round_: Round, pairs: Pairs, month: Month | None = None) -> Round:
    """Share out the places among the pairs ranked, present, and end the round: inside its transaction.

    `month`: the companies' places, when they have been read already.
    """
    is_full = round_.scope == RoundScope.FULL
    pairs = hopeful(pairs)
    associations = pairs.associations()
    ledger = read_ledger(associations, month=month)
    pairs = _still_there(pairs, ledger)
    allocation = allocate(pairs, ledger, compared=is_full)
    presented: list[uuid.UUID] = []
    for some in _in_turns(pairs[allocation.chosen]):
        chosen, names = candidates_of(some)
        presented += _present(round_, chosen, names, ledger, allocation)
    round_.presented = len(presented)
    round_.without_place = allocation.without_place
    if is_full:
        round_.needs_alone = round_.needs - len(np.unique(pairs.need))
        # Somebody ranked may have left since.
        round_.associations_alone = max(0, number_open() - len(associations))
        measure(pairs, allocation, ledger, presented).write(round_)
    round_.finished_at = clock.now()
    round_.save()
    _send_digests()
    logger.info(
        "Round %s %s: %d needs, %d presented", round_.pk, round_.scope, round_.needs, round_.presented
    )
    return round_


def _still_there(pairs: Pairs, ledger: Ledger) -> Pairs:
    """Without associations that have become part of another since they were ranked."""
    there = np.isin(pairs.association, ledger.waits.associations)
    return pairs if there.all() else pairs[np.flatnonzero(there)]


def _rank_changes(changes: Changes, month: Month) -> Best:
    """For companies with a place open today. Where fewer associations changed than a round looks down a list,
    what was shown before says nothing about those lists: it is read for the needs that changed alone."""
    few = len(changes.associations) <= DEPTH
    return rank_changes(
        changes.associations,
        changes.needs,
        companies=month.companies[month.open_on(clock.today()) > 0],
        deeper=times_shown(changes.needs if few else None),
    )


def times_shown(needs: Collection[uuid.UUID] | None = None) -> dict[uuid.UUID, int]:
    """How many pairs of each need, or of these, were suggested before today: a round looks that much further
    down."""
    earlier = Suggestion.objects.filter(presented_at__lt=clock.midnight(clock.today())).order_by()
    if needs is not None:
        earlier = earlier.filter(need__in=needs)
    return dict(earlier.values_list("need_id").annotate(times=Count("pk")))


def take_lock(patience: timedelta | None = None) -> None:
    """Until the end of the transaction. Raises RoundInProgress when another holds it, for as long as that."""
    held = hold_within(ONE_ROUND, patience) if patience else hold_if_free(ONE_ROUND)
    if not held:
        raise RoundInProgress


def _in_turns(chosen: Pairs) -> Iterator[Pairs]:
    """A bounded number at once, in a fixed order of companies so that two writers never deadlock."""
    ordered = chosen[np.argsort(chosen.company, kind="stable")]
    for start in range(0, len(ordered), PRESENTED_AT_ONCE):
        yield ordered[np.arange(start, min(start + PRESENTED_AT_ONCE, len(ordered)))]


def _present(
    round_: Round,
    chosen: Collection[Candidate],
    names: Names,
    ledger: Ledger,
    allocation: Allocation,
) -> list[uuid.UUID]:
    """Spend a place for each pair. The associations presented.

    A need that has closed since it was ranked, or is closing, is presented nobody: nothing would end it.
    """
    open_needs = hold_current({pair.need.id for pair in chosen})
    former, busy = hold_former({pair.key for pair in chosen} & allocation.again)
    chosen = sorted(
        (pair for pair in chosen if pair.need.id in open_needs and pair.key not in busy),
        key=lambda candidate: (candidate.need.company.bytes, -candidate.assessment.total),
    )
    if not chosen:
        return []
    wanted: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for pair in chosen:
        wanted[pair.need.company].append(pair.association.id)
    places = spend_attention_on_many(wanted=wanted, source=AttentionSource.SUGGESTION)
    presented = [pair for pair in chosen if (pair.need.company, pair.association.id) in places]
    again = {pair.key for pair in presented}
    replace_suggestions(one for one in former if (one.need_id, one.association_id) in again)
    suggestions = Suggestion.objects.bulk_create(
        _suggestion(
            round_,
            pair,
            names,
            waited=ledger.waited(pair.association.id),
            again=pair.key in allocation.again,
            refused=allocation.refused.get(pair.key),
        )
        for pair in presented
    )
    record_many(suggestions, "present", NEW, None)
    shown = [pair.association.id for pair in presented]
    record_presentations(associations=Association.objects.filter(pk__in=shown))
    return shown


def _suggestion(
    round_: Round, pair: Candidate, names: Names, *, waited: int, again: bool, refused: Refused | None
) -> Suggestion:
    """With all that the choice weighed: the parts of the score, the days waited, and past refusals apart."""
    weighed: dict[str, object] = {**pair.assessment.inputs(), "waited": waited}
    if again:
        weighed |= {"again": True}
    if refused is not None:
        weighed |= {"refusals": -refused.cost, "refused_for": refused.family, "refused_by": refused.by}
    return Suggestion(
        round=round_,
        need_id=pair.need.id,
        company_id=pair.need.company,
        association_id=pair.association.id,
        project_id=pair.project,
        score=Decimal(str(pair.assessment.total)),
        score_version=SCORE_VERSION,
        reasons=reasons(
            pair.need, pair.association, pair.assessment, names.words, waited=waited, again=again
        ),
        inputs=weighed,
    )


def _send_digests() -> None:
    """One mail per person and day of departure, with all that no digest has told of yet.

    What a round adds before the day's mail has left is told in it. A company's news waits for a day on which
    everybody there can be told: who has had that day's mail would not be, or the others would be twice.
    """
    leaves = departure()
    day = clock.paris(leaves).date().isoformat()
    waiting = Suggestion.objects.undigested()
    members = Membership.objects.filter(
        user__is_active=True, organisation__in=waiting.values("company__organisation")
    )
    readers: dict[User, set[uuid.UUID]] = defaultdict(set)
    for member in members.select_related("user").order_by("user_id"):
        readers[member.user].add(member.organisation_id)
    late: set[uuid.UUID] = set()
    for person in out_of_reach(SuggestionsDigest, readers, occurrence=day):
        late |= readers[person]
    told = {one for organisations in readers.values() for one in organisations} - late
    waiting.filter(company__organisation__in=told).update(digested_at=leaves)
    for person, organisations in readers.items():
        if organisations & told:
            queue(SuggestionsDigest, person, occurrence=day)
