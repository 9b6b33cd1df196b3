"""Fields that several forms of this room share. Rows are named by slugs and codes, never by their numbers."""

from typing import Any

from django import forms

from mecenova.reference.models import Sector


class SectorField(forms.ModelChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Sector.objects.all(),
            to_field_name="slug",
            empty_label="Choisissez un secteur",
            **options,
        )
