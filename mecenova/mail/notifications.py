"""One small class per mail. Apps declare theirs in `<app>/notifications.py`; delivery asks them again."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from mecenova.mail.enums import Category
from mecenova.mail.groups import GROUPS
from mecenova.mail.rendering import Written, render

if TYPE_CHECKING:
    from accounts.models import User
    from mecenova.mail.models import OutgoingMail

NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")


class Attachment(NamedTuple):
    """A file that leaves with a mail, written when it leaves."""

    name: str
    content: str
    mimetype: str
    # Of one that calendars read (RFC 6047): what it asks of them.
    method: str = ""


class Notification:
    """What a mail says, to whom, and whether it is still wanted when it is about to leave."""

    name: ClassVar[str]
    template: ClassVar[str]
    category: ClassVar[Category] = Category.SERVICE
    # What an information mail can be declined by (MailPreference.group).
    group: ClassVar[str] = ""
    # True for the answer to a person's own act: it leaves at once, whatever the hour.
    urgent: ClassVar[bool] = False
    # True for what needs no answer now: a line of the person's weekly digest instead of a mail.
    weekly: ClassVar[bool] = False
    # True for what must be exact when it is read: written again at the moment of delivery.
    rendered_late: ClassVar[bool] = False
    # What is asked about its subject when it leaves (`select_related`), read with it.
    reads: ClassVar[tuple[str, ...]] = ()
    # The same of what its subject, or who is read with it, has several of (`prefetch_related`).
    reads_many: ClassVar[tuple[Any, ...]] = ()

    def __init__(self, occurrence: str = "") -> None:
        # Which time it is that this subject is told of: what `queue` was given.
        self.occurrence = occurrence

    def recipients(self, subject: Any) -> "Iterable[User]":
        raise NotImplementedError

    def read_ahead(self, told: Sequence[Any]) -> None:
        """What several mails of this kind will ask for, besides their subjects, when they leave together."""

    def context(self, subject: Any, recipient: "User") -> dict[str, Any]:
        return {}

    def attachments(self, subject: Any, recipient: "User") -> Sequence[Attachment]:
        """Files that leave with it; the site's own page of the mail does not show them again."""
        return ()

    def reply_to(self, subject: Any, recipient: "User") -> Sequence[str]:
        """The addresses that an answer to this mail goes to: they are never written in it, so never kept."""
        return ()

    def still_wanted(self, subject: Any, recipient: "User") -> bool:
        """Asked at the moment of delivery: who has answered, refused, paused or left gets nothing.

        Delivery also asks `recipients` again: whoever is no longer among them gets nothing either.
        """
        return True

    def values(self, subject: Any, recipient: "User", context: dict[str, Any]) -> dict[str, Any]:
        """All that the template may use."""
        return {"subject": subject, "recipient": recipient, **context}

    def rewrite(self, mail: "OutgoingMail", subject: Any, recipient: "User") -> Written | None:
        """The mail as it must leave now; None when nothing in it is wanted any more."""
        context = self.context(subject, recipient)
        return render(self.template, self.values(subject, recipient, context), groups=self.groups)

    @property
    def groups(self) -> list[str]:
        """What is declined when this mail is unsubscribed from."""
        return [self.group] if self.category == Category.INFORMATION else []


N = TypeVar("N", bound=type[Notification])
_registry: dict[str, type[Notification]] = {}


def register_notification(cls: N) -> N:
    """Class decorator: make the notification known to delivery, which finds it by its stored name."""
    if not NAME.fullmatch(cls.name):
        raise ValueError(f"{cls.__qualname__}: a name reads app.what_happened, not {cls.name}")
    if cls.category == Category.INFORMATION and not cls.group:
        raise ValueError(f"{cls.name}: an information mail names the group it can be declined by")
    if cls.category == Category.INFORMATION and cls.group not in GROUPS:
        raise ValueError(f"{cls.name}: the group {cls.group} is declared with register_group first")
    if cls.weekly and (cls.urgent or cls.rendered_late):
        raise ValueError(f"{cls.name}: what waits for the week is neither urgent nor written by itself")
    if _registry.setdefault(cls.name, cls) is not cls:
        raise ValueError(f"Two notifications are called {cls.name}")
    return cls


def registered() -> list[type[Notification]]:
    return [_registry[name] for name in sorted(_registry)]


def notification_named(name: str, occurrence: str = "") -> Notification | None:
    cls = _registry.get(name)
    return cls(occurrence) if cls else None
