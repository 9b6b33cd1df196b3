"""The delays that staff have changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from mecenova.calendar import clock

# When, of which day of the table, how many days.
Decision = tuple[datetime, int, int]


class RuleDelayQuerySet(models.QuerySet["RuleDelay"]):
    def decided(self, rules: Iterable[str]) -> dict[str, list[Decision]]:
        """For each rule, all that staff decided, the newest last."""
        found: dict[str, list[Decision]] = {rule: [] for rule in rules}
        rows = self.filter(rule__in=found).order_by("set_at", "id")
        for rule, *decision in rows.values_list("rule", "set_at", "occurrence", "days"):
            found[rule].append(tuple(decision))
        return found

    def in_force(self, rules: Iterable[str]) -> dict[str, dict[int, int]]:
        """For each rule, the days counted for each occurrence that staff decided; the newest applies."""
        decided = self.decided(rules)
        return {rule: {day: days for _, day, days in decided[rule]} for rule in decided}


class RuleDelay(models.Model):
    """A delay decided by staff. Rows are added, never changed: the newest applies to what begins later."""

    rule = models.CharField("règle", max_length=120)
    occurrence = models.PositiveIntegerField("jour prévu par la règle")
    days = models.PositiveSmallIntegerField(
        "délai en jours", help_text="Jours ouvrés jusqu’à 30, jours calendaires à partir de 45."
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="décidé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    set_at = models.DateTimeField("décidé le", default=clock.now, editable=False)

    objects: ClassVar[RuleDelayQuerySet] = RuleDelayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "délai modifié"
        verbose_name_plural = "délais modifiés"
        ordering = ["rule", "occurrence", "-set_at", "-id"]
        indexes = [models.Index(fields=["rule", "occurrence", "-set_at"], name="delay_of_rule")]
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gt=0),
                name="delay_is_positive",
                violation_error_message="Un délai compte au moins un jour.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.occurrence} -> {self.days}"
