"""What narrows a search: values in, queryset verbs called. Words are read by infotheque.searching."""

from typing import Any

import django_filters

from infotheque.enums import DocumentKind, Readers, Stage
from infotheque.models import Document
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause


class DocumentFilter(django_filters.FilterSet):
    """Each choice is shown as a link with its count, by infotheque.facets, under the same name."""

    type = django_filters.ChoiceFilter(field_name="kind", choices=DocumentKind.choices)
    moment = django_filters.ChoiceFilter(choices=Stage.choices, method="by_stage")
    cause = django_filters.ModelChoiceFilter(
        queryset=Cause.objects.all(), to_field_name="slug", method="by_cause"
    )
    forme = django_filters.ChoiceFilter(choices=Kind.choices, method="by_partnership_kind")
    public = django_filters.ChoiceFilter(choices=Readers.choices, method="by_readers")
    source = django_filters.CharFilter(method="by_source", max_length=200)
    annee = django_filters.NumberFilter(method="by_year", min_value=1900, max_value=2100, decimal_places=0)

    class Meta:
        model = Document
        fields: tuple[str, ...] = ()

    @property
    def chosen(self) -> dict[str, tuple[str, str]]:
        """The choices that narrow, by name: as the address writes them, and in words."""
        self.form.is_valid()
        found = {}
        for name, value in self.form.cleaned_data.items():
            if value in (None, ""):
                continue
            if isinstance(value, Cause):
                found[name] = (value.slug, value.name)
            else:
                words = dict(getattr(self.form.fields[name], "choices", ()))
                found[name] = (f"{value}", f"{words.get(value, value)}")
        return found

    def by_stage(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.helping_at(value)

    def by_cause(self, queryset: Any, name: str, value: Cause) -> Any:
        return queryset.for_cause(value)

    def by_partnership_kind(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.about_kind(value)

    def by_readers(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.written_for(value)

    def by_source(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.of_source(value)

    def by_year(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.of_year(int(value))
