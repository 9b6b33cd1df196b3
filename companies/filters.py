"""What a visitor may narrow the two lists by. A value that means nothing narrows nothing, and says so."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from companies.models import Company, Need
from companies.models.company import CompanyQuerySet
from companies.models.need import NeedQuerySet
from mecenova.reference.enums import Kind
from mecenova.reference.filters import OneOrSeveral, TerritoryFilter, each
from mecenova.reference.models import Cause, Sector

TIMES_TO_ANSWER = (("14", "Deux semaines"), ("30", "Un mois"), ("90", "Trois mois"))
ORDERS = (("recents", "Les plus récents"),)


class ListFilter(OneOrSeveral):
    """What both lists can be narrowed by."""

    several = ("forme", "cause", "territoire")
    q = filters.CharFilter(label="Mots", method="by_words", max_length=200)
    forme = filters.ChoiceFilter(
        label="Forme", method="by_kind", choices=Kind.choices, empty_label="Toutes les formes"
    )
    cause = filters.ModelChoiceFilter(
        label="Cause",
        queryset=Cause.objects.all(),
        to_field_name="slug",
        method="by_cause",
        empty_label="Toutes les causes",
    )
    territoire = TerritoryFilter(
        label="Territoire", method="by_territory", queryset=None, empty_label="Tous les territoires"
    )

    def by_words(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.saying(value)

    def by_kind(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.practising(*each(value))

    def by_cause(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.about_cause(*each(value))

    def by_territory(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.around(*each(value))


class NeedFilter(ListFilter):
    delai = filters.ChoiceFilter(
        label="Temps pour répondre",
        method="by_time_to_answer",
        choices=TIMES_TO_ANSWER,
        empty_label="Peu importe",
    )
    tri = filters.ChoiceFilter(
        label="Trier par", method="as_is", choices=ORDERS, empty_label="Date limite la plus proche"
    )

    class Meta:
        model = Need
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Need]) -> NeedQuerySet:
        found = super().filter_queryset(queryset)
        newest = self.form.cleaned_data.get("tri") == "recents"
        return found.newest_first() if newest else found.most_pressing_first()

    def by_time_to_answer(self, queryset: NeedQuerySet, name: str, value: str) -> NeedQuerySet:
        return queryset.with_time_to_answer(int(value))

    def as_is(self, queryset: NeedQuerySet, name: str, value: str) -> NeedQuerySet:
        return queryset


class CompanyFilter(ListFilter):
    secteur = filters.ModelChoiceFilter(
        label="Secteur",
        field_name="sector",
        queryset=Sector.objects.all(),
        to_field_name="slug",
        empty_label="Tous les secteurs",
    )
    ouvertes = filters.BooleanFilter(
        label="Seulement celles à qui l’on peut écrire en ce moment",
        method="by_door",
        widget=forms.CheckboxInput,
    )

    class Meta:
        model = Company
        fields: list[str] = []

    def by_door(self, queryset: CompanyQuerySet, name: str, value: bool) -> CompanyQuerySet:
        return queryset.with_an_open_door() if value else queryset

    def filter_queryset(self, queryset: QuerySet[Company]) -> CompanyQuerySet:
        return super().filter_queryset(queryset).by_name()
