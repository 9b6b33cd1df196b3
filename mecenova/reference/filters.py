"""What a list is narrowed by, from the shared lists."""

import django_filters

from mecenova.reference.fields import TerritoryField


class TerritoryFilter(django_filters.ModelChoiceFilter):
    field_class = TerritoryField
