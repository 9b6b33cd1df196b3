from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mecenova.mail.models import OutgoingMail

MAILS_PER_PAGE = 20


@require_safe
@login_not_required
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail of the demo, newest first, readable without an account: its people are invented."""
    mails = OutgoingMail.objects.order_by("-created_at", "pk")
    page = Paginator(mails, MAILS_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page_obj": page}
    return render(request, "demo/mailbox.html", context)
