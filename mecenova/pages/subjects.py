"""Whatever a follow-up, a stay or a mail is about: its name, and the page where the team acts on it."""

from typing import Any

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Model, QuerySet
from django.urls import reverse

from accounts.models import Claim, Invitation, Organisation
from associations.models import Association, Project
from companies.models import Company, Need
from infotheque.models import Document, Tip
from matching.models import Diagnosis
from partnerships.models import Introduction, Partnership


class Subjects:
    """What the agenda asks about the subjects of every room."""

    def all_of(self, model: type[Model]) -> "QuerySet[Any]":
        """With all that naming them takes."""
        known = {rows.model: rows for rows in _read()}
        return known.get(model, model._base_manager.all())

    def name_of(self, subject: Model) -> str:
        return name_of(subject)

    def page_of(self, subject: Any) -> str:
        return page_of(subject)


def with_subjects(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """The rows with their `subject` and all that naming it takes: one query for each type present."""
    return rows.prefetch_related(GenericPrefetch("subject", _read()))


def _read() -> "list[QuerySet[Any]]":
    return [
        Organisation.objects.select_related("association", "company"),
        Claim.objects.select_related("organisation", "user"),
        Invitation.objects.select_related("organisation__association", "organisation__company"),
        Association.objects.select_related("organisation"),
        Company.objects.select_related("organisation"),
        Project.objects.select_related("association__organisation"),
        Need.objects.select_related("company__organisation"),
        Introduction.objects.with_parties(),
        Partnership.objects.all(),
        Document.objects.for_curation(),
        Diagnosis.objects.select_related("project"),
    ]


def name_of(subject: Model) -> str:
    if isinstance(subject, Claim | Invitation):
        return subject.organisation.name
    if isinstance(subject, Introduction):
        return f"{subject.asking_organisation.name} → {subject.answering_organisation.name}"
    return subject.project.title if isinstance(subject, Diagnosis) else str(subject)


def followed(subject: Any) -> Any:
    """What carries the steps and the calls: a profile's organisation, or else the subject itself."""
    return subject.organisation if isinstance(subject, Association | Company) else subject


def _owner(subject: Any) -> Organisation | None:
    """Of a profile, a project or a need: the organisation without which it has no page."""
    if isinstance(subject, Association | Company):
        return subject.organisation
    if isinstance(subject, Project):
        return subject.association.organisation
    return subject.company.organisation if isinstance(subject, Need) else None


def page_of(subject: Any) -> str:
    """Where the team acts on it; nothing when it has no page."""
    if isinstance(subject, Claim):
        return reverse("pages:claim", args=[subject.pk])
    if isinstance(subject, Organisation):
        return _page_of_organisation(subject)
    if isinstance(subject, Invitation):
        # Its own address is the link that was sent to somebody else.
        return _page_of_organisation(subject.organisation)
    if (owner := _owner(subject)) is not None and owner.has_left:
        # Its own page answers nobody any more; the organisation's tells the team the whole story.
        return _page_of_organisation(owner)
    if isinstance(subject, Document):
        return reverse("infotheque:edit", args=[subject.pk])
    if isinstance(subject, Tip):
        return reverse("infotheque:tips")
    return str(subject.get_absolute_url()) if hasattr(subject, "get_absolute_url") else ""


def _page_of_organisation(organisation: Organisation) -> str:
    profile = getattr(organisation, "association", None) or getattr(organisation, "company", None)
    if organisation.is_checked and profile is not None:
        return str(profile.get_absolute_url())
    return reverse("pages:organisation", args=[organisation.pk])
