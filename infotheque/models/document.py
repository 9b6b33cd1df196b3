from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import reduce
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQueryCombinable, SearchVectorField
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce, Left
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import Organisation
from infotheque.enums import (
    PUBLIC_STATUSES,
    UNPUBLISHED_STATUSES,
    Confidence,
    DocumentKind,
    DocumentStatus,
    Language,
    Licence,
    Readers,
    Stage,
)
from infotheque.models.answers import Answers
from infotheque.models.lengths import HEAVY, LONGEST_BODY, LONGEST_LINK, LONGEST_SUMMARY
from infotheque.prose import to_html
from mecenova.calendar import clock
from mecenova.identifiers.models import Identified
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from mecenova.search.functions import FrenchSearchQuery, FrenchVector

if TYPE_CHECKING:
    from infotheque.models.version import DocumentFile


class DocumentQuerySet(models.QuerySet["Document"]):
    def published(self) -> Self:
        """What everybody may read. A dead link alone leads nowhere: it is hidden until it is mended."""
        alive = Q(link_hidden_at__isnull=True) | ~Q(body="") | Q(current_version__isnull=False)
        return self.filter(alive, status__in=PUBLIC_STATUSES)

    def to_choose_from(self, chosen: UUID | None = None) -> Self:
        """Those on line, by title, for a list; and the one chosen before, even if it is hidden for now."""
        return (self.published() | self.filter(pk=chosen)).defer(*HEAVY).order_by("title")

    def saying(self, query: SearchQueryCombinable, *, or_these: Sequence[UUID] = ()) -> Self:
        """Those whose title, summary or text say what the query asks, and those of these keys."""
        return self.filter(Answers(query, or_these))

    def saying_phrases(self, phrases: Iterable[str]) -> Self:
        """Those that say each of these phrases, word for word."""
        quoted = (FrenchSearchQuery(f'"{phrase}"') for phrase in phrases)
        return reduce(lambda kept, phrase: kept.saying(phrase), quoted, self)

    def leaving_out(self, words: Iterable[str]) -> Self:
        """Without those that say one of these words."""
        return reduce(lambda kept, word: kept.exclude(Answers(FrenchSearchQuery(word))), words, self)

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "id")

    def of_source(self, publisher: str) -> Self:
        return self.filter(publisher=publisher)

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def for_cause(self, cause: Cause) -> Self:
        return self.filter(causes=cause)

    def about_kind(self, kind: str) -> Self:
        """Those that help with this kind of partnership."""
        return self.filter(partnership_kinds__contains=[kind])

    def helping_at(self, stage: str) -> Self:
        """Those that help at this stage of a partnership."""
        return self.filter(stages__contains=[stage])

    def written_for(self, readers: str) -> Self:
        """Those written for these readers, and those written for everybody."""
        return self.filter(readers__overlap=[readers, Readers.EVERYBODY])

    def to_review(self) -> Self:
        """On line, and in doubt or past their review date: the oldest promise first."""
        late = Q(status=DocumentStatus.PUBLISHED, review_on__lte=clock.today())
        return self.filter(late | Q(status=DocumentStatus.TO_VERIFY)).order_by("review_on", "id")

    def to_be_read(self) -> Self:
        """Waiting for somebody of the team to read them, before they are published or again."""
        return self.filter(status__in=(DocumentStatus.IN_REVIEW, DocumentStatus.TO_VERIFY))

    def in_state(self, status: str) -> Self:
        return self.filter(status=status)

    def with_dead_link(self) -> Self:
        return self.filter(link_hidden_at__isnull=False).order_by("link_hidden_at", "id")

    def latest_first(self) -> Self:
        return self.order_by("-created_at", "id")

    def near(self, document: "Document") -> Self:
        """Others on line that share a cause, a stage or a form of partnership, the closest first."""
        shared = (
            Count("causes", filter=Q(causes__in=document.causes.all()), distinct=True)
            + Case(When(kind=document.kind, then=1), default=0)
            + Case(When(stages__overlap=document.stages, then=2), default=0)
            + Case(When(partnership_kinds__overlap=document.partnership_kinds, then=1), default=0)
        )
        others = self.published().exclude(pk=document.pk).annotate(shared=shared)
        return others.filter(shared__gt=1).order_by("-shared", "-published_at", "id")

    def holding(self, digest: str) -> Self:
        """Those that have a file of this very content, in any of their versions."""
        return self.filter(versions__files__digest=digest).order_by("pk")

    def same_record(self, *, title: str, publisher: str, link: str) -> Self:
        """Those that say they are this one: by their link, or by their title and publisher."""
        # Titles were kept with plain spaces before no-break ones were.
        titled = Q(title__iexact=title) | Q(title__iexact=" ".join(title.split()))
        known = titled & Q(publisher__iexact=publisher)
        return self.filter(known | Q(link=link)) if link else self.filter(known)

    def featured(self) -> Self:
        return self.filter(featured_at__isnull=False).order_by("-featured_at", "id")

    def with_uses(self, *, since: date) -> Self:
        """With how often each was opened, taken, found useful or not, since that day."""
        days = Q(uses__day__gte=since)
        names = ("opened", "downloaded", "useful", "not_useful")
        counts = {name: Coalesce(Sum(f"uses__{name}", filter=days), 0) for name in names}
        return self.defer(*HEAVY).annotate(**counts)

    def most_first(self, counted: str) -> Self:
        return self.order_by(f"-{counted}", "-opened", "title", "id")

    def with_links_to_try(self, before: datetime) -> "models.QuerySet[Document, tuple[UUID, str, str]]":
        """(key, link, publisher's home) of those on line whose link was not tried since, oldest first."""
        tried = Q(link_check__link=F("link"), link_check__checked_at__gt=before)
        waiting = self.filter(status__in=PUBLIC_STATUSES).exclude(link="").exclude(tried)
        oldest_first = F("link_check__checked_at").asc(nulls_first=True)
        return waiting.order_by(oldest_first, "id").values_list("pk", "link", "publisher_home")

    def for_curation(self) -> Self:
        return self.defer(*HEAVY).select_related("owner", "link_check")

    def for_list(self) -> Self:
        return self.defer(*HEAVY).prefetch_related("causes")

    def for_results(self, length: int) -> Self:
        """Rows of a search: of their texts, only the beginning is read."""
        return self.for_list().annotate(read_body=Left("body", length), read_text=Left("text", length))

    def for_reading(self) -> Self:
        """With all that its own page shows."""
        return (
            self.defer("text", "search", "head")
            .select_related("current_version", "organisation")
            .prefetch_related("causes")
        )


