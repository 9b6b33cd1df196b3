from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.enums import ClaimStatus
from accounts.models.organisation import Organisation
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified


class ClaimQuerySet(models.QuerySet["Claim"]):
    def waiting(self) -> Self:
        """Those that staff must decide."""
        return self.filter(status=ClaimStatus.WAITING)

    def of(self, user: models.Model) -> Self:
        return self.filter(user=user)


class Claim(Identified):
    """A person says that an existing record is their organisation; staff decide, never first come."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="claims", verbose_name="organisme"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims", verbose_name="personne"
    )
    message = models.TextField("fonction et preuve", max_length=1000)
    status = models.CharField("état", max_length=20, choices=ClaimStatus, default=ClaimStatus.WAITING)
    created_at = models.DateTimeField("demandée le", default=clock.now, editable=False)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True, editable=False)
    answer = models.TextField("réponse", blank=True, max_length=1000)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "revendication"
        ordering = ("created_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("organisation", "user"),
                condition=Q(status=ClaimStatus.WAITING),
                name="claim_waits_once_per_person",
            ),
            models.CheckConstraint(
                condition=Q(status=ClaimStatus.WAITING, decided_at__isnull=True)
                | (~Q(status=ClaimStatus.WAITING) & Q(decided_at__isnull=False)),
                name="claim_decided_has_date",
            ),
            models.CheckConstraint(condition=Q(status__in=ClaimStatus.values), name="claim_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.organisation_id}"

    @property
    def is_waiting(self) -> bool:
        return self.status == ClaimStatus.WAITING

    @property
    def is_refused(self) -> bool:
        return self.status == ClaimStatus.REFUSED
