"""Form fields for the reference lists, drawn so that a long list stays readable on a phone."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from mecenova.reference.enums import TOP_LEVELS, Kind, TerritoryLevel
from mecenova.reference.models import Skill, Territory
from mecenova.ui.forms import FoldedCheckboxes

EVERYWHERE = "France entière et international"
OVERSEAS_COLLECTIVITIES = "Collectivités d’outre-mer"
Groups = dict[str, list[Any]]


def by_region(territories: Any) -> Groups:
    """The wide ones, then each région followed by its départements, then what belongs to no région."""
    groups: Groups = defaultdict(list)
    regions: dict[int, str] = {}
    for territory in territories:
        if territory.level in TOP_LEVELS:
            groups[EVERYWHERE].append(territory)
        elif territory.level == TerritoryLevel.REGION:
            regions[territory.pk] = territory.name
            groups[territory.name].append(territory)
        else:
            groups[regions.get(territory.parent_id, OVERSEAS_COLLECTIVITIES)].append(territory)
    return groups


def by_family(skills: Any) -> Groups:
    groups: Groups = defaultdict(list)
    for skill in skills:
        groups[skill.family.name].append(skill)
    return groups


class _GroupedIterator(ModelChoiceIterator):
    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        for name, entries in self.field.grouped(self.queryset.all()).items():
            yield (name, [self.choice(entry) for entry in entries])


class EntriesField(forms.ModelMultipleChoiceField):
    """Causes, publics, sectors: a short list of boxes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(model.objects.all(), to_field_name="slug", **options)


class TerritoriesField(forms.ModelMultipleChoiceField):
    """Départements under their région, folded; the région itself can be ticked whole."""

    widget = FoldedCheckboxes
    iterator = _GroupedIterator
    grouped = staticmethod(by_region)

    def __init__(self, **options: Any) -> None:
        super().__init__(places(), to_field_name="code", **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"Toute la région {obj.name}" if obj.level == TerritoryLevel.REGION else str(obj)


class TerritoryField(forms.ModelChoiceField):
    """One place, in a list grouped by région."""

    iterator = _GroupedIterator
    grouped = staticmethod(by_region)

    def __init__(self, **options: Any) -> None:
        options.pop("queryset", None)
        super().__init__(places(), to_field_name="code", **options)

    label_from_instance = TerritoriesField.label_from_instance


class SkillsField(forms.ModelMultipleChoiceField):
    """Skills under their family, folded."""

    widget = FoldedCheckboxes
    iterator = _GroupedIterator
    grouped = staticmethod(by_family)

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Skill.objects.select_related("family").order_by("family__order", "order"),
            to_field_name="slug",
            **options,
        )


class KindsField(forms.TypedMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=Kind.choices, coerce=str, **options)


def places() -> Any:
    """Every territory a person may choose: communes are too many, and nobody is asked for one."""
    return Territory.objects.exclude(level=TerritoryLevel.COMMUNE)
