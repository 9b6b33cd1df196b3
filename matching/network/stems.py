"""The database's French dictionary: the stem of each word, asked once for all."""

from sys import intern

from django.db import connection

STEMS_SQL = """
SELECT word, (tsvector_to_array(fr_vector(word)))[1]
FROM unnest(%s::text[]) AS word
WHERE fr_vector(word) <> ''
"""
# From this length on, a last « e » is an ending.
LONG_STEM = 6


def stems_of_words(found: set[str]) -> dict[str, str]:
    """Each word's stem, as PostgreSQL's French dictionary gives it; words it holds for empty are left out.

    The last « e » of a long stem goes: without accents the dictionary keeps it in « handicapées ».
    """
    if not found:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(STEMS_SQL, [sorted(found)])
        return {
            intern(word): intern(stem[:-1] if len(stem) >= LONG_STEM and stem.endswith("e") else stem)
            for word, stem in cursor.fetchall()
        }
