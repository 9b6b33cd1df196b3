"""E-mail addresses: kept in small letters, so that two are the same when they are equal.

Never by `iexact`: PostgreSQL makes an I of « ı » and an S of « ſ », and would find two people in one address.
"""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


def refuse_look_alikes(address: str) -> None:
    """No letter that somebody, or a database, would take for one of the keyboard's.

    Django's own validator lets « ı », « ſ », « İ » and the sign of kelvins through, before the @ as after it.
    """
    box, _, domain = address.rpartition("@")
    found = next((letter for letter in box if not letter.isascii()), None)
    found = found or next((letter for letter in domain if _looks_like_ascii(letter)), None)
    if found:
        raise ValidationError(
            "Cette adresse contient un caractère qu’une adresse e-mail n’a pas\u00a0: "
            "«\u202f%(letter)s\u202f». Remplacez-le par la lettre ordinaire du clavier.",
            code="look_alike",
            params={"letter": found},
        )


def _looks_like_ascii(letter: str) -> bool:
    if letter.isascii():
        return False
    forms = (letter.upper(), letter.lower(), letter.casefold(), unicodedata.normalize("NFKC", letter))
    return bool(unicodedata.combining(letter)) or any(each.isascii() for form in forms for each in form)


class AddressField(models.EmailField):
    """An e-mail address, written and looked for in small letters."""

    default_validators = [*models.EmailField.default_validators, refuse_look_alikes]

    def to_python(self, value: Any) -> Any:
        return _lower(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _lower(super().get_prep_value(value))


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
