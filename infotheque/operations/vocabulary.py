"""The words that the library holds: counted every night, added to as documents come on line."""

from collections.abc import Iterable

from django.db import connection, transaction

from infotheque.models import Document, Word
from infotheque.models.vocabulary import LONGEST_WORD
from infotheque.searching import forget_words
from mecenova.search.families import family, spelling

BATCH = 5_000
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
    """Every word of what is on line, with the number of documents that hold it. Returns how many words."""
    keys = _literals(Document.objects.published().order_by().values_list("pk", flat=True))
    counted = _count(f"id = ANY (ARRAY[{keys}]::uuid[])")
    Word.objects.exclude(word__in=[word for word, _ in counted]).delete()
    _keep(counted, update=True)
    transaction.on_commit(forget_words)
    return len(counted)


@transaction.atomic
def learn_words(*, document: Document) -> None:
    """The words of a document just put on line, so that it is found before the night."""
    if document.is_published:
        _keep(_count(f"id = '{document.pk}'"), update=False)
        transaction.on_commit(forget_words)


def _count(where: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        # `where` holds only keys of this table, written by this module.
        cursor.execute(COUNT_SQL.format(where=where), [SHORTEST, LONGEST_WORD])
        return cursor.fetchall()


def _literals(keys: Iterable[object]) -> str:
    return ", ".join(f"'{key}'" for key in keys)


def _keep(counted: Iterable[tuple[str, int]], *, update: bool) -> None:
    words = [
        Word(word=word, family=family(word), spelling=spelling(word), documents=documents)
        for word, documents in counted
    ]
    Word.objects.bulk_create(
        sorted(words, key=lambda word: word.word),
        BATCH,
        update_conflicts=update,
        ignore_conflicts=not update,
        unique_fields=["word"] if update else None,
        update_fields=["family", "spelling", "documents"] if update else None,
    )
