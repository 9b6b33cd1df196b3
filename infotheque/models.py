from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchRank, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from infotheque.enums import DocumentKind, DocumentStatus
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from mecenova.search.functions import FrenchSearchQuery, FrenchVector


class DocumentQuerySet(models.QuerySet["Document"]):
    def published(self) -> Self:
        return self.filter(status=DocumentStatus.PUBLISHED)

    def saying(self, words: str) -> Self:
        """Those whose title or summary say these words, most relevant first."""
        query = FrenchSearchQuery(words)
        return self.filter(search=query).order_by(
            SearchRank(F("search"), query).desc(), "-published_at", "id"
        )

    def for_cause(self, cause: Cause) -> Self:
        return self.filter(causes=cause)

    def about_kind(self, kind: str) -> Self:
        """Those that help with this kind of partnership."""
        return self.filter(partnership_kinds__contains=[kind])

    def for_list(self) -> Self:
        return self.prefetch_related("causes")


class Document(Identified):
    """A record of the library: a link to somebody's page, or a file kept here. Not only IMS's documents."""

    title = models.CharField("titre", max_length=250)
    summary = models.TextField("résumé", blank=True)
    kind = models.CharField("type", max_length=20, choices=DocumentKind)
    causes = models.ManyToManyField(Cause, blank=True, related_name="+")
    partnership_kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind),
        default=list,
        blank=True,
        verbose_name="formes de partenariat",
    )
    authors = models.CharField("auteurs", max_length=250, blank=True)
    publisher = models.CharField("éditeur", max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(
        "année",
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
    )
    link = models.URLField("lien", blank=True, max_length=500)
    file = models.FileField("fichier", upload_to="infotheque/", blank=True, max_length=250)
    status = models.CharField("état", max_length=20, choices=DocumentStatus, default=DocumentStatus.DRAFT)
    created_at = models.DateTimeField("créé le", default=clock.now, editable=False)
    published_at = models.DateTimeField("publié le", null=True, blank=True, editable=False)
    search = models.GeneratedField(
        expression=FrenchVector("title", weight="A") + FrenchVector("summary", weight="B"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        ordering = ("-published_at", "title")
        constraints = [
            models.CheckConstraint(
                condition=Q(status=DocumentStatus.PUBLISHED, published_at__isnull=False)
                | Q(status=DocumentStatus.DRAFT, published_at__isnull=True),
                name="document_published_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.PUBLISHED) | ~Q(link="") | ~Q(file=""),
                name="document_published_leads_somewhere",
            ),
        ]
        indexes = [GinIndex(fields=("search",), name="document_search")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.status == DocumentStatus.PUBLISHED

    @property
    def kind_labels(self) -> list[str]:
        return [str(Kind(kind).label) for kind in self.partnership_kinds]

    def get_absolute_url(self) -> str:
        return reverse("infotheque:document", args=[self.pk])
