"""Amounts of money as people write them."""

import re
import unicodedata
from decimal import Decimal

from django.core.exceptions import ValidationError

LARGEST = Decimal(1_000_000_000)

_CURRENCY = re.compile(r"(?:€|euros?|eur)$", re.IGNORECASE)
# Thousands are grouped by spaces or by points; cents follow a comma, or a point when no point groups.
_PLAIN = re.compile(r"\d+(?:[.,]\d{1,2})?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:([ .'])\d{3})(?:\1\d{3})*(?:,\d{1,2})?", re.ASCII)
_GROUPED_BY_SPACES_WITH_POINT = re.compile(r"\d{1,3}(?: \d{3})+\.\d{1,2}", re.ASCII)


def parse_amount(text: str) -> Decimal:
    """An amount in euros, to the cent, from « 12 500,50 € » and the like.

    Refuses what could be read in two ways (« 12,500 ») rather than guess a factor of a thousand.
    """
    written = _CURRENCY.sub("", _tidy(text)).strip()
    if not written:
        raise ValidationError("Indiquez un montant en euros, par exemple 12\u202f500.", code="amount_missing")
    if written.startswith("-"):
        raise ValidationError(
            "Un montant ne peut pas être négatif\u00a0: retirez le signe moins.", code="amount_negative"
        )
    if _PLAIN.fullmatch(written):
        number = written.replace(",", ".")
    elif _GROUPED.fullmatch(written):
        number = re.sub(r"[ .']", "", written).replace(",", ".")
    elif _GROUPED_BY_SPACES_WITH_POINT.fullmatch(written):
        number = written.replace(" ", "")
    else:
        raise ValidationError(
            "Ce montant n’est pas lisible. Écrivez-le en chiffres, par exemple 12\u202f500,50.",
            code="amount_unreadable",
        )
    amount = Decimal(number)
    if amount > LARGEST:
        raise ValidationError(
            "Ce montant dépasse un milliard d’euros\u00a0: vérifiez le nombre de zéros.",
            code="amount_too_large",
        )
    return amount.quantize(Decimal("0.01"))


def _tidy(text: str) -> str:
    """Every kind of space, minus sign and apostrophe as the keyboard's own."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-").replace("’", "'")
    return " ".join(plain.split())
