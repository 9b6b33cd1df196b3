"""What everybody reads: a document and its files."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from infotheque import policies
from infotheque.models import Document, DocumentFile

# Whatever a file holds, no browser shows it as a page of this site.
AS_BYTES = "application/octet-stream"


@login_not_required
@require_GET
def document(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Document.objects.for_reading(), pk=pk)
    if not policies.can_view(request.user, found):
        raise Http404
    files = [file for file in found.current_files if policies.can_download(request.user, file)]
    return render(request, "infotheque/document.html", {"document": found, "files": files})


@login_not_required
@require_GET
def file(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    """The file, always as a download: nothing a curator uploads is shown as a page of this site."""
    found = _readable_file(request, pk)
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(content, as_attachment=True, filename=found.name, content_type=AS_BYTES)


@login_not_required
@require_GET
def picture(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    """A file's first page, drawn here: a PNG that this site has encoded itself."""
    found = _readable_file(request, pk)
    if not found.picture:
        raise Http404
    try:
        return FileResponse(found.picture.open("rb"), content_type="image/png")
    except FileNotFoundError:
        raise Http404 from None


def _readable_file(request: HttpRequest, pk: uuid.UUID) -> DocumentFile:
    files = DocumentFile.objects.without_text().select_related("version__document")
    found = get_object_or_404(files, pk=pk)
    if not policies.can_download(request.user, found):
        raise Http404
    return found
