"""How fast needs find associations, from a small network to the whole country's. NAME=matching_speed

`SIZES=1000x131,10000x1000` (associations by needs; those by default) or up to 100000x10000. Prints times,
memory and growth beside what the issue asks for, and as ratios of the same run what else could have been
done. Fails on a target missed by more than the noise of a busy machine: twice.
"""

import os
import random
import statistics
from collections.abc import Iterator

import numpy as np
from django.db import connection

from associations.models import Association
from bench._network import invent
from bench._others import arrays_and_gin, filters_only, machine_limit, orm_loop
from bench._rounds import measure_rounds
from bench._targets import Targets
from bench._workers import explained, spend
from companies.models import Need
from matching.applicant import applicant
from matching.network import closed_lists, load
from matching.odds import by_cause_and_kind, case_of, odds_of, what_if
from matching.openings import openings_of
from matching.profiles import asker, best_associations, best_needs, related_masks, repair, reweigh
from matching.profiles.best_associations import NEED, statement
from matching.profiles.sums import one_row
from mecenova.calendar import clock
from mecenova.reference.models import Cause, Territory

SIZES = "1000x131,10000x1000"
SHOWN = 20
SAMPLE = 40
# An ORM loop is timed at the two small sizes only: it would take hours beyond.
LOOPED_UP_TO = 10_000
# Milliseconds that the issue asks for, by number of associations.
ONE_NEED_MS = {10_000: 2.0, 100_000: 4.0}
GROWTH = 2.0


def run() -> None:
    told = (
        "the real register's"
        if os.environ.get("REAL_DATA")
        else "invented ones (give REAL_DATA=DIR for real)"
    )
    print(
        f"matching_speed: invented networks, texts are {told}; load of the machine {os.getloadavg()[0]:.1f}"
    )
    targets = Targets("matching_speed")
    before: tuple[int, float] | None = None
    for associations, needs in _sizes():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE accounts_organisation CASCADE")
        one_need = _measure(associations, needs, targets)
        if before is not None:
            growth = (one_need / before[1]) ** (1 / np.log2(associations / before[0]))
            targets.tell("  growth of one need's time for each doubling", growth, GROWTH, "times")
        before = associations, one_need
    targets.end()


def _sizes() -> Iterator[tuple[int, int]]:
    for size in os.environ.get("SIZES", SIZES).split(","):
        associations, _, needs = size.partition("x")
        yield int(associations), int(needs)


def _measure(associations: int, needs: int, targets: Targets) -> float:
    """Print the figures of one size; the median time of one local need, in milliseconds."""
    loaded, _ = spend(lambda: invent(associations, needs))
    read, _ = spend(lambda: (repair(), reweigh()))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    checked, differing = spend(repair)
    print(
        f"{associations} x {needs}: loaded in {loaded.clock:.1f} s, read and profiled in {read.clock:.1f} s; "
        f"load of the machine {os.getloadavg()[0]:.1f}"
    )
    print(f"  all profiles checked in {checked.clock:.2f} s, {differing} differ")
    chance = random.Random(associations)
    one_need = _one_need(chance, associations, targets)
    _one_association(chance)
    _odds()
    full = measure_rounds(chance, associations, targets)
    _others(chance, one_need, full, associations, needs)
    return one_need


def _one_need(chance: random.Random, associations: int, targets: Targets) -> float:
    related = related_masks(closed_lists())
    keys = list(Need.objects.order_by("pk").values_list("pk", flat=True))
    local, national, planned = [], [], []
    for key in chance.sample(keys, min(40 * SAMPLE, len(keys))):
        found = one_row(NEED, {"key": key, "today": clock.today()})
        assert found is not None
        of_its_reach = national if found["is_national"] else local
        if len(of_its_reach) < SAMPLE:
            ran, planning = explained(*statement(found, limit=SHOWN, related=related))
            of_its_reach.append(ran)
            planned.append(planning)
    wall = [
        1000 * spend(lambda key=key: best_associations(key, limit=SHOWN, related=related))[0].clock
        for key in keys[:SAMPLE]
    ]
    targets.tell(
        f"  one local need, its {SHOWN} first, in the database",
        statistics.median(local),
        ONE_NEED_MS.get(associations),
        "ms",
    )
    print(
        f"    {_spread(local)}; a national one {_spread(national)}; to plan "
        f"{statistics.median(planned):.1f}; by the clock, with Python, any of them {_spread(wall)}"
    )
    return statistics.median(local)


def _one_association(chance: random.Random) -> None:
    lists = closed_lists()
    related = related_masks(lists)
    keys = list(Association.objects.order_by("pk").values_list("pk", flat=True)[:SAMPLE])
    sides = load(Association.objects.filter(pk__in=keys), Need.objects.none()).associations
    askers = [asker(side, lists) for side in sides]
    times = [
        1000 * spend(lambda found=found: best_needs(found, limit=SHOWN, related=related))[0].processor
        for found in askers
    ]
    one = Association.objects.order_by("pk")[0]
    opening = [spend(lambda: openings_of(applicant(one)))[0].processor for _ in range(3)]
    print(f"  one association, its {SHOWN} needs, with Python: {_spread(times)} ms of processor")
    print(f"  what a change of its profile would open: {1000 * min(opening):.0f} ms of processor")


def _odds() -> None:
    """What anybody reads before signing up: the odds of a case, and what widening it would change."""
    place = Territory.objects.departments().order_by("code")[10]
    case = case_of(Cause.objects.order_by("pk").values_list("pk", flat=True)[:2], place, ["financial"])
    calls = {
        "odds of a case": lambda: odds_of(case),
        "what widening it would change": lambda: what_if(case, place),
        "the table of causes by kinds": by_cause_and_kind,
    }
    for name, call in calls.items():
        spent = min((spend(call)[0] for _ in range(3)), key=lambda each: each.clock)
        print(f"  {name}: {1000 * spent.clock:.0f} ms ({1000 * spent.processor:.0f} of processor)")


def _others(chance: random.Random, one_need: float, full: float, associations: int, needs: int) -> None:
    """As ratios of the same run."""
    keys = list(
        Need.objects.filter(territories__code__gt="")
        .exclude(territories__code="FR")
        .values_list("pk", flat=True)
    )
    sample = chance.sample(keys, min(20, len(keys)))
    for name, times in (
        ("arrays and GIN", arrays_and_gin(sample, SHOWN)),
        ("filters only, as a comparable site", filters_only(sample, SHOWN)),
    ):
        print(f"  {name}: {_spread(times)} ms a need, {statistics.median(times) / one_need:.1f} times ours")
    if associations <= LOOPED_UP_TO:
        loop = orm_loop() * associations
        print(f"  an ORM loop: {loop:.0f} ms a need, from a sample, {loop / one_need:.0f} times ours")
    limit = machine_limit(associations, needs)
    print(f"  masks alone in numpy, the machine's limit: {limit:.2f} s, ours {full / limit:.1f} times that")


def _spread(times: list[float]) -> str:
    if not times:
        return "-"
    return f"{np.percentile(times, 50):.2f}/{np.percentile(times, 95):.2f} (p50/p95)"
