"""Texts are read when they change: what was found in them is kept, with the fingerprint of what was read."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from matching.models import AssociationReading, NeedReading
from matching.network.keys import key_of, key_of_theme, reader, theme_bits
from matching.network.vocabulary import lexicon_knowing, plain_lexicon
from matching.profiles.masks import mask, ranked
from matching.scoring import Lexicon
from matching.scoring.text import LONGEST
from mecenova.calendar import clock

# How many texts are held at once.
CHUNK = 2000

UNREAD_ASSOCIATIONS = """
WITH proposed AS (
    SELECT association_id,
           string_agg(' ' || title || ' ' || left(description, %(longest)s), '' ORDER BY id) AS said
    FROM associations_project
    WHERE status = 'published' AND (paused_until IS NULL OR paused_until < %(today)s)
      AND (%(keys)s::uuid[] IS NULL OR association_id = ANY(%(keys)s))
    GROUP BY association_id
), told AS (
    SELECT a.id, o.name, left(a.purpose, %(longest)s) || coalesce(p.said, '') AS said
    FROM associations_association a
    JOIN accounts_organisation o ON o.id = a.organisation_id
    LEFT JOIN proposed p ON p.association_id = a.id
    WHERE o.status = 'checked' AND a.stance <> 'expert_only'
      AND (%(keys)s::uuid[] IS NULL OR a.id = ANY(%(keys)s))
), printed AS (
    SELECT *, md5(%(reader)s || name || E'\\n' || said)::uuid AS fingerprint FROM told
)
SELECT t.id, t.name, t.said, t.fingerprint, (SELECT array_agg(slug ORDER BY id) FROM reference_cause)
FROM printed t
LEFT JOIN matching_associationreading r ON r.association_id = t.id
WHERE r.fingerprint IS DISTINCT FROM t.fingerprint
ORDER BY t.id
"""

UNREAD_NEEDS = """
WITH told AS (
    SELECT n.id, n.title, n.description || ' ' || n.goods || ' ' || n.question AS said
    FROM companies_need n
    JOIN companies_company c ON c.id = n.company_id
    JOIN accounts_organisation o ON o.id = c.organisation_id
    WHERE n.status = 'published' AND o.status = 'checked'
      AND (n.deadline IS NULL OR n.deadline >= %(today)s)
      AND (%(keys)s::uuid[] IS NULL OR n.id = ANY(%(keys)s))
), printed AS (
    SELECT *, md5(
        %(reader)s || coalesce((SELECT counted_at::text FROM matching_vocabulary), '')
        || title || E'\\n' || said
    )::uuid AS fingerprint
    FROM told
)
SELECT t.id, t.title, t.said, t.fingerprint
FROM printed t
LEFT JOIN matching_needreading r ON r.need_id = t.id
WHERE r.fingerprint IS DISTINCT FROM t.fingerprint
ORDER BY t.id
"""


def read_associations(keys: Collection[uuid.UUID] | None) -> int:
    """Read the texts of these associations, or of all, that were not read as they are now; how many."""
    number = 0
    for rows in _unread(UNREAD_ASSOCIATIONS, keys):
        lexicon = plain_lexicon(text for _, name, said, *_ in rows for text in (name, said))
        causes = ranked(rows[0][-1])
        AssociationReading.objects.bulk_create(
            [_association_reading(row, lexicon, causes) for row in rows],
            update_conflicts=True,
            unique_fields=["association"],
            update_fields=[
                field.attname for field in AssociationReading._meta.local_fields if not field.primary_key
            ],
        )
        number += len(rows)
    return number


def read_needs(keys: Collection[uuid.UUID] | None) -> int:
    """Weigh the words of these needs, or of all, with the vocabulary of the network; how many were."""
    number = 0
    for rows in _unread(UNREAD_NEEDS, keys):
        lexicon = lexicon_knowing((), weighed=(text for _, title, said, _ in rows for text in (title, said)))
        NeedReading.objects.bulk_create(
            [_need_reading(row, lexicon) for row in rows],
            update_conflicts=True,
            unique_fields=["need"],
            update_fields=[
                field.attname for field in NeedReading._meta.local_fields if not field.primary_key
            ],
        )
        number += len(rows)
    return number


def _unread(sql: str, keys: Collection[uuid.UUID] | None) -> Iterator[Sequence[Any]]:
    parameters = {
        "keys": None if keys is None else list(keys),
        "longest": LONGEST,
        "reader": str(reader()),
        "today": clock.today(),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield rows


def _association_reading(
    row: Sequence[Any], lexicon: Lexicon, causes: Mapping[str, int]
) -> AssociationReading:
    key, name, said, fingerprint, _ = row
    reading = lexicon.read(name, said, count=False)
    text = lexicon.association_text(reading)
    named = [slug for slug, presence in reading.themes.items() if presence == 1.0]
    wider = [slug for slug, presence in reading.themes.items() if presence < 1.0]
    return AssociationReading(
        association_id=key,
        fingerprint=fingerprint,
        terms=sorted([*map(key_of, reading.stems), *map(key_of_theme, named)]),
        wider_terms=sorted(map(key_of_theme, wider)),
        themes=theme_bits(named),
        wider_themes=theme_bits(wider),
        spoken_causes=mask(text.causes, causes),
        length=len(reading.stems),
        tells=text.told,
        speaks=text.speaks,
        doubted=bool(text.doubts),
    )


def _need_reading(row: Sequence[Any], lexicon: Lexicon) -> NeedReading:
    key, title, said, fingerprint = row
    text = lexicon.need_text(title, said)
    weights = {key_of(stem): weight for stem, weight in text.terms.items()}
    weights.update((key_of_theme(slug), weight) for slug, weight in text.themes.items())
    return NeedReading(
        need_id=key,
        fingerprint=fingerprint,
        terms=sorted(weights),
        weights=[weights[term] for term in sorted(weights)],
        heaviest=text.heaviest,
        speaks=text.speaks,
    )
