"""What an organisation is called and where it is, as its record keeps it."""

import re
from collections.abc import Sequence

from django.utils.crypto import salted_hmac

from accounts.enums import OrganisationEvent
from accounts.models import Organisation, User
from accounts.models.organisation import ERASED_KEY, record_key
from accounts.policies import can_check
from mecenova.identifiers.names import names_the_site
from mecenova.identifiers.text import has_web_address, one_line
from mecenova.team import is_staff
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError

NAME_LENGTH = 250


def clean_name(name: str, *, by: User | None, former: str = "") -> str:
    """Mails say it: only the team, or a registry, writes one with a web address in it, or the site's name."""
    name = one_line(name)
    if len(name) > NAME_LENGTH:
        raise DomainError(f"Ce nom est trop long\u00a0: {NAME_LENGTH} caractères au plus.")
    is_free = by is None or is_staff(by) or name == former
    if not is_free and names_the_site(name):
        raise DomainError("Ce nom est celui du site\u00a0: écrivez celui de votre organisme.")
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


def erased_trace(kind: str, name_key: str, postal_code: str, secret: str | bytes | None = None) -> str:
    """Under which an erased record is known again by whoever brings its name, and by nobody else."""
    written = f"{kind} {postal_code} {name_key}"
    return salted_hmac(ERASED_KEY, written, secret=secret, algorithm="sha256").hexdigest()


def record_new_name(organisation: Organisation, former: str, *, by: User | None) -> None:
    """The team checked another name: it must be able to see that this is not the one it read.

    Another spelling of the same name is only told.
    """
    if not organisation.is_checked or organisation.name == former:
        return
    other = record_key(former) != organisation.name_key
    _record(organisation, f"«\u202f{former}\u202f» est devenu «\u202f{organisation.name}\u202f».", other, by)


def record_new_numbers(
    organisation: Organisation, former: Sequence[str], numbers: Sequence[str], *, by: User | None
) -> None:
    """Those of registries, in one order: a missing one completes the record, another makes it another's."""
    changed = [(old, new) for old, new in zip(former, numbers, strict=True) if old and old != new]
    if organisation.is_checked and changed:
        note = " ".join(f"Le numéro {old} est devenu {new or 'vide'}." for old, new in changed)
        _record(organisation, note, True, by)


def _record(organisation: Organisation, note: str, other: bool, by: User | None) -> None:
    to_look_at = other and by is not None and not can_check(by, organisation)
    verb = OrganisationEvent.CHANGE_IDENTITY if to_look_at else OrganisationEvent.RENAME
    journal.record(organisation, verb, organisation.status, organisation.status, by, note)
