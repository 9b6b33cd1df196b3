"""Fields that only make sense here: amounts and registry numbers, checked as they are typed."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from associations.enums import Registry
from mecenova.identifiers.amounts import parse_amount
from mecenova.identifiers.registry import clean_rna, clean_siren


class AmountField(forms.Field):
    """« 12 500,50 € » as people write it. What was typed stays in the field when it is refused."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "En euros, par exemple 12\u202f500.")
        super().__init__(**options)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "maxlength": 40})

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip()
        return parse_amount(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return f"{value:.2f}".replace(".", ",").removesuffix(",00")


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
