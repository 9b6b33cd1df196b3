from datetime import timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.enums import OrganisationKind, OrganisationStatus
from companies.enums import NeedStatus, Place, WhoseTime
from companies.models.company import Company
from companies.models.reach import meeting
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Skill, Territory
from mecenova.search.functions import FrenchSearchQuery, FrenchVector


class NeedQuerySet(models.QuerySet["Need"]):
    def published(self) -> Self:
        return self.filter(status=NeedStatus.PUBLISHED)

    def visible(self) -> Self:
        """Published by a checked company: what everybody may read."""
        return self.published().filter(company__organisation__status=OrganisationStatus.CHECKED)

    def not_past(self) -> Self:
        """Without a deadline, or whose deadline is today or later."""
        return self.filter(Q(deadline__isnull=True) | Q(deadline__gte=clock.today()))

    def current(self) -> Self:
        """Visible and not past its deadline."""
        return self.visible().not_past()

    def answerable(self) -> Self:
        """Current, of a company whose door is open: those that an association may answer today."""
        return self.current().exclude(company__policy__monthly_capacity=0)

    def with_details(self) -> Self:
        """All that a list shows of each need, in as many queries for one as for a thousand."""
        return self.select_related("company__organisation").prefetch_related("causes", "territories")

    def with_time_to_answer(self, days: int) -> Self:
        """That leave at least so many days to answer."""
        return self.filter(Q(deadline__isnull=True) | Q(deadline__gte=clock.today() + timedelta(days=days)))

    def not_on_line(self) -> Self:
        """Drafts first, then what is closed or past its deadline: what only the company itself looks at."""
        current = Need.objects.filter(status=NeedStatus.PUBLISHED).not_past()
        return self.exclude(pk__in=current.values("pk")).order_by(F("closed_at").desc(nulls_first=True), "id")

    def of_company(self, company: Company) -> Self:
        return self.filter(company=company)

    def saying(self, words: str) -> Self:
        """Whose text, or whose company's name, holds these words in any inflection."""
        query = FrenchSearchQuery(words)
        return self.filter(Q(search=query) | Q(company__organisation__search=query))

    def practising(self, *kinds: str) -> Self:
        return self.filter(kind__in=kinds)

    def about_cause(self, *causes: Cause) -> Self:
        linked = Need.causes.through.objects.filter(cause__in=causes)
        return self.filter(pk__in=linked.values("need"))

    def around(self, *territories: Territory) -> Self:
        """That act there, in a part of it, or in a place that holds it: a national need is everywhere."""
        linked = Need.territories.through.objects.filter(meeting(*territories))
        return self.filter(pk__in=linked.values("need"))

    def most_pressing_first(self) -> Self:
        """By deadline; those without one come last, newest first."""
        return self.order_by(F("deadline").asc(nulls_last=True), "-published_at", "id")

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "id")


