"""The journal: one row per transition, written with it and never changed."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from mecenova.workflow.machine import label_of


class TransitionRecord(models.Model):
    """Who did what to which subject, and when. `by` empty means the system (or a person since erased)."""

    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField()
    subject = GenericForeignKey("subject_type", "subject_id")
    verb = models.CharField("action", max_length=60)
    source = models.CharField("état de départ", max_length=40, blank=True)
    target = models.CharField("état d’arrivée", max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    note = models.TextField("note", blank=True)
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "changement d’état"
        verbose_name_plural = "changements d’état"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "at"], name="transition_by_subject")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_id}"

    @property
    def label(self) -> str:
        """The French name of the state reached."""
        subject_type = ContentType.objects.get_for_id(self.subject_type_id)
        return label_of(subject_type.model, self.target)
