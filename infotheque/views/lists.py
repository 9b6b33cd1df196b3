"""The library's list."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from infotheque.filters import DocumentFilter
from infotheque.models import Document

PAGE_SIZE = 20


@login_not_required
@require_GET
def document_list(request: HttpRequest) -> HttpResponse:
    filter_set = DocumentFilter(request.GET, queryset=Document.objects.published())
    page = Paginator(filter_set.qs.for_list(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "infotheque/document_list.html", {"filter": filter_set, "page_obj": page})
