from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.enums import OrganisationStatus
from associations.enums import ProjectStatus
from associations.models.association import Association
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Skill, Territory


class ProjectQuerySet(models.QuerySet["Project"]):
    def draft(self) -> Self:
        return self.filter(status=ProjectStatus.DRAFT)

    def published(self) -> Self:
        return self.filter(status=ProjectStatus.PUBLISHED)

    def proposed(self) -> Self:
        """Published and not in pause today: those that companies are shown."""
        in_pause = Q(paused_until__isnull=False, paused_until__gte=clock.today())
        return self.published().exclude(in_pause)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "id")

    def visible(self) -> Self:
        """Published projects of checked associations: what everybody may read."""
        return self.published().filter(association__organisation__status=OrganisationStatus.CHECKED)

    def for_page(self) -> Self:
        """With all that its page shows."""
        return self.select_related("association__organisation__department").prefetch_related(
            "causes", "audiences", "territories", "asks__skills"
        )


class Project(Identified):
    """What an association wants to do; its asks say what it seeks. `status` moves by workflow.PROJECT."""

    association = models.ForeignKey(
        Association, models.CASCADE, related_name="projects", verbose_name="association"
    )
    title = models.CharField("titre", max_length=150)
    description = models.TextField("description")
    causes = models.ManyToManyField(Cause, blank=True, related_name="+")
    audiences = models.ManyToManyField(Audience, blank=True, related_name="+", verbose_name="publics")
    territories = models.ManyToManyField(Territory, blank=True, related_name="+", verbose_name="territoires")
    status = models.CharField("état", max_length=20, choices=ProjectStatus, default=ProjectStatus.DRAFT)
    created_at = models.DateTimeField("créé le", default=clock.now, editable=False)
    published_at = models.DateTimeField("publié le", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("clos le", null=True, blank=True, editable=False)
    paused_until = models.DateField("en pause jusqu’au", null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "projet"
        ordering = ("-created_at", "id")
        constraints = [
            # What an introduction points at, with its association: both are of the same one.
            models.UniqueConstraint(fields=("id", "association"), name="project_of_one_association"),
            models.CheckConstraint(
                condition=~Q(status=ProjectStatus.PUBLISHED) | Q(published_at__isnull=False),
                name="project_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status=ProjectStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=ProjectStatus.CLOSED) & Q(closed_at__isnull=True)),
                name="project_closed_has_date",
            ),
            models.CheckConstraint(condition=Q(status__in=ProjectStatus.values), name="project_status_known"),
            models.CheckConstraint(
                condition=Q(paused_until__isnull=True) | Q(status=ProjectStatus.PUBLISHED),
                name="project_paused_is_published",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("associations:project_detail", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.status == ProjectStatus.PUBLISHED

    @property
    def waits_for_check(self) -> bool:
        """Published by its association, and shown to nobody before the team has checked it."""
        return self.is_published and not self.association.organisation.is_checked

    @property
    def state(self) -> str:
        """Its state in one word, the same on every page."""
        if self.waits_for_check:
            return "Prêt"
        stopped = self.is_published and self.stopped_until
        return "En pause" if stopped else self.get_status_display()

    @property
    def is_proposed(self) -> bool:
        return self.is_published and not self.is_paused

    @property
    def is_paused(self) -> bool:
        """In pause today; a pause whose last day is past is over."""
        return self.paused_until is not None and self.paused_until >= clock.today()

    @property
    def stopped_until(self) -> date | None:
        """The last day on which it is proposed to nobody: of its pause or of its association's, the later."""
        days = [each.paused_until for each in (self, self.association) if each.is_paused]
        return max((day for day in days if day), default=None)

    @property
    def is_paused_with_association(self) -> bool:
        """By one act: the same last day."""
        association = self.association
        return self.is_paused and association.is_paused and association.paused_until == self.paused_until

    @property
    def asks_only_for_money(self) -> bool:
        kinds = {ask.kind for ask in self.asks.all()}
        return kinds == {Kind.FINANCIAL}


class Ask(Identified):
    """One thing a project seeks, of one kind; different companies can take different asks."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="asks", verbose_name="projet")
    kind = models.CharField("forme", max_length=20, choices=Kind)
    amount = models.DecimalField("montant (€)", max_digits=12, decimal_places=2, null=True, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name="compétences")
    days = models.PositiveSmallIntegerField("jours", null=True, blank=True)
    goods = models.CharField("biens recherchés", max_length=250, blank=True)
    volunteers = models.PositiveSmallIntegerField("bénévoles", null=True, blank=True)
    question = models.TextField("question à co-construire", blank=True)

    class Meta:
        verbose_name = "demande"
        ordering = ("kind", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=Kind.FINANCIAL) | Q(amount__isnull=False, amount__gt=0),
                name="ask_money_says_how_much",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.SKILLS) | Q(days__isnull=False, days__gt=0),
                name="ask_skills_says_days",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.IN_KIND) | ~Q(goods=""),
                name="ask_goods_says_which",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.VOLUNTEERING) | Q(volunteers__isnull=False, volunteers__gt=0),
                name="ask_volunteers_says_how_many",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.CO_CONSTRUCTION) | ~Q(question=""),
                name="ask_co_construction_says_question",
            ),
            models.CheckConstraint(
                condition=(Q(kind=Kind.FINANCIAL) | Q(amount__isnull=True))
                & (Q(kind=Kind.SKILLS) | Q(days__isnull=True))
                & (Q(kind=Kind.IN_KIND) | Q(goods=""))
                & (Q(kind=Kind.VOLUNTEERING) | Q(volunteers__isnull=True))
                & (Q(kind=Kind.CO_CONSTRUCTION) | Q(question="")),
                name="ask_says_nothing_of_other_kinds",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="ask_kind_known"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
