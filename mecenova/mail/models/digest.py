"""What waits for a person's weekly digest."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.mail.enums import Category, LineStatus
from mecenova.mail.models.outbox import NEXT_TRY, OutgoingMail


class DigestLineQuerySet(models.QuerySet["DigestLine"]):
    def waiting(self) -> Self:
        """In no digest yet."""
        return self.filter(status=LineStatus.PENDING, mail__isnull=True)

    def due(self, moment: datetime) -> Self:
        return self.waiting().alias(next_try=NEXT_TRY).filter(next_try__lte=moment)

    def in_error(self) -> Self:
        """Lines that could not be written: they wait for the next digest, and somebody should look."""
        return self.waiting().exclude(last_error="")


class DigestLine(Identified):
    """One thing to tell one person, unique by `key` as a mail is; several travel in one mail a week.

    `due_at` is the digest that it was written for, whenever it is composed; `settled_at`, when it was put in
    a mail, or cancelled.
    """

    key = models.CharField("clé", max_length=300, unique=True, editable=False)
    notification = models.CharField("modèle", max_length=120)
    category = models.CharField("catégorie", max_length=20, choices=Category)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="destinataire",
        on_delete=models.CASCADE,
        related_name="digest_lines",
    )
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField("identifiant de l’objet")
    about = GenericForeignKey("subject_type", "subject_id")
    occurrence = models.CharField("occurrence", max_length=100, blank=True)
    due_at = models.DateTimeField("à réunir à partir de")
    retry_at = models.DateTimeField("prochain essai le", null=True, blank=True)
    status = models.CharField("état", max_length=20, choices=LineStatus, default=LineStatus.PENDING)
    mail = models.ForeignKey(
        OutgoingMail,
        verbose_name="courriel",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="digest_lines",
    )
    settled_at = models.DateTimeField("réunie ou annulée le", null=True, blank=True)
    last_error = models.TextField("dernière erreur", blank=True)
    created_at = models.DateTimeField("écrite le", default=clock.now, editable=False)

    objects: ClassVar[DigestLineQuerySet] = DigestLineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "ligne de la lettre de la semaine"
        verbose_name_plural = "lignes de la lettre de la semaine"
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(
                NEXT_TRY, condition=Q(status="pending", mail__isnull=True), name="digest_line_next_try"
            ),
            models.Index(fields=["subject_type", "subject_id"], name="digest_line_about"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=LineStatus.values), name="digest_line_status"),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="digest_line_category_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notification} ({self.get_status_display()})"

    @property
    def error_class(self) -> str:
        """What kind of error stopped it; its words may hold what is not for a page."""
        return self.last_error.partition(":")[0]
