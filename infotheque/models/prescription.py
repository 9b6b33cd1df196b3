from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import models

from accounts.models import Organisation
from infotheque.models.document import Document
from infotheque.models.lengths import heavy_at
from infotheque.places import step_key
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified


@dataclass(frozen=True)
class ToRead:
    """A document as it is shown to an organisation, at the place that prescribes it."""

    document: Document
    place: str
    organisation_id: UUID

    @property
    def address(self) -> str:
        """Its own, which says where it was opened from: see PrescribedReading."""
        asked = urlencode({"prescrit": self.place, "organisme": self.organisation_id})
        return f"{self.document.get_absolute_url()}?{asked}"


class PrescriptionQuerySet(models.QuerySet["Prescription"]):
    def with_documents(self) -> Self:
        """By their names alone."""
        return self.select_related("document").defer(*heavy_at("document"))

    def shown_at(self, keys: Iterable[str]) -> dict[str, Document]:
        """The documents that everybody may read at these places, by the key of the place, in one query."""
        found = self.filter(place__in=set(keys), document__in=Document.objects.published())
        return {row.place: row.document for row in found.with_documents() if row.document}

    def to_read(
        self, organisation_id: UUID, *, steps: Iterable[FollowUp | None] = (), gaps: Iterable[str] = ()
    ) -> "list[ToRead]":
        """For the steps of these that this organisation owes, then for what its profile lacks.

        Each document once, in one query; none when nothing is owed or lacking.
        """
        owed = (step for step in steps if step and step.owner == Owner.ORGANISATION)
        keys = [*(step_key(step.rule) for step in owed if step.organisation_id == organisation_id), *gaps]
        found = self.shown_at(keys) if keys else {}
        first: dict[Document, str] = {}
        for key in keys:
            if key in found:
                first.setdefault(found[key], key)
        return [ToRead(document, place, organisation_id) for document, place in first.items()]


class Prescription(Identified):
    """The document that the team shows at one place (infotheque.places). Without one, nothing is shown."""

    place = models.CharField("lieu", max_length=120, unique=True)
    document = models.ForeignKey(
        Document, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="document"
    )
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="choisi par",
    )
    chosen_at = models.DateTimeField("choisi le", default=clock.now, editable=False)

    objects = PrescriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "document prescrit"
        verbose_name_plural = "documents prescrits"
        ordering = ("place",)

    def __str__(self) -> str:
        return self.place


class PrescribedReading(models.Model):
    """An organisation opened a document from the place that prescribed it; the first time counts.

    Only a signed-in member's page says so, by a POST: opening a mail's link is no proof, and visitors
    leave no trace.
    """

    place = models.CharField("lieu", max_length=120)
    document = models.ForeignKey(Document, models.CASCADE, related_name="+", verbose_name="document")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name="organisme")
    read_at = models.DateTimeField("lu le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "lecture d’un document prescrit"
        verbose_name_plural = "lectures des documents prescrits"
        ordering = ("-read_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("organisation", "document", "place"), name="prescribed_reading_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} · {self.place}"
