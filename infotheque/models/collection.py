from typing import Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.safestring import SafeString

from infotheque.models.document import Document
from infotheque.models.lengths import LONGEST_BODY, heavy_at
from infotheque.prose import to_html
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified


class CollectionQuerySet(models.QuerySet["Collection"]):
    def published(self) -> Self:
        """Shown to everybody, and with something to read: `total` documents that readers find."""
        readable = Count("items", filter=Q(items__document__in=Document.objects.published()))
        return self.filter(published_at__isnull=False).annotate(total=readable).filter(total__gt=0)

    def with_counts(self) -> Self:
        """For the team, `total` documents whatever their state."""
        return self.annotate(total=Count("items"))


class Collection(Identified):
    """Documents in the order somebody should read them, with a word of introduction."""

    slug = models.SlugField("référence stable", max_length=80, null=True, blank=True, unique=True)
    title = models.CharField("titre", max_length=150)
    introduction = models.TextField("introduction", blank=True, validators=[MaxLengthValidator(LONGEST_BODY)])
    position = models.PositiveSmallIntegerField("ordre", default=0)
    documents = models.ManyToManyField(Document, through="CollectionItem", related_name="collections")
    created_at = models.DateTimeField("créée le", default=clock.now, editable=False)
    published_at = models.DateTimeField("publiée le", null=True, blank=True, editable=False)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = "collection"
        ordering = ("position", "title", "id")

    def __str__(self) -> str:
        return self.title

    @property
    def introduction_html(self) -> SafeString:
        return to_html(self.introduction)

    def get_absolute_url(self) -> str:
        return reverse("infotheque:collection", args=[self.pk])


class CollectionItemQuerySet(models.QuerySet["CollectionItem"]):
    def readable(self) -> Self:
        """In order, those that everybody may read."""
        return self.for_team().filter(document__in=Document.objects.published())

    def for_team(self) -> Self:
        return self.select_related("document").defer(*heavy_at("document")).order_by("position")


class CollectionItem(models.Model):
    """A document's place in a collection, and why it is there."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    document = models.ForeignKey(Document, models.CASCADE, related_name="collection_items")
    position = models.PositiveSmallIntegerField("ordre")
    note = models.CharField("pourquoi le lire", max_length=300, blank=True)

    objects = CollectionItemQuerySet.as_manager()

    class Meta:
        verbose_name = "document d’une collection"
        verbose_name_plural = "documents des collections"
        ordering = ("collection", "position")
        constraints = [
            models.UniqueConstraint(fields=("collection", "document"), name="collection_holds_it_once"),
            models.UniqueConstraint(
                fields=("collection", "position"),
                name="collection_one_at_each_place",
                # Two documents change places within one transaction.
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id} · {self.position}"
