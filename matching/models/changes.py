from django.db import models
from django.db.models import Q

from matching.enums import ChangedKind
from mecenova.calendar import clock


class ChangedSubject(models.Model):
    """What the next small round has to look at again. Written with the change, drained with SKIP LOCKED.

    The same subject may stand here twice: a round in progress must never make a person's change wait.
    """

    kind = models.CharField("type", max_length=20, choices=ChangedKind)
    subject_id = models.UUIDField("sujet")
    at = models.DateTimeField("le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "changement à rapprocher"
        verbose_name_plural = "changements à rapprocher"
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangedKind.values), name="changed_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
