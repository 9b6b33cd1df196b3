"""What a rehearsal found: all that would be sent and done in the coming days if nobody acted."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.rehearsal.enums import LineKind, PreviewStatus

MOST_DAYS = 90


class PreviewQuerySet(models.QuerySet["Preview"]):
    def waiting(self) -> Self:
        return self.filter(status=PreviewStatus.WAITING).order_by("asked_at", "id")

    def unfinished(self) -> Self:
        return self.filter(status__in=[PreviewStatus.WAITING, PreviewStatus.RUNNING])

    def of_days(self, days: int) -> Self:
        return self.filter(days=days).order_by("-asked_at", "-id")

    def newest(self, *, days: int) -> "Preview | None":
        """The last one that could be computed."""
        return self.of_days(days).filter(status=PreviewStatus.DONE).first()


class Preview(Identified):
    """One rehearsal of the coming days. `days=1` is the dry run of tonight."""

    asked_at = models.DateTimeField("demandé le", default=clock.now, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="demandé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    days = models.PositiveSmallIntegerField("jours")
    status = models.CharField(
        "état", max_length=20, choices=PreviewStatus, default=PreviewStatus.WAITING, editable=False
    )
    # The moment of which it is the future: what changed since is not in it.
    begins_at = models.DateTimeField("à partir de", null=True, blank=True, editable=False)
    finished_at = models.DateTimeField("fini le", null=True, blank=True, editable=False)
    # Where the time given to it was over; nothing later was lived.
    stopped_at = models.DateTimeField("arrêté faute de temps au", null=True, blank=True, editable=False)
    error = models.TextField("erreur", blank=True, editable=False)

    objects: ClassVar[PreviewQuerySet] = PreviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "aperçu"
        verbose_name_plural = "aperçus"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="running"), name="preview_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["days"], condition=Q(status="waiting"), name="preview_waits_once_for_these_days"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=MOST_DAYS),
                name="preview_days_within_reason",
                violation_error_message=f"Un aperçu va de 1 à {MOST_DAYS} jours.",
            ),
            models.CheckConstraint(condition=Q(status__in=PreviewStatus.values), name="preview_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=["done", "failed"], finished_at__isnull=False)
                | Q(status__in=["waiting", "running"], finished_at__isnull=True),
                name="preview_finished_has_its_date",
            ),
            models.CheckConstraint(
                condition=(Q(status="failed") & ~Q(error="")) | (~Q(status="failed") & Q(error="")),
                name="preview_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days} j ({self.get_status_display()})"

    @property
    def is_unfinished(self) -> bool:
        return self.status in {PreviewStatus.WAITING, PreviewStatus.RUNNING}


class PreviewLineQuerySet(models.QuerySet["PreviewLine"]):
    def per_day(self) -> "models.QuerySet[Any, Any]":
        """How many of each name fall on each day in Paris: `day`, `kind`, `name`, `number`."""
        dated = self.order_by().annotate(day=TruncDate("at", tzinfo=clock.PARIS))
        counted = dated.values("day", "kind", "name").annotate(number=Count("pk"))
        return counted.order_by("day", "kind", "name")

    def on(self, day: date) -> Self:
        """The lines of one day in Paris, in their order."""
        dated = self.annotate(day=TruncDate("at", tzinfo=clock.PARIS)).filter(day=day)
        return dated.select_related("recipient", "subject_type").order_by("at", "kind", "name", "id")


class PreviewLine(models.Model):
    """One mail that would leave, or one follow-up that would be done. `subject_id` may not exist yet."""

    preview = models.ForeignKey(Preview, models.CASCADE, related_name="lines")
    at = models.DateTimeField("le")
    kind = models.CharField("nature", max_length=20, choices=LineKind)
    name = models.CharField("modèle ou règle", max_length=120)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="destinataire",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    subject_type = models.ForeignKey(
        ContentType, models.CASCADE, null=True, blank=True, verbose_name="type d’objet", related_name="+"
    )
    subject_id = models.UUIDField("identifiant de l’objet", null=True, blank=True)
    subject = GenericForeignKey("subject_type", "subject_id")
    text = models.CharField("texte", max_length=300)

    objects: ClassVar[PreviewLineQuerySet] = PreviewLineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "ligne d’aperçu"
        verbose_name_plural = "lignes d’aperçu"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["preview", "at"], name="preview_line_by_moment")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LineKind.values), name="preview_line_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"
