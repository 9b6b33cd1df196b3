import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from infotheque.enums import FileType
from infotheque.models.document import Document
from infotheque.models.lengths import heavy_at
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    def with_files(self) -> Self:
        """Their text, which may be a whole book, is left where it is."""
        return self.prefetch_related(models.Prefetch("files", DocumentFile.objects.without_text()))


class DocumentVersion(Identified):
    """One state of a document's files. A new one takes its place at the same address; it stays for staff."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions", verbose_name="document")
    number = models.PositiveSmallIntegerField("numéro")
    note = models.CharField("ce qui change", max_length=300, blank=True)
    created_at = models.DateTimeField("déposée le", default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="déposée par",
    )

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version"
        ordering = ("document", "-number")
        constraints = [
            models.UniqueConstraint(fields=("document", "number"), name="version_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} · {self.number}"


def place_of_file(file: "DocumentFile", name: str) -> str:
    """Nothing of the name that a person gave: neither a path nor a page can hide in it."""
    return f"infotheque/{file.pk}/{uuid.uuid4()}.{file.type}"


def place_of_picture(file: "DocumentFile", name: str) -> str:
    return f"infotheque/{file.pk}/{uuid.uuid4()}.png"


class DocumentFileQuerySet(models.QuerySet["DocumentFile"]):
    def current(self) -> Self:
        """Files of the versions that readers are given."""
        return self.filter(version=models.F("version__document__current_version"))

    def without_text(self) -> Self:
        return self.defer("text")

    def with_documents(self) -> Self:
        """With the document that each is of, to tell who may have it; none of what they say."""
        return self.without_text().select_related("version__document").defer(*heavy_at("version__document"))


class DocumentFile(Identified):
    """One file of a version, read once: what it is by its content, what it says, what it looks like."""

    version = models.ForeignKey(DocumentVersion, models.CASCADE, related_name="files", verbose_name="version")
    position = models.PositiveSmallIntegerField("ordre", default=0)
    name = models.CharField("nom du fichier", max_length=150)
    file = models.FileField("fichier", upload_to=place_of_file, max_length=250)
    type = models.CharField("format", max_length=10, choices=FileType)
    digest = models.CharField("empreinte SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("taille en octets")
    pages = models.PositiveIntegerField("pages", null=True, blank=True)
    text = models.TextField("texte", blank=True)
    is_text_whole = models.BooleanField("texte lu en entier", default=True)
    picture = models.FileField("première page", upload_to=place_of_picture, max_length=250, blank=True)
    is_private = models.BooleanField("réservé à l’équipe", default=False)

    objects = DocumentFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier d’un document"
        verbose_name_plural = "fichiers des documents"
        ordering = ("version", "position", "name", "id")
        constraints = [
            models.UniqueConstraint(fields=("version", "digest"), name="file_once_per_version"),
            models.CheckConstraint(condition=Q(type__in=FileType.values), name="file_type_known"),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="file_digest_is_sha256"),
        ]
        indexes = [models.Index(fields=("digest",), name="file_by_digest")]

    def __str__(self) -> str:
        return self.name

    @property
    def given_name(self) -> str:
        """The one it is downloaded under: whatever it was called, it opens with what reads its format.

        A PDF can be a program too, for a machine that goes by the ending of its name.
        """
        ending = f".{self.type}"
        return self.name if self.name.lower().endswith(ending) else f"{self.name}{ending}"

    def get_absolute_url(self) -> str:
        return reverse("infotheque:file", args=[self.pk])
