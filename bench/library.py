"""Searching 20,000 documents: how long in the database, how many queries, what is found and what is not.

`REAL_DATA=DIR` adds the purposes of that folder's associations*.csv to the sentences of the shelf; without
it, the bench says so. Bounds of the issue: median under 60 ms, 95 % under 150 ms, fewer than 10 queries a
page, 90 % of the judged queries found. Ratios are to LIKE and to plain `french`, in the same run.
"""

import csv
import os
import random
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import QueryDict

from infotheque.enums import DocumentKind, DocumentStatus, Readers, Stage
from infotheque.models import Document
from infotheque.operations import recount_words
from infotheque.results import search
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause

ROOT = Path(__file__).parent.parent
DOCUMENTS = 20_000
MEDIAN_MS, P95_MS, QUERIES, FOUND = 60, 150, 10, 0.9
PUBLISHERS = [f"Éditions {number}" for number in range(40)]


def run() -> None:
    chance = random.Random(2026)
    judged = _judged()
    sentences = _sentences()
    seconds, _ = _timed(lambda: _write(sentences, [row["written"] for row in judged], chance))
    counting, words = _timed(recount_words)
    print(
        f"library: {Document.objects.count()} documents in {seconds:.0f} s, {words} words in {counting:.1f} s"
    )
    _plain_table()
    asked = [*_asked(judged, chance)]
    pages = [_page(query) for query in asked]
    times = sorted(page.milliseconds for page in pages)
    median, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    most = max(page.queries for page in pages)
    print(f"library: {len(pages)} searches with facets, in the database:")
    print(f"library:   median {median:.1f} ms, p95 {p95:.1f} ms")
    print(f"library: {most} queries a page at most")
    like = statistics.median(_rival(LIKE, query["q"])[0] for query in asked)
    plain = statistics.median(_rival(PLAIN, query["q"])[0] for query in asked)
    print(
        f"library:   without facets, LIKE {like / median:.1f} times that, plain french {plain / median:.2f}"
    )
    ours = [row for row in judged if row["written"] in _titles(row["query"])]
    print(f"library: found {len(ours)} of {len(judged)} judged queries ({len(ours) / len(judged):.0%})")
    for by in sorted({row["by"] for row in judged}):
        of = [row for row in judged if row["by"] == by]
        print(f"library:   by {by}: {sum(row in ours for row in of)} of {len(of)}")
    for name, sql in (("LIKE", LIKE), ("plain french", PLAIN)):
        found = sum(row["written"] in _rival(sql, row["query"])[1] for row in judged)
        print(f"library: {name} finds {found} of {len(judged)}")
    print(f"library: not found: {', '.join(row['query'] for row in judged if row not in ours) or 'none'}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )
    print(f"library: {peak:.0f} MB")
    if median > MEDIAN_MS or p95 > P95_MS or most >= QUERIES or len(ours) < FOUND * len(judged):
        raise SystemExit("library: over a bound of the issue")


LIKE = """
SELECT title FROM infotheque_document
WHERE title ILIKE %(like)s OR summary ILIKE %(like)s OR body ILIKE %(like)s
ORDER BY published_at DESC LIMIT 20
"""
PLAIN = """
SELECT title FROM plain_french, websearch_to_tsquery('french', %(q)s) AS query
WHERE search @@ query ORDER BY ts_rank(search, query) DESC LIMIT 20
"""


class _Page:
    def __init__(self) -> None:
        self.milliseconds, self.queries = 0.0, 0

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.milliseconds += (time.perf_counter() - started) * 1000
            self.queries += 1


def _page(query: QueryDict) -> _Page:
    page = _Page()
    with connection.execute_wrapper(page):
        search(query)
    return page


def _titles(words: str) -> set[str]:
    query = QueryDict(mutable=True)
    query["q"] = words
    return {found.document.title for found in search(query).found}


def _rival(sql: str, words: str) -> tuple[float, set[str]]:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(sql, {"q": words, "like": f"%{words}%"})
        titles = {title for (title,) in cursor.fetchall()}
    return (time.perf_counter() - started) * 1000, titles


def _asked(judged: Sequence[dict[str, str]], chance: random.Random) -> Iterator[QueryDict]:
    """Every judged query alone and under a choice; common words, whose lists are long; no word at all."""
    choices = [("type", "guide"), ("public", "associations"), ("forme", "skills"), ("cause", "sport")]
    common = [
        "association",
        "projet",
        "entreprise",
        "mécénat",
        "jeunes en difficulté",
        "achat de matériel",
        "",
    ]
    for words in [*(row["query"] for row in judged), *common * 3]:
        for choice in (None, chance.choice(choices)):
            query = QueryDict(mutable=True)
            query["q"] = words
            if choice:
                query[choice[0]] = choice[1]
            yield query


def _judged() -> list[dict[str, str]]:
    with (ROOT / "tests/infotheque/judged/queries.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _sentences() -> list[str]:
    """Real purposes when they are at hand, and the sentences of the shelf."""
    found = [
        sentence.strip()
        for path in sorted((ROOT / "infotheque/shelf/texts").glob("*.md"))
        for sentence in re.split(r"(?<=[.!?])\s+", path.read_text(encoding="utf-8"))
    ]
    folder = os.environ.get("REAL_DATA")
    if folder:
        for path in sorted(Path(folder).glob("associations*.csv"))[:1]:
            with path.open(encoding="utf-8") as lines:
                found += [row["objet"] for row in csv.DictReader(lines, delimiter=";")]
    else:
        print("library: texts of this site alone (give REAL_DATA=DIR for real ones)")
        found += [f"{row['query']} {row['written']}" for row in _judged()] if not found else []
    return [sentence for sentence in dict.fromkeys(found) if len(sentence) >= 25]


def _write(sentences: Sequence[str], titles: Sequence[str], chance: random.Random) -> None:
    """As long as ordinary guides are, from half a page to eight; the judged titles among them."""
    now = clock.now()
    causes = list(Cause.objects.all())
    documents = []
    for number in range(DOCUMENTS):
        title = titles[number] if number < len(titles) else chance.choice(sentences)[:120]
        documents.append(
            Document(
                title=title,
                summary=chance.choice(sentences)[:300],
                body="\n\n".join(chance.choices(sentences, k=chance.randint(8, 90))),
                kind=chance.choice(DocumentKind.values),
                partnership_kinds=chance.sample(Kind.values, k=chance.randint(0, 2)),
                stages=chance.sample(Stage.values, k=chance.randint(0, 2)),
                readers=chance.sample(Readers.values, k=chance.randint(0, 2)),
                publisher=chance.choice(PUBLISHERS),
                year=chance.randint(2009, 2026),
                status=DocumentStatus.PUBLISHED,
                published_at=now,
            )
        )
    chance.shuffle(documents)
    Document.objects.bulk_create(documents, 500)
    through = Document.causes.through
    through.objects.bulk_create(
        [
            through(document=document, cause=cause)
            for document in documents
            for cause in chance.sample(causes, 1)
        ],
        5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _plain_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE plain_french AS SELECT title, setweight(to_tsvector('french', title), 'A')"
            " || setweight(to_tsvector('french', summary), 'B')"
            " || setweight(to_tsvector('french', body), 'C') AS search FROM infotheque_document"
        )
        cursor.execute("CREATE INDEX ON plain_french USING gin (search)")
        cursor.execute("ANALYZE plain_french")


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    found = call()
    return time.perf_counter() - started, found
