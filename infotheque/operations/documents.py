"""The life of a document: written, read by a second person, published, verified again, put away."""

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from infotheque import policies
from infotheque.enums import DocumentStatus
from infotheque.followups import restart_review
from infotheque.models import CurationSettings, Document, Tip
from infotheque.notifications import TipDeclined, TipPublished
from infotheque.operations.hindrances import NO_SUMMARY, leads_nowhere, refuse_hindered
from infotheque.operations.visitors import NOT_KEPT, NOW_ON_LINE, take_back_from_visitors, tell_visitor
from infotheque.operations.vocabulary import words_kept_true
from infotheque.workflow import DOCUMENT
from mecenova.calendar import clock
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.mail.operations import queue, take_back_news
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance, record
from mecenova.workflow.machine import NEW

LINES = frozenset({"title", "authors", "publisher"})
TEXTS = frozenset({"summary", "body"})
FIELDS = (
    LINES
    | TEXTS
    | {
        "kind",
        "causes",
        "partnership_kinds",
        "stages",
        "readers",
        "publisher_home",
        "organisation",
        "year",
        "language",
        "licence",
        "link",
        "valid_from",
        "valid_until",
        "confidence",
        "needs_second_reader",
        "owner",
        "review_on",
    }
)


@transaction.atomic
def create_document(*, by: User | None, slug: str | None = None, **values: Any) -> Document:
    """A draft, followed by whoever writes it unless it is said otherwise. `by` None is the platform."""
    return write_draft(Document(slug=slug), values, by=by)


@transaction.atomic
def update_document(*, document: Document, by: User, **changes: Any) -> Document:
    """Write what changed. Another link is a link that nobody has seen fail."""
    document = lock(document, by=by)
    _refuse_the_unknown(changes)
    if "causes" in changes:
        document.causes.set(changes.pop("causes"))
    if changes.get("link", document.link) != document.link:
        document.link_hidden_at = None
    for name, value in _tidy(changes).items():
        setattr(document, name, value)
    if document.published_at and document.status != DocumentStatus.ARCHIVED:
        _refuse_what_leads_nowhere(document)
        if "summary" in changes and not document.summary:
            raise DomainError(NO_SUMMARY)
    with words_kept_true(document):
        document.save()
    if {"review_on", "owner"} & set(changes) and document.status != DocumentStatus.IN_REVIEW:
        restart_review(document)
    return document


@transaction.atomic
def submit_document(*, document: Document, by: User) -> Document:
    """Ask a colleague to read it before it is published."""
    document = lock(document, by=by)
    advance(document, DOCUMENT, "submit", by=by, submitted_by=by)
    restart_review(document)
    return document


@transaction.atomic
def send_back_document(*, document: Document, by: User, note: str = "") -> Document:
    """The reader asks for changes: a draft again."""
    document = lock(document, by=by)
    advance(document, DOCUMENT, "send_back", by=by, note=note, submitted_by=None)
    restart_review(document)
    return document


@transaction.atomic
def publish_document(*, document: Document, by: User) -> Document:
    """Everybody can read it from now on. Raises DomainError when something hinders it."""
    document = lock(document, by=by)
    DOCUMENT.target("publish", document.status)
    refuse_hindered("publish", document, by=by)
    today = clock.today()
    review_on = document.review_on if document.review_on and document.review_on > today else None
    with words_kept_true(document):
        advance(
            document,
            DOCUMENT,
            "publish",
            by=by,
            published_at=clock.now(),
            archived_at=None,
            submitted_by=None,
            review_on=review_on or _after_months(today, CurationSettings.load().review_months),
        )
    restart_review(document)
    for tip in Tip.objects.that_gave(document):
        tell_visitor(tip, NOW_ON_LINE)
        queue(TipPublished, tip)
    return document


@transaction.atomic
def doubt_document(*, document: Document, by: User | None, note: str = "") -> Document:
    """Still on line, marked as to be verified. `by` None: the agenda, on its review date."""
    document = lock(document, by=by)
    advance(document, DOCUMENT, "doubt", by=by, note=note)
    restart_review(document)
    return document


