"""Each file that the team brought: who, when, what it would do, what it did."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.imports.enums import CONFIRMED_STATUSES, WORKING_STATUSES, RunStatus
from mecenova.imports.registry import kind_of

_TONES = {
    RunStatus.READY: "waiting",
    RunStatus.DONE: "good",
    RunStatus.REFUSED: "bad",
    RunStatus.STOPPED: "bad",
}


def place_of(run: "ImportRun", name: str) -> str:
    """Where a file of this run is kept: nothing of the name that a person gave to it."""
    return f"imports/{run.pk}/{name}"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def to_work_on(self) -> Self:
        """Those that wait for the worker, or that a worker began; first come, first served."""
        return self.filter(status__in=WORKING_STATUSES).order_by("created_at", "id")

    def with_old_files(self, before: datetime) -> Self:
        return self.filter(files_removed_at__isnull=True, created_at__lt=before).exclude(
            status__in=WORKING_STATUSES
        )

    def with_people(self) -> Self:
        return self.select_related("created_by", "confirmed_by")


class ImportRun(Identified):
    """One file and its two passes: a trial whose writes are rolled back, then, once confirmed, the writing.

    `status` moves by mecenova.imports.workflow.IMPORT. `trial` and `result` are what `telling.as_json` makes
    of a report; `progress` is written after each batch, `interrupted` keeps that of passes cut short which
    had written something.
    """

    kind = models.CharField("type", max_length=40)
    as_checked = models.BooleanField("fiches déjà vérifiées", default=False)
    name = models.CharField("nom du fichier", max_length=150)
    size = models.PositiveBigIntegerField("taille")
    source = models.FileField("fichier", upload_to=place_of, max_length=250, blank=True)
    rejects = models.FileField("lignes rejetées", upload_to=place_of, max_length=250, blank=True)
    status = models.CharField("état", max_length=20, choices=RunStatus, default=RunStatus.TRYING)
    created_at = models.DateTimeField("déposé le", default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="déposé par",
    )
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmé par",
    )
    finished_at = models.DateTimeField("terminé le", null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField("passages", default=0)
    position = models.PositiveBigIntegerField("octets lus", default=0)
    progress = models.JSONField("avancement", default=dict)
    interrupted = models.JSONField("passages interrompus", default=list)
    trial = models.JSONField("essai", default=dict)
    result = models.JSONField("résultat", default=dict)
    error = models.TextField("erreur", blank=True)
    files_removed_at = models.DateTimeField("fichiers effacés le", null=True, blank=True, editable=False)

    objects: ClassVar[ImportRunQuerySet] = ImportRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "import"
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="import_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=CONFIRMED_STATUSES) | Q(confirmed_at__isnull=False),
                name="import_confirmed_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(status=RunStatus.DONE, finished_at__isnull=False)
                | (~Q(status=RunStatus.DONE) & Q(finished_at__isnull=True)),
                name="import_done_has_its_date",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(RunStatus.REFUSED, RunStatus.STOPPED)) | ~Q(error=""),
                name="import_that_failed_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=("created_at",),
                condition=Q(status__in=("trying", "writing")),
                name="import_to_work_on",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("imports:run", args=[self.pk])

    @property
    def label(self) -> str:
        """The kind's French name; its slug when this release no longer knows it."""
        kind = kind_of(self.kind)
        return kind.label if kind else self.kind

    @property
    def is_working(self) -> bool:
        return self.status in WORKING_STATUSES

    @property
    def is_ready(self) -> bool:
        """Rehearsed: somebody confirms it, or not."""
        return self.status == RunStatus.READY

    @property
    def is_refused(self) -> bool:
        return self.status == RunStatus.REFUSED

    @property
    def is_stopped(self) -> bool:
        return self.status == RunStatus.STOPPED

    @property
    def is_done(self) -> bool:
        return self.status == RunStatus.DONE

    @property
    def has_begun(self) -> bool:
        """A worker has taken the present pass up."""
        return self.attempts > 0

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def tone(self) -> str:
        return _TONES.get(RunStatus(self.status), "neutral")

    @property
    def percent(self) -> int:
        return min(100, self.position * 100 // self.size) if self.size else 0

    @property
    def told(self) -> dict[str, Any]:
        """The report that counts now: what was written, else what would be."""
        return self.result or self.trial
