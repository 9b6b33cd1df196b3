"""What is owed to the library's readers, to its writers and to whoever suggests: documents are decided on,
completed, read before they are on line, and again.
"""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from infotheque.enums import DocumentStatus, TipStatus
from infotheque.models import Document, Tip
from infotheque.signals import review_due
from mecenova.agenda.enums import Owner
from mecenova.agenda.followups import OnTheList
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import close, somebody_else, start
from mecenova.agenda.rules import Rule, register_rule
from mecenova.agenda.silence import register_living
from mecenova.calendar import clock

if TYPE_CHECKING:
    from accounts.models import User

# What the team owes a reading: one that was in review before readers were named, too.
register_living(
    "infotheque.documents_to_read",
    lambda: Document.objects.to_be_read(),
    lambda document: restart_review(document),
)
# What it owes whoever suggested a document: a decision, then the document.
register_living("infotheque.tips", lambda: Tip.objects.waiting(), lambda tip: start(DecideTip, tip))
register_living(
    "infotheque.suggested_drafts",
    lambda: Tip.objects.promised_drafts(),
    lambda document: restart_review(document),
)


@register_rule
class DecideTip(OnTheList):
    """Suggested by a member or a visitor, who was told that the team decides."""

    name = "infotheque.decide_tip"
    title = "Décider d’un document suggéré"
    days = (10,)
    every = 10

    def what(self, subject: Tip) -> str:
        return "Lire ce document suggéré\u00a0: en faire un brouillon, ou l’écarter."

    def still_relevant(self, subject: Tip) -> bool:
        return subject.status == TipStatus.WAITING


@register_rule
class CompleteSuggested(OnTheList):
    """Taken from a suggestion: whoever gave it was promised a mail the day it is on line."""

    name = "infotheque.complete_suggested"
    title = "Compléter un document suggéré"
    days = (10,)
    every = 10

    def what(self, subject: Document) -> str:
        return "Compléter ce document suggéré, puis le publier, ou l’archiver\u00a0: on l’attend."

    def assigned_to(self, subject: Document) -> "User | None":
        return subject.owner

    def still_relevant(self, subject: Document) -> bool:
        return subject.status == DocumentStatus.DRAFT


@register_rule
class WatchReviewDate(Rule):
    """On line, until its review date: nothing is owed by anybody before."""

    name = "infotheque.watch_review_date"
    title = "Signaler un document à relire"
    owner = Owner.PLATFORM
    days = (0,)

    def what(self, subject: Document) -> str:
        return "Signaler le document à relire, à sa date de relecture."

    def still_relevant(self, subject: Document) -> bool:
        return subject.status == DocumentStatus.PUBLISHED and subject.review_on is not None

    def act(self, subject: Document, follow_up: FollowUp) -> None:
        review_due.send(sender=type(self), document=subject)


@register_rule
class ReviewDocument(OnTheList):
    """In doubt: its owner reads it again, mends its link, or puts it away."""

    name = "infotheque.review_document"
    title = "Relire un document de l’infothèque"
    days = (10,)
    every = 10

    def what(self, subject: Document) -> str:
        if subject.link_hidden_at:
            return "Remplacer le lien de ce document, qui ne répond plus, ou archiver le document."
        return "Relire ce document\u00a0: le confirmer, le corriger ou l’archiver."

    def assigned_to(self, subject: Document) -> "User | None":
        return subject.owner

    def still_relevant(self, subject: Document) -> bool:
        return subject.status == DocumentStatus.TO_VERIFY


@register_rule
class ReadSubmitted(OnTheList):
    """Sent to review: whoever wrote it waits for somebody else, who is named."""

    name = "infotheque.read_submitted"
    title = "Lire un document avant qu’il soit publié"
    days = (3,)
    every = 5
    # Shared out again, it could fall to whoever wrote it.
    personal = True

    def what(self, subject: Document) -> str:
        return "Lire ce document, puis le publier ou le remettre en brouillon avec un commentaire."

    def assigned_to(self, subject: Document) -> "User | None":
        return somebody_else(than=subject.submitted_by_id)

    def still_relevant(self, subject: Document) -> bool:
        return subject.status == DocumentStatus.IN_REVIEW


def restart_review(document: Document) -> None:
    """The one step of the document as it now is; none for a draft that nobody awaits, or once put away."""
    close(document, WatchReviewDate, ReviewDocument, ReadSubmitted, CompleteSuggested)
    if Tip.objects.promised_drafts().filter(pk=document.pk).exists():
        start(CompleteSuggested, document)
    elif document.status == DocumentStatus.IN_REVIEW:
        start(ReadSubmitted, document)
    elif document.status == DocumentStatus.TO_VERIFY:
        start(ReviewDocument, document)
    elif document.status == DocumentStatus.PUBLISHED and document.review_on is not None:
        start(WatchReviewDate, document, since=_morning_of(document.review_on))


def _morning_of(day: date) -> datetime:
    return datetime.combine(day, time(7, 0), tzinfo=clock.PARIS)
