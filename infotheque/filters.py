"""The library's filters: values in, queryset verbs called."""

from typing import Any

import django_filters
from django import forms

from infotheque.enums import DocumentKind
from infotheque.models import Document
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause


class DocumentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label="Mots du titre ou du résumé", method="filter_words", max_length=200, widget=forms.SearchInput
    )
    type = django_filters.ChoiceFilter(
        label="Type de document", field_name="kind", choices=DocumentKind.choices, empty_label="Tous"
    )
    cause = django_filters.ModelChoiceFilter(
        label="Cause",
        queryset=Cause.objects.all(),
        to_field_name="slug",
        method="filter_cause",
        empty_label="Toutes",
    )
    forme = django_filters.ChoiceFilter(
        label="Forme de partenariat", choices=Kind.choices, method="filter_kind", empty_label="Toutes"
    )

    class Meta:
        model = Document
        fields: tuple[str, ...] = ()

    def filter_words(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.saying(value)

    def filter_cause(self, queryset: Any, name: str, value: Cause) -> Any:
        return queryset.for_cause(value)

    def filter_kind(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.about_kind(value)
