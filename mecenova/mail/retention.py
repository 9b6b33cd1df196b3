"""What a mail said is kept as long as it may serve; then only that it was written, and what became of it.

Three years is what the CNIL recommends for people who are no longer members, counted from their last act
(« Gestion commerciale » guidelines, 2022); a mail is never younger than that act. A code or a reset link
serves no longer than it is valid.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from mecenova.calendar import clock
from mecenova.mail.models import MESSAGE, AddressTrouble, OutgoingMail, OutgoingMailQuerySet, ProviderNews
from mecenova.mail.troubles import mend_address
from mecenova.one_by_one import one_by_one
from mecenova.workflow.errors import DomainError

WORDS_KEPT = timedelta(days=3 * 365)
SECRETS_KEPT = timedelta(days=2)
# News of a provider that comes late is compared with the mending; after this, none is on its way any more.
TROUBLES_KEPT = timedelta(days=90)
# Providers tell again for some days, and keep their own logs for less than this.
NEWS_KEPT = timedelta(days=365)
# One night's work; a site that had never forgotten anything catches up in a few nights.
AT_ONCE = 20_000


class StillLeaving(DomainError):
    """What was to be forgotten is about to be read."""


def forget_old_words(limit: int = AT_ONCE) -> int:
    """Erase the words and the address of mails that are over and old, and say how many."""
    now = clock.now()
    old = Q(created_at__lt=now - WORDS_KEPT) | Q(confidential=True, created_at__lt=now - SECRETS_KEPT)
    over = OutgoingMail.objects.over().remembered().filter(old).order_by("created_at", "pk")
    return _forget(OutgoingMail.objects.over().remembered().filter(pk__in=over.values("pk")[:limit]))


def forget_old_troubles() -> int:
    """Delete what was mended long ago, and the troubles of addresses that are nobody's and in no mail."""
    before = clock.now() - TROUBLES_KEPT
    people = get_user_model()._default_manager.filter(email=OuterRef("address"))
    mails = OutgoingMail.objects.filter(address=OuterRef("address"))
    mended = AddressTrouble.objects.filter(mended_at__lt=before)
    strangers = AddressTrouble.objects.open().filter(
        ~Exists(people), ~Exists(mails), user=None, at__lt=before
    )
    keys = list(strangers.values_list("pk", flat=True))
    forgotten, _ = mended.delete()
    return forgotten + sum(one_by_one(_mend_and_forget, keys, what="trouble"))


def forget_old_news() -> int:
    """Delete the traces of what providers told, by which a thing told again is known; and say how many."""
    forgotten, _ = ProviderNews.objects.filter(received_at__lt=clock.now() - NEWS_KEPT).delete()
    return forgotten


@transaction.atomic
def _mend_and_forget(pk: UUID) -> int:
    trouble = AddressTrouble.objects.filter(pk=pk).first()
    if trouble is None:
        return 0
    mend_address(trouble=trouble, by=None)
    trouble.delete()
    return 1


@transaction.atomic
def forget_strangers(*, keys_beginning: str, before: datetime) -> int:
    """The same, sooner, of ready-made mails to people without an account, whose address served once.

    Written before that moment and over: each has arrived, or never will. What refused mail there goes too.
    """
    beginning = f"{MESSAGE}:{keys_beginning}:"
    mails = OutgoingMail.objects.over().remembered().filter(recipient=None, key__startswith=beginning)
    mails = mails.filter(created_at__lt=before)
    AddressTrouble.objects.filter(
        user=None, address__in=set(mails.values_list("address", flat=True))
    ).delete()
    return _forget(mails)


def forget_about(subject_type: ContentType, keys: Collection[UUID]) -> int:
    """The same, at once, of what was written about these subjects: they were erased.

    Raises StillLeaving when one of these mails has not left yet: somebody is to read it first.
    """
    return _forget_what_has_left(OutgoingMail.objects.filter(subject_type=subject_type, subject_id__in=keys))


def forget_naming(pattern: str, subject_types: Collection[ContentType]) -> int:
    """The same, by the words, of mails about one of these types or about nothing: no subject leads to them.

    `pattern` is a regular expression of PostgreSQL.
    """
    about = OutgoingMail.objects.filter(Q(subject_type__in=subject_types) | Q(subject_type=None))
    naming = about.remembered().filter(Q(subject__regex=pattern) | Q(text__regex=pattern))
    return _forget_what_has_left(naming)


def _forget_what_has_left(mails: OutgoingMailQuerySet) -> int:
    if mails.waiting().exists():
        raise StillLeaving(
            "Des courriels sur cette fiche ne sont pas encore partis. Effacez-la le prochain jour ouvré."
        )
    return _forget(mails.over().remembered())


def _forget(mails: OutgoingMailQuerySet) -> int:
    return mails.update(subject="", text="", html="", address="", forgotten_at=clock.now())
