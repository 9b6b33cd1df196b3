from django.db import models

from infotheque.models.document import Document


class DailyUse(models.Model):
    """How often a document served, day by day: counts only, nothing about whom."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="uses")
    day = models.DateField("jour")
    opened = models.PositiveIntegerField("ouvertures", default=0)
    downloaded = models.PositiveIntegerField("téléchargements", default=0)
    useful = models.PositiveIntegerField("jugé utile", default=0)
    not_useful = models.PositiveIntegerField("jugé peu utile", default=0)

    class Meta:
        verbose_name = "usage d’un document"
        verbose_name_plural = "usages des documents"
        ordering = ("-day", "document")
        constraints = [
            models.UniqueConstraint(fields=("document", "day"), name="daily_use_once_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} · {self.day}"


class UsefulMark(models.Model):
    """One answer to « useful? » on one day, so that a second click changes it instead of adding one.

    `key` is a keyed digest of the day, the document and the asking address: it cannot be turned back into
    an address, says nothing from one day or document to the next, and is erased the day after.
    """

    document = models.ForeignKey(Document, models.CASCADE, related_name="+")
    day = models.DateField("jour")
    key = models.CharField(max_length=64, editable=False)
    is_useful = models.BooleanField("utile")

    class Meta:
        verbose_name = "réponse à «\u202futile\u202f?\u202f»"
        verbose_name_plural = "réponses à «\u202futile\u202f?\u202f»"
        constraints = [
            models.UniqueConstraint(fields=("document", "day", "key"), name="useful_mark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} · {self.day}"
