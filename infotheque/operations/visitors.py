"""A visitor who suggested a document is told once what became of it, at the address left for that.

It serves no more: forgotten here as the mail is written, and in the outbox a month later. These mails repeat
nothing that was typed in the form, which anybody may fill with the address of somebody else.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from infotheque.models import Document, Tip
from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url
from mecenova.mail.operations import queue_message, take_back
from mecenova.mail.rendering import render
from mecenova.mail.retention import forget_strangers
from mecenova.one_by_one import one_by_one

# The beginning of the keys of these mails in the outbox, then what they say.
TO_VISITORS = "infotheque.visitor_tip"
NOW_ON_LINE = "mail/infotheque/visitor_tip_published.md"
NOT_KEPT = "mail/infotheque/visitor_tip_declined.md"
STILL_WAITING = "mail/infotheque/visitor_tip_unanswered.md"
# Time enough for the mail to arrive, or for its refusal to be read.
OUTBOX_KEEPS_THEM = timedelta(days=30)


def tell_visitor(tip: Tip, template: str) -> None:
    """To the address that a visitor left, if any; then forget it."""
    if not tip.visitor_address:
        return
    document = tip.document
    written = render(
        template,
        {
            "tip": tip,
            "document": document,
            "library_url": absolute_url(reverse("infotheque:list")),
            "document_url": absolute_url(document.get_absolute_url()) if document else "",
        },
    )
    queue_message(
        key=f"{TO_VISITORS}:{tip.pk}",
        subject=written.subject,
        text=written.text,
        html=written.html,
        address=tip.visitor_address,
        urgent=False,
        confidential=False,
    )
    tip.visitor_address = ""
    tip.save(update_fields=["visitor_address"])


def take_back_from_visitors(document: Document) -> None:
    """It is on line no more: who has not been told yet that it was is told what comes next instead."""
    tips = {f"{TO_VISITORS}:{tip.pk}": tip for tip in Tip.objects.that_gave(document)}
    for key, address in take_back(tips).items():
        tips[key].visitor_address = address
        tips[key].save(update_fields=["visitor_address"])


def forget_visitors() -> int:
    """Addresses have served, or waited a year: told then, they go. Returns how many tips lost theirs."""
    waiting = Tip.objects.kept_too_long().order_by("pk").values_list("pk", flat=True)
    told = sum(one_by_one(_tell_and_forget, list(waiting), what="tip"))
    forget_strangers(keys_beginning=TO_VISITORS, before=clock.now() - OUTBOX_KEEPS_THEM)
    return told


@transaction.atomic
def _tell_and_forget(pk: UUID) -> int:
    """Asked again once it is held: somebody may have decided meanwhile, and told them."""
    tip = Tip.objects.kept_too_long().filter(pk=pk).in_hand().first()
    if tip is not None:
        tell_visitor(tip, STILL_WAITING)
    return 0 if tip is None else 1
