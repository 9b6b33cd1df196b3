"""Addresses that end a person's subscription to groups of information mails (RFC 8058).

Signed, for one person and these groups. They need no login and do not expire: an old mail can be declined.
"""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from mecenova.mail.addresses import absolute_url

SALT = "mecenova.mail.unsubscribe"
_KEY = 16


class TokenAltered(Exception):
    """The token is not one of ours."""


@dataclass(frozen=True)
class Subscription:
    """Whose, to what."""

    user_id: uuid.UUID
    groups: list[str]


def unsubscribe_url(user_id: uuid.UUID, groups: Sequence[str]) -> str:
    payload = urlsafe_b64encode(user_id.bytes + ",".join(sorted(groups)).encode()).decode().rstrip("=")
    return absolute_url(reverse("mail:unsubscribe", args=[Signer(salt=SALT).sign(payload)]))


def read(token: str) -> Subscription:
    """What a token says, or TokenAltered."""
    try:
        payload = Signer(salt=SALT).unsign(token)
        raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        user_id, groups = uuid.UUID(bytes=raw[:_KEY]), raw[_KEY:].decode()
    except (BadSignature, ValueError) as error:
        raise TokenAltered from error
    return Subscription(user_id, groups.split(","))
