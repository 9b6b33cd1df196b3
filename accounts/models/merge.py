"""Records that may be one organisation, and records that were made one."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.enums import DuplicateReason, OrganisationKind, Origin
from accounts.models.organisation import KEY_LENGTH, Organisation
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified


class DuplicateQuerySet(models.QuerySet["Duplicate"]):
    def to_look_at(self) -> Self:
        """Those that nobody has told apart; the surest first."""
        return self.filter(dismissed_at__isnull=True).order_by("-likeness", "found_at", "id")

    def told_apart(self) -> Self:
        return self.filter(dismissed_at__isnull=False)

    def with_records(self) -> Self:
        return self.select_related("first__department", "second__department")

    def about(self, organisation: Organisation) -> Self:
        return self.filter(Q(first=organisation) | Q(second=organisation))

    def brought_since(self, moment: datetime) -> Self:
        """One of the two at least was entered by a file since then."""
        first = Q(first__origin=Origin.IMPORT, first__created_at__gte=moment)
        return self.filter(first | Q(second__origin=Origin.IMPORT, second__created_at__gte=moment))


class Duplicate(Identified):
    """Two records that look like one organisation. Told apart by a person, they are never proposed again."""

    first = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name="une fiche")
    second = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name="l’autre")
    reason = models.CharField("raison", max_length=20, choices=DuplicateReason)
    likeness = models.PositiveSmallIntegerField("ressemblance")
    found_at = models.DateTimeField("trouvé le", default=clock.now, editable=False)
    dismissed_at = models.DateTimeField("distinguées le", null=True, blank=True, editable=False)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="distinguées par",
    )

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = "doublon possible"
        verbose_name_plural = "doublons possibles"
        constraints = [
            models.UniqueConstraint(fields=("first", "second"), name="duplicate_once_per_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_in_order"),
            models.CheckConstraint(condition=Q(likeness__lte=100), name="duplicate_likeness_bounded"),
            models.CheckConstraint(
                condition=Q(reason__in=DuplicateReason.values), name="duplicate_reason_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=("-likeness",), condition=Q(dismissed_at__isnull=True), name="duplicate_to_look_at"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} · {self.second_id}"


class MergeQuerySet(models.QuerySet["Merge"]):
    def kept_instead_of(self, pk: uuid.UUID) -> Organisation | None:
        """The record that stands for this former one, named by its own key or by its profile's."""
        found = self.filter(Q(gone_id=pk) | Q(gone_profile_id=pk)).select_related("kept").first()
        return found.kept if found else None


class Merge(Identified):
    """One record was made part of another: who did it, when, and all that the one that is gone said."""

    kept = models.ForeignKey(Organisation, models.PROTECT, related_name="merges", verbose_name="fiche gardée")
    gone_id = models.UUIDField("ancienne fiche", unique=True)
    gone_profile_id = models.UUIDField("ancien profil", null=True, blank=True, db_index=True)
    gone_kind = models.CharField("type", max_length=20, choices=OrganisationKind)
    gone_name = models.CharField("ancien nom", max_length=250)
    gone_name_key = models.CharField(max_length=KEY_LENGTH, editable=False)
    gone_postal_code = models.CharField("ancien code postal", max_length=5, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    at = models.DateTimeField("le", default=clock.now, editable=False)
    snapshot = models.JSONField("ce qui a été gardé et laissé", default=dict)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = "fusion"
        ordering = ("-at", "id")
        indexes = [models.Index(fields=("gone_name_key",), name="merge_by_former_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(gone_kind__in=OrganisationKind.values), name="merge_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"
