"""Draws the pool to grade: `REAL_DATA=DIR python -m tests.matching.judged.draw`. Same files, same pool.

It knows nothing of the score: filters, two plain readings of the words, and chance (README.md).
"""

import math
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.matching.judged.apart import in_a_test_database

SEED = 20141128
HERE = Path(__file__).parent
TEXT, WORDS, FILTERS_FIRST, FILTERS_ANY, RANDOM, MORE_WORDS = 10, 6, 3, 4, 4, 8
LONG_PURPOSE = 25
ABROAD_CAUSE = "solidarite-internationale"

TEXT_RANK_SQL = """
WITH sought AS (
    SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS query
    FROM unnest(tsvector_to_array(fr_vector(%s))) AS lexeme
)
SELECT place FROM unnest(%s::text[]) WITH ORDINALITY AS row(purpose, place), sought
WHERE fr_vector(purpose) @@ query
ORDER BY ts_rank(fr_vector(purpose), query) DESC, place
"""


def main() -> None:
    from tests.matching.judged.register import read_needs, read_register, without_name, write_csv

    folder = Path(os.environ["REAL_DATA"])
    rows, needs = read_register(folder), read_needs(folder)
    drawn = {need.key: list(pool_of(need, rows)) for need in needs}
    kept = {row.key: row for found in drawn.values() for row, _ in found}
    write_csv(
        HERE / "needs.csv",
        ("need", "part", "kind", "causes", "territories", "title", "description"),
        (
            (n.key, part, n.kind, listed(n.causes), listed(n.territories), n.title, n.description)
            for n, part in zip(needs, parts_of(len(needs)), strict=True)
        ),
    )
    write_csv(
        HERE / "rows.csv",
        ("row", "order", "department", "causes", "purpose"),
        (
            (row.key, row.order, row.department, listed(row.causes), without_name(row))
            for row in sorted(kept.values(), key=lambda row: row.order)
        ),
    )
    write_csv(
        HERE / "pool.csv",
        ("need", "row", "drawn_by"),
        ((key, row.key, stratum) for key, found in drawn.items() for row, stratum in found),
    )
    pairs = [row for found in drawn.values() for row, _ in found]
    long = sum(len(row.purpose) >= LONG_PURPOSE for row in pairs)
    print(f"{len(needs)} needs, {len(pairs)} pairs, {long} on purposes of {LONG_PURPOSE} characters or more")


def parts_of(number: int) -> list[str]:
    """Half of the needs to tune on, half held back, by the seed alone."""
    parts = ["tuning"] * (number // 2) + ["held_back"] * (number - number // 2)
    random.Random(SEED).shuffle(parts)  # noqa: S311
    return parts


def pool_of(need, rows) -> Iterator[tuple]:
    """Distinct rows that the need's territory admits, each under the first stratum that drew it."""
    chance = random.Random(f"{SEED} {need.key}")  # noqa: S311
    admitted = [row for row in rows if admits(need, row)]
    sharing = [row for row in admitted if row.causes & need.causes]
    long = [row for row in admitted if len(row.purpose) >= LONG_PURPOSE]
    strata = (
        ("text", TEXT, by_text_rank(need, admitted)),
        ("words", WORDS, by_rare_words(need, admitted)),
        ("filters", FILTERS_FIRST, sharing),
        (
            "filters",
            FILTERS_ANY,
            shuffled([row for row in sharing if len(row.purpose) >= LONG_PURPOSE], chance),
        ),
        ("random", RANDOM, shuffled(long, chance)),
        ("words", MORE_WORDS, by_rare_words(need, admitted)),
    )
    taken: set[str] = set()
    said: set[str] = set()
    for name, size, candidates in strata:
        left = size
        for row in candidates:
            if not left:
                break
            told = row.purpose.casefold()
            # One « Fonctionnement » is enough for a need: a reader grades it once.
            if row.key not in taken and told not in said:
                taken.add(row.key)
                said.add(told)
                left -= 1
                yield row, name


def admits(need, row) -> bool:
    """The need is open to all of France, or the row's département is one of its own, or both act abroad."""
    if "FR" in need.territories:
        return True
    abroad = "INT" in need.territories and ABROAD_CAUSE in row.causes
    return bool(row.department) and (row.department in need.territories or abroad)


def by_text_rank(need, rows) -> Iterator:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(TEXT_RANK_SQL, [f"{need.title} {need.description}", [row.purpose for row in rows]])
        return (rows[place - 1] for (place,) in cursor.fetchall())


def by_rare_words(need, rows) -> Iterable:
    """Names included: the rare beginnings of words that both say, over the root of how many the row says."""
    told = [beginnings(f"{row.name} {row.purpose}") for row in rows]
    frequency = Counter(word for words in told for word in words)
    sought = beginnings(f"{need.title} {need.description}")

    def weight(words: set[str]) -> float:
        shared = sum(math.log(len(rows) / frequency[word]) for word in words & sought)
        return shared / math.sqrt(len(words) + 4)

    weights = [weight(words) for words in told]
    best = sorted(range(len(rows)), key=lambda place: (-weights[place], rows[place].order))
    return (rows[place] for place in best if weights[place] > 0)


def beginnings(text: str) -> set[str]:
    from mecenova.identifiers.names import fold

    return {word[:6] for word in fold(text).split() if len(word) > 3}


def shuffled(rows: list, chance: random.Random) -> list:
    return chance.sample(rows, len(rows))


def listed(slugs: frozenset[str]) -> str:
    return "|".join(sorted(slugs))


if __name__ == "__main__":
    in_a_test_database(main)
