"""What the team says, decides and sets around documents."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from infotheque import policies
from infotheque.enums import DocumentKind, TipStatus
from infotheque.followups import DecideTip, restart_review
from infotheque.models import CurationSettings, Document, EditorComment, Tip
from infotheque.notifications import TipDeclined, TipTaken
from infotheque.operations.documents import create_document, lock
from infotheque.operations.visitors import NOT_KEPT, tell_visitor
from infotheque.workflow import TIP
from mecenova.agenda.operations import close, start
from mecenova.calendar import clock
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.mail.operations import queue
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance

# Waiting at one time: beyond, somebody is filling the list.
MOST_WAITING_TIPS = 300
# Each is one mail to that address, which may be somebody else's.
MOST_WAITING_OF_ONE_ADDRESS = 3


@transaction.atomic
def comment_document(*, document: Document, by: User, text: str) -> EditorComment:
    """Read by editors only. The same words sent twice by the same person are one comment."""
    document = lock(document, by=by)
    said = paragraphs(text)
    if not said:
        raise DomainError("Écrivez votre commentaire avant de l’envoyer.")
    last = document.comments.order_by("-pk").first()
    if last is not None and (last.by_id, last.text) == (by.pk, said):
        return last
    return EditorComment.objects.create(document=document, by=by, text=said)


@transaction.atomic
def give_tip(
    *, title: str, link: str = "", reason: str = "", by: User | None = None, visitor_address: str = ""
) -> Tip:
    """Anybody may; `by` None is a visitor, who may leave an address to be told what becomes of it.

    The same document told twice by one person while it waits is one tip, and so is that of whoever leaves
    no address when somebody else has told it.
    """
    if by is not None and visitor_address:
        raise ValueError("A member is told at the address of the account")
    tip = Tip(
        title=one_line(title),
        link=link,
        reason=paragraphs(reason),
        given_by=by,
        visitor_address=visitor_address,
    )
    same = Tip.objects.saying_the_same(tip)
    if by is not None or visitor_address:
        same = same.filter(given_by=by, visitor_address=visitor_address)
    if (told := same.first()) is not None:
        return told
    if Tip.objects.waiting().count() >= MOST_WAITING_TIPS:
        raise DomainError("Beaucoup de suggestions attendent déjà. Réessayez dans quelques jours.")
    of_address = Tip.objects.waiting().filter(visitor_address=visitor_address)
    if visitor_address and of_address.count() >= MOST_WAITING_OF_ONE_ADDRESS:
        raise DomainError(
            "Trois suggestions attendent déjà notre réponse à cette adresse. Revenez quand vous l’aurez "
            "reçue, ou suggérez ce document sans adresse."
        )
    tip.save(force_insert=True)
    start(DecideTip, tip)
    return tip


@transaction.atomic
def accept_tip(*, tip: Tip, by: User) -> Document:
    """A draft is made of it, that the curator completes, and of all that say the same. Again: the same draft.

    The members who gave it are told, here and when the draft is published; visitors then, if they asked.
    """
    tip, same = _in_hand(tip, by)
    if tip.status == TipStatus.ACCEPTED and tip.document is not None:
        return tip.document
    TIP.target("accept", tip.status)
    document = create_document(
        by=by, title=tip.title, link=tip.link, kind=DocumentKind.LINK, summary=tip.reason
    )
    for each in same:
        advance(each, TIP, "accept", by=by, decided_at=clock.now(), document=document)
        close(each)
    restart_review(document)
    for each in same:
        queue(TipTaken, each)
    return document


@transaction.atomic
def decline_tip(*, tip: Tip, by: User) -> Tip:
    """Not for the library, nor are those that say the same; who gave it is told. Twice changes nothing."""
    tip, same = _in_hand(tip, by)
    if tip.status == TipStatus.DECLINED:
        return tip
    TIP.target("decline", tip.status)
    for each in same:
        tell_visitor(each, NOT_KEPT)
        advance(each, TIP, "decline", by=by, decided_at=clock.now())
        close(each)
        queue(TipDeclined, each)
    tip.refresh_from_db()
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


def _in_hand(tip: Tip, by: User) -> tuple[Tip, list[Tip]]:
    """The tip as it now is, and those that wait for the same document, itself among them while it waits."""
    if not policies.can_curate(by):
        raise PermissionDenied
    # All at once, and before the tip itself: two who decide on twins would each hold what the other wants.
    same = list(Tip.objects.saying_the_same(Tip.objects.get(pk=tip.pk)).in_hand())
    return Tip.objects.select_related("document").get(pk=tip.pk), same