@transaction.atomic
def verify_document(*, document: Document, by: User, note: str = "") -> Document:
    """Somebody read it again: it holds, until the next review. Raises DomainError for a dead link alone."""
    document = lock(document, by=by)
    refuse_hindered("verify", document, by=by)
    review_on = _after_months(clock.today(), CurationSettings.load().review_months)
    advance(document, DOCUMENT, "verify", by=by, note=note, review_on=review_on)
    restart_review(document)
    return document


@transaction.atomic
def withdraw_document(*, document: Document, by: User) -> Document:
    """Back to a draft that only staff read."""
    document = lock(document, by=by)
    with words_kept_true(document):
        advance(document, DOCUMENT, "withdraw", by=by, published_at=None, featured_at=None)
    restart_review(document)
    take_back_from_visitors(document)
    take_back_news(TipPublished, Tip.objects.that_gave(document))
    return document


@transaction.atomic
def archive_document(*, document: Document, by: User, note: str = "") -> Document:
    """Put away: nobody but staff finds it, and nothing of it is lost.

    Whoever suggested it, and waited for a draft that was never published, is told; and so is who has not been
    told yet that it was on line.
    """
    document = lock(document, by=by)
    was_published = document.published_at is not None
    with words_kept_true(document):
        advance(
            document,
            DOCUMENT,
            "archive",
            by=by,
            note=note,
            archived_at=clock.now(),
            featured_at=None,
            submitted_by=None,
        )
    restart_review(document)
    take_back_from_visitors(document)
    tips = list(Tip.objects.that_gave(document))
    untold = take_back_news(TipPublished, tips)
    for tip in tips:
        tell_visitor(tip, NOT_KEPT)
        if not was_published or tip.pk in untold:
            queue(TipDeclined, tip)
    return document


@transaction.atomic
def take_up_document(*, document: Document, by: User) -> Document:
    """From the archives, a draft again."""
    document = lock(document, by=by)
    advance(document, DOCUMENT, "take_up", by=by, archived_at=None, published_at=None)
    restart_review(document)
    return document


@transaction.atomic
def feature_document(*, document: Document, by: User, is_featured: bool) -> Document:
    """Show it on the library's home, newest choice first; or no longer. Twice changes nothing."""
    document = lock(document, by=by)
    if is_featured and not document.is_published:
        raise DomainError(
            "Les lecteurs ne voient pas ce document\u00a0: publiez-le avant de le mettre en avant."
        )
    if is_featured != bool(document.featured_at):
        document.featured_at = clock.now() if is_featured else None
        document.save(update_fields=["featured_at"])
    return document


def lock(document: Document, *, by: User | None) -> Document:
    """The document as it is now, held until the end of the transaction. `by` None is the platform."""
    _only_curators(by)
    return Document.objects.select_for_update(of=("self",), no_key=True).get(pk=document.pk)


def write_draft(document: Document, values: dict[str, Any], *, by: User | None) -> Document:
    """The first row of a document that nobody has seen yet, with its line of the journal."""
    _only_curators(by)
    _refuse_the_unknown(values)
    causes = values.pop("causes", ())
    for name, value in ({"owner": by} | _tidy(values)).items():
        setattr(document, name, value)
    document.save(force_insert=True)
    if causes:
        document.causes.set(causes)
    record(document, "create", NEW, document.status, by)
    return document


def _only_curators(by: User | None) -> None:
    if by is not None and not policies.can_curate(by):
        raise PermissionDenied


def _refuse_the_unknown(values: dict[str, Any]) -> None:
    if unknown := set(values) - FIELDS:
        raise TypeError(f"A document has no {', '.join(sorted(unknown))}")


def _tidy(values: dict[str, Any]) -> dict[str, Any]:
    """Texts without control characters: one line for those shown in lists."""
    written = {LINES: one_line, TEXTS: paragraphs}
    return {
        name: next((tidy(value) for names, tidy in written.items() if name in names), value)
        for name, value in values.items()
    }


def _refuse_what_leads_nowhere(document: Document) -> None:
    if not document.leads_somewhere:
        raise DomainError(leads_nowhere(document))


def _after_months(day: date, months: int) -> date:
    return day + relativedelta(months=months)
