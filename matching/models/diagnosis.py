from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from associations.models import Association, Project
from matching.enums import Choice, DiagnosisCause
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from partnerships.models import Introduction


class DiagnosisQuerySet(models.QuerySet["Diagnosis"]):
    def open(self) -> Self:
        """Those that wait for the association's choice."""
        return self.filter(closed_at__isnull=True)

    def of_association(self, association: Association) -> Self:
        return self.filter(project__association=association)

    def with_project(self) -> Self:
        return self.select_related(
            "project__association__organisation__department",
            "introduction__company__organisation",
            "chosen_by",
        )


class Diagnosis(Identified):
    """Why a project found no company, in figures read from the rows, and what its association decides.

    `steps` are three pieces of advice as they were written in the mail: text, label, path. `closed_at`
    without a choice: events decided (interest came, the project was changed, closed, or the team called).
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="diagnoses", verbose_name="projet")
    cause = models.CharField("cause", max_length=20, choices=DiagnosisCause)
    turn = models.CharField("tour", max_length=40, editable=False)
    introduction = models.ForeignKey(
        Introduction,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="diagnoses",
        verbose_name="mise en relation",
    )
    since = models.DateTimeField("compté depuis le")
    at = models.DateTimeField("écrit le", default=clock.now, editable=False)
    presented = models.PositiveIntegerField("entreprises qui l’ont reçu")
    seen = models.PositiveIntegerField("entreprises qui l’ont ouvert")
    answered = models.PositiveIntegerField("entreprises qui ont répondu")
    competing = models.PositiveIntegerField("autres associations devant elles", null=True, blank=True)
    companies_compatible = models.PositiveIntegerField("entreprises compatibles")
    refusals = models.JSONField("raisons données", default=dict)
    steps = models.JSONField("trois pas", default=list)
    choice = models.CharField("choix", max_length=20, choices=Choice, blank=True)
    chosen_at = models.DateTimeField("choisi le", null=True, blank=True, editable=False)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="choisi par",
    )
    closed_at = models.DateTimeField("clos le", null=True, blank=True, editable=False)

    objects = DiagnosisQuerySet.as_manager()

    class Meta:
        verbose_name = "diagnostic"
        ordering = ("-at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("project", "cause", "turn"), name="diagnosis_once_per_cause_and_turn"
            ),
            models.UniqueConstraint(
                fields=("project",),
                condition=Q(closed_at__isnull=True),
                name="diagnosis_open_once_per_project",
            ),
            models.CheckConstraint(
                condition=Q(cause=DiagnosisCause.RELEASED, introduction__isnull=False)
                | Q(cause=DiagnosisCause.QUIET, introduction__isnull=True),
                name="diagnosis_released_has_its_introduction",
            ),
            models.CheckConstraint(
                condition=Q(choice="", chosen_at__isnull=True, chosen_by__isnull=True)
                | Q(choice__in=Choice.values, chosen_at__isnull=False, closed_at__isnull=False),
                name="diagnosis_chosen_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(seen__lte=models.F("presented")) & Q(answered__lte=models.F("presented")),
                name="diagnosis_figures_agree",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} · {self.project_id}"

    def get_absolute_url(self) -> str:
        return reverse("matching:diagnosis", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
