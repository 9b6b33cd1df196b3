"""The team brings files, then watches them being read."""

import uuid
from collections.abc import Callable

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from infotheque import operations
from infotheque.forms.deposit import LARGEST_DEPOSIT, DepositForm, VersionForm
from infotheque.models import Deposit, Document
from mecenova.imports.uploads import BoundedUploadHandler, is_announced_too_large
from mecenova.team import for_the_team
from mecenova.ui.parts import show_part

PAGE_SIZE = 20


class _DepositUploadHandler(BoundedUploadHandler):
    largest = LARGEST_DEPOSIT


@require_safe
@for_the_team
def deposit_list(request: HttpRequest) -> HttpResponse:
    return _show_list(request, DepositForm())


# Protected below, once the handler that bounds the body stands: the protection is what reads it first.
@csrf_exempt
@require_POST
@for_the_team
def deposit_create(request: HttpRequest) -> HttpResponse:
    def take(request: HttpRequest, form: DepositForm, status: int) -> HttpResponse:
        if not form.is_valid():
            return _show_list(request, form, status)
        return redirect(operations.bring_files(by=request.user, **form.cleaned_data))

    return _received(request, DepositForm, take)


@require_safe
@for_the_team
def version_form(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    document = get_object_or_404(Document.objects.for_list(), pk=pk)
    return _show_version_form(request, document, VersionForm())


@csrf_exempt
@require_POST
@for_the_team
def version_create(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    document = get_object_or_404(Document.objects.for_list(), pk=pk)

    def take(request: HttpRequest, form: DepositForm, status: int) -> HttpResponse:
        if not form.is_valid():
            return _show_version_form(request, document, form, status)
        return redirect(operations.bring_files(document=document, by=request.user, **form.cleaned_data))

    return _received(request, VersionForm, take)


@require_safe
@for_the_team
def deposit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Each file and what became of it. Asked every two seconds while some are waiting."""
    found = get_object_or_404(Deposit.objects.with_counts(), pk=pk)
    files = found.files.with_documents()
    return show_part(request, "infotheque/deposit.html", deposit=found, files=files)


def _received(
    request: HttpRequest,
    form_class: type[DepositForm],
    take: Callable[[HttpRequest, DepositForm, int], HttpResponse],
) -> HttpResponse:
    """The form with its files, refused by their weight before they are read."""
    if is_announced_too_large(request, LARGEST_DEPOSIT):
        return take(request, form_class({}, is_too_heavy=True), 413)
    handler = _DepositUploadHandler(request)
    request.upload_handlers = [handler]

    def bind(request: HttpRequest) -> HttpResponse:
        form = form_class(request.POST, request.FILES, is_too_heavy=handler.is_over)
        return take(request, form, 413 if handler.is_over else 422)

    return csrf_protect(bind)(request)


def _show_list(request: HttpRequest, form: DepositForm, status: int = 200) -> HttpResponse:
    page = Paginator(Deposit.objects.with_counts(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "infotheque/deposit_list.html", {"form": form, "page_obj": page}, status=status)


def _show_version_form(
    request: HttpRequest, document: Document, form: DepositForm, status: int = 200
) -> HttpResponse:
    return render(
        request, "infotheque/version_form.html", {"form": form, "document": document}, status=status
    )
