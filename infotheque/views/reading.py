"""What everybody reads: a document and its files."""

import uuid

from allauth.core.internal.ratelimit import get_ip
from allauth.decorators import rate_limit
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from infotheque import operations, policies
from infotheque.models import Document, DocumentFile
from infotheque.views.origins import posted_from_here
from mecenova.calendar import clock

# Whatever a file holds, no browser shows it as a page of this site.
AS_BYTES = "application/octet-stream"
MOST_RELATED = 4
THANKED = "merci"


@login_not_required
@require_safe
def document(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Document.objects.for_reading(), pk=pk)
    if not policies.can_view(request.user, found):
        raise Http404
    curates = policies.can_curate(request.user)
    context = {
        "document": found,
        "files": [file for file in found.current_files if policies.can_download(request.user, file)],
        "is_outdated": found.valid_until is not None and found.valid_until < clock.today(),
        "related": Document.objects.near(found).for_list()[:MOST_RELATED],
        "collections": found.collections.published(),
        "curates": curates,
        # What is not known is for whoever may write it.
        "is_reader": not curates,
        "is_thanked": THANKED in request.GET,
        "versions": found.versions.with_files() if curates else (),
    }
    return render(request, "infotheque/document.html", context)


@posted_from_here
@login_not_required
@require_POST
@rate_limit(action="library_opened")
def opened(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Sent by the page itself, once shown or when a file is taken; the team's own reading is not counted."""
    found = _on_line(request, pk)
    if not policies.can_curate(request.user):
        taken = request.POST.get("what") == "download"
        (operations.count_download if taken else operations.count_opening)(document=found)
    return HttpResponse(status=204)


@posted_from_here
@login_not_required
@require_POST
@rate_limit(action="library_useful")
def useful(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """« Useful? » in one click: twice is once, and the other button changes the answer."""
    found, answer = _on_line(request, pk), request.POST.get("answer")
    if answer not in {"yes", "no"}:
        raise Http404
    operations.say_useful(
        document=found,
        # A subscriber of IPv6 has a whole network of addresses: it is one visitor, as for the limits.
        address=get_ip(request),
        is_useful=answer == "yes",
    )
    if request.htmx:
        return render(request, "infotheque/useful_thanks.html")
    # Said by the address: a message would be kept in a cookie until it is read.
    return redirect(f"{found.get_absolute_url()}?{THANKED}#utile")


@login_not_required
@require_safe
def file(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    """The file, always as a download: nothing a curator uploads is shown as a page of this site."""
    found = _readable_file(request, pk)
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(content, as_attachment=True, filename=found.given_name, content_type=AS_BYTES)
    return _sent(found, answer)


@login_not_required
@require_safe
def picture(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    """A file's first page, drawn here: a PNG that this site has encoded itself."""
    found = _readable_file(request, pk)
    if not found.picture:
        raise Http404
    try:
        return _sent(found, FileResponse(found.picture.open("rb"), content_type="image/png"))
    except FileNotFoundError:
        raise Http404 from None


def _on_line(request: HttpRequest, pk: uuid.UUID) -> Document:
    found = get_object_or_404(Document.objects.for_list(), pk=pk)
    if not policies.can_view(request.user, found):
        raise Http404
    return found


def _sent(found: DocumentFile, answer: FileResponse) -> FileResponse:
    """What visitors are not given is kept by nothing on its way to whoever is."""
    if not policies.can_download(AnonymousUser(), found):
        answer["Cache-Control"] = "private, no-store"
    return answer


def _readable_file(request: HttpRequest, pk: uuid.UUID) -> DocumentFile:
    found = get_object_or_404(DocumentFile.objects.with_documents(), pk=pk)
    if not policies.can_download(request.user, found):
        raise Http404
    return found
