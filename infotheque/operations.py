"""What changes the state of a document."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from infotheque import policies
from infotheque.models import Document
from infotheque.workflow import DOCUMENT
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance


@transaction.atomic
def publish_document(*, document: Document, by: User) -> Document:
    """Everybody can read it from now on. Raises DomainError when it leads nowhere."""
    document = _lock(document, by)
    if not document.link and not document.file:
        raise DomainError(
            f"«\u202f{document.title}\u202f» n’a ni lien ni fichier\u00a0: ajoutez l’un des deux."
        )
    advance(document, DOCUMENT, "publish", by=by, published_at=clock.now())
    return document


@transaction.atomic
def withdraw_document(*, document: Document, by: User) -> Document:
    """Back to a draft that only staff read."""
    document = _lock(document, by)
    advance(document, DOCUMENT, "withdraw", by=by, published_at=None)
    return document


def _lock(document: Document, by: User) -> Document:
    if not policies.can_curate(by):
        raise PermissionDenied
    return Document.objects.select_for_update().get(pk=document.pk)
