from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from infotheque.enums import DepositStatus
from infotheque.models.document import Document
from infotheque.models.lengths import heavy_at
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified

_TONES = {
    DepositStatus.WAITING: "waiting",
    DepositStatus.KEPT: "good",
    DepositStatus.KNOWN: "info",
    DepositStatus.REFUSED: "bad",
}


class DepositQuerySet(models.QuerySet["Deposit"]):
    def to_read(self) -> Self:
        """Those of which a file has not been read; first come, first served."""
        waiting = DepositedFile.objects.filter(deposit=OuterRef("pk"), status=DepositStatus.WAITING)
        return self.filter(Exists(waiting)).order_by("created_at", "id")

    def with_counts(self) -> Self:
        return (
            self.select_related("created_by", "document")
            .defer(*heavy_at("document"))
            .annotate(total=Count("files"), **{status: _count(status) for status in DepositStatus.values})
            .order_by("-created_at", "-id")
        )


def _count(status: str) -> Count:
    return Count("files", filter=Q(files__status=status))


class Deposit(Identified):
    """Files that somebody of the team brought together: one document each, or one version of a document."""

    document = models.ForeignKey(
        Document, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="document"
    )
    note = models.CharField("ce qui change", max_length=300, blank=True)
    is_private = models.BooleanField("réservé à l’équipe", default=False)
    created_at = models.DateTimeField("déposé le", default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="déposé par",
    )
    attempts = models.PositiveSmallIntegerField("passages", default=0, editable=False)

    objects = DepositQuerySet.as_manager()

    class Meta:
        verbose_name = "dépôt"
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("infotheque:deposit", args=[self.pk])


def place_of_deposit(file: "DepositedFile", name: str) -> str:
    return f"infotheque/depots/{file.pk}"


class DepositedFileQuerySet(models.QuerySet["DepositedFile"]):
    def with_documents(self) -> Self:
        return self.select_related("document").defer(*heavy_at("document"))

    def waiting(self) -> Self:
        return self.filter(status=DepositStatus.WAITING).order_by("position", "id")


class DepositedFile(Identified):
    """One file on its way in. `status` moves by infotheque.workflow.DEPOSITED_FILE, `told` says why."""

    deposit = models.ForeignKey(Deposit, models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField("ordre")
    name = models.CharField("nom du fichier", max_length=150)
    size = models.PositiveBigIntegerField("taille en octets")
    source = models.FileField("fichier", upload_to=place_of_deposit, max_length=250, blank=True)
    status = models.CharField("état", max_length=20, choices=DepositStatus, default=DepositStatus.WAITING)
    told = models.TextField("ce qu’il en est", blank=True)
    document = models.ForeignKey(
        Document, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="document"
    )

    objects = DepositedFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier déposé"
        verbose_name_plural = "fichiers déposés"
        ordering = ("deposit", "position", "id")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DepositStatus.values), name="deposit_status_known"),
            models.CheckConstraint(
                condition=~Q(status=DepositStatus.REFUSED) | ~Q(told=""), name="deposit_refused_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status=DepositStatus.WAITING) | ~Q(source=""),
                name="deposit_waiting_has_its_file",
            ),
        ]
        indexes = [
            models.Index(fields=("deposit",), condition=Q(status="waiting"), name="deposit_to_read"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tone(self) -> str:
        return _TONES[DepositStatus(self.status)]
