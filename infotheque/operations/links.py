"""What the weekly check of links found, and what is done about it."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from infotheque.enums import DocumentStatus
from infotheque.models import Document, LinkCheck
from infotheque.models.lengths import LONGEST_LINK
from infotheque.models.link_check import MOST_FAILURES
from infotheque.operations.documents import doubt_document, lock, update_document
from infotheque.operations.vocabulary import words_kept_true
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError

# Seen less than so long ago, a link is not tried again: the same week counts once, however often it runs.
SEEN_LATELY = timedelta(days=6)


@transaction.atomic
def record_link_check(
    *, document: Document, link: str, problem: str = "", replacement: str = "", is_ours: bool = False
) -> LinkCheck | None:
    """The link answered (no problem), or not. The third failure in a row hides it and asks the owner.

    With `is_ours` the fault is this site's: it is told, waits its week, and counts against nobody.
    Nothing when the link was changed meanwhile, or when this week's check is known already.
    """
    document = lock(document, by=None)
    check = LinkCheck.objects.filter(document=document).first() or LinkCheck(document=document)
    if document.link != link or (check.link == link and is_recent(check.checked_at)):
        return None
    failures = check.failures if check.link == link else 0
    check.link, check.checked_at = link, clock.now()
    if is_ours:
        check.failures = failures
    else:
        check.failures = failures + 1 if problem else 0
    check.problem = problem[:300]
    check.replacement = replacement if len(replacement) <= LONGEST_LINK else ""
    check.save()
    if not is_ours:
        _show_or_hide(document, check)
    return check


@transaction.atomic
def replace_link(*, document: Document, by: User) -> Document:
    """Take the address that the check proposes instead of this very link. Already taken: nothing changes."""
    document = lock(document, by=by)
    check = LinkCheck.objects.filter(document=document).exclude(replacement="").first()
    if check is None or document.link not in {check.link, check.replacement}:
        raise DomainError("Aucune adresse n’est proposée pour ce document. Écrivez-la dans la fiche.")
    return update_document(document=document, by=by, link=check.replacement)


def is_recent(checked_at: datetime | None) -> bool:
    return checked_at is not None and checked_at > clock.now() - SEEN_LATELY


def _show_or_hide(document: Document, check: LinkCheck) -> None:
    if not check.failures and document.link_hidden_at:
        document.link_hidden_at = None
        with words_kept_true(document):
            document.save(update_fields=["link_hidden_at"])
    elif check.failures >= MOST_FAILURES and document.link_hidden_at is None:
        document.link_hidden_at = clock.now()
        with words_kept_true(document):
            document.save(update_fields=["link_hidden_at"])
        if document.status == DocumentStatus.PUBLISHED:
            doubt_document(document=document, by=None, note=check.problem)
