"""The words that the library holds, each with how many documents hold it: what makes it rare or common.

Counts follow each document as it comes on line, changes or leaves, in the same transaction; every night all
are counted again, part by part, while documents go on coming (see _Parts).
"""

from collections.abc import Iterable, Iterator, Mapping
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
# Parts that changed while the others were counted are counted again, so many times without holding anybody.
ROUNDS = 5
# A row's version: another one whenever anything of it was written.
VERSIONS_SQL = """
SELECT right(id::text, 1), array_agg(id::text || ' ' || xmin::text ORDER BY id)
FROM infotheque_document GROUP BY 1
"""


def recount_words() -> int:
    """Every word of what is on line, with the number of documents that hold it. Returns how many words.

    Nothing that is published meanwhile waits for the count: it is only held while what differs is written,
    a moment, and never counted twice or not at all.
    """
    parts = _Parts()
    for _ in range(ROUNDS):
        if not parts.count_changed():
            break
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE infotheque_word IN SHARE ROW EXCLUSIVE MODE")
        parts.count_changed()
        counted = parts.total()
        _keep(counted)
        transaction.on_commit(forget_words)
    return len(counted)


class _Parts:
    """The library in sixteen parts, by the last figure of documents' keys, each counted as it was when seen.

    A part is counted again when any of its documents has come, changed or left since.
    """

    def __init__(self) -> None:
        self._seen: dict[str, list[str]] = {}
        self._counted: dict[str, dict[str, int]] = {}
        self._words: dict[str, str] = {}

    def count_changed(self) -> int:
        """Returns how many parts were counted."""
        now = _versions()
        changed = [part for part in self._seen.keys() | now.keys() if self._seen.get(part) != now.get(part)]
        for part in changed:
            # What is written between these two lines makes the part change once more.
            self._seen[part] = now.get(part, [])
            keys = [version.partition(" ")[0] for version in self._seen[part]]
            published = Document.objects.published().filter(pk__in=keys).order_by()
            counted = _count_of(published.values_list("pk", flat=True))
            self._counted[part] = {self._words.setdefault(word, word): number for word, number in counted}
        return len(changed)

    def total(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for counted in self._counted.values():
            for word, number in counted.items():
                found[word] = found.get(word, 0) + number
        return found


def _versions() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS_SQL)
        return dict(cursor.fetchall())


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


def _count_of(keys: Iterable[object]) -> list[tuple[str, int]]:
    written = ", ".join(f"'{key}'" for key in keys)
    return _count(f"id = ANY (ARRAY[{written}]::uuid[])")


def _count(where: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        # `where` holds only keys of this table, written by this module.
        cursor.execute(COUNT_SQL.format(where=where), [SHORTEST, LONGEST_WORD])
        return cursor.fetchall()


def _keep(counted: Mapping[str, int]) -> None:
    """Write what differs, and nothing else: words that are true already are left to whoever uses them."""
    known = {
        word: kept for word, *kept in Word.objects.values_list("word", "family", "spelling", "documents")
    }
    Word.objects.filter(word__in=known.keys() - counted.keys()).delete()
    words = [
        Word(word=word, family=family(word), spelling=spelling(word), documents=counted[word])
        for word in sorted(counted)
    ]
    Word.objects.bulk_create(
        [word for word in words if known.get(word.word) != [word.family, word.spelling, word.documents]],
        BATCH,
        update_conflicts=True,
        unique_fields=["word"],
        update_fields=["family", "spelling", "documents"],
    )
