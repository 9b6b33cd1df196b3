"""What each nightly check of the first promise found."""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from mecenova.calendar import clock
from mecenova.identifiers.models import Identified

# One a night, and a morning to see that it is missing.
LONGEST_WITHOUT_A_CHECK = timedelta(hours=26)


class SilenceCheckQuerySet(models.QuerySet["SilenceCheck"]):
    def latest_count(self) -> int | None:
        """How many subjects the last check found without a next step; None before the first check."""
        return self.order_by("-at").values_list("violations", flat=True).first()

    def is_missing(self) -> bool:
        """The site is checked each night, and the last check could not be done whole."""
        since = clock.now() - LONGEST_WITHOUT_A_CHECK
        return self.exists() and not self.filter(at__gte=since).exists()


class SilenceCheck(Identified):
    """One night's answer: how many living subjects, and how many of them had no next step."""

    at = models.DateTimeField("vérifié le", default=clock.now, editable=False, db_index=True)
    subjects = models.PositiveIntegerField("dossiers suivis")
    violations = models.PositiveIntegerField("sans prochaine étape")
    orphans = models.PositiveIntegerField("relances sans objet closes", default=0)
    restarted = models.PositiveIntegerField("relances perdues, reprises", default=0, db_default=0)

    objects: ClassVar[SilenceCheckQuerySet] = SilenceCheckQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "vérification du silence"
        verbose_name_plural = "vérifications du silence"
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(violations__lte=models.F("subjects")), name="violations_among_subjects"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.violations}/{self.subjects}"
