"""What people looked for and nobody has written: the team's list, most asked first."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from infotheque import everyday, operations
from infotheque.models import SearchGap
from mecenova.team import for_the_team
from mecenova.ui.returning import back_to_list

PAGE_SIZE = 30
LATEST_SETTLED = 20


@require_safe
@for_the_team
def gap_list(request: HttpRequest) -> HttpResponse:
    gaps = SearchGap.objects.all()
    page = Paginator(gaps.waiting(), PAGE_SIZE).get_page(request.GET.get("page"))
    settled = gaps.settled().select_related("settled_by")[:LATEST_SETTLED]
    context = {"page_obj": page, "settled": settled, "understood": everyday.understood()}
    return render(request, "infotheque/gap_list.html", context)


@require_POST
@for_the_team
def gap_settle(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Answered, by a document or by nothing to be done; asked again, it comes back by itself."""
    operations.settle_gap(gap=get_object_or_404(SearchGap, pk=pk), by=request.user)
    messages.success(request, "C’est noté. Si on la cherche encore sans rien trouver, elle reviendra ici.")
    return back_to_list(request, "infotheque:gaps")
