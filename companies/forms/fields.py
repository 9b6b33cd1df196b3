"""Fields that several forms of this room share. Rows are named by slugs and codes, never by their numbers."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator

from mecenova.identifiers.amounts import parse_amount
from mecenova.reference.enums import LOCAL_LEVELS, Kind, TerritoryLevel
from mecenova.reference.models import Audience, Cause, Sector, Skill, Territory
from mecenova.ui.forms import FoldedCheckboxes

NARROW_SPACE = "\u202f"


class AmountField(forms.CharField):
    """Euros as people write them. What was typed comes back unchanged when it cannot be read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
            max_length=40,
            help_text=options.pop("help_text", "En euros, par exemple 12\u202f500."),
            **options,
        )

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = super().to_python(value)
        return parse_amount(text) if text else None

    def run_validators(self, value: Any) -> None:
        """The text's length is bounded by the browser; an amount has no length."""
        if isinstance(value, str):
            super().run_validators(value)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        whole, cents = divmod(value, 1)
        text = f"{int(whole):,}".replace(",", NARROW_SPACE)
        return f"{text},{int(cents * 100):02d}" if cents else text


class TerritoryIterator(ModelChoiceIterator):
    """France and abroad first, then each region with its départements, then overseas collectivities."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        groups: dict[str, list[tuple[Any, str]]] = {}
        overseas: list[tuple[Any, str]] = []
        for territory in self.queryset.select_related("parent"):
            value = (self.field.prepare_value(territory), str(territory))
            if territory.level == TerritoryLevel.REGION:
                groups[territory.name] = [(value[0], f"Toute la région {territory.name}")]
            elif territory.level == TerritoryLevel.COLLECTIVITY:
                overseas.append(value)
            elif territory.level in LOCAL_LEVELS:
                groups[territory.parent.name].append(value)
            else:
                yield value
        yield from groups.items()
        if overseas:
            yield ("Collectivités d’outre-mer", overseas)


class SkillIterator(ModelChoiceIterator):
    """Skills by family."""

    def __iter__(self) -> Iterator[tuple[str, list[tuple[Any, str]]]]:
        groups: dict[str, list[tuple[Any, str]]] = {}
        for skill in self.queryset.select_related("family"):
            groups.setdefault(skill.family.name, []).append((self.field.prepare_value(skill), skill.name))
        yield from groups.items()


class TerritoriesField(forms.ModelMultipleChoiceField):
    iterator = TerritoryIterator
    widget = FoldedCheckboxes

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=territories(), to_field_name="code", **options)


class SkillsField(forms.ModelMultipleChoiceField):
    iterator = SkillIterator
    widget = FoldedCheckboxes

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Skill.objects.order_by("family__order", "order"), to_field_name="slug", **options
        )


class CausesField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Cause.objects.all(), to_field_name="slug", **options)


class AudiencesField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Audience.objects.all(), to_field_name="slug", **options)


class SectorField(forms.ModelChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Sector.objects.all(),
            to_field_name="slug",
            empty_label="Choisissez un secteur",
            **options,
        )


class KindsField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=Kind.choices, **options)


class PostalCodeField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "postal-code"})
        super().__init__(widget=widget, max_length=10, **options)

    def clean(self, value: Any) -> str:
        code = "".join(super().clean(value).split())
        if code and not (len(code) == 5 and code.isascii() and code.isdigit()):
            raise ValidationError(
                "Écrivez le code postal en cinq chiffres, par exemple 75011.", code="postal_code"
            )
        return code


def territories() -> Any:
    """Every territory that people choose from lists; communes are too many for one."""
    return Territory.objects.exclude(level=TerritoryLevel.COMMUNE)
