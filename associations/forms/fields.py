"""Fields that only make sense here: the key of a form sent once, and the numbers of registers."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from associations.enums import Registry
from mecenova.identifiers.registry import clean_rna, clean_siren


class OnceField(forms.UUIDField):
    """The key that the new row will have, drawn when the form is shown: a form sent twice makes one row."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4)

    def clean(self, value: Any) -> uuid.UUID | None:
        try:
            return super().clean(value)
        except ValidationError:
            return None


def clean_number(registry: str, number: str) -> dict[str, str]:
    """The number given, checked as its register writes it, under the name of its column."""
    if registry == Registry.ALSACE_MOSELLE:
        return {"rna": "", "siren": "", "court_entry": number}
    if registry == Registry.SIREN:
        return {"rna": "", "siren": clean_siren(number) if number else "", "court_entry": ""}
    return {"rna": clean_rna(number) if number else "", "siren": "", "court_entry": ""}
