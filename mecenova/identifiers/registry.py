"""Registry numbers as people copy them: with spaces, dots, small letters. Errors say what to do next."""

import re
import unicodedata
from collections.abc import Callable

from django.core.exceptions import ValidationError
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

_SEPARATORS = re.compile(r"[\s.\-–/]+")
_RNA = re.compile(r"W\d[0-9A-Z]\d{7}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)

_WHERE_TO_FIND_IT = (
    "Vous le trouverez sur l’avis de situation de l’Insee ou sur annuaire-entreprises.data.gouv.fr."
)


def clean_siren(text: str) -> str:
    """The nine digits of a company or association in the Sirene register."""
    number = _compact(text)
    if not _DIGITS.fullmatch(number):
        raise ValidationError(
            f"Un numéro SIREN ne contient que des chiffres. {_WHERE_TO_FIND_IT}", code="siren_characters"
        )
    if len(number) == 14:
        raise ValidationError(
            "Vous avez saisi 14 chiffres\u00a0: c’est un SIRET. Gardez les 9 premiers, ils forment le SIREN.",
            code="siren_is_siret",
        )
    if len(number) != 9:
        raise ValidationError(
            f"Un numéro SIREN a 9 chiffres, vous en avez saisi {len(number)}. {_WHERE_TO_FIND_IT}",
            code="siren_length",
        )
    if not _passes(stdnum_siren.validate, number):
        raise ValidationError(
            f"Ce numéro SIREN n’existe pas\u00a0: un chiffre est sans doute faux. {_WHERE_TO_FIND_IT}",
            code="siren_checksum",
        )
    return number


def clean_siret(text: str) -> str:
    """The fourteen digits of an establishment; its first nine must be a SIREN, La Poste has its own sum."""
    number = _compact(text)
    if not _DIGITS.fullmatch(number):
        raise ValidationError(
            f"Un numéro SIRET ne contient que des chiffres. {_WHERE_TO_FIND_IT}", code="siret_characters"
        )
    if len(number) == 9:
        raise ValidationError(
            "Vous avez saisi 9 chiffres\u00a0: c’est un SIREN. "
            "Ajoutez les 5 chiffres de l’établissement pour obtenir le SIRET.",
            code="siret_is_siren",
        )
    if len(number) != 14:
        raise ValidationError(
            f"Un numéro SIRET a 14 chiffres, vous en avez saisi {len(number)}. {_WHERE_TO_FIND_IT}",
            code="siret_length",
        )
    if not _passes(stdnum_siren.validate, number[:9]):
        raise ValidationError(
            "Les 9 premiers chiffres de ce SIRET ne forment pas un SIREN\u00a0: "
            f"vérifiez-les un par un. {_WHERE_TO_FIND_IT}",
            code="siret_siren",
        )
    if not _passes(stdnum_siret.validate, number):
        raise ValidationError(
            "Les 5 derniers chiffres de ce SIRET ne correspondent à aucun établissement\u00a0: "
            f"vérifiez-les un par un. {_WHERE_TO_FIND_IT}",
            code="siret_checksum",
        )
    return number


def clean_rna(text: str) -> str:
    """The number of an association in the national register: W and nine characters."""
    number = _compact(text).upper()
    if not _RNA.fullmatch(number):
        raise ValidationError(
            "Un numéro RNA commence par W, suivi de 9 caractères, par exemple W751234567. "
            "Vous le trouverez sur le récépissé de la préfecture. "
            "Il n’existe pas en Alsace et en Moselle\u00a0: "
            "choisissez «\u202fregistre d’Alsace-Moselle\u202f».",
            code="rna_format",
        )
    return number


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))


def _passes(validate: Callable[[str], str], number: str) -> bool:
    if set(number[:9]) == {"0"}:  # A row of zeros has a valid sum and names nobody.
        return False
    try:
        validate(number)
    except InvalidNumber:
        return False
    return True
