from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from matching.models.suggestions import Round


class RoundBatch(models.Model):
    """Needs of a large round that one worker ranks, and then the best pairs it found, until the round ends.

    Ranked again, it says the same: a worker that dies leaves its batch to the next one.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="batches", verbose_name="tour")
    number = models.PositiveIntegerField("rang")
    needs = ArrayField(models.UUIDField(), verbose_name="besoins")
    # Packed: `matching.kernel.Pairs`.
    pairs = models.BinaryField("paires", null=True)
    compatible = models.PositiveIntegerField("paires compatibles", default=0)
    ranked_at = models.DateTimeField("classé le", null=True)

    class Meta:
        verbose_name = "partie de tour"
        verbose_name_plural = "parties de tour"
        constraints = [
            models.UniqueConstraint(fields=("round", "number"), name="round_batch_once"),
            models.CheckConstraint(
                condition=Q(pairs__isnull=True, ranked_at__isnull=True)
                | Q(pairs__isnull=False, ranked_at__isnull=False),
                name="round_batch_ranked_has_its_pairs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} · {self.number}"
