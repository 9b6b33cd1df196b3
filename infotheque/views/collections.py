"""Collections: as everybody reads them, and as the team puts them in order."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infotheque import operations, policies
from infotheque.forms.document import CollectionForm
from infotheque.models import Collection, Document
from infotheque.operations.collections import lock
from mecenova.team import for_the_team
from mecenova.ui.as_shown import held_to_write
from mecenova.ui.form_pages import show_form
from mecenova.workflow.attempts import attempt


@login_not_required
@require_safe
def collection(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Collection, pk=pk)
    if not policies.can_view_collection(request.user, found):
        raise Http404
    return render(
        request, "infotheque/collection.html", {"collection": found, "items": found.items.readable()}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_team
def collection_list(request: HttpRequest) -> HttpResponse:
    """Every collection, and a form for one more."""
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = operations.create_collection(by=request.user, **form.changes())
        messages.success(request, "La collection est créée. Ajoutez-y des documents depuis leurs fiches.")
        return redirect("infotheque:collection_edit", made.pk)
    collections = Collection.objects.with_counts()
    return show_form(request, "infotheque/collection_list.html", form, collections=collections)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_team
@transaction.atomic
def collection_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = held_to_write(
        request,
        lambda: get_object_or_404(Collection, pk=pk),
        lambda collection: lock(collection, by=request.user),
    )
    form = CollectionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        if again := form.taken_up():
            form = again
        else:
            operations.update_collection(collection=found, by=request.user, **form.changes())
            messages.success(request, "C’est enregistré.")
            return redirect("infotheque:collection_edit", pk)
    items = found.items.for_team()
    context = {"collection": found, "items": items, "is_readable": found.items.readable().exists()}
    return show_form(request, "infotheque/collection_edit.html", form, **context)


@require_POST
@for_the_team
def collection_show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Collection, pk=pk)
    on = request.POST.get("on") == "oui"
    done = "La collection est publiée." if on else "La collection n’est plus publiée."
    attempt(request, done, operations.show_collection, collection=found, is_shown=on)
    return redirect("infotheque:collection_edit", pk)


@require_POST
@for_the_team
def collection_arrange(request: HttpRequest, pk: uuid.UUID, document: uuid.UUID) -> HttpResponse:
    """Up, down or out, by three ordinary buttons."""
    found = get_object_or_404(Collection, pk=pk)
    one = get_object_or_404(Document.objects.for_list(), pk=document)
    act = request.POST.get("act", "")
    if act == "out":
        operations.remove_from_collection(collection=found, document=one, by=request.user)
    elif act in {"up", "down"}:
        operations.move_in_collection(collection=found, document=one, by=request.user, up=act == "up")
    else:
        raise Http404
    return redirect("infotheque:collection_edit", pk)
