"""What a cell holds, as values: lists, figures, dates, addresses. Refusals name the column."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from mecenova.identifiers.amounts import parse_amount
from mecenova.identifiers.names import fold
from mecenova.identifiers.text import one_line
from mecenova.imports.errors import RowRefused

T = TypeVar("T")

# What people write in a cell to say that there is nothing.
NOTHING = frozenset(
    {"", "neant", "aucun", "aucune", "sans", "non renseigne", "nc", "na", "n a", "null", "none", "nan"}
)

LONGEST_PHONE = 30

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][0-9:.]+Z?)?", re.ASCII)
_FRENCH_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
# Decimals that a spreadsheet adds; three figures after a sign are thousands for some, and are not guessed.
_WHOLE = re.compile(r"(-?\d{1,9})(?:[.,]0{1,2})?", re.ASCII)
_CODE_AND_TOWN = re.compile(r"\b(\d{5})[\s–-]+([^\W\d][^\d,;()]*)")
# National numbers without their zero, and international ones without their plus: of France, and overseas.
_WITHOUT_ZERO = re.compile(r"[1-9]\d{8}", re.ASCII)
_WITHOUT_PLUS = re.compile(r"(?:33|262|590|594|596)[1-9]\d{8}", re.ASCII)
_LESSER_SEPARATORS = re.compile(r"[;,/\n]")
_is_website = URLValidator(schemes=["http", "https"])


def is_nothing(text: str) -> bool:
    return fold(text) in NOTHING


def listed(text: str, find: Callable[[str], T | None]) -> tuple[list[T], list[str]]:
    """The entries that « a|b|c » names, and the words that name none.

    A name may itself hold a comma: a part is cut further only when it names nothing as a whole.
    """
    found: dict[T, None] = {}
    unknown: list[str] = []
    for part in text.split("|"):
        whole = find(part) if part.strip() else None
        if whole is not None:
            found[whole] = None
            continue
        for piece in _LESSER_SEPARATORS.split(part):
            entry = find(piece) if piece.strip() else None
            if entry is not None:
                found[entry] = None
            elif not is_nothing(piece):
                unknown.append(one_line(piece)[:60])
    return list(found), unknown


def whole_number(text: str, column: str, *, least: int = 0, most: int) -> int | None:
    """« 12 », « 1 200 » or « 12,0 »; None when empty."""
    if is_nothing(text):
        return None
    found = _WHOLE.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        raise RowRefused(f"{column}\u00a0: «\u202f{_shown(text)}\u202f» n’est pas un nombre entier")
    number = int(found.group(1))
    if number < least:
        raise RowRefused(
            f"{column}\u00a0: «\u202f{_shown(text)}\u202f» est trop petit, écrivez {least} ou plus"
        )
    if number > most:
        raise RowRefused(f"{column}\u00a0: {number} dépasse le maximum de {most}")
    return number


def amount(text: str, column: str) -> Decimal | None:
    if is_nothing(text):
        return None
    return checked(text, column, parse_amount)


def checked(text: str, column: str, clean: Callable[[str], T]) -> T:
    """The cleaned value, or a refusal that carries the cleaner's own explanation."""
    try:
        return clean(text)
    except ValidationError as error:
        raise RowRefused(f"{column} «\u202f{_shown(text)}\u202f»\u00a0: {error.messages[0]}") from error


def day(text: str, column: str) -> date | None:
    """« 2027-03-31 » or « 31/03/2027 »."""
    if is_nothing(text):
        return None
    written = one_line(text)
    if found := _ISO_DATE.fullmatch(written):
        year, month, number = found.groups()
    elif found := _FRENCH_DATE.fullmatch(written):
        number, month, year = found.groups()
    else:
        raise RowRefused(f"{column}\u00a0: «\u202f{_shown(text)}\u202f» n’est pas une date comme 31/03/2027")
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        raise RowRefused(f"{column}\u00a0: le {_shown(written)} n’existe pas au calendrier") from None


def postal_code(text: str) -> str:
    """Five digits, whatever a spreadsheet made of them (« 1000 », « 75011.0 »); empty when it is no code."""
    written = re.sub(r"[.,]0$", "", re.sub(r"\s", "", text))
    if re.fullmatch(r"\d{4}", written, re.ASCII):
        written = f"0{written}"
    return written if re.fullmatch(r"\d{5}", written, re.ASCII) else ""


def phone(text: str) -> str:
    """As it is dialled: a spreadsheet that takes it for a figure takes its zero, or its plus, away."""
    if is_nothing(text):
        return ""
    written = re.sub(r"^(\d+)[.,]0$", r"\1", one_line(text))
    digits = re.sub(r"\s", "", written)
    if _WITHOUT_ZERO.fullmatch(digits):
        written = f"0{written}"
    elif _WITHOUT_PLUS.fullmatch(digits):
        written = f"+{written}"
    return written[:LONGEST_PHONE]


def postal_address(text: str) -> tuple[str, str] | None:
    """The postal code and the town at the end of « 12 rue des Lilas, 69003 Lyon »; None when it has none."""
    found = _CODE_AND_TOWN.findall(one_line(text))
    return (found[-1][0], found[-1][1].strip(" -–")) if found else None


def read_or_nothing(text: str, clean: Callable[[str], str]) -> str:
    """The cleaned value, or nothing: for a column that may hold something else."""
    try:
        return clean(text)
    except ValidationError:
        return ""


def website(text: str) -> str:
    """A full address, or an empty text when it is none."""
    written = text.strip()
    if is_nothing(written):
        return ""
    address = written if re.match(r"https?://", written, re.IGNORECASE) else f"https://{written}"
    try:
        _is_website(address)
    except ValidationError:
        return ""
    return address if len(address) <= 200 else ""


def joined_sentences(text: str) -> str:
    """On one line, single spaces; of the parts joined by « ; », each said once."""
    parts: dict[str, str] = {}
    for part in re.split(r"\s;\s|^;\s|\s;$", one_line(text)):
        parts.setdefault(fold(part), part.strip())
    return " ; ".join(part for part in parts.values() if part.strip())


def shortened(text: str, most: int) -> str:
    """Cut at a word, with an ellipsis."""
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rsplit(' ', 1)[0]}…"


def _shown(text: str) -> str:
    return shortened(one_line(text), 60)
