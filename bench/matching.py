"""Does the score pick what a reader would have picked? Measured on the judged set (tests/matching/judged).

`REAL_DATA=DIR` ranks the whole register of that folder, names included; without it, the associations of the
judged set, whose names are not in the repository.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from bench._measures import RELEVANT, interval, kappa, mean, ndcg, precision, recall
from matching.network.places import closed_lists
from matching.network.stems import stems_of_words
from matching.scoring import (
    SCORE_VERSION,
    AssociationSide,
    Lexicon,
    NeedSide,
    likely_causes,
    score,
    stopped_by,
    vocabulary,
)
from mecenova.calendar import clock
from mecenova.reference.territories import reach
from tests.matching.judged.judgements import (
    HELD_BACK,
    TUNING,
    grades,
    judged_needs,
    judged_rows,
    true_causes,
)
from tests.matching.judged.register import JudgedNeed, JudgedRow, read_register

SCORE, FILTERS, TEXT = "score", "filters only", "text alone"
# What the issue asks of the part held back: how much nDCG@10 is above each.
GAINS = {FILTERS: 0.15, TEXT: 0.05}

TEXTS_SQL = """
CREATE TEMPORARY TABLE judged_text AS
SELECT place, key, fr_vector(told) AS told
FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS row(key, told, place)
"""
TEXT_RANK_SQL = """
WITH sought AS (
    SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS query
    FROM unnest(tsvector_to_array(fr_vector(%s))) AS lexeme
)
SELECT key FROM judged_text, sought WHERE told @@ query ORDER BY ts_rank(told, query, %s) DESC, place
"""
# Divided by 1 + the logarithm of the length: else the longest texts come first, and text alone is worse.
TEXT_NORMALISATION = 1

Ranking = Callable[[JudgedNeed], list[str]]


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    of: Callable[[Sequence[str], Mapping[str, int], int], float]
    depth: int
    # A need enters the mean when one of its grades is at least this.
    from_grade: int


MEASURES = (
    Measure("nDCG@10", ndcg, 10, 1),
    Measure("precision@5", precision, 5, RELEVANT),
    Measure("recall@50", recall, 50, RELEVANT),
)


def run() -> None:
    folder = os.environ.get("REAL_DATA")
    rows = read_register(Path(folder)) if folder else judged_rows()
    _tell_set(rows, real=bool(folder))
    needs, judged = judged_needs(), _by_need()
    lexicon = Lexicon(stems_of_words(vocabulary(_texts(rows, [need for need, _ in needs]))))
    systems = _systems(rows, lexicon)
    rankings = {name: {need.key: rank(need) for need, _ in needs} for name, rank in systems.items()}
    missed = []
    for part in (TUNING, HELD_BACK):
        keys = [need.key for need, its_part in needs if its_part == part]
        print(f"matching: {part.replace('_', ' ')} part, {len(keys)} needs")
        for measure in MEASURES:
            kept = [key for key in keys if max(judged[key].values()) >= measure.from_grade]
            values = {
                name: [measure.of(found[key], judged[key], measure.depth) for key in kept]
                for name, found in rankings.items()
            }
            print(f"matching:   {_line(measure.name, values)} ({len(kept)} needs)")
            if part == HELD_BACK and measure.of is ndcg:
                missed = [
                    name for name, gain in GAINS.items() if mean(values[SCORE]) - mean(values[name]) < gain
                ]
    _tell_agreement()
    _tell_causes(rows, lexicon)
    if missed:
        raise SystemExit(f"matching: the score is not far enough above {' and '.join(missed)}")


def _tell_set(rows: Sequence[JudgedRow], *, real: bool) -> None:
    given = grades()
    long = {row.key for row in judged_rows() if len(row.purpose) >= 25}
    what = (
        "the whole register, names read"
        if real
        else "the judged set's own, without names (give REAL_DATA=DIR)"
    )
    print(f"matching: score {SCORE_VERSION}; {len(rows)} associations: {what}")
    print(
        f"matching: {len(given)} grades, {sum(row in long for _, row in given)} on purposes of 25 characters "
        f"or more, {sum(grade >= RELEVANT for grade in given.values())} of 2 or 3"
    )
    print(
        "matching: unjudged pairs are passed over by nDCG@10 and precision@5, and keep their places, as "
        "not relevant, in recall@50; a need without a grade above 0 has no nDCG, without a 2 or 3 no "
        "precision and no recall"
    )


def _line(name: str, values: Mapping[str, Sequence[float]]) -> str:
    told = [f"{name:<11} {SCORE} {mean(values[SCORE]):.3f}"]
    for other in (FILTERS, TEXT):
        gains = [mine - its for mine, its in zip(values[SCORE], values[other], strict=True)]
        low, high = interval(gains)
        told.append(f"{other} {mean(values[other]):.3f}, gain {mean(gains):+.3f} [{low:+.3f}, {high:+.3f}]")
    return "; ".join(told)


def _tell_agreement() -> None:
    first, second = grades(), grades("second.csv")
    pairs = [(first[pair], grade) for pair, grade in second.items()]
    print(
        f"matching: {len(pairs)} pairs read twice, the second time blind: the same grade for "
        f"{mean([one == other for one, other in pairs]):.0%}, kappa {kappa(pairs, quadratic=False):.2f}, "
        f"quadratic-weighted {kappa(pairs, quadratic=True):.2f}"
    )


def _tell_causes(rows: Sequence[JudgedRow], lexicon: Lexicon) -> None:
    """The causes proposed from a text, against those that a reader gave it."""
    read = true_causes()
    proposed = {
        row.key: likely_causes(lexicon.telling_stems(f"{row.name} {row.purpose}"))
        for row in rows
        if row.key in read
    }
    told = [cause in read[key] for key, causes in proposed.items() for cause in causes]
    first = [causes[0] in read[key] for key, causes in proposed.items() if causes]
    print(
        f"matching: causes proposed from {len(first)} texts of {len(proposed)}, the first right for "
        f"{mean(first):.0%}; {mean(told):.0%} of all {len(told)} proposed are right"
    )


def _by_need() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (need, row), grade in grades().items():
        found.setdefault(need, {})[row] = grade
    return found


def _systems(rows: Sequence[JudgedRow], lexicon: Lexicon) -> dict[str, Ranking]:
    today = clock.today()
    readings = [lexicon.read(row.name, row.purpose) for row in rows]
    lists = closed_lists()
    related = lists.related
    sides = [
        AssociationSide(
            id=row.key,
            causes=row.causes,
            reach=reach({row.department} - {""}),
            places=frozenset({row.department} - {""}),
            text=lexicon.association_text(reading),
        )
        for row, reading in zip(rows, readings, strict=True)
    ]

    with connection.cursor() as cursor:
        told = [f"{row.name} {row.purpose}" for row in rows]
        cursor.execute(TEXTS_SQL, [[row.key for row in rows], told])

    def side_of(need: JudgedNeed) -> NeedSide:
        return NeedSide(
            id=need.key,
            company=need.key,
            kind=need.kind,
            causes=need.causes,
            territories=need.territories,
            text=lexicon.need_text(need.title, need.description),
        )

    def by_score(need: JudgedNeed) -> list[str]:
        side = side_of(need)
        totals = {
            it.id: score(side, it, related).total for it in sides if stopped_by(side, it, today) is None
        }
        return sorted(totals, key=lambda key: (-totals[key], key))

    def by_filters(need: JudgedNeed) -> list[str]:
        side = side_of(need)
        return [it.id for it in sides if it.causes & need.causes and stopped_by(side, it, today) is None]

    def by_text(need: JudgedNeed) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(TEXT_RANK_SQL, [f"{need.title} {need.description}", TEXT_NORMALISATION])
            return [key for (key,) in cursor.fetchall()]

    return {SCORE: by_score, FILTERS: by_filters, TEXT: by_text}


def _texts(rows: Sequence[JudgedRow], needs: Sequence[JudgedNeed]) -> Iterator[str]:
    for row in rows:
        yield row.name
        yield row.purpose
    for need in needs:
        yield need.title
        yield need.description
