"""Who may do what in the library. Nothing here writes."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import Organisation, User
from accounts.policies import can_edit
from infotheque.models import Collection, Document, DocumentFile, Path
from mecenova.team import is_staff

Person = User | AnonymousUser


def can_curate(user: Person) -> bool:
    """Write, publish, verify and put away: IMS staff."""
    return is_staff(user)


def can_view(user: Person, document: Document) -> bool:
    """Everybody reads what is published; staff read the rest."""
    return document.is_published or can_curate(user)


def can_download(user: Person, file: DocumentFile) -> bool:
    """Everybody has the files of the current version that are not private; staff have them all."""
    document = file.version.document
    is_current = document.current_version_id == file.version_id
    return can_curate(user) or (document.is_published and is_current and not file.is_private)


def can_learn(user: Person, organisation: Organisation, path: Path) -> bool:
    """Work through a path in the name of an organisation it was written for: its own people."""
    return path.suits(organisation) and can_edit(user, organisation)


def can_view_collection(user: Person, collection: Collection) -> bool:
    return collection.published_at is not None or can_curate(user)
