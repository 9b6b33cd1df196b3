"""Files beside a mail's words; what calendars read is one of the ways in which the mail itself is told."""

from typing import Any

from anymail.backends.base import AnymailBaseBackend
from django.core.mail import EmailMultiAlternatives

from mecenova.mail.notifications import Attachment


def takes_parts(backend: Any) -> bool:
    """A provider's interface takes a text, an HTML and files; a mail server, whatever parts a mail has."""
    return not isinstance(backend, AnymailBaseBackend)


def attach(message: EmailMultiAlternatives, file: Attachment, *, as_words: bool) -> None:
    """What is for calendars stands twice, as they send it themselves: a part that mailboxes show and act on,
    and the same as a file for those that show none. Where only files are taken, the file says what it asks.
    """
    if not file.method:
        message.attach(file.name, file.content, file.mimetype)
        return
    asking = f"{file.mimetype}; method={file.method}"
    if not as_words:
        message.attach(file.name, file.content, asking)
        return
    message.attach_alternative(file.content, asking)
    message.attach(file.name, file.content.encode(), "application/ics")
