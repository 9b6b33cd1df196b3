"""What a runner has in hand, written before it begins."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from mecenova.calendar import clock
from mecenova.identifiers.models import Identified


class Attempt(Identified):
    """A handful of follow-ups that a runner is deciding on.

    It goes away with what becomes of them, in the same transaction. One that stays, and that nobody holds,
    is of a process that died.
    """

    follow_ups = ArrayField(models.UUIDField(), verbose_name="relances")
    begun_at = models.DateTimeField("commencé le", default=clock.now)

    class Meta:
        verbose_name = "essai en cours"
        verbose_name_plural = "essais en cours"
        ordering = ["begun_at", "id"]

    def __str__(self) -> str:
        return f"{len(self.follow_ups)} · {self.begun_at:%Y-%m-%d %H:%M}"
