"""What a search shows: documents in order, with the stretch of text that answers, and the counts beside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from infotheque import searching
from infotheque.extracts import Marker, Piece
from infotheque.facets import Facet, facets
from infotheque.filters import DocumentFilter
from infotheque.finding import PAGE_SIZE, Listing, find
from infotheque.models import Document
from infotheque.models.document import DocumentQuerySet
from infotheque.nearest import Near, nearest
from infotheque.searching import Question
from mecenova.identifiers.text import one_line
from mecenova.search import asking

# Read of each text shown, to find where it answers.
READ = 12_000
BY_DATE = "date"
# A list whose best document says less than this share of the question answers nothing.
ANSWERED = 0.5
NOTHING = Question(asking.Asked(), asking.Asked())


@dataclass(frozen=True, slots=True)
class Found:
    document: Document
    title: list[Piece]
    extract: list[Piece]


@dataclass(frozen=True)
class Results:
    """One search. `question` is None when no word is asked: the list is then the newest first.

    `meant` is the question with its slips corrected, or None without a slip.
    """

    words: str
    question: Question | None
    meant: Question | None
    # What nobody wrote, and what was searched instead.
    instead_of: str
    # What comes near it, and how many say all of it.
    near: Near
    whole: int
    order: str
    page: "Page[Any]"
    facets: list[Facet]
    found: list[Found] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @property
    def is_empty(self) -> bool:
        return self.total == 0

    @property
    def said(self) -> float:
        """The share of the question (0 to 1) that the best document says."""
        return 1.0 if self.whole else self.near.said

    @property
    def is_gap(self) -> bool:
        """Words were asked of the whole library, not under choices, and nothing on line says half of them,
        nor of what they probably meant.
        """
        return bool(self.words) and not self.is_narrowed and self.said < ANSWERED

    @property
    def is_narrowed(self) -> bool:
        return any(facet.chosen for facet in self.facets)

    @property
    def is_near(self) -> bool:
        """Some of what is shown says only a part of the question."""
        return self.total > self.whole

    @property
    def proposed(self) -> str:
        """« Vouliez-vous dire », when what was typed found something all the same."""
        return str(self.meant.asked) if self.meant and not self.instead_of else ""


def _narrowed(asked: QueryDict) -> DocumentFilter:
    """What is on line, under the choices of the address. A choice that means nothing narrows nothing."""
    return DocumentFilter(asked, queryset=Document.objects.published())


def words_of(asked: QueryDict) -> str:
    """What was typed, on one line, without signs that no page can show."""
    return one_line(asked.get("q", ""))[: asking.LONGEST]


def search(asked: QueryDict) -> Results:
    """The words of `q`, corrected when they find nothing as they are; `tri=date` for the newest first."""
    narrowed, words, order = _narrowed(asked), words_of(asked), asked.get("tri", "")
    base = narrowed.qs
    question, instead_of, near = _question(words), "", Near()
    meant = question.corrected() if question else None
    if question and meant and not _says(base, question) and _says(base, meant):
        question, instead_of = meant, words
    if question:
        near = nearest(base, meant or question, whole=question.query)
    listing = Listing()
    if question or not words:
        listing = find(
            base,
            question.query if question else None,
            or_these=near.partial,
            scores={} if order == BY_DATE else near.scores,
            page=asked.get("page", ""),
        )
    paginator = Paginator(range(listing.total), PAGE_SIZE)
    number = paginator.get_page(asked.get("page")).number
    return Results(
        words=words,
        question=question,
        meant=meant,
        instead_of=instead_of,
        near=near,
        whole=listing.total - len(near.partial),
        order=order,
        page=Page(listing.keys, number, paginator),
        facets=facets(listing, asked, narrowed.chosen),
        found=_read(listing.keys, meant or question),
    )


def _says(base: DocumentQuerySet, question: Question) -> bool:
    return question.query is not None and base.saying(question.query).exists()


def newest(asked: QueryDict, limit: int) -> list[Document]:
    """The same search, its newest documents first: what a feed tells."""
    base, question = _narrowed(asked).qs, _question(words_of(asked))
    found = base if question is None else base.saying(question.query)
    return list(found.newest_first().for_list()[:limit])


def _question(words: str) -> Question | None:
    asked = asking.read(words)
    return searching.understand(asked) if asked else None


def _read(keys: Sequence[Any], question: Question | None) -> list[Found]:
    rows = Document.objects.filter(pk__in=keys).for_results(READ).in_bulk()
    marker = Marker(question or NOTHING)
    return [
        Found(
            document,
            marker.title(document.title),
            marker.extract((document.summary, document.read_body, document.read_text)),
        )
        for document in (rows[key] for key in keys if key in rows)
    ]
