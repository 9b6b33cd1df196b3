"""One-click links: signed, for one action, one person at one address and one subject, until a date.

Opening the link shows a page; only its form acts. Holding the link is the right to act, as that person and
on that subject only: it opens no session. Once the person has another address, whoever reads the former one
holds it too: it then acts for that person signed in, and for nobody else.
"""

import re
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django import forms
from django.core.signing import BadSignature, Signer
from django.db.models import Model
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url

if TYPE_CHECKING:
    from accounts.models import User

NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_KEY = 16
_SECONDS = 6
_ADDRESS = 8


class OneClick:
    """What a link shows, and the one operation its form calls. Declared in `<app>/links.py`."""

    name: ClassVar[str]
    max_age: ClassVar[timedelta] = timedelta(days=30)
    # Extends "mail_pages/one_click.html" and fills its block `subject`.
    template: ClassVar[str] = "mail_pages/one_click.html"
    title: ClassVar[str] = "Répondre"
    button: ClassVar[str] = "Confirmer"
    form_class: ClassVar[type[forms.Form]] = forms.Form

    def get_subject(self, pk: uuid.UUID) -> Any:
        """The subject, or None when it no longer exists."""
        raise NotImplementedError

    def context(self, subject: Any, user: "User") -> dict[str, Any]:
        """What the page shows of the subject."""
        return {}

    def get_form(self, subject: Any, user: "User", data: Any = None) -> forms.Form:
        return self.form_class(data)

    def may_act(self, subject: Any, user: "User") -> bool:
        """Whether this person still answers for it: an old link shows nothing to who has left the team."""
        return True

    def still_possible(self, subject: Any) -> str | None:
        """Why the action is over (in French: answered, by whom, when), or None while it is possible."""
        return None

    def act(self, subject: Any, user: "User", cleaned_data: dict[str, Any]) -> str:
        """Call the operation; say in French what has just been done."""
        raise NotImplementedError

    def goes_on(self, subject: Any) -> tuple[str, str]:
        """Where it goes on, once done: an address of the site, and the words of the link."""
        return reverse("pages:dashboard"), "Aller à mon tableau de bord"

    def looks_back(self, subject: Any) -> tuple[str, str]:
        """The same, once over: where what became of it is read."""
        return self.goes_on(subject)


L = TypeVar("L", bound=type[OneClick])
_registry: dict[str, type[OneClick]] = {}


class LinkAltered(Exception):
    """The token is not one of ours, or not any more."""


class LinkExpired(Exception):
    """The token is ours, and too old."""


@dataclass(frozen=True)
class ReadLink:
    """What a valid token says."""

    action: OneClick
    user_id: uuid.UUID
    subject_id: uuid.UUID
    expires_at: datetime
    address_digest: bytes

    def was_sent_to(self, user: "User") -> bool:
        """At the address that this person has now. Of links made before they said so, nobody knows."""
        return self.address_digest == _digest_of_address(user)


def register_link(cls: L) -> L:
    """Class decorator: make the action known to the page behind the links."""
    if not NAME.fullmatch(cls.name):
        raise ValueError(f"{cls.__qualname__}: a name reads app.action, not {cls.name}")
    if _registry.setdefault(cls.name, cls) is not cls:
        raise ValueError(f"Two one-click actions are called {cls.name}")
    return cls


def registered() -> list[type[OneClick]]:
    return [_registry[name] for name in sorted(_registry)]


def link_for(one_click: type[OneClick] | str, subject: Model, user: "User") -> str:
    """The address to put in this person's mail, valid from now for the action's `max_age`.

    A notification gives the action's name: links are declared in a layer above it.
    """
    name = one_click if isinstance(one_click, str) else one_click.name
    if name not in _registry:
        raise LookupError(f"No one-click action is called {name}: its link would lead nowhere")
    issued = int(clock.now().timestamp()).to_bytes(_SECONDS, "big")
    said = user.pk.bytes + subject.pk.bytes + issued + _digest_of_address(user)
    payload = urlsafe_b64encode(said).decode().rstrip("=")
    token = f"{name}:{_signer(name).sign(payload)}"
    return absolute_url(reverse("mail:one_click", args=[token]))


def read(token: str) -> ReadLink:
    """What a token says, or LinkAltered, or LinkExpired."""
    name, _, signed = token.partition(":")
    cls = _registry.get(name)
    if cls is None:
        raise LinkAltered(name)
    try:
        payload = _signer(name).unsign(signed)
        raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        user_id, subject_id = uuid.UUID(bytes=raw[:_KEY]), uuid.UUID(bytes=raw[_KEY : 2 * _KEY])
        seconds, address_digest = raw[2 * _KEY : 2 * _KEY + _SECONDS], raw[2 * _KEY + _SECONDS :]
        issued = datetime.fromtimestamp(int.from_bytes(seconds, "big"), UTC)
    except (BadSignature, ValueError, OverflowError) as error:
        raise LinkAltered(name) from error
    expires_at = issued + cls.max_age
    if clock.now() >= expires_at:
        raise LinkExpired(name)
    return ReadLink(cls(), user_id, subject_id, expires_at, address_digest)


def _digest_of_address(user: "User") -> bytes:
    return sha256(user.email.lower().encode()).digest()[:_ADDRESS]


def _signer(name: str) -> Signer:
    """One salt per action: a link signed for one is worth nothing to another."""
    return Signer(salt=f"mecenova.mail.one_click.{name}")
