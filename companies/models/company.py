from typing import Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.enums import LISTED_STATUSES, OrganisationStatus
from accounts.models import Organisation
from companies.enums import GiverKind
from companies.models.reach import meeting
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Sector, Territory
from mecenova.search.functions import FrenchSearchQuery, FrenchVector

DEFAULT_MONTHLY_CAPACITY = 3
# Beyond, nobody really reads.
LARGEST_MONTHLY_CAPACITY = 500


class CompanyQuerySet(models.QuerySet["Company"]):
    def listed(self) -> Self:
        """Those a visitor may see in the directory."""
        return self.filter(organisation__status__in=LISTED_STATUSES)

    def checked(self) -> Self:
        return self.filter(organisation__status=OrganisationStatus.CHECKED)

    def with_an_open_door(self) -> Self:
        """Checked, and looking at associations: those that one may write to today."""
        return self.checked().filter(policy__monthly_capacity__gt=0)

    def with_details(self) -> Self:
        """All that a list shows of each company, in as many queries for one as for a thousand."""
        return (
            self.select_related("organisation__department", "sector", "policy")
            .prefetch_related("policy__causes", "policy__territories")
            .annotate(current_needs=_current_needs())
        )

    def for_step(self) -> Self:
        """Each with what its next step follows from."""
        needs = apps.get_model("companies", "Need").objects.published().not_past()
        return self.select_related("policy").annotate(
            lacks_nothing=ExpressionWrapper(_lacks_nothing(), models.BooleanField()),
            has_current_need=Exists(needs.filter(company=OuterRef("pk"))),
        )

    def of(self, user: models.Model) -> Self:
        """Those this person answers for, whatever their state, except those that left."""
        mine = self.filter(organisation__memberships__user=user)
        return mine.exclude(organisation__status=OrganisationStatus.LEFT).order_by(
            "organisation__name_key", "pk"
        )

    def saying(self, words: str) -> Self:
        """Whose name or presentation holds these words in any inflection."""
        query = FrenchSearchQuery(words)
        return self.filter(Q(search=query) | Q(organisation__search=query))

    def about_cause(self, *causes: Cause) -> Self:
        linked = Policy.causes.through.objects.filter(cause__in=causes)
        return self.filter(pk__in=linked.values("policy"))

    def practising(self, *kinds: str) -> Self:
        return self.filter(policy__kinds__overlap=kinds)

    def around(self, *territories: Territory) -> Self:
        """That act there, in a part of it, or in a wider place that holds it."""
        linked = Policy.territories.through.objects.filter(meeting(*territories))
        return self.filter(pk__in=linked.values("policy"))

    def by_name(self) -> Self:
        return self.order_by("organisation__name_key", "id")


def _lacks_nothing() -> Q:
    """The condition on companies: `readiness.missing_from_policy` finds nothing."""
    causes, territories = (
        Exists(linked.objects.filter(policy__company=OuterRef("pk")))
        for linked in (Policy.causes.through, Policy.territories.through)
    )
    return Q(causes) & Q(territories) & Q(policy__kinds__len__gt=0, policy__monthly_capacity__gt=0)


def _current_needs() -> Coalesce:
    """How many needs of the company can be answered today."""
    needs = apps.get_model("companies", "Need").objects.answerable().filter(company=OuterRef("pk"))
    counted = needs.order_by().values("company").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


class Company(Identified):
    """A company or company foundation. Its office and state are its Organisation's."""

    # Only where it was read `for_step`.
    lacks_nothing: bool
    has_current_need: bool

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="company", verbose_name="organisme"
    )
    giver = models.CharField("nature", max_length=20, choices=GiverKind, default=GiverKind.COMPANY)
    sector = models.ForeignKey(
        Sector,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="secteur",
    )
    siren = models.CharField("numéro SIREN", max_length=9, blank=True)
    in_network = models.BooleanField("membre du réseau IMS", default=False)
    presentation = models.TextField("présentation", blank=True)
    changed_at = models.DateTimeField("modifiée le", default=clock.now, editable=False)
    search = models.GeneratedField(
        expression=FrenchVector("presentation"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = "entreprise"
        constraints = [
            models.UniqueConstraint(fields=("siren",), condition=~Q(siren=""), name="company_siren_once"),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"), name="company_siren_well_formed"
            ),
            models.CheckConstraint(condition=Q(giver__in=GiverKind.values), name="company_giver_known"),
        ]
        indexes = [GinIndex(fields=("search",), name="company_search")]

    def __str__(self) -> str:
        return self.organisation.name

    def get_absolute_url(self) -> str:
        return reverse("companies:detail", args=[self.pk])

    @property
    def new_need_url(self) -> str:
        return f"{reverse('companies:need_create')}?entreprise={self.pk}"

    @property
    def state_in_words(self) -> str:
        """What a reader should know before reading on; nothing for a company like the others."""
        return "Pas encore inscrite" if self.organisation.is_unclaimed else ""

    @property
    def has_policy(self) -> bool:
        return hasattr(self, "policy")


class Policy(models.Model):
    """What a company supports, where, how, and how much attention it gives a month.

    An empty list of causes or kinds is "non renseigné", never "everything". `monthly_capacity` is the
    number of associations the team can look at in a calendar month; 0 closes the door.
    """

    company = models.OneToOneField(Company, models.CASCADE, primary_key=True, related_name="policy")
    causes = models.ManyToManyField(Cause, blank=True, related_name="+")
    kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind),
        default=list,
        blank=True,
        verbose_name="formes",
    )
    territories = models.ManyToManyField(Territory, blank=True, related_name="+", verbose_name="territoires")
    excluded_causes = models.ManyToManyField(
        Cause, blank=True, related_name="+", verbose_name="causes exclues"
    )
    ticket_min = models.DecimalField(
        "soutien minimal (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    ticket_max = models.DecimalField(
        "soutien maximal (€)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    general_interest_only = models.BooleanField("seulement des organismes d’intérêt général", default=False)
    monthly_capacity = models.PositiveSmallIntegerField(
        "associations étudiées par mois",
        default=DEFAULT_MONTHLY_CAPACITY,
        validators=[MaxValueValidator(LARGEST_MONTHLY_CAPACITY)],
    )

    class Meta:
        verbose_name = "politique"
        constraints = [
            models.CheckConstraint(condition=Q(kinds__contained_by=Kind.values), name="policy_kinds_known"),
            models.CheckConstraint(
                condition=Q(ticket_min__isnull=True) | Q(ticket_min__gte=0),
                name="policy_ticket_min_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(ticket_max__isnull=True) | Q(ticket_max__gte=0),
                name="policy_ticket_max_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(ticket_min__isnull=True)
                | Q(ticket_max__isnull=True)
                | Q(ticket_max__gte=F("ticket_min")),
                name="policy_ticket_max_not_below_min",
            ),
            models.CheckConstraint(
                condition=Q(monthly_capacity__lte=LARGEST_MONTHLY_CAPACITY), name="policy_capacity_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"Politique de {self.company_id}"

    @property
    def kind_labels(self) -> list[str]:
        return [str(Kind(kind).label) for kind in self.kinds]
