"""Absences of people and organisations, which stop their clocks."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.ui.figures import short_date


def days_away(first: date, last: date) -> str:
    """Both included, as people say them."""
    return f"le {short_date(first)}" if first == last else f"du {short_date(first)} au {short_date(last)}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def of(self, organisation_id: uuid.UUID | None, user_id: uuid.UUID | None) -> Self:
        return self.of_any(filter(None, [organisation_id]), filter(None, [user_id]))

    def of_any(self, organisations: Iterable[uuid.UUID], people: Iterable[uuid.UUID]) -> Self:
        return self.filter(Q(organisation_id__in=set(organisations)) | Q(user_id__in=set(people)))

    def said(self) -> Self:
        """Those that somebody has noted, not those that follow from the absences of all its members."""
        return self.filter(of_members=False)

    def on(self, day: date) -> Self:
        """Those that have begun that day and are not over."""
        return self.filter(first_day__lte=day, last_day__gte=day)

    def from_day(self, day: date) -> Self:
        """Those that are not over before this day."""
        return self.filter(last_day__gte=day)


class Absence(Identified):
    """A person or an organisation away, both days included: what they owe waits for their return."""

    organisation_id = models.UUIDField("organisme", null=True, blank=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="personne",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="absences",
    )
    first_day = models.DateField("du")
    last_day = models.DateField("au")
    of_members = models.BooleanField(
        "tous ses membres sont absents",
        default=False,
        db_default=False,
        help_text="Déduite des absences de chacun, et comptée de nouveau avec elles.",
    )

    objects: ClassVar[AbsenceQuerySet] = AbsenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "absence"
        verbose_name_plural = "absences"
        ordering = ["first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation_id__isnull=True, user__isnull=False)
                | Q(organisation_id__isnull=False, user__isnull=True),
                name="absence_of_one",
                violation_error_message="Indiquez soit un organisme, soit une personne.",
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="absence_in_order",
                violation_error_message="Le dernier jour vient après le premier.",
            ),
            models.CheckConstraint(
                condition=Q(of_members=False) | Q(organisation_id__isnull=False),
                name="absence_of_members_is_an_organisation_s",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} - {self.last_day}"

    @property
    def in_words(self) -> str:
        return days_away(self.first_day, self.last_day).capitalize()

    @property
    def is_past(self) -> bool:
        return self.last_day < clock.today()

    @property
    def has_begun(self) -> bool:
        return self.first_day <= clock.today()

    @property
    def state(self) -> str:
        if self.is_past:
            return "passée"
        return "en cours" if self.has_begun else "à venir"
