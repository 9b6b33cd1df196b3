"""The team's side of the library: what waits, a document's workshop, and the steps of its life."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infotheque import operations
from infotheque.enums import DocumentStatus
from infotheque.forms.document import CommentForm, DocumentForm, ShelvingForm
from infotheque.models import Document, LinkCheck, Tip
from infotheque.operations.documents import lock
from infotheque.views.owed import with_duties
from infotheque.views.wording import HISTORY, STEPS, VIEWS, step_buttons
from mecenova.search.functions import says
from mecenova.team import for_the_team
from mecenova.ui.as_shown import held_to_write
from mecenova.ui.form_pages import show_form, status_of
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import told

PAGE_SIZE = 30

_OPERATIONS: dict[str, Callable[..., Document]] = {
    "submit": operations.submit_document,
    "send_back": operations.send_back_document,
    "publish": operations.publish_document,
    "doubt": operations.doubt_document,
    "verify": operations.verify_document,
    "withdraw": operations.withdraw_document,
    "archive": operations.archive_document,
    "take_up": operations.take_up_document,
}


@require_safe
@for_the_team
def curation(request: HttpRequest) -> HttpResponse:
    """What waits first; then every document by its state, and by the words of its title."""
    chosen = request.GET.get("etat", "")
    view = VIEWS.get(chosen) or VIEWS[""]
    found = view.choose(Document.objects.all())
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    if words:
        found = found.filter(says("title", words))
    page = Paginator(found.for_curation(), PAGE_SIZE).get_page(request.GET.get("page"))
    views = [(slug, each.title, each.choose(Document.objects.all()).count()) for slug, each in VIEWS.items()]
    return render(
        request,
        "infotheque/curation.html",
        {
            "page_obj": page,
            "rows": with_duties(page),
            "views": views,
            "chosen": chosen if chosen in VIEWS else "",
            "view": view,
            "words": words,
            "tips": Tip.objects.waiting().count(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_team
def create(request: HttpRequest) -> HttpResponse:
    form = DocumentForm(request.POST or None, initial={"owner": request.user.pk})
    if request.method == "POST" and form.is_valid():
        document = operations.create_document(by=request.user, **form.changes())
        messages.success(request, "Le brouillon est enregistré.")
        return redirect("infotheque:edit", document.pk)
    return show_form(request, "infotheque/document_create.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_team
@transaction.atomic
def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A document's workshop: its text, its state, its files, what editors say of it."""
    document = held_to_write(request, lambda: _found(pk), lambda found: lock(found, by=request.user))
    form = DocumentForm(request.POST or None, instance=document)
    if request.method == "POST" and form.is_valid():
        if again := form.taken_up():
            return _show(request, pk, again, CommentForm())
        try:
            operations.update_document(document=_found(pk), by=request.user, **form.changes())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "C’est enregistré.")
            return redirect("infotheque:edit", pk)
    return _show(request, pk, form, CommentForm())


@require_POST
@for_the_team
def advance(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One step of the document's life, named by its verb."""
    verb = request.POST.get("verb", "")
    if verb not in _OPERATIONS:
        raise Http404
    return _acted(request, pk, STEPS[verb].done, _OPERATIONS[verb])


@require_POST
@for_the_team
def feature(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    on = request.POST.get("on") == "oui"
    done = "Le document est mis en avant." if on else "Le document n’est plus mis en avant."
    return _acted(request, pk, done, operations.feature_document, is_featured=on)


@require_POST
@for_the_team
def replace_link(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    done = "Le lien est remplacé. Ouvrez-le pour vérifier qu’il mène au bon document."
    return _acted(request, pk, done, operations.replace_link)


@require_POST
@for_the_team
def comment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    document = _found(pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, DocumentForm(instance=document), form)
    return _acted(request, pk, "Le commentaire est ajouté.", operations.comment_document, **form.cleaned_data)


@require_POST
@for_the_team
def shelve(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put the document at the end of a collection."""
    form = ShelvingForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez une collection.")
        return redirect("infotheque:edit", pk)
    done = "Le document est dans la collection."
    return _acted(request, pk, done, operations.add_to_collection, **form.cleaned_data)


def _found(pk: uuid.UUID) -> Document:
    return get_object_or_404(Document.objects.select_related("current_version", "owner"), pk=pk)


def _acted(
    request: HttpRequest, pk: uuid.UUID, done: str, operation: Callable[..., Any], **values: Any
) -> HttpResponse:
    attempt(request, done, operation, document=_found(pk), **values)
    return redirect("infotheque:edit", pk)


def _show(request: HttpRequest, pk: uuid.UUID, form: DocumentForm, comment_form: CommentForm) -> HttpResponse:
    document = _found(pk)
    steps, hindrances = step_buttons(document, request.user)
    context = {
        "document": document,
        "form": form,
        "comment_form": comment_form,
        "shelving_form": ShelvingForm(),
        "steps": steps,
        "hindrances": hindrances,
        "is_on_line": document.published_at and document.status != DocumentStatus.ARCHIVED,
        "check": LinkCheck.objects.filter(document=document, link=document.link).first(),
        "comments": document.comments.select_related("by"),
        "versions": document.versions.with_files().select_related("created_by"),
        "collections": document.collections.all(),
        "uses": document.uses.all()[:7],
        "history": told(document, HISTORY),
    }
    status = max(status_of(form), status_of(comment_form))
    return render(request, "infotheque/document_edit.html", context, status=status)