class Need(Identified):
    """What a company looks for or gives, of one kind. `status` moves by companies.workflow.NEED."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="needs", verbose_name="entreprise")
    kind = models.CharField("forme", max_length=20, choices=Kind)
    title = models.CharField("titre", max_length=150)
    description = models.TextField("description", blank=True)
    causes = models.ManyToManyField(Cause, blank=True, related_name="+")
    audiences = models.ManyToManyField(Audience, blank=True, related_name="+", verbose_name="publics")
    territories = models.ManyToManyField(Territory, blank=True, related_name="+", verbose_name="territoires")
    budget_min = models.DecimalField(
        "montant minimal (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    budget_max = models.DecimalField(
        "montant maximal (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    skills = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name="compétences")
    days = models.PositiveSmallIntegerField("jours offerts", null=True, blank=True)
    starts_on = models.DateField("du", null=True, blank=True)
    ends_on = models.DateField("au", null=True, blank=True)
    place = models.CharField("lieu", max_length=20, choices=Place, blank=True)
    goods = models.CharField("biens offerts", max_length=250, blank=True)
    volunteers = models.PositiveSmallIntegerField("salariés mobilisés", null=True, blank=True)
    whose_time = models.CharField("sur quel temps", max_length=20, choices=WhoseTime, blank=True)
    question = models.TextField("question à co-construire", blank=True)
    wished_parties = ArrayField(
        models.CharField(max_length=20, choices=OrganisationKind),
        default=list,
        blank=True,
        verbose_name="parties souhaitées",
    )
    deadline = models.DateField("date limite", null=True, blank=True)
    status = models.CharField("état", max_length=20, choices=NeedStatus, default=NeedStatus.DRAFT)
    created_at = models.DateTimeField("créé le", default=clock.now, editable=False)
    published_at = models.DateTimeField("publié le", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("clos le", null=True, blank=True, editable=False)
    search = models.GeneratedField(
        expression=FrenchVector("title", weight="A") + FrenchVector("description", weight="B"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin"
        ordering = ("-published_at", "-created_at", "id")
        constraints = [
            # What an introduction points at, with its company: both are of the same one.
            models.UniqueConstraint(fields=("id", "company"), name="need_of_one_company"),
            models.CheckConstraint(
                condition=Q(wished_parties__contained_by=OrganisationKind.values),
                name="need_wished_parties_known",
            ),
            models.CheckConstraint(
                condition=~Q(status=NeedStatus.PUBLISHED) | Q(published_at__isnull=False),
                name="need_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status=NeedStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=NeedStatus.CLOSED) & Q(closed_at__isnull=True)),
                name="need_closed_has_date",
            ),
            models.CheckConstraint(condition=Q(status__in=NeedStatus.values), name="need_status_known"),
            models.CheckConstraint(
                condition=Q(budget_min__isnull=True) | Q(budget_min__gte=0),
                name="need_budget_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(budget_max__isnull=True) | Q(budget_max__gte=0),
                name="need_budget_max_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(budget_min__isnull=True)
                | Q(budget_max__isnull=True)
                | Q(budget_max__gte=F("budget_min")),
                name="need_budget_max_not_below_min",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="need_ends_after_start",
            ),
            models.CheckConstraint(
                # Work time is mécénat de compétences (SKILLS), never volunteering.
                condition=~Q(kind=Kind.VOLUNTEERING) | ~Q(whose_time=WhoseTime.WORK),
                name="need_volunteering_is_own_time",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="need_kind_known"),
            models.CheckConstraint(
                condition=(Q(kind=Kind.FINANCIAL) | Q(budget_min__isnull=True, budget_max__isnull=True))
                & (Q(kind=Kind.IN_KIND) | Q(goods=""))
                & (Q(kind=Kind.SKILLS) | Q(days__isnull=True))
                & (Q(kind=Kind.VOLUNTEERING) | Q(volunteers__isnull=True, whose_time=""))
                & (
                    Q(kind__in=(Kind.SKILLS, Kind.VOLUNTEERING))
                    | Q(starts_on__isnull=True, ends_on__isnull=True, place="")
                )
                & (Q(kind=Kind.CO_CONSTRUCTION) | Q(question="", wished_parties=[])),
                name="need_says_nothing_of_other_kinds",
            ),
            models.CheckConstraint(condition=Q(place__in=["", *Place.values]), name="need_place_known"),
            models.CheckConstraint(
                condition=Q(whose_time__in=["", *WhoseTime.values]), name="need_whose_time_known"
            ),
        ]
        indexes = [
            GinIndex(fields=("search",), name="need_search"),
            models.Index(fields=("status", "deadline")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.status == NeedStatus.DRAFT

    @property
    def is_past(self) -> bool:
        """Its last day to answer is over."""
        return self.deadline is not None and self.deadline < clock.today()

    @property
    def takes_answers(self) -> bool:
        """Published and not past; whether its company may be seen is for `visible()`."""
        return self.status == NeedStatus.PUBLISHED and not self.is_past

    @property
    def waits_for_check(self) -> bool:
        """Published by its company, and shown to nobody before the team has checked it."""
        return self.status == NeedStatus.PUBLISHED and not self.company.organisation.is_checked

    @property
    def state(self) -> str:
        """Its state in one word, the same on every page."""
        return "Prêt" if self.waits_for_check else self.get_status_display()

    def get_absolute_url(self) -> str:
        return reverse("companies:need_detail", args=[self.pk])

    @property
    def wished_party_labels(self) -> list[str]:
        return [str(OrganisationKind(party).label) for party in self.wished_parties]
