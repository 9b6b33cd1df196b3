"""The team brings a file, reads what it would do, confirms, and watches it being written."""

import csv
import io
import uuid
from collections.abc import Callable

from django.core.files.base import File
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from mecenova.calendar import clock
from mecenova.imports import operations
from mecenova.imports.forms import ImportForm
from mecenova.imports.models import ImportRun
from mecenova.imports.registry import kind_of, kinds
from mecenova.imports.telling import as_csv
from mecenova.imports.uploads import BoundedUploadHandler, is_announced_too_large
from mecenova.team import for_the_team
from mecenova.ui.parts import show_part
from mecenova.workflow.attempts import attempt

RUNS_PER_PAGE = 20


@require_safe
@for_the_team
def import_list(request: HttpRequest) -> HttpResponse:
    return _show_list(request, ImportForm())


# Protected below, once the handler that bounds the body stands: the protection is what reads it first.
@csrf_exempt
@require_POST
@for_the_team
def upload(request: HttpRequest) -> HttpResponse:
    if is_announced_too_large(request):
        return _show_list(request, ImportForm({}, is_too_large=True), status=413)
    handler = BoundedUploadHandler(request)
    request.upload_handlers = [handler]
    return _receive(request, handler)


def _receive(request: HttpRequest, handler: BoundedUploadHandler) -> HttpResponse:
    return csrf_protect(lambda request: _take(request, handler))(request)


def _take(request: HttpRequest, handler: BoundedUploadHandler) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES, is_too_large=handler.is_over)
    if not form.is_valid():
        return _show_list(request, form, status=413 if handler.is_over else 422)
    file = form.cleaned_data["file"]
    run = operations.bring_file(
        kind=form.cleaned_data["kind"],
        file=file,
        name=file.name,
        size=file.size,
        as_checked=form.cleaned_data["as_checked"],
        by=request.user,
    )
    return redirect(run)


@require_safe
@for_the_team
def run(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One file: how far it is, what it would do or did. Asked every two seconds while a worker is at it."""
    found = get_object_or_404(ImportRun.objects.with_people(), pk=pk)
    ahead = ImportRun.objects.to_work_on().filter(created_at__lt=found.created_at).count()
    return show_part(request, "imports/run.html", run=found, ahead=ahead)


def _act(operation: Callable[..., ImportRun], success: str) -> Callable[..., HttpResponse]:
    @require_POST
    @for_the_team
    def view(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        found = get_object_or_404(ImportRun, pk=pk)
        attempt(request, success, operation, run=found)
        return redirect(found)

    return view


confirm = _act(operations.confirm, "C’est confirmé\u00a0: cette page dit où en est l’écriture.")
cancel = _act(operations.cancel, "L’import est annulé\u00a0: rien n’a été écrit, et le fichier est effacé.")
resume = _act(operations.resume, "Le traitement reprend.")


@require_safe
@for_the_team
def source(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    found = get_object_or_404(ImportRun, pk=pk)
    return _download(found.source, "fichier", found)


@require_safe
@for_the_team
def rejects(request: HttpRequest, pk: uuid.UUID) -> FileResponse:
    found = get_object_or_404(ImportRun, pk=pk)
    return _download(found.rejects, "rejets", found)


@require_safe
@for_the_team
def report(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(ImportRun, pk=pk)
    if not found.told:
        raise Http404
    return _as_attachment(as_csv(found.told), _name_of(found, "rapport"))


@require_safe
@for_the_team
def blank_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The columns of a kind, as a file to fill in."""
    kind = kind_of(slug)
    if kind is None:
        raise Http404
    text = io.StringIO()
    titles = [column.name for column in kind.columns if not column.note]
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(titles)
    return _as_attachment(f"\ufeff{text.getvalue()}", f"modele-{slug}.csv")


def _show_list(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    page = Paginator(ImportRun.objects.with_people(), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "imports/list.html", {"form": form, "kinds": kinds(), "page_obj": page}, status=status
    )


def _download(file: File, what: str, found: ImportRun) -> FileResponse:
    """Always as a download: nothing that was brought is shown as a page of this site."""
    try:
        opened = file.open("rb")
    except (ValueError, FileNotFoundError):
        raise Http404 from None
    name = _name_of(found, what)
    return FileResponse(opened, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def _name_of(found: ImportRun, what: str) -> str:
    """With the day on which it was brought, as the page says it."""
    return f"import-{clock.paris(found.created_at):%Y-%m-%d}-{what}.csv"


def _as_attachment(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
