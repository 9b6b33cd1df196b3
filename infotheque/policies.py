"""Who may do what with a document. Nothing here writes."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from infotheque.models import Document
from mecenova.team import is_staff

Person = User | AnonymousUser


def can_curate(user: Person) -> bool:
    """Write, publish and withdraw: IMS staff."""
    return is_staff(user)


def can_view(user: Person, document: Document) -> bool:
    """Everybody reads what is published; staff read the drafts."""
    return document.is_published or can_curate(user)
