import re
from typing import Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import CombinedSearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.urls import reverse

from accounts.enums import LISTED_STATUSES, OrganisationStatus
from accounts.models import Organisation
from associations.enums import GeneralInterest, Registry, Size, Stance
from associations.models.complete import complete
from mecenova.calendar import clock
from mecenova.identifiers.keys import key_in
from mecenova.identifiers.models import Identified
from mecenova.identifiers.names import fold
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Sector, Skill, Territory
from mecenova.reference.territories import ancestors
from mecenova.search.functions import FrenchSearchQuery, FrenchVector
from mecenova.team import is_staff

# Quotes and minus signs say something to the full text search: the piece of name would contradict them.
_OPERATOR = re.compile(r"\"|(?:^|\s)-")


class AssociationQuerySet(models.QuerySet["Association"]):
    def listed(self) -> Self:
        """Those a visitor may see in the directory."""
        return self.filter(organisation__status__in=LISTED_STATUSES)

    def checked(self) -> Self:
        return self.filter(organisation__status=OrganisationStatus.CHECKED)

    def open_to_companies(self) -> Self:
        """Checked, and neither an expert only nor paused today: those that may be presented."""
        today = clock.today()
        return self.checked().filter(Q(stance=Stance.OPEN) | Q(stance=Stance.PAUSED, paused_until__lt=today))

    def complete(self) -> Self:
        """Those whose profile lacks nothing."""
        return self.filter(complete(self.model))

    def incomplete(self) -> Self:
        return self.filter(~complete(self.model))

    def of(self, user: models.Model) -> Self:
        """Those this person acts for, whatever their state, except those that left; by name."""
        mine = self.filter(organisation__memberships__user=user)
        return mine.exclude(organisation__status=OrganisationStatus.LEFT).by_name()

    def read_by(self, user: models.Model, key: str) -> Self:
        """Those whose own pages this person reads: their own; the team, the one it names, unless it left."""
        if key and is_staff(user):
            return self.named_by(key).exclude(organisation__status=OrganisationStatus.LEFT)
        return self.of(user)

    def named_by(self, key: str) -> Self:
        """The one of this key; all of them when no key is given; none when it is not a key."""
        if not key:
            return self
        pk = key_in(key)
        return self.filter(pk=pk) if pk else self.none()

    def saying(self, words: str) -> Self:
        """Those whose name and mission hold these words, or whose name holds this piece of text."""
        piece = fold(words)
        if not piece:
            return self
        found = Q(words=FrenchSearchQuery(words))
        if not _OPERATOR.search(words):
            found |= Q(organisation__name_key__contains=piece)
        both = CombinedSearchVector(F("organisation__search"), "||", F("search"), None)
        return self.alias(words=both).filter(found)

    def for_cause(self, cause: Cause) -> Self:
        return self.filter(causes=cause)

    def for_audience(self, audience: Audience) -> Self:
        return self.filter(audiences=audience)

    def acting_in(self, territory: Territory) -> Self:
        """Those that say they act there, around it or within it; those that say nothing, by their office."""
        wider = Q(code__in=ancestors(territory.code))
        around = Territory.objects.filter(wider | Q(pk__in=Territory.objects.within(territory).values("pk")))
        acting = self.model.territories.through.objects.filter(association=OuterRef("pk"))
        settled = ~Exists(acting) & Q(organisation__department__in=around)
        return self.filter(Exists(acting.filter(territory__in=around)) | settled)

    def by_name(self) -> Self:
        return self.order_by("organisation__name_key", "pk")

    def for_list(self) -> Self:
        """With all that a line of the directory shows."""
        return self.select_related("organisation__department").prefetch_related("causes", "territories")

    def for_page(self) -> Self:
        """With all that its page shows."""
        return self.select_related("organisation__department").prefetch_related(
            "causes", "audiences", "territories", "expertise", "refused_sectors"
        )

    def for_step(self) -> Self:
        """Each with what its next step follows from."""
        projects = apps.get_model("associations", "Project").objects.published()
        return self.annotate(
            lacks_nothing=ExpressionWrapper(complete(self.model), models.BooleanField()),
            has_published=Exists(projects.filter(association=OuterRef("pk"))),
        )

    def for_readiness(self) -> Self:
        """With all that completeness looks at."""
        return self.select_related("organisation").prefetch_related(
            "causes", "audiences", "territories", "expertise"
        )


