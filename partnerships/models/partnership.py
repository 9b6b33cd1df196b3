from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Organisation
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from partnerships.enums import PartnershipStatus, PartyRole
from partnerships.models.introduction import Introduction


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def active(self) -> Self:
        return self.filter(status=PartnershipStatus.DISCUSSION)

    def involving(self, organisation: Organisation) -> Self:
        return self.filter(parties__organisation=organisation)


class Partnership(Identified):
    """Two or more parties doing something together, of one kind. `status` moves by workflow.PARTNERSHIP."""

    kind = models.CharField("forme", max_length=20, choices=Kind)
    title = models.CharField("titre", max_length=200)
    introduction = models.OneToOneField(
        Introduction, models.PROTECT, null=True, blank=True, related_name="partnership"
    )
    status = models.CharField(
        "état",
        max_length=20,
        choices=PartnershipStatus,
        default=PartnershipStatus.DISCUSSION,
    )
    opened_at = models.DateTimeField("ouvert le", default=clock.now, editable=False)
    abandoned_at = models.DateTimeField("abandonné le", null=True, blank=True, editable=False)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = "partenariat"
        ordering = ("-opened_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(status=PartnershipStatus.ABANDONED, abandoned_at__isnull=False)
                | (~Q(status=PartnershipStatus.ABANDONED) & Q(abandoned_at__isnull=True)),
                name="partnership_abandoned_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PartnershipStatus.values), name="partnership_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_active(self) -> bool:
        return self.status == PartnershipStatus.DISCUSSION

    @property
    def heading(self) -> str:
        return self.title

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return "good" if self.is_active else "neutral"

    def get_absolute_url(self) -> str:
        return reverse("partnerships:partnership", args=[self.pk])


class Party(models.Model):
    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="partnership_parties")
    role = models.CharField("rôle", max_length=20, choices=PartyRole)

    class Meta:
        verbose_name = "partie"
        constraints = [
            models.UniqueConstraint(
                fields=("partnership", "organisation"),
                name="party_once_per_partnership",
            )
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id} · {self.organisation_id}"
