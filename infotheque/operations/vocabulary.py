"""The words that the library holds, each with how many documents hold it: what makes it rare or common.

Counts follow each document as it comes on line, changes or leaves, in the same transaction; every night all
are counted again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import F

from infotheque.models import Document, Word
from infotheque.models.vocabulary import LONGEST_WORD
from infotheque.searching import forget_words
from mecenova.search.families import family, spelling

BATCH = 5_000
ADD_SQL = """
INSERT INTO infotheque_word (word, family, spelling, documents)
SELECT word, family, spelling, 1
FROM unnest(%s::text[], %s::text[], %s::text[]) AS new(word, family, spelling)
ON CONFLICT (word) DO UPDATE SET documents = infotheque_word.documents + 1
"""
SHORTEST = 3

COUNT_SQL = """
SELECT word, ndoc FROM ts_stat(
    $asked$
    SELECT to_tsvector('pg_catalog.simple',
                       fr_fold(concat_ws(' ', title, summary, body, left(text, 200000))))
    FROM infotheque_document WHERE {where}
    $asked$
)
WHERE length(word) BETWEEN %s AND %s AND word ~ '^[a-z][a-z0-9]*$'
"""


@transaction.atomic
def recount_words() -> int:
    """Every word of what is on line, with the number of documents that hold it. Returns how many words.

    What is published meanwhile waits: it would be counted twice, or not at all.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE infotheque_word IN SHARE ROW EXCLUSIVE MODE")
    keys = _literals(Document.objects.published().order_by().values_list("pk", flat=True))
    counted = _count(f"id = ANY (ARRAY[{keys}]::uuid[])")
    Word.objects.exclude(word__in=[word for word, _ in counted]).delete()
    _keep(counted)
    transaction.on_commit(forget_words)
    return len(counted)


@contextmanager
def words_kept_true(document: Document) -> Iterator[None]:
    """Around what changes what a document says, or who may read it: its words are counted as they become.

    The document is locked, and written to the database when this ends.
    """
    before = _words_on_line(document)
    with transaction.atomic():
        yield
        after = _words_on_line(document)
        if after != before:
            _move(come=after - before, gone=before - after)
            transaction.on_commit(forget_words)


def _words_on_line(document: Document) -> set[str]:
    if not Document.objects.published().filter(pk=document.pk).exists():
        return set()
    return {word for word, _ in _count(f"id = '{document.pk}'")}


def _move(*, come: set[str], gone: set[str]) -> None:
    """One document more for the words that come, one less for those gone: always in the same order."""
    known = Word.objects.filter(word__in=come | gone).order_by("word")
    counts = dict(known.select_for_update().values_list("word", "documents"))
    Word.objects.filter(word__in={word for word in gone if counts.get(word) == 1}).delete()
    Word.objects.filter(word__in=gone).update(documents=F("documents") - 1)
    words = sorted(come)
    with connection.cursor() as cursor:
        cursor.execute(ADD_SQL, [words, list(map(family, words)), list(map(spelling, words))])


def _count(where: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        # `where` holds only keys of this table, written by this module.
        cursor.execute(COUNT_SQL.format(where=where), [SHORTEST, LONGEST_WORD])
        return cursor.fetchall()


def _literals(keys: Iterable[object]) -> str:
    return ", ".join(f"'{key}'" for key in keys)


def _keep(counted: Iterable[tuple[str, int]]) -> None:
    words = [
        Word(word=word, family=family(word), spelling=spelling(word), documents=documents)
        for word, documents in counted
    ]
    Word.objects.bulk_create(
        sorted(words, key=lambda word: word.word),
        BATCH,
        update_conflicts=True,
        unique_fields=["word"],
        update_fields=["family", "spelling", "documents"],
    )
