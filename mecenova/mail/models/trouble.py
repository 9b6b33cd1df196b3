"""Addresses that no longer receive, and what providers have told of them."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.identifiers.emails import AddressField
from mecenova.identifiers.models import Identified
from mecenova.mail.enums import TroubleKind

if TYPE_CHECKING:
    from accounts.models import User


class AddressTroubleQuerySet(models.QuerySet["AddressTrouble"]):
    def open(self) -> Self:
        return self.filter(mended_at__isnull=True)

    def of(self, user: "User") -> Self:
        """About the address this person has now: one that was changed troubles nobody."""
        return self.filter(address=user.email)

    def about(self, address: str) -> Self:
        return self.filter(address=address)


class AddressTrouble(Identified):
    """An address that refused a mail for good, or whose holder complained; nothing but answers goes there."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="personne",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="address_troubles",
    )
    address = AddressField("adresse", max_length=320)
    kind = models.CharField("ennui", max_length=20, choices=TroubleKind)
    detail = models.CharField("ce qui a été dit", max_length=300, blank=True)
    at = models.DateTimeField("constaté le", default=clock.now)
    mended_at = models.DateTimeField("réglé le", null=True, blank=True)
    mended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="réglé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects: ClassVar[AddressTroubleQuerySet] = AddressTroubleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "adresse en difficulté"
        verbose_name_plural = "adresses en difficulté"
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("address"), condition=Q(mended_at__isnull=True), name="one_open_trouble_per_address"
            ),
            models.CheckConstraint(condition=Q(kind__in=TroubleKind.values), name="trouble_kind_known"),
            models.CheckConstraint(
                condition=Q(mended_at__isnull=False) | Q(mended_by__isnull=True),
                name="trouble_mended_by_has_its_date",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    def get_absolute_url(self) -> str:
        return f"{reverse('mail:failed')}#adresse-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.mended_at is None


class ProviderNews(models.Model):
    """What a provider has already told about an address: told again, it changes nothing."""

    key = models.CharField("clé", max_length=100, unique=True, editable=False)
    received_at = models.DateTimeField("reçu le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "nouvelle d’un prestataire"
        verbose_name_plural = "nouvelles des prestataires"

    def __str__(self) -> str:
        return self.key
