"""What people are told, whichever way it travels."""

import re
from html import unescape

from mecenova.calendar import clock
from mecenova.mail.composition import compose_due
from mecenova.mail.digest import next_digest_time
from mecenova.mail.models import DigestLine, OutgoingMail


def compose_the_week():
    """Live the next Monday morning, and come back."""
    with clock.frozen(next_digest_time(clock.now())):
        return compose_due()


def the_mail(notification, **wanted):
    """The one mail that tells of it: its own, or the digest of the week."""
    if notification.weekly:
        compose_the_week()
    return OutgoingMail.objects.get(**wanted)


def preheader_of(mail):
    """What mailboxes show beside the subject, or between it and the first words."""
    (found,) = re.findall(r'class="preheader"[^>]*>([^<]*)<', mail.html)
    return unescape(found)


def whole(mail):
    """All that is read of it: in the list of the mailbox, then once opened."""
    return f"{mail.subject}\n{preheader_of(mail)}\n\n{mail.text}"


def names_told(**wanted):
    """The names of what people are told: mails and lines of digests, in the order they were written."""
    mails = OutgoingMail.objects.exclude(notification="mail.weekly_digest").filter(**wanted)
    found = [
        *mails.values_list("created_at", "notification"),
        *DigestLine.objects.filter(**wanted).values_list("created_at", "notification"),
    ]
    return [name for _, name in sorted(found)]
