"""Notifications whose answers a test decides."""

from mecenova.mail.enums import Category
from mecenova.mail.notifications import Notification, register_notification


@register_notification
class Welcome(Notification):
    """To the person it is about; urgent, as the answer to an act."""

    name = "tests.welcome"
    template = "mail/tests/welcome.md"
    urgent = True

    def recipients(self, subject):
        return [subject]

    def context(self, subject, recipient):
        return {"note": ""}


@register_notification
class Reminder(Welcome):
    name = "tests.reminder"
    urgent = False

    def still_wanted(self, subject, recipient):
        return subject.last_name != "Répondu"


@register_notification
class Letter(Welcome):
    """Information, that can be declined."""

    name = "tests.letter"
    category = Category.INFORMATION
    group = "letters"
    urgent = False


@register_notification
class Broken(Welcome):
    name = "tests.broken"

    def still_wanted(self, subject, recipient):
        raise ZeroDivisionError
