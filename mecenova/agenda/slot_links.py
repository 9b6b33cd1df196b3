"""The address where an organisation chooses a slot; what it wants to talk about is signed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db.models import Model
from django.urls import reverse

from mecenova.agenda.organisations import kept_instead_of

SALT = "agenda.slots"


@dataclass(frozen=True)
class Wish:
    """Who wants to talk, about what."""

    organisation_id: UUID
    about: Model
    token: str


def slots_path(*, organisation_id: UUID, about: Model) -> str:
    """Where a member of the organisation chooses a slot to talk about `about`."""
    return reverse("agenda:slots", args=[token_for(organisation_id=organisation_id, about=about)])


def token_for(*, organisation_id: UUID, about: Model) -> str:
    kind = ContentType.objects.get_for_model(about)
    said = [str(organisation_id), f"{kind.app_label}.{kind.model}", str(about.pk)]
    return signing.dumps(said, salt=SALT, compress=True)


def wish_from(token: str) -> Wish | None:
    """None when the token was altered, or when what it speaks of no longer exists.

    The mail that holds it stays good once its organisation was made part of another.
    """
    try:
        said: Any = signing.loads(token, salt=SALT)
        organisation_id, kind, pk = UUID(said[0]), said[1], UUID(said[2])
        model = ContentType.objects.get_by_natural_key(*kind.split(".")).model_class()
    except (signing.BadSignature, ContentType.DoesNotExist, ValueError, TypeError, LookupError):
        return None
    kept_id = kept_instead_of(organisation_id) or organisation_id
    about_id = kept_id if pk == organisation_id else pk
    about = model._base_manager.filter(pk=about_id).first() if model else None
    return Wish(kept_id, about, token) if about is not None else None
