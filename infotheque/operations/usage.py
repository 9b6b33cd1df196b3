"""What serves: counts by day and by document, and nothing about whom."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.crypto import salted_hmac

from infotheque.models import DailyUse, Document, UsefulMark
from mecenova.calendar import clock

MARKS_ARE_KEPT = timedelta(days=1)


@transaction.atomic
def count_opening(*, document: Document) -> None:
    _count(document, opened=1)


@transaction.atomic
def count_download(*, document: Document) -> None:
    _count(document, downloaded=1)


@transaction.atomic
def say_useful(*, document: Document, address: str, is_useful: bool) -> None:
    """One answer a day for each address; answering again changes the answer, and adds nothing.

    The address itself is kept nowhere: see UsefulMark.
    """
    use = _hold_day(document)
    UsefulMark.objects.update_or_create(
        document=document,
        day=use.day,
        key=mark_key(document, address),
        defaults={"is_useful": is_useful},
    )
    _settle(use)


def mark_key(document: Document, address: str) -> str:
    """Not to be turned back into an address: the key that made it is the site's own, and the day is in it."""
    said = f"{clock.today():%Y%m%d}:{document.pk}:{address}"
    return salted_hmac("infotheque.useful", said, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


@transaction.atomic
def forget_marks() -> int:
    """Counts stay; what told one answer from another goes."""
    old = UsefulMark.objects.filter(day__lte=clock.today() - MARKS_ARE_KEPT)
    return old.delete()[0]


def _hold_day(document: Document) -> DailyUse:
    """The counts of today, held until the end of the transaction: one answer is counted after the other."""
    _begin_day(document)
    return DailyUse.objects.select_for_update(no_key=True).get(document=document, day=clock.today())


def _begin_day(document: Document) -> None:
    DailyUse.objects.bulk_create([DailyUse(document=document, day=clock.today())], ignore_conflicts=True)


def _settle(use: DailyUse) -> None:
    """The day's counts are those of the day's marks, whatever came twice."""
    answers = UsefulMark.objects.filter(document=use.document_id, day=use.day).aggregate(
        useful=Count("pk", filter=Q(is_useful=True)), not_useful=Count("pk", filter=Q(is_useful=False))
    )
    DailyUse.objects.filter(pk=use.pk).update(**answers)


def _count(document: Document, **steps: int) -> None:
    _begin_day(document)
    DailyUse.objects.filter(document=document, day=clock.today()).update(
        **{name: F(name) + step for name, step in steps.items()}
    )
