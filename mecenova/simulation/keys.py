"""Keys drawn from the seed rather than from the machine's noise: the same year whenever it is lived."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from django.apps import apps
from django.db.models import Field, UUIDField


@contextmanager
def drawn_keys(chance: Random) -> Iterator[None]:
    """Inside the block, every new row whose key is a random UUID takes it from this chance."""

    def draw() -> uuid.UUID:
        return uuid.UUID(int=chance.getrandbits(128), version=4)

    changed: list[Field] = []
    for model in apps.get_models():
        key = model._meta.pk
        if isinstance(key, UUIDField) and key.default is uuid.uuid4:
            _set_default(key, draw)
            changed.append(key)
    try:
        yield
    finally:
        for key in changed:
            _set_default(key, uuid.uuid4)


def _set_default(field: Field, default: Callable[[], uuid.UUID]) -> None:
    field.default = default
    # Django keeps what it found of a field's default the first time it is asked.
    field.__dict__.pop("_get_default", None)
