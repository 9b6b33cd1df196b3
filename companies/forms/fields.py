"""Fields that several forms of this room share. Rows are named by slugs and codes, never by their numbers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mecenova.reference.models import Sector


class SectorField(forms.ModelChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Sector.objects.all(),
            to_field_name="slug",
            empty_label="Choisissez un secteur",
            **options,
        )


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
