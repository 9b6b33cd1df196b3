"""Every mail can be read again on the site: by the person it was for, and by the staff."""

import re
import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mecenova.mail.models import OutgoingMail
from mecenova.mail.rendering import body_of
from mecenova.workflow import journal

MAILS_PER_PAGE = 20
PERSONAL_LINK = "[lien personnel]"


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """One's own mails, newest first."""
    mails = OutgoingMail.objects.filter(recipient=request.user).newest_first().defer("text", "html")
    page = Paginator(mails, MAILS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "mail_pages/mailbox.html", {"page_obj": page})


@require_safe
def message(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One mail as it was written, or its text for others than its reader.

    Codes are shown to nobody; the staff sees no link that acts in somebody's name.
    """
    mail = get_object_or_404(OutgoingMail.objects.all().readable_by(request.user), pk=pk)
    is_mine = mail.recipient_id == request.user.pk
    text = "" if mail.confidential else mail.text if is_mine else without_links(mail.text)
    # How it travelled is for those who can mend it.
    log = list(mail.log.all()) if request.user.is_staff else None
    body = body_of(mail.html) if is_mine and not mail.confidential else ""
    context = {"mail": mail, "body": body, "text": text, "is_mine": is_mine, "log": log}
    if request.user.is_staff:
        context["history"] = journal.told(mail, {"retry": "Remis en file"})
    return render(request, "mail_pages/message.html", context)


def without_links(text: str) -> str:
    """The text with its personal one-click links named, not written: cut short, they would lead nowhere."""
    for page in ("mail:one_click", "mail:unsubscribe"):
        beginning = reverse(page, args=["x"]).removesuffix("x/")
        text = re.sub(rf"https?://[^\s/]+{re.escape(beginning)}[^\s/]+/?", PERSONAL_LINK, text)
    return text
