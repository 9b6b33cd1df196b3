from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from associations.models import Association, Project
from companies.models import Company, Need
from matching.enums import ChangedKind, Choice, DiagnosisCause, RoundScope, SuggestionStatus
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from partnerships.enums import RefusalReason
from partnerships.models import Introduction


class Round(Identified):
    """One run of the matching over the network or over what changed since the last one."""

    scope = models.CharField("étendue", max_length=20, choices=RoundScope)
    score_version = models.CharField("version du score", max_length=20)
    started_at = models.DateTimeField("commencé le", default=clock.now, editable=False)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    needs = models.PositiveIntegerField("besoins", default=0)
    pairs = models.PositiveIntegerField("paires compatibles", default=0)
    presented = models.PositiveIntegerField("suggestions", default=0)

    class Meta:
        verbose_name = "tour"
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"{self.get_scope_display()} · {self.started_at:%Y-%m-%d %H:%M}"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> Self:
        return self.filter(status=SuggestionStatus.PRESENTED)

    def answered(self) -> Self:
        """Those that wait for nobody any more."""
        return self.exclude(status=SuggestionStatus.PRESENTED)

    def undigested(self) -> Self:
        """Those that no digest has told of yet."""
        return self.open().filter(digested_at__isnull=True)

    def for_companies_of(self, user: models.Model) -> Self:
        return self.filter(company__organisation__memberships__user=user)

    def with_parties(self) -> Self:
        return self.select_related(
            "association__organisation__department",
            "company__organisation",
            "need",
            "project",
            "introduction",
        )


class Suggestion(Identified):
    """A pair that a round proposed to a company (one place spent), with its score.

    `score` is 0 to 1; `reasons` are French sentences; `inputs` are the parts of the sum of `score_version`.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="suggestions")
    need = models.ForeignKey(Need, models.CASCADE, related_name="suggestions")
    company = models.ForeignKey(Company, models.CASCADE, related_name="suggestions")
    association = models.ForeignKey(Association, models.CASCADE, related_name="suggestions")
    project = models.ForeignKey(Project, models.SET_NULL, null=True, blank=True, related_name="suggestions")
    introduction = models.OneToOneField(
        Introduction, models.SET_NULL, null=True, blank=True, related_name="suggestion"
    )
    score = models.DecimalField("score", max_digits=5, decimal_places=4)
    score_version = models.CharField("version du score", max_length=20)
    reasons = models.JSONField("raisons", default=list)
    inputs = models.JSONField("termes du score", default=dict)
    status = models.CharField(
        "état",
        max_length=20,
        choices=SuggestionStatus,
        default=SuggestionStatus.PRESENTED,
    )
    presented_at = models.DateTimeField("présentée le", default=clock.now, editable=False)
    seen_at = models.DateTimeField("vue le", null=True, blank=True, editable=False)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True, editable=False)
    refusal_reason = models.CharField("raison", max_length=30, choices=RefusalReason, blank=True)
    digested_at = models.DateTimeField("annoncée le", null=True, blank=True, editable=False)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = "suggestion"
        ordering = ("-presented_at", "-score")
        constraints = [
            models.UniqueConstraint(
                fields=("need", "association"),
                name="suggestion_once_per_need_and_association",
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1),
                name="suggestion_score_between_0_and_1",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=(SuggestionStatus.INTERESTED, SuggestionStatus.DECLINED),
                    answered_at__isnull=False,
                )
                | Q(
                    status__in=(SuggestionStatus.PRESENTED, SuggestionStatus.EXPIRED),
                    answered_at__isnull=True,
                ),
                name="suggestion_answered_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status=SuggestionStatus.DECLINED) & ~Q(refusal_reason="")
                | ~Q(status=SuggestionStatus.DECLINED) & Q(refusal_reason=""),
                name="suggestion_declined_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=("company", "status")),
            models.Index(fields=("association", "presented_at")),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} · {self.association_id}"

    def get_absolute_url(self) -> str:
        return reverse("matching:suggestion", args=[self.pk])

    @property
    def tone(self) -> str:
        """How the state looks as a badge."""
        return {
            SuggestionStatus.PRESENTED.value: "waiting",
            SuggestionStatus.INTERESTED.value: "good",
        }.get(self.status, "neutral")

    @property
    def outcome(self) -> str:
        """What came of it, in words for the association."""
        if self.introduction is not None:
            return (
                f"L’entreprise vous a demandé une mise en relation. {self.introduction.get_status_display()}."
            )
        if self.status == SuggestionStatus.DECLINED:
            return f"L’entreprise a répondu : {self.get_refusal_reason_display().lower()}."
        if self.status == SuggestionStatus.EXPIRED:
            return "Le besoin a été clos avant une réponse."
        return "Vue par l’entreprise, qui n’a pas encore répondu." if self.seen_at else "Pas encore ouverte."

    @property
    def is_open(self) -> bool:
        return self.status == SuggestionStatus.PRESENTED


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
        ordering = ("-at",)
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


class ChangedSubject(models.Model):
    """What the next small round has to look at again. Written with the change, drained with SKIP LOCKED.

    The same subject may stand here twice: a round in progress must never make a person's change wait.
    """

    kind = models.CharField("type", max_length=20, choices=ChangedKind)
    subject_id = models.UUIDField("sujet")
    at = models.DateTimeField("le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "changement à rapprocher"
        verbose_name_plural = "changements à rapprocher"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
