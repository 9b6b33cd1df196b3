"""Addresses that work outside the site."""

from email.utils import parseaddr
from hashlib import sha256

from django.conf import settings


def absolute_url(path: str) -> str:
    """A page's address as written in a mail."""
    return f"{settings.SITE_URL.rstrip('/')}/{path.lstrip('/')}"


def message_id_for(key: str) -> str:
    """The Message-ID of the mail of this key: always the same, so that a repeat can be recognised."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "mecenova.example"
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{domain}>"