class Document(Identified):
    """A record of the library, not only of IMS's: a text written here, files kept here, or somebody's page.

    `status` moves by infotheque.workflow.DOCUMENT. `text` is what the files of the current version say,
    copied here by operations because a generated column sees no other table.
    """

    slug = models.SlugField(
        "référence stable",
        max_length=80,
        null=True,
        blank=True,
        unique=True,
        help_text="Ce qui est livré avec le site s’y reconnaît d’un chargement à l’autre.",
    )
    title = models.CharField("titre", max_length=250)
    summary = models.TextField("résumé", blank=True, validators=[MaxLengthValidator(LONGEST_SUMMARY)])
    body = models.TextField("texte", blank=True, validators=[MaxLengthValidator(LONGEST_BODY)])
    kind = models.CharField("type", max_length=20, choices=DocumentKind)
    causes = models.ManyToManyField(Cause, blank=True, related_name="+", verbose_name="causes")
    partnership_kinds = ArrayField(
        models.CharField(max_length=20, choices=Kind),
        default=list,
        blank=True,
        verbose_name="formes de partenariat",
    )
    stages = ArrayField(
        models.CharField(max_length=20, choices=Stage),
        default=list,
        blank=True,
        verbose_name="moments du partenariat",
    )
    readers = ArrayField(
        models.CharField(max_length=20, choices=Readers),
        default=list,
        blank=True,
        verbose_name="pour qui",
    )
    authors = models.CharField("auteurs", max_length=250, blank=True)
    publisher = models.CharField("éditeur", max_length=200, blank=True)
    publisher_home = models.URLField("site de l’éditeur", blank=True, max_length=300)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="organisme source",
    )
    year = models.PositiveSmallIntegerField(
        "année",
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
    )
    language = models.CharField("langue", max_length=10, choices=Language, default=Language.FRENCH)
    licence = models.CharField("licence", max_length=20, choices=Licence, blank=True)
    link = models.URLField("lien", blank=True, max_length=LONGEST_LINK)
    link_hidden_at = models.DateTimeField("lien masqué le", null=True, blank=True, editable=False)
    valid_from = models.DateField("valable à partir du", null=True, blank=True)
    valid_until = models.DateField("valable jusqu’au", null=True, blank=True)
    confidence = models.CharField("confiance", max_length=10, choices=Confidence, blank=True)
    current_version = models.ForeignKey(
        "DocumentVersion", models.RESTRICT, null=True, blank=True, related_name="+", editable=False
    )
    text = models.TextField("texte des fichiers", blank=True, editable=False)
    status = models.CharField("état", max_length=20, choices=DocumentStatus, default=DocumentStatus.DRAFT)
    needs_second_reader = models.BooleanField(
        "relecture par une deuxième personne",
        default=False,
        help_text="Qui a envoyé le document en relecture ne le publie pas.",
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="suivi par",
    )
    review_on = models.DateField("à relire le", null=True, blank=True)
    featured_at = models.DateTimeField("mis en avant le", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("créé le", default=clock.now, editable=False)
    published_at = models.DateTimeField("publié le", null=True, blank=True, editable=False)
    archived_at = models.DateTimeField("archivé le", null=True, blank=True, editable=False)
    head = models.GeneratedField(
        expression=FrenchVector("title", weight="A") + FrenchVector("summary", weight="B"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )
    search = models.GeneratedField(
        expression=FrenchVector("title", weight="A")
        + FrenchVector("summary", weight="B")
        + FrenchVector("body", weight="C")
        + FrenchVector("text", weight="D"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        ordering = ("-published_at", "title", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=PUBLIC_STATUSES, published_at__isnull=False)
                | Q(status__in=UNPUBLISHED_STATUSES, published_at__isnull=True)
                | Q(status=DocumentStatus.ARCHIVED),
                name="document_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status=DocumentStatus.ARCHIVED, archived_at__isnull=False)
                | (~Q(status=DocumentStatus.ARCHIVED) & Q(archived_at__isnull=True)),
                name="document_archived_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=PUBLIC_STATUSES)
                | ~Q(link="")
                | ~Q(body="")
                | ~Q(publisher_home="")
                | Q(current_version__isnull=False),
                name="document_published_leads_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="document_validity_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(featured_at__isnull=True) | Q(status__in=PUBLIC_STATUSES),
                name="document_featured_is_on_line",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | Q(status=DocumentStatus.IN_REVIEW),
                name="document_submitted_is_in_review",
            ),
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="document_kind_known"),
            models.CheckConstraint(
                condition=Q(partnership_kinds__contained_by=Kind.values),
                name="document_partnership_kinds_known",
            ),
            models.CheckConstraint(
                condition=Q(stages__contained_by=Stage.values), name="document_stages_known"
            ),
            models.CheckConstraint(
                condition=Q(readers__contained_by=Readers.values), name="document_readers_known"
            ),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="document_language_known"),
            models.CheckConstraint(
                condition=Q(licence__in=["", *Licence.values]), name="document_licence_known"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=["", *Confidence.values]), name="document_confidence_known"
            ),
        ]
        indexes = [
            GinIndex(fields=("search",), name="document_search"),
            GinIndex(fields=("head",), name="document_head"),
            models.Index(fields=("status", "-published_at"), name="document_newest"),
            models.Index(fields=("review_on",), name="document_by_review"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def lang(self) -> str:
        """What HTML calls the language of its words; nothing where it is the site's, or not known."""
        return "" if self.language in {Language.FRENCH, Language.OTHER} else self.language

    @property
    def is_published(self) -> bool:
        """What the queryset's `published` says of one: on line, and not a dead link alone."""
        return self.status in PUBLIC_STATUSES and not self.is_dead_link_alone

    @property
    def is_dead_link_alone(self) -> bool:
        """It was on line by a link that no longer answers, and has nothing else to read."""
        return self.link_hidden_at is not None and not self.body and self.current_version_id is None

    @property
    def tells_its_state(self) -> bool:
        return self.status != DocumentStatus.PUBLISHED

    @property
    def is_to_verify(self) -> bool:
        return self.status == DocumentStatus.TO_VERIFY

    @property
    def leads_somewhere(self) -> bool:
        return bool(self.link or self.body or self.publisher_home or self.current_version_id)

    @property
    def current_files(self) -> "list[DocumentFile]":
        """What readers are given, in order; their text is left where it is."""
        if self.current_version is None:
            return []
        self.current_version.document = self
        return list(self.current_version.files.without_text())

    @property
    def shown_link(self) -> str:
        """The link, as long as it answers."""
        return "" if self.link_hidden_at else self.link

    @property
    def body_html(self) -> SafeString:
        return to_html(self.body)

    @property
    def kind_labels(self) -> list[str]:
        return [str(Kind(kind).label) for kind in self.partnership_kinds]

    @property
    def stage_labels(self) -> list[str]:
        return [str(stage.label) for stage in Stage if stage in self.stages]

    @property
    def readers_labels(self) -> list[str]:
        return [str(readers.label) for readers in Readers if readers in self.readers]

    def get_absolute_url(self) -> str:
        return reverse("infotheque:document", args=[self.pk])
