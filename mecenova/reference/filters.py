"""What a list is narrowed by, from the shared lists."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from mecenova.reference.fields import TerritoryField


class TerritoryFilter(django_filters.ModelChoiceFilter):
    field_class = TerritoryField


class OneOrSeveral(django_filters.FilterSet):
    """Of `several`, an address may name more than one value, any of which will do.

    Each is then a box, to be unticked, in place of the list that can hold but one.
    """

    several: ClassVar[tuple[str, ...]]

    def get_form_class(self) -> type[forms.Form]:
        form_class = super().get_form_class()
        for name in self.several:
            named = set(self.data.getlist(name)) - {""} if self.data else set()
            if len(named) > 1:
                form_class.base_fields[name] = _boxes(form_class.base_fields[name], named)
        return form_class


def each(value: Any) -> list[Any]:
    """The values that one of `several` holds, whether its address named one or more."""
    return list(value) if isinstance(value, list | QuerySet) else [value]


def _boxes(field: Any, named: set[str]) -> forms.MultipleChoiceField | forms.ModelMultipleChoiceField:
    """The same field with only what was named, each to be unticked."""
    options: dict[str, Any] = {
        "label": field.label,
        "required": False,
        "widget": forms.CheckboxSelectMultiple,
    }
    rows = getattr(field, "queryset", None)
    if rows is not None:
        chosen = rows.filter(**{f"{field.to_field_name}__in": named})
        return forms.ModelMultipleChoiceField(chosen, to_field_name=field.to_field_name, **options)
    return forms.MultipleChoiceField(
        choices=[(value, label) for value, label in field.choices if value in named], **options
    )
