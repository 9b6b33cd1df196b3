"""Which document is shown where, and that it was opened from there."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Organisation, User
from accounts.policies import is_member
from infotheque import policies
from infotheque.models import Document, PrescribedReading, Prescription
from infotheque.places import first_documents, places
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError


@transaction.atomic
def prescribe(*, place: str, document: Document | None, by: User) -> Prescription:
    """Show this document at this place, or none any more. The same choice again changes nothing."""
    if not policies.can_curate(by):
        raise PermissionDenied
    if place not in places() or places()[place].chosen_elsewhere:
        raise ValueError(f"No document is chosen for {place} here")
    if document is not None and not document.is_published:
        raise DomainError(
            "Ce document n’est pas publié\u00a0: publiez-le d’abord, ou choisissez-en un autre."
        )
    found, made = Prescription.objects.select_for_update(no_key=True).get_or_create(
        place=place, defaults={"document": document, "chosen_by": by}
    )
    if not made and found.document_id != (document.pk if document else None):
        found.document, found.chosen_by, found.chosen_at = document, by, clock.now()
        found.save(update_fields=["document", "chosen_by", "chosen_at"])
    return found


@transaction.atomic
def prescribe_first_documents(*, by: User) -> int:
    """Give the places that nobody has chosen for their document of the first shelf; how many were."""
    chosen = set(Prescription.objects.values_list("place", flat=True))
    wanted = {key: slug for key, slug in first_documents().items() if key not in chosen}
    shelf = {each.slug: each for each in Document.objects.published().filter(slug__in=wanted.values())}
    found = {key: shelf[slug] for key, slug in wanted.items() if slug in shelf}
    for key, document in found.items():
        prescribe(place=key, document=document, by=by)
    return len(found)


@transaction.atomic
def note_reading(*, place: str, document: Document, organisation: Organisation, by: User) -> None:
    """The document was opened from this place. Twice is once; an unknown place leaves no trace."""
    if not is_member(by, organisation):
        raise PermissionDenied
    if place in places():
        PrescribedReading.objects.bulk_create(
            [PrescribedReading(place=place, document=document, organisation=organisation)],
            ignore_conflicts=True,
        )
