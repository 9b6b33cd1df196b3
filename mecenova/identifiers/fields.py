"""Form fields for what this package reads."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from mecenova.identifiers.amounts import parse_amount
from mecenova.identifiers.emails import refuse_look_alikes
from mecenova.identifiers.names import department_code

NARROW_SPACE = "\u202f"


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


class AmountField(forms.CharField):
    """Euros as people write them. What was typed comes back unchanged when it cannot be read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
            max_length=40,
            help_text=options.pop("help_text", "En euros, par exemple 12\u202f500."),
            **options,
        )

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = super().to_python(value)
        return parse_amount(text) if text else None

    def run_validators(self, value: Any) -> None:
        """The text's length is bounded by the browser; an amount has no length."""
        if isinstance(value, str):
            super().run_validators(value)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        whole, cents = divmod(value, 1)
        text = f"{int(whole):,}".replace(",", NARROW_SPACE)
        return f"{text},{int(cents * 100):02d}" if cents else text


class WholeNumberField(forms.IntegerField):
    """A count."""

    default_error_messages = {"invalid": "Écrivez un nombre entier, en chiffres."}


class AddressField(forms.EmailField):
    """An e-mail address, in the keyboard's letters."""

    default_validators = [*forms.EmailField.default_validators, refuse_look_alikes]


def _tells_a_place(postal_code: str) -> None:
    """Odds, suggestions and lists are by département: a code of none would leave its organisation out."""
    if department_code(postal_code) is None:
        raise ValidationError(
            f"{postal_code} n’est le code postal d’aucun département. Vérifiez-le, ou écrivez celui de la "
            "mairie de votre commune."
        )


class PostalCodeField(forms.CharField):
    """Five digits, typed with spaces or not, that say in which département."""

    default_validators = [
        RegexValidator(r"^[0-9]{5}\Z", "Écrivez le code postal en cinq chiffres, par exemple 75011."),
        _tells_a_place,
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=options.pop("label", "Code postal du siège"),
            max_length=10,
            widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "postal-code"}),
            error_messages={"required": "Écrivez le code postal du siège."},
            **options,
        )

    def to_python(self, value: Any) -> str:
        return "".join(super().to_python(value).split())


class TownField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Commune",
            max_length=120,
            widget=forms.TextInput({"autocomplete": "address-level2"}),
            error_messages={"required": "Écrivez la commune du siège."},
            **options,
        )


class WebsiteField(forms.URLField):
    """Never required: many have none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Site internet",
            required=False,
            max_length=200,
            assume_scheme="https",
            widget=forms.URLInput({"autocomplete": "url"}),
            error_messages={"invalid": "Écrivez l’adresse d’un site, par exemple www.exemple.fr."},
            **options,
        )


# The shortest in use, in Wallis-et-Futuna and Nouvelle-Calédonie.
LEAST_DIGITS_OF_A_PHONE = 6


class PhoneField(forms.CharField):
    """An organisation's, never required. A person dials it, and may read beside it whom to ask for."""

    default_error_messages = {"invalid": "Écrivez un numéro de téléphone, par exemple 06 12 34 56 78."}

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Téléphone",
            required=False,
            max_length=30,
            widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
            help_text="Lu par l’équipe, et par ceux avec qui un partenariat est ouvert.",
            **options,
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        digits = sum(character.isdigit() for character in value or "")
        if value and digits < LEAST_DIGITS_OF_A_PHONE:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
