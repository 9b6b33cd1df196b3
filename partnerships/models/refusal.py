from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from infotheque.models import Document
from infotheque.models.lengths import heavy_at
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from partnerships.enums import RefusalReason, Rewrite, Side

SHORTEST_RETRY_DAYS, LONGEST_RETRY_DAYS = 7, 730


class RefusalStepQuerySet(models.QuerySet["RefusalStep"]):
    def for_list(self) -> Self:
        steps = self.select_related("document").defer(*heavy_at("document"))
        return steps.order_by("asked_by_side", "kind", "position", "reason")


class RefusalStep(Identified):
    """What a reason for a « no » leads to: one document, one thing to rewrite, one date to try again.

    The team writes the words, for the side that asked and was told no: what helps an association says nothing
    to a company. The lists of reasons are closed. An empty kind holds for any.
    """

    asked_by_side = models.CharField(
        "écrite pour", max_length=20, choices=Side, default=Side.ASSOCIATION, editable=False
    )
    reason = models.CharField("raison", max_length=30, choices=RefusalReason)
    kind = models.CharField("forme", max_length=20, choices=Kind, blank=True)
    position = models.PositiveSmallIntegerField("ordre", default=0)
    advice = models.TextField("ce que cette réponse veut dire", max_length=600)
    rewrite = models.CharField("ce qu’il faut reprendre", max_length=300)
    section = models.CharField("où", max_length=20, choices=Rewrite)
    retry_after_days = models.PositiveSmallIntegerField(
        "redemander après (jours)",
        validators=[MinValueValidator(SHORTEST_RETRY_DAYS), MaxValueValidator(LONGEST_RETRY_DAYS)],
    )
    library_words = models.CharField("mots cherchés dans l’infothèque", max_length=100)
    document = models.ForeignKey(
        Document,
        models.SET_NULL,
        verbose_name="document de l’infothèque",
        null=True,
        blank=True,
        related_name="+",
    )

    objects = RefusalStepQuerySet.as_manager()

    class Meta:
        verbose_name = "suite d’un refus"
        verbose_name_plural = "suites des refus"
        ordering = ("asked_by_side", "kind", "position", "reason")
        constraints = [
            models.UniqueConstraint(
                fields=("reason", "kind", "asked_by_side"), name="refusal_step_once_per_reason_kind_and_side"
            ),
            models.CheckConstraint(
                condition=Q(asked_by_side__in=Side.values), name="refusal_step_side_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    retry_after_days__gte=SHORTEST_RETRY_DAYS, retry_after_days__lte=LONGEST_RETRY_DAYS
                ),
                name="refusal_step_retries_within_two_years",
            ),
            models.CheckConstraint(
                condition=~Q(advice="") & ~Q(rewrite="") & ~Q(library_words=""),
                name="refusal_step_is_never_a_dead_end",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=RefusalReason.values), name="refusal_step_reason_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=["", *Kind.values]), name="refusal_step_kind_known"),
            models.CheckConstraint(
                condition=Q(section__in=Rewrite.values), name="refusal_step_section_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} · {self.kind or '*'}"


class RefusalStepChange(models.Model):
    """Who changed what in a step, and when. Rows are added, never changed."""

    step = models.ForeignKey(RefusalStep, models.CASCADE, related_name="changes")
    field = models.CharField("champ", max_length=30)
    before = models.TextField("avant", blank=True)
    after = models.TextField("après", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="par",
        null=True,
        blank=True,
        related_name="+",
    )
    at = models.DateTimeField("le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "changement d’une suite de refus"
        verbose_name_plural = "changements des suites de refus"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.step_id} · {self.field}"

    @property
    def label(self) -> str:
        """The French name of what was changed."""
        return str(RefusalStep._meta.get_field(self.field).verbose_name)  # type: ignore[union-attr]