class Association(Identified):
    """What a non-profit organisation says of itself. Its office and state are its Organisation's."""

    # Only where it was read `for_step`.
    lacks_nothing: bool
    has_published: bool

    organisation = models.OneToOneField(
        Organisation,
        models.CASCADE,
        related_name="association",
        verbose_name="organisme",
    )
    purpose = models.TextField("mission", blank=True)
    registry = models.CharField("immatriculation", max_length=20, choices=Registry, blank=True)
    rna = models.CharField("numéro RNA", max_length=10, blank=True)
    siren = models.CharField("numéro SIREN", max_length=9, blank=True)
    court_entry = models.CharField("tribunal, volume et folio", max_length=120, blank=True)
    causes = models.ManyToManyField(Cause, blank=True, related_name="+")
    audiences = models.ManyToManyField(Audience, blank=True, related_name="+", verbose_name="publics")
    territories = models.ManyToManyField(
        Territory, blank=True, related_name="+", verbose_name="territoires d’action"
    )
    size = models.CharField("taille", max_length=20, choices=Size, blank=True)
    yearly_budget = models.DecimalField(
        "budget annuel", max_digits=12, decimal_places=2, null=True, blank=True
    )
    stance = models.CharField("position", max_length=20, choices=Stance, default=Stance.OPEN)
    paused_until = models.DateField("en pause jusqu’au", null=True, blank=True)
    general_interest = models.CharField("intérêt général", max_length=20, choices=GeneralInterest, blank=True)
    refused_kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind),
        default=list,
        blank=True,
        verbose_name="formes refusées",
    )
    refused_sectors = models.ManyToManyField(
        Sector, blank=True, related_name="+", verbose_name="secteurs refusés"
    )
    expertise = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name="expertise offerte")
    shows_learning = models.BooleanField(
        "les entreprises voient les étapes faites", default=False, db_default=False
    )
    changed_at = models.DateTimeField("modifiée le", default=clock.now, editable=False)
    search = models.GeneratedField(
        expression=FrenchVector("purpose"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects = AssociationQuerySet.as_manager()

    class Meta:
        verbose_name = "association"
        constraints = [
            models.UniqueConstraint(fields=("rna",), condition=~Q(rna=""), name="association_rna_once"),
            models.UniqueConstraint(fields=("siren",), condition=~Q(siren=""), name="association_siren_once"),
            models.CheckConstraint(
                condition=Q(refused_kinds__contained_by=Kind.values), name="association_refused_kinds_known"
            ),
            models.CheckConstraint(
                condition=Q(stance=Stance.PAUSED, paused_until__isnull=False)
                | (~Q(stance=Stance.PAUSED) & Q(paused_until__isnull=True)),
                name="association_paused_has_date",
            ),
            models.CheckConstraint(
                condition=Q(yearly_budget__isnull=True) | Q(yearly_budget__gte=0),
                name="association_budget_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(rna="") | Q(rna__regex=r"^W[0-9A-Z]{9}$"), name="association_rna_well_formed"
            ),
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"), name="association_siren_well_formed"
            ),
            # The court's register excludes the national one; a SIREN may stand beside either.
            models.CheckConstraint(
                condition=Q(registry=Registry.ALSACE_MOSELLE, rna="")
                | (~Q(registry=Registry.ALSACE_MOSELLE) & Q(court_entry="")),
                name="association_number_of_its_registry",
            ),
            models.CheckConstraint(
                condition=Q(registry__in=["", *Registry.values]), name="association_registry_known"
            ),
            models.CheckConstraint(condition=Q(size__in=["", *Size.values]), name="association_size_known"),
            models.CheckConstraint(condition=Q(stance__in=Stance.values), name="association_stance_known"),
            models.CheckConstraint(
                condition=Q(general_interest__in=["", *GeneralInterest.values]),
                name="association_general_interest_known",
            ),
        ]
        indexes = [GinIndex(fields=("search",), name="association_search")]

    def __str__(self) -> str:
        return self.organisation.name

    def get_absolute_url(self) -> str:
        return reverse("associations:detail", args=[self.pk])

    @property
    def new_project_url(self) -> str:
        return f"{reverse('associations:project_create')}?association={self.pk}"

    def refused_kind_labels(self) -> list[str]:
        return [Kind(kind).label for kind in self.refused_kinds]

    def office_in_words(self) -> str:
        """« Lille (Nord) », « Paris » once, or what is known of it."""
        town, department = self.organisation.town, self.organisation.department
        place = department.name if department else ""
        return f"{town} ({place})" if town and place and town != place else town or place

    def registry_in_words(self) -> str:
        """The number, and its register when it is another than the national one of associations."""
        if self.registry == Registry.ALSACE_MOSELLE:
            return f"Registre d’Alsace-Moselle {self.court_entry}".strip()
        known = (("RNA", self.rna), ("SIREN", self.siren))
        return ", ".join(f"{register} {number}" for register, number in known if number)

    def state_in_words(self) -> str:
        """What a visitor should know before contacting it; nothing for an association open as usual."""
        if self.organisation.is_unclaimed:
            return "pas encore inscrite"
        if self.is_expert_only:
            return "experte seulement"
        return "en pause" if self.is_paused else ""

    @property
    def is_expert_only(self) -> bool:
        return self.stance == Stance.EXPERT_ONLY

    @property
    def is_open_to_companies(self) -> bool:
        return self.organisation.is_checked and self.wishes_mail

    @property
    def wishes_mail(self) -> bool:
        """Neither an expert only nor in pause today: it may be reminded of what it has begun."""
        return self.stance != Stance.EXPERT_ONLY and not self.is_paused

    @property
    def is_paused(self) -> bool:
        """In pause today; a pause whose last day is past is over."""
        return (
            self.stance == Stance.PAUSED
            and self.paused_until is not None
            and self.paused_until >= clock.today()
        )
