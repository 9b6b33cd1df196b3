"""Notifications whose answers a test decides."""

from django.db import connection

from mecenova.mail.enums import Category
from mecenova.mail.groups import register_group
from mecenova.mail.notifications import Notification, register_notification

register_group("letters", "Les lettres d’essai", "Une lettre de temps en temps.")
register_group("news", "Les nouvelles d’essai", "Des nouvelles, parfois.")


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


@register_notification
class Weekly(Welcome):
    """A line of the digest, wanted as a reminder is."""

    name = "tests.weekly"
    template = "mail/tests/weekly.md"
    urgent = False
    weekly = True

    def context(self, subject, recipient):
        return {}

    def still_wanted(self, subject, recipient):
        return subject.last_name != "Répondu"


@register_notification
class WeeklyLetter(Weekly):
    name = "tests.weekly_letter"
    template = "mail/tests/weekly_letter.md"
    category = Category.INFORMATION
    group = "letters"


@register_notification
class WeeklyNews(WeeklyLetter):
    name = "tests.weekly_news"
    group = "news"


@register_notification
class BrokenWeekly(Weekly):
    name = "tests.broken_weekly"

    def still_wanted(self, subject, recipient):
        raise ZeroDivisionError


@register_notification
class RefusedWeekly(Weekly):
    """What it asks of the database raises there."""

    name = "tests.refused_weekly"

    def still_wanted(self, subject, recipient):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return True


@register_notification
class Exact(Welcome):
    """Written again when it leaves."""

    name = "tests.exact"
    rendered_late = True
    urgent = False
    said = ["hier"]

    def context(self, subject, recipient):
        return {"note": self.said[-1]}
