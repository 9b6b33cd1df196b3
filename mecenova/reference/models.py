"""Reference entries. Their slugs and codes appear in addresses and files; their row numbers never do."""

from typing import ClassVar, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from mecenova.reference.enums import LOCAL_LEVELS, TOP_LEVELS, TerritoryLevel

E = TypeVar("E", bound="Entry")


class EntryQuerySet(models.QuerySet[E]):
    def get_by_natural_key(self, slug: str) -> E:
        return self.get(slug=slug)


class Entry(models.Model):
    """A named value of a closed list, shown in the order its list was thought out."""

    slug = models.SlugField("identifiant", max_length=60, unique=True)
    name = models.CharField("nom", max_length=120, unique=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar = ["order", "slug"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class Cause(Entry):
    """A theme of action; its related causes are near enough for a company to look at."""

    related = models.ManyToManyField("self", verbose_name="causes proches", blank=True)

    class Meta(Entry.Meta):
        verbose_name = "cause"
        verbose_name_plural = "causes"


class SkillFamily(Entry):
    """A group of skills, as a person in charge of volunteers would sort them."""

    class Meta(Entry.Meta):
        verbose_name = "famille de compétences"
        verbose_name_plural = "familles de compétences"


class Skill(Entry):
    """Something an employee can do for an association."""

    family = models.ForeignKey(
        SkillFamily, on_delete=models.PROTECT, related_name="skills", verbose_name="famille"
    )

    class Meta(Entry.Meta):
        verbose_name = "compétence"
        verbose_name_plural = "compétences"


class Audience(Entry):
    """The people an action is for (« public »)."""

    class Meta(Entry.Meta):
        verbose_name = "public"
        verbose_name_plural = "publics"


class Sector(Entry):
    """A company's line of business, broad enough for an association to refuse it as a whole."""

    class Meta(Entry.Meta):
        verbose_name = "secteur d’activité"
        verbose_name_plural = "secteurs d’activité"


class TerritoryQuerySet(models.QuerySet["Territory"]):
    def get_by_natural_key(self, code: str) -> "Territory":
        return self.get(code=code)

    def departments(self) -> Self:
        """The places a postal code gives: départements, and the overseas collectivities in their place."""
        return self.filter(level__in=LOCAL_LEVELS)

    def within(self, territory: "Territory") -> Self:
        """This territory and all that it contains."""
        below = Q(parent=territory) | Q(parent__parent=territory) | Q(parent__parent__parent=territory)
        return self.filter(Q(pk=territory.pk) | below)


class Territory(models.Model):
    """A place of action. Commune < département < région < France; « International » contains nothing."""

    code = models.CharField("code", max_length=10, unique=True)
    level = models.CharField("niveau", max_length=20, choices=TerritoryLevel)
    name = models.CharField("nom", max_length=120)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
        verbose_name="fait partie de",
    )
    order = models.PositiveIntegerField("ordre", default=0)

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = "territoire"
        verbose_name_plural = "territoires"
        ordering: ClassVar = ["order", "code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="territory_top_levels_only_have_no_parent",
                condition=Q(level__in=TOP_LEVELS, parent__isnull=True)
                | (~Q(level__in=TOP_LEVELS) & Q(parent__isnull=False)),
                violation_error_message="Indiquez de quel territoire celui-ci fait partie.",
            ),
            models.CheckConstraint(
                name="territory_level_is_known", condition=Q(level__in=TerritoryLevel.values)
            ),
            models.UniqueConstraint(
                name="territory_name_unique_in_its_level",
                fields=["level", "name"],
                condition=~Q(level=TerritoryLevel.COMMUNE),
                violation_error_message="Un territoire de ce niveau porte déjà ce nom.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})" if self.level in LOCAL_LEVELS else self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    def clean(self) -> None:
        """A territory lies in a wider one: no loop can be written by a person."""
        widths = list(TerritoryLevel)
        if self.parent and widths.index(TerritoryLevel(self.parent.level)) <= widths.index(
            TerritoryLevel(self.level)
        ):
            raise ValidationError({"parent": "Choisissez un territoire plus large que celui-ci."})
