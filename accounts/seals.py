"""Secrets that the site must read again, kept so that a stolen database tells none of them.

Sealed (Fernet) with a key drawn from the site's own; former keys still open.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "accounts.seals"


class Unreadable(Exception):
    """Sealed with a key that the site knows no more."""


def seal(text: str) -> str:
    return _seals().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises Unreadable."""
    try:
        return _seals().decrypt(sealed.encode()).decode()
    except InvalidToken as unknown:
        raise Unreadable from unknown


def seal_again(sealed: str) -> str:
    """The same, with the key of today: a former one can be forgotten. Raises Unreadable."""
    return seal(unseal(sealed))


def _seals() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key_from(key)) for key in keys])


def _key_from(secret: str | bytes) -> bytes:
    return urlsafe_b64encode(salted_hmac(SALT, "seal", secret=secret, algorithm="sha256").digest())
