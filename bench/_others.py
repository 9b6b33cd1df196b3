"""What else could have been done, on the same rows: to compare with, never used."""

import time
import uuid
from collections.abc import Sequence

import numpy as np
from django.db import connection

from associations.models import Association
from bench._workers import explained
from companies.models import Need
from mecenova.identifiers.names import fold

LOOPED = 60

ARRAYS = """
DROP TABLE IF EXISTS pg_temp.with_arrays;
CREATE TEMP TABLE with_arrays AS
SELECT p.association_id,
    array_agg(DISTINCT p.place) AS places,
    coalesce(array_agg(DISTINCT c.cause_id) FILTER (WHERE c.cause_id IS NOT NULL), '{}') AS causes,
    min(p.stops) AS stops
FROM matching_associationprofile p
LEFT JOIN associations_association_causes c USING (association_id)
GROUP BY p.association_id;
CREATE INDEX ON with_arrays USING gin (places);
CREATE INDEX ON with_arrays USING gin (causes);
ANALYZE with_arrays;
"""
BY_ARRAYS = """
SELECT association_id,
    (SELECT count(*) FROM unnest(causes) AS c WHERE c = ANY(%(causes)s))::float8
        / greatest(1, cardinality(causes)) AS score
FROM with_arrays WHERE places && %(places)s::int[] AND stops & %(stops)s = 0
ORDER BY score DESC, association_id LIMIT %(limit)s
"""


def arrays_and_gin(needs: Sequence[uuid.UUID], limit: int) -> list[float]:
    """Milliseconds for each need: arrays of causes and places under GIN indexes, a score of causes alone."""
    times = []
    with connection.cursor() as cursor:
        cursor.execute(ARRAYS)
        for key in needs:
            cursor.execute(
                "SELECT array_agg(DISTINCT place), min(stops) FROM matching_needprofile WHERE need_id = %s",
                [key],
            )
            places, stops = cursor.fetchone()
            causes = list(Need.causes.through.objects.filter(need=key).values_list("cause_id", flat=True))
            given = {"places": places, "stops": stops, "causes": causes, "limit": limit}
            times.append(explained(BY_ARRAYS, given)[0])
    return times


def filters_only(needs: Sequence[uuid.UUID], limit: int) -> list[float]:
    """Milliseconds for each need, with Python: joins on link tables, newest first, as directories do."""
    times = []
    for need in Need.objects.filter(pk__in=needs).prefetch_related("causes", "territories"):
        started = time.perf_counter()
        list(
            Association.objects.open_to_companies()
            .filter(causes__in=need.causes.all(), organisation__department__in=need.territories.all())
            .exclude(refused_kinds__contains=[need.kind])
            .select_related("organisation")
            .distinct()
            .order_by("-changed_at")[:limit]
        )
        times.append(1000 * (time.perf_counter() - started))
    return times


def orm_loop() -> float:
    """Milliseconds for each association: what a first draft would do, asking for both sides' lists."""
    need = Need.objects.order_by("pk")[0]
    started = time.perf_counter()
    for association in Association.objects.select_related("organisation__department").order_by("pk")[:LOOPED]:
        shared = set(need.causes.all()) & set(association.causes.all())
        places = {place.code for place in need.territories.all()}
        here = association.organisation.department
        said = set(fold(f"{need.title} {need.description}").split()) & set(fold(association.purpose).split())
        _ = len(shared) + bool(here and here.code in places) + len(said)
    return 1000 * (time.perf_counter() - started) / LOOPED


def machine_limit(associations: int, needs: int) -> float:
    """Seconds to pass every pair through two masks and count shared bits, in memory: nothing is read, kept or
    explained."""
    numbers = np.random.default_rng(2026)
    stops, causes = (numbers.integers(0, 1 << 20, associations) for _ in range(2))
    started = time.perf_counter()
    for need in numbers.integers(1, 1 << 16, needs).tolist():
        passes = (stops & need) == 0
        np.bitwise_count(causes & need)[passes].sum()
    return time.perf_counter() - started
