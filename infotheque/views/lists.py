"""Searching the library: the list, the home it gives when nothing is asked, what found nothing."""

from allauth.decorators import rate_limit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from infotheque import operations
from infotheque.results import search
from infotheque.views.origins import posted_from_here
from mecenova.ui.parts import show_part


@login_not_required
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """The page; while somebody types, its results alone."""
    results = search(request.GET)
    return show_part(request, "infotheque/document_list.html", results=results, feed=request.GET.urlencode())


@posted_from_here
@login_not_required
@require_POST
@rate_limit(action="search_gap")
def gap(request: HttpRequest) -> HttpResponse:
    """A page that found nothing says so, once it has been looked at, and is told that it is noted.

    What the library does hold is no gap.
    """
    results = search(request.POST)
    if not results.is_gap or operations.note_gap(words=results.words) is None:
        return HttpResponse(status=204)
    return render(request, "infotheque/gap_noted.html")
