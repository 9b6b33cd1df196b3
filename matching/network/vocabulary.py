"""How many associations say each word: counted by full rounds, read for the few words somebody needs."""

from collections.abc import Iterable
from functools import lru_cache

from django.db import connection

from matching.network.keys import key_of, theme_slugs
from matching.network.stems import stems_of_words
from matching.scoring import Lexicon, vocabulary
from matching.scoring.lexicon import WIDER_PRESENT
from matching.scoring.text import words
from mecenova.calendar import clock

COUNTED = """
SELECT counted.size, counted.length, term.key, term.uses
FROM matching_vocabulary AS counted
LEFT JOIN matching_term AS term ON term.key = ANY(%(keys)s)
"""
# Whose words are counted: those that a round looks at.
_OPEN = """
FROM matching_associationreading r
JOIN matching_associationprofile p ON p.association_id = r.association_id AND p.place = 0
    AND (p.paused_until IS NULL OR p.paused_until < %(today)s)
"""
COUNT_NOW = f"SELECT count(*), coalesce(sum(r.length), 0) {_OPEN}"
_USES_NOW = f"""
SELECT said.key, sum(said.presence) AS uses
{_OPEN}
CROSS JOIN LATERAL (
    SELECT key, 1::float8 FROM unnest(r.terms) AS key
    UNION ALL SELECT key, {WIDER_PRESENT}::float8 FROM unnest(r.wider_terms) AS key
) AS said(key, presence)
"""  # noqa: S608 (words of this room only; values are parameters)
USES_NOW = f"{_USES_NOW} WHERE said.key = ANY(%(keys)s) GROUP BY said.key"
RECOUNT = f"""
WITH fresh AS MATERIALIZED ({_USES_NOW} GROUP BY said.key), gone AS (
    DELETE FROM matching_term t WHERE NOT EXISTS (SELECT FROM fresh f WHERE f.key = t.key) RETURNING 1
), written AS (
    INSERT INTO matching_term AS old (key, uses) SELECT key, uses FROM fresh
    ON CONFLICT (key) DO UPDATE SET uses = excluded.uses WHERE abs(old.uses - excluded.uses) > 0.01
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608 (words of this room only; values are parameters)
REMEMBER = f"""
INSERT INTO matching_vocabulary AS old (id, size, length, counted_at)
SELECT 1, size, length, %(now)s FROM ({COUNT_NOW}) AS fresh(size, length)
ON CONFLICT (id) DO UPDATE
SET size = excluded.size, length = excluded.length, counted_at = excluded.counted_at
WHERE %(changed)s OR (old.size, old.length) <> (excluded.size, excluded.length)
"""  # noqa: S608 (words of this room only; values are parameters)


@lru_cache(maxsize=1)
def thesaurus_stems() -> dict[str, str]:
    """The stems of the words that the thesaurus and the generic words are made of: asked once a process."""
    return stems_of_words(vocabulary(()))


def plain_lexicon(texts: Iterable[str]) -> Lexicon:
    """Reads these texts, and knows nothing of what others say."""
    known = thesaurus_stems()
    unknown = {word for text in texts for word in words(text)} - known.keys()
    return Lexicon({**known, **stems_of_words(unknown)})


def lexicon_knowing(texts: Iterable[str], *, weighed: Iterable[str]) -> Lexicon:
    """Reads the texts of both, and weighs the words of the latter as the whole network uses them.

    Only needs are weighed: how many say the words of the others is not asked.
    """
    sought = {word for text in weighed for word in words(text)}
    told = {word for text in texts for word in words(text)}
    known = thesaurus_stems()
    lexicon = Lexicon({**known, **stems_of_words((sought | told) - known.keys())})
    said = {key_of(stem): stem for word in sought if (stem := lexicon.stems.get(word))}
    lexicon.size, lexicon.length, uses = _counted([*theme_slugs(), *said] if said else [])
    for key, number in uses.items():
        if key in theme_slugs():
            lexicon.theme_frequency[theme_slugs()[key]] = number
        else:
            lexicon.frequency[said[key]] = number
    return lexicon


def usual_length() -> float:
    """How many words an association's texts usually hold, as last counted."""
    size, length, _ = _counted([])
    return max(1.0, float(length) / max(1, size))


def _counted(keys: list[int]) -> tuple[int, int, dict[int, int]]:
    """How many associations speak, with how many words; and how many say each of these."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"keys": keys})
        if counted := cursor.fetchall():
            size, length, *_ = counted[0]
            return size, length, {key: uses for *_, key, uses in counted if key is not None}
        # Before the first full round: everybody's readings, counted for the words asked.
        cursor.execute(COUNT_NOW, {"today": clock.today()})
        size, length = cursor.fetchone()
        cursor.execute(USES_NOW, {"keys": keys, "today": clock.today()})
        return size, length, dict(cursor.fetchall())


def recount() -> None:
    """Count everybody's words again. What weighs them is weighed again only if a count changed."""
    given = {"today": clock.today(), "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, given)
        changed = cursor.fetchone()[0] > 0
        cursor.execute(REMEMBER, {**given, "changed": changed})
