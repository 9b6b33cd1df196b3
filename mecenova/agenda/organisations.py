"""What the agenda asks about organisations, which live above it: a name, a telephone, and who works there."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from accounts.models import User


class Directory(Protocol):
    def names_of(self, keys: Iterable[UUID | None]) -> Mapping[UUID, str]: ...

    def phones_of(self, keys: Iterable[UUID | None]) -> Mapping[UUID, str]: ...

    def is_member(self, user: Any, organisation_id: UUID) -> bool: ...

    def are_checked(self, keys: Collection[UUID]) -> set[UUID]: ...

    def managers_of(self, organisation_id: UUID) -> "Iterable[User]": ...

    def lock(self, organisation_id: UUID) -> None: ...

    def kept_instead_of(self, organisation_id: UUID) -> UUID | None: ...


_directory: list[Directory] = []


def register_directory(directory: Directory) -> None:
    """The room that holds the organisations answers for them."""
    if _directory:
        raise ValueError("One directory answers for the organisations")
    _directory.append(directory)


def names_of(keys: Iterable[UUID | None]) -> Mapping[UUID, str]:
    return _directory[0].names_of(keys)


def name_of(organisation_id: UUID | None) -> str:
    return names_of([organisation_id]).get(organisation_id, "") if organisation_id else ""


def phones_of(keys: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """As they were given; nothing where nobody gave any."""
    return _directory[0].phones_of(keys)


def phone_of(organisation_id: UUID | None) -> str:
    return phones_of([organisation_id]).get(organisation_id, "") if organisation_id else ""


def is_member(user: Any, organisation_id: UUID) -> bool:
    return bool(user and user.is_authenticated) and _directory[0].is_member(user, organisation_id)


def are_checked(keys: Collection[UUID]) -> set[UUID]:
    """Of these organisations, those that somebody of the team has looked at."""
    return _directory[0].are_checked(keys)


def who_is_told(organisation_id: UUID | None, person: "User | None") -> "list[User]":
    """Of what `person` did in its name: that person while still of it, or else those who run it.

    The team books for whoever calls, and people leave: the organisation is told all the same.
    """
    if organisation_id is None:
        return []
    if person is not None and person.is_active and is_member(person, organisation_id):
        return [person]
    return list(_directory[0].managers_of(organisation_id))


def kept_instead_of(organisation_id: UUID) -> UUID | None:
    """The one that it was made part of; None for one that was not."""
    return _directory[0].kept_instead_of(organisation_id)


def lock(organisation_id: UUID) -> None:
    """Taken before what is done in its name (docs/adr/0014-one-order-of-locks.md)."""
    _directory[0].lock(organisation_id)
