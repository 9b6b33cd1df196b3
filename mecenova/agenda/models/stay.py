"""Who entered a basket of the team, who left it, when and why."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q

from mecenova.calendar import clock
from mecenova.identifiers.models import Identified


class StayQuerySet(models.QuerySet["Stay"]):
    def of(self, basket: str) -> Self:
        return self.filter(basket=basket)

    def open(self) -> Self:
        """Those who are in a basket now."""
        return self.filter(left_at__isnull=True)

    def untold(self) -> Self:
        """Gone from their basket for a reason that could not be read: open until it can."""
        return self.open().exclude(why="")

    def moved_since(self, moment: datetime) -> Self:
        """Those who have entered or left since then."""
        return self.filter(Q(entered_at__gte=moment) | Q(left_at__gte=moment))


class Stay(Identified):
    """One stay of one subject in one basket. `why` is said when it leaves, or that it cannot be yet."""

    basket = models.SlugField("panier", max_length=60)
    subject_type = models.ForeignKey(
        ContentType, verbose_name="type d’objet", on_delete=models.PROTECT, related_name="+"
    )
    subject_id = models.UUIDField("identifiant de l’objet")
    subject = GenericForeignKey("subject_type", "subject_id")
    entered_at = models.DateTimeField("entré le", default=clock.now)
    left_at = models.DateTimeField("sorti le", null=True, blank=True)
    why = models.CharField("pourquoi", max_length=300, blank=True)

    objects: ClassVar[StayQuerySet] = StayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "passage dans un panier"
        verbose_name_plural = "passages dans les paniers"
        ordering = ["-entered_at", "id"]
        # What moved in a week, in all baskets, is read from the first two as well: PostgreSQL skips from one
        # basket to the next (3 ms among a million stays).
        indexes = [
            models.Index(fields=["basket", "-entered_at"], name="stay_by_entry"),
            models.Index(fields=["basket", "-left_at"], name="stay_by_exit"),
            models.Index(fields=["subject_type", "subject_id"], name="stay_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["basket", "subject_type", "subject_id"],
                condition=Q(left_at__isnull=True),
                name="one_open_stay_per_basket",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")), name="stay_in_order"
            ),
            models.CheckConstraint(condition=~Q(basket=""), name="stay_names_its_basket"),
        ]

    def __str__(self) -> str:
        return f"{self.basket} {self.subject_id}"
