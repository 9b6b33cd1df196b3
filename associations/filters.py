"""The directory's filters: values in, queryset verbs called."""

from typing import Any

import django_filters
from django import forms

from associations.models import Association
from mecenova.reference.filters import TerritoryFilter
from mecenova.reference.models import Audience, Cause


class AssociationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label="Mots du nom ou de la mission", method="filter_words", max_length=200, widget=forms.SearchInput
    )
    cause = django_filters.ModelChoiceFilter(
        label="Cause",
        queryset=Cause.objects.all(),
        to_field_name="slug",
        method="filter_cause",
        empty_label="Toutes",
    )
    territoire = TerritoryFilter(
        label="Territoire", queryset=None, method="filter_territory", empty_label="Tous"
    )
    public = django_filters.ModelChoiceFilter(
        label="Public",
        queryset=Audience.objects.all(),
        to_field_name="slug",
        method="filter_audience",
        empty_label="Tous",
    )
    inscrites = django_filters.BooleanFilter(
        label="Seulement celles qui sont inscrites", method="filter_members", widget=forms.CheckboxInput
    )

    class Meta:
        model = Association
        fields: tuple[str, ...] = ()

    def filter_words(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.saying(value)

    def filter_cause(self, queryset: Any, name: str, value: Cause) -> Any:
        return queryset.for_cause(value)

    def filter_territory(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.acting_in(value)

    def filter_audience(self, queryset: Any, name: str, value: Audience) -> Any:
        return queryset.for_audience(value)

    def filter_members(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.checked() if value else queryset
