from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from infotheque.enums import DocumentStatus, TipStatus
from infotheque.models.document import Document, DocumentQuerySet
from infotheque.models.lengths import LONGEST_LINK, heavy_at
from mecenova.calendar import clock
from mecenova.identifiers.emails import AddressField
from mecenova.identifiers.models import Identified

LONGEST_REVIEW_MONTHS = 60
# Said on the form. Whoever has waited so long is told before the address goes.
ADDRESSES_ARE_KEPT = timedelta(days=365)


class CurationSettings(models.Model):
    """One row: how the team keeps its library."""

    needs_second_reader = models.BooleanField(
        "tout document est relu par une deuxième personne avant d’être publié", default=False
    )
    review_months = models.PositiveSmallIntegerField(
        "un document se relit tous les (mois)",
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_REVIEW_MONTHS)],
    )

    class Meta:
        verbose_name = "réglages de l’infothèque"
        verbose_name_plural = "réglages de l’infothèque"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="curation_settings_are_one_row"),
            models.CheckConstraint(
                condition=Q(review_months__gte=1, review_months__lte=LONGEST_REVIEW_MONTHS),
                name="curation_review_within_five_years",
            ),
        ]

    def __str__(self) -> str:
        return "réglages de l’infothèque"

    @classmethod
    def load(cls) -> "CurationSettings":
        """The row, or what holds as long as nobody has set anything."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class EditorComment(models.Model):
    """What editors tell one another about a document. Rows are added, never changed."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="comments")
    text = models.TextField("commentaire", validators=[MaxLengthValidator(2000)])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    at = models.DateTimeField("le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "commentaire d’un document"
        verbose_name_plural = "commentaires des documents"
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.document_id} · {self.at:%Y-%m-%d}"


class TipQuerySet(models.QuerySet["Tip"]):
    def waiting(self) -> Self:
        return self.filter(status=TipStatus.WAITING).order_by("created_at", "id")

    def for_list(self) -> Self:
        """With who gave them, and the names of the documents made of them."""
        return self.select_related("given_by", "document").defer(*heavy_at("document"))

    def that_gave(self, document: Document) -> Self:
        """Those of which this document was made."""
        return self.filter(document=document, status=TipStatus.ACCEPTED).select_related("given_by")

    def promised_drafts(self) -> DocumentQuerySet:
        """Made of a suggestion, and not on line yet: whoever gave it was told to wait for the day."""
        taken = self.filter(status=TipStatus.ACCEPTED, document__isnull=False)
        return Document.objects.in_state(DocumentStatus.DRAFT).filter(pk__in=taken.values("document"))

    def in_hand(self) -> Self:
        """Held until the end of the transaction, always in the same order: two who decide wait in turn."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def saying_the_same(self, tip: "Tip") -> Self:
        """Those that wait for the same document, this one among them."""
        return self.waiting().filter(title=tip.title, link=tip.link)

    def kept_too_long(self) -> Self:
        """From visitors whose address may be kept no longer, whatever was decided."""
        return self.filter(created_at__lte=clock.now() - ADDRESSES_ARE_KEPT).exclude(visitor_address="")


class Tip(Identified):
    """A document that a member or a visitor suggests. Shown to nobody but the team, whatever it says.

    `status` moves by infotheque.workflow.TIP.
    """

    title = models.CharField("titre du document", max_length=250)
    link = models.URLField("adresse", max_length=LONGEST_LINK, blank=True)
    reason = models.TextField("pourquoi le lire", blank=True, validators=[MaxLengthValidator(1000)])
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="proposé par",
    )
    visitor_address = AddressField(
        "adresse du visiteur à prévenir",
        max_length=254,
        blank=True,
        help_text="Sert une fois, à dire ce que devient la suggestion\u202f; puis elle est effacée.",
    )
    status = models.CharField("état", max_length=20, choices=TipStatus, default=TipStatus.WAITING)
    created_at = models.DateTimeField("reçue le", default=clock.now, editable=False)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True, editable=False)
    document = models.ForeignKey(
        Document, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="fiche créée"
    )

    objects = TipQuerySet.as_manager()

    class Meta:
        verbose_name = "document suggéré"
        verbose_name_plural = "documents suggérés"
        ordering = ("-created_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TipStatus.values), name="tip_status_known"),
            models.CheckConstraint(
                condition=Q(status=TipStatus.WAITING, decided_at__isnull=True)
                | (~Q(status=TipStatus.WAITING) & Q(decided_at__isnull=False)),
                name="tip_decided_has_date",
            ),
            models.CheckConstraint(
                condition=Q(visitor_address="") | (Q(given_by=None) & ~Q(status=TipStatus.DECLINED)),
                name="tip_address_only_while_it_serves",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SearchGapQuerySet(models.QuerySet["SearchGap"]):
    def waiting(self) -> Self:
        """What the team has not answered, most asked first."""
        return self.filter(settled_at__isnull=True).order_by("-times", "-last_at", "id")

    def settled(self) -> Self:
        return self.filter(settled_at__isnull=False).order_by("-settled_at", "id")


class SearchGap(Identified):
    """Words that were searched and found nothing: what the library lacks. No trace of who searched."""

    key = models.CharField("clé", max_length=200, unique=True, editable=False)
    words = models.CharField("mots cherchés", max_length=200)
    times = models.PositiveIntegerField("fois", default=1)
    first_at = models.DateTimeField("première fois", default=clock.now, editable=False)
    last_at = models.DateTimeField("dernière fois", default=clock.now, editable=False)
    settled_at = models.DateTimeField("réglée le", null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="réglée par",
    )

    objects = SearchGapQuerySet.as_manager()

    class Meta:
        verbose_name = "recherche sans réponse"
        verbose_name_plural = "recherches sans réponse"
        ordering = ("-times", "-last_at", "id")
        constraints = [models.CheckConstraint(condition=~Q(key=""), name="search_gap_says_something")]

    def __str__(self) -> str:
        return self.words
