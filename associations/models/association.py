from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from accounts.enums import LISTED_STATUSES, OrganisationStatus
from accounts.models import Organisation
from associations.enums import GeneralInterest, Registry, Size, Stance
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Sector, Skill, Territory
from mecenova.search.functions import FrenchVector


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


class Association(Identified):
    """What a non-profit organisation says of itself. Its office and state are its Organisation's."""

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
                condition=Q(stance=Stance.PAUSED, paused_until__isnull=False)
                | (~Q(stance=Stance.PAUSED) & Q(paused_until__isnull=True)),
                name="association_paused_has_date",
            ),
            models.CheckConstraint(
                condition=Q(yearly_budget__isnull=True) | Q(yearly_budget__gte=0),
                name="association_budget_not_negative",
            ),
        ]
        indexes = [GinIndex(fields=("search",), name="association_search")]

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def is_paused(self) -> bool:
        """In pause today; a pause whose last day is past is over."""
        return (
            self.stance == Stance.PAUSED
            and self.paused_until is not None
            and self.paused_until >= clock.today()
        )
