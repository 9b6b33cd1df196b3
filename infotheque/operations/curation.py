"""What the team says, decides and sets around documents."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from infotheque import policies
from infotheque.enums import DocumentKind, TipStatus
from infotheque.models import CurationSettings, Document, EditorComment, Tip
from infotheque.notifications import TipDeclined, TipTaken
from infotheque.operations.documents import create_document, lock
from infotheque.workflow import TIP
from mecenova.calendar import clock
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.mail.operations import queue
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance

# Waiting at one time: beyond, somebody is filling the list.
MOST_WAITING_TIPS = 300


@transaction.atomic
def comment_document(*, document: Document, by: User, text: str) -> EditorComment:
    """Read by editors only. The same words sent twice by the same person are one comment."""
    document = lock(document, by)
    said = paragraphs(text)
    if not said:
        raise DomainError("Écrivez votre commentaire avant de l’envoyer.")
    last = document.comments.order_by("-pk").first()
    if last is not None and (last.by_id, last.text) == (by.pk, said):
        return last
    return EditorComment.objects.create(document=document, by=by, text=said)


@transaction.atomic
def give_tip(*, title: str, link: str = "", reason: str = "", by: User | None = None) -> Tip:
    """Anybody may; the same document told twice while it waits is one tip. `by` None is a visitor."""
    title = one_line(title)
    same = Tip.objects.waiting().filter(title=title, link=link).first()
    if same is not None:
        return same
    if Tip.objects.waiting().count() >= MOST_WAITING_TIPS:
        raise DomainError("Beaucoup de suggestions attendent déjà. Réessayez dans quelques jours.")
    return Tip.objects.create(title=title, link=link, reason=paragraphs(reason), given_by=by)


@transaction.atomic
def accept_tip(*, tip: Tip, by: User) -> Document:
    """A draft is made of it, that the curator completes. Accepted already: the same draft.

    The member who gave it is told, here and when the draft is published.
    """
    tip = _lock_tip(tip, by)
    if tip.status == TipStatus.ACCEPTED and tip.document is not None:
        return tip.document
    TIP.target("accept", tip.status)
    document = create_document(
        by=by, title=tip.title, link=tip.link, kind=DocumentKind.LINK, summary=tip.reason
    )
    advance(tip, TIP, "accept", by=by, decided_at=clock.now(), document=document)
    queue(TipTaken, tip)
    return document


@transaction.atomic
def decline_tip(*, tip: Tip, by: User) -> Tip:
    tip = _lock_tip(tip, by)
    if tip.status != TipStatus.DECLINED:
        advance(tip, TIP, "decline", by=by, decided_at=clock.now())
        queue(TipDeclined, tip)
    return tip


@transaction.atomic
def set_curation(*, by: User, needs_second_reader: bool, review_months: int) -> CurationSettings:
    """How the team keeps its library from now on; review dates already set stay."""
    if not policies.can_curate(by):
        raise PermissionDenied
    settings, _ = CurationSettings.objects.update_or_create(
        pk=1, defaults={"needs_second_reader": needs_second_reader, "review_months": review_months}
    )
    return settings


def _lock_tip(tip: Tip, by: User) -> Tip:
    if not policies.can_curate(by):
        raise PermissionDenied
    return Tip.objects.select_for_update(of=("self",), no_key=True).select_related("document").get(pk=tip.pk)
