"""Files stored all together or not at all: what a transaction undoes does not include them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import File
from django.db.models.fields.files import FieldFile

Store = Callable[[FieldFile, str, "File[Any]"], None]


@contextmanager
def stored_together() -> Iterator[Store]:
    """Gives what stores a file in the field of a row that is still to be written.

    When what is done inside raises, a full volume for one, those already stored are taken away again.
    """
    stored: list[FieldFile] = []

    def store(field: FieldFile, name: str, content: "File[Any]") -> None:
        field.save(name, content, save=False)
        stored.append(field)

    try:
        yield store
    except BaseException:
        for field in stored:
            field.storage.delete(field.name or "")
        raise
