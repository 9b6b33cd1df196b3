"""What serves: counts by day and by document, and nothing about whom."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from infotheque.models import DailyUse, Document, UsefulMark
from mecenova.calendar import clock

MARKS_ARE_KEPT = timedelta(days=1)


def count_opening(*, document: Document) -> None:
    _count(document, opened=1)


def count_download(*, document: Document) -> None:
    _count(document, downloaded=1)


@transaction.atomic
def say_useful(*, document: Document, address: str, is_useful: bool) -> None:
    """One answer a day for each address; answering again changes the answer, and adds nothing.

    The address itself is kept nowhere: see UsefulMark.
    """
    UsefulMark.objects.update_or_create(
        document=document,
        day=clock.today(),
        key=mark_key(document, address),
        defaults={"is_useful": is_useful},
    )
    _settle(document)


def mark_key(document: Document, address: str) -> str:
    """Not to be turned back into an address: the key that made it is the site's own, and the day is in it."""
    said = f"{clock.today():%Y%m%d}:{document.pk}:{address}"
    return salted_hmac("infotheque.useful", said, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def forget_marks() -> int:
    """Counts stay; what told one answer from another goes."""
    old = UsefulMark.objects.filter(day__lte=clock.today() - MARKS_ARE_KEPT)
    return old.delete()[0]


def _settle(document: Document) -> None:
    """The day's counts are those of the day's marks, whatever came twice."""
    marks = UsefulMark.objects.filter(document=document, day=clock.today())
    useful = marks.filter(is_useful=True).count()
    DailyUse.objects.update_or_create(
        document=document,
        day=clock.today(),
        defaults={"useful": useful, "not_useful": marks.count() - useful},
    )


def _count(document: Document, **steps: int) -> None:
    day = clock.today()
    DailyUse.objects.bulk_create([DailyUse(document=document, day=day)], ignore_conflicts=True)
    DailyUse.objects.filter(document=document, day=day).update(
        **{name: F(name) + step for name, step in steps.items()}
    )
