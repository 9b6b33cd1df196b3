"""The library's front page: what the team puts forward, collections, the newest."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from infotheque.models import Collection, Document

MOST_FEATURED, MOST_NEW = 3, 6


@login_not_required
@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    published = Document.objects.published().for_list()
    context = {
        "featured": published.featured()[:MOST_FEATURED],
        "newest": published.newest_first()[:MOST_NEW],
        "collections": Collection.objects.published(),
    }
    return render(request, "infotheque/front_page.html", context)
