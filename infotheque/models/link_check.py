from django.db import models

from infotheque.models.document import Document
from infotheque.models.lengths import LONGEST_LINK

# As many weeks in a row before a link is hidden.
MOST_FAILURES = 3


class LinkCheck(models.Model):
    """What the weekly check found at a document's link. Another link starts another count."""

    document = models.OneToOneField(Document, models.CASCADE, related_name="link_check")
    link = models.URLField("lien essayé", max_length=LONGEST_LINK)
    checked_at = models.DateTimeField("essayé le")
    failures = models.PositiveSmallIntegerField("échecs de suite", default=0)
    problem = models.CharField("ce qui n’a pas répondu", max_length=300, blank=True)
    replacement = models.URLField("adresse proposée", max_length=LONGEST_LINK, blank=True)

    class Meta:
        verbose_name = "lien vérifié"
        verbose_name_plural = "liens vérifiés"

    def __str__(self) -> str:
        return f"{self.document_id} · {self.failures}"
