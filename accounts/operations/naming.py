"""What an organisation is called and where it is, as its record keeps it."""

import re

from accounts.models import User
from accounts.models.organisation import record_key
from mecenova.identifiers.text import has_web_address, one_line
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError

NAME_LENGTH = 250


def clean_name(name: str, by: User | None, former: str = "") -> str:
    """Mails say it: only the team, or a registry, writes one with a web address in it."""
    name = one_line(name)
    if len(name) > NAME_LENGTH:
        raise DomainError(f"Ce nom est trop long\u00a0: {NAME_LENGTH} caractères au plus.")
    is_free = by is None or is_staff(by) or name == former
    if not is_free and has_web_address(name):
        raise DomainError(
            "Écrivez le nom sans adresse de site\u00a0: elle a son propre champ. "
            "S’il s’agit d’une abréviation, mettez une espace après le point."
        )
    return name


def clean_key(name: str) -> str:
    """Under which the record is found again, whatever its spelling."""
    key = record_key(one_line(name))
    if not key:
        raise DomainError("Écrivez le nom de l’organisme avec des lettres ou des chiffres.")
    return key


def clean_postal_code(postal_code: str) -> str:
    """Five digits, or nothing."""
    code = re.sub(r"\s", "", postal_code)
    if code and not re.fullmatch(r"[0-9]{5}", code):
        raise DomainError("Écrivez le code postal en cinq chiffres, par exemple 75011.")
    return code
