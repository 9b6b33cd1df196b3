"""The library: its list, a document, its file."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from infotheque import policies
from infotheque.filters import DocumentFilter
from infotheque.models import Document

PAGE_SIZE = 20


@login_not_required
@require_GET
def document_list(request: HttpRequest) -> HttpResponse:
    filter_set = DocumentFilter(request.GET, queryset=Document.objects.published())
    page = Paginator(filter_set.qs.for_list(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "infotheque/document_list.html", {"filter": filter_set, "page_obj": page})


@login_not_required
@require_GET
def document(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return render(request, "infotheque/document.html", {"document": _readable(request, pk)})


@login_not_required
@require_GET
def file(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    """The file, always as a download: nothing a curator uploads is shown as a page of this site."""
    found = _readable(request, pk)
    if not found.file:
        raise Http404
    name = found.file.name.rpartition("/")[2]
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name)


def _readable(request: HttpRequest, pk: uuid.UUID) -> Document:
    found = get_object_or_404(Document.objects.for_list(), pk=pk)
    if not policies.can_view(request.user, found):
        raise Http404
    return found
