"""What the team has people read, place by place; and the page's own word that it was opened."""

import uuid

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Organisation
from infotheque import operations
from infotheque.forms.prescription import PrescriptionForm
from infotheque.models import Document, Prescription
from infotheque.places import Place, places
from mecenova.identifiers.keys import key_in
from mecenova.team import for_the_team
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError


@require_safe
@for_the_team
def prescription_list(request: HttpRequest) -> HttpResponse:
    chosen = {row.place: row for row in Prescription.objects.with_documents()}
    groups: dict[str, list[tuple[Place, Prescription | None]]] = {}
    for place in _choosable().values():
        groups.setdefault(place.group, []).append((place, chosen.get(place.key)))
    return render(request, "infotheque/prescription_list.html", {"groups": groups})


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_team
def prescription(request: HttpRequest) -> HttpResponse:
    """One place, named in the address, and its document; what was chosen is kept when it is refused."""
    place = _choosable().get(request.GET.get("lieu", ""))
    if place is None:
        raise Http404
    found = Prescription.objects.filter(place=place.key).first()
    form = PrescriptionForm(initial={"document": found and found.document_id})
    if request.method == "POST":
        form = PrescriptionForm(request.POST)
        if form.is_valid():
            try:
                operations.prescribe(place=place.key, document=form.cleaned_data["document"], by=request.user)
            except DomainError as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, "C’est enregistré.")
                return redirect("infotheque:prescriptions")
    return show_form(request, "infotheque/prescription.html", form, place=place)


@require_POST
@rate_limit(action="library_opened")
def read(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Sent by the document's page once it is shown, when it was opened from a place that prescribes it."""
    document = get_object_or_404(Document.objects.published(), pk=pk)
    organisation = get_object_or_404(
        Organisation.objects.of(request.user), pk=key_in(request.GET.get("organisme"))
    )
    place = request.GET.get("prescrit", "")
    operations.note_reading(place=place, document=document, organisation=organisation, by=request.user)
    return HttpResponse(status=204)


def _choosable() -> dict[str, Place]:
    return {key: place for key, place in places().items() if not place.chosen_elsewhere}
