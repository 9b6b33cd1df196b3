"""The mails of the new release, and one that always breaks."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from mecenova.mail.notifications import Notification, register_notification
from tests.faults.hooks import is_old_release


class ToOnePerson(Notification):
    template = "mail/faults/news.md"
    urgent = True

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]


class NewsOfTheNewRelease(ToOnePerson):
    name = "faults.news"


@register_notification
class AlwaysRaises(ToOnePerson):
    name = "faults.always_raises"

    def still_wanted(self, subject: Any, recipient: User) -> bool:
        raise RuntimeError("a row that nobody can send")


@register_notification
class AlwaysRaisesWeekly(AlwaysRaises):
    """A line of the digest: once while it is composed, the others go without it."""

    name = "faults.always_raises_weekly"
    urgent = False
    weekly = True


if not is_old_release():
    register_notification(NewsOfTheNewRelease)
