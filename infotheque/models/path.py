from collections.abc import Sequence
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import Organisation
from infotheque.enums import PathReaders
from infotheque.models.document import Document
from infotheque.models.lengths import heavy_at
from infotheque.places import lesson_key
from infotheque.prose import to_html
from mecenova.identifiers.models import Identified

LONGEST_LESSON = 6_000


class PathQuerySet(models.QuerySet["Path"]):
    def written_for(self, organisation: Organisation) -> Self:
        """The paths that this organisation may work through; none for a school or a public body."""
        fitting = [readers for readers in PathReaders if readers.kind == organisation.kind]
        return self.filter(readers__in=fitting)

    def with_lengths(self) -> Self:
        """With how many steps each has, and how many minutes they take together."""
        return self.annotate(step_count=models.Count("steps"), minute_count=models.Sum("steps__minutes"))


class Path(Identified):
    """A course in a few short steps. Everybody reads it; those it was written for work on it."""

    slug = models.SlugField("référence stable", max_length=80, unique=True)
    title = models.CharField("titre", max_length=150)
    introduction = models.TextField("introduction", validators=[MaxLengthValidator(LONGEST_LESSON)])
    readers = models.CharField("pour qui", max_length=20, choices=PathReaders)
    position = models.PositiveSmallIntegerField("ordre", default=0)

    objects = PathQuerySet.as_manager()

    class Meta:
        verbose_name = "parcours"
        verbose_name_plural = "parcours"
        ordering = ("position", "slug")
        constraints = [
            models.CheckConstraint(condition=Q(readers__in=PathReaders.values), name="path_readers_known")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def introduction_html(self) -> SafeString:
        return to_html(self.introduction)

    def suits(self, organisation: Organisation) -> bool:
        """Whether it was written for organisations of this kind."""
        return PathReaders(self.readers).kind == organisation.kind

    def get_absolute_url(self) -> str:
        return reverse("infotheque:path", args=[self.slug])


class StepQuerySet(models.QuerySet["Step"]):
    def for_reading(self) -> Self:
        """With its path, and the title of its document without the text."""
        return self.select_related("path", "document").defer(*heavy_at("document"))

    def in_this_order(self, keys: Sequence[str]) -> "list[Step]":
        """Those of one path that have these keys, with their documents."""
        found = {step.key: step for step in self.for_reading().filter(key__in=keys)} if keys else {}
        return [found[key] for key in keys if key in found]

    def written_for(self, organisation: Organisation) -> Self:
        return self.filter(path__in=Path.objects.written_for(organisation))

    def not_done_by(self, organisation: Organisation) -> Self:
        done = Progress.objects.done().filter(organisation=organisation, step=OuterRef("pk"))
        return self.filter(~Exists(done))

    def next_for(self, organisation: Organisation) -> "Step | None":
        """The first step that this organisation has not done, in the order of its paths; None at the end."""
        left = self.written_for(organisation).not_done_by(organisation)
        return left.select_related("path").order_by("path__position", "path__slug", "position").first()


class Step(Identified):
    """One lesson, one document, one exercise. `key` names the exercise, which an upper room registers."""

    path = models.ForeignKey(Path, models.CASCADE, related_name="steps", verbose_name="parcours")
    position = models.PositiveSmallIntegerField("ordre")
    key = models.SlugField("référence stable", max_length=60)
    title = models.CharField("titre", max_length=150)
    lesson = models.TextField("leçon", validators=[MaxLengthValidator(LONGEST_LESSON)])
    exercise = models.TextField("consigne de l’exercice", validators=[MaxLengthValidator(1000)])
    minutes = models.PositiveSmallIntegerField("durée (minutes)")
    document = models.ForeignKey(
        Document, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="document"
    )

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = "étape d’un parcours"
        verbose_name_plural = "étapes des parcours"
        ordering = ("path", "position")
        constraints = [
            models.UniqueConstraint(fields=("path", "key"), name="step_key_once_per_path"),
            models.UniqueConstraint(
                fields=("path", "position"),
                name="step_one_at_each_place",
                # Two steps change places within one transaction.
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="step_takes_some_time"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def lesson_html(self) -> SafeString:
        return to_html(self.lesson)

    @property
    def shown_document(self) -> Document | None:
        """The document, as long as everybody may read it."""
        return self.document if self.document and self.document.is_published else None

    @property
    def place(self) -> str:
        """Where its document is read when a self-assessment leads here (infotheque.places)."""
        return lesson_key(self.path.slug, self.key)

    def get_absolute_url(self) -> str:
        return reverse("infotheque:step", args=[self.path.slug, self.key])


class ProgressQuerySet(models.QuerySet["Progress"]):
    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def of(self, organisation: Organisation, path: Path) -> "dict[Any, Progress]":
        """What an organisation has done of a path, by the key of each step, in one query."""
        found = self.filter(organisation=organisation, step__path=path)
        return {progress.step_id: progress for progress in found}


class Progress(Identified):
    """What an organisation has answered and done of a step: one row for all its people."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="progress", verbose_name="organisme"
    )
    step = models.ForeignKey(Step, models.CASCADE, related_name="progress", verbose_name="étape")
    answers = models.JSONField("réponses", default=dict, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True, editable=False)
    done_at = models.DateTimeField("fait le", null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="fait par",
    )

    objects = ProgressQuerySet.as_manager()

    class Meta:
        verbose_name = "avancement d’un parcours"
        verbose_name_plural = "avancements des parcours"
        constraints = [
            models.UniqueConstraint(fields=("organisation", "step"), name="progress_once_per_step"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(done_by__isnull=True), name="progress_done_by_has_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} · {self.step_id}"

    @property
    def is_done(self) -> bool:
        return self.done_at is not None
