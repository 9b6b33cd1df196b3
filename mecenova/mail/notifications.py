"""One small class per mail. Apps declare theirs in `<app>/notifications.py`; delivery asks them again."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from mecenova.mail.enums import Category

if TYPE_CHECKING:
    from accounts.models import User

NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")


class Notification:
    """What a mail says, to whom, and whether it is still wanted when it is about to leave."""

    name: ClassVar[str]
    template: ClassVar[str]
    category: ClassVar[Category] = Category.SERVICE
    # What an information mail can be declined by (MailPreference.group).
    group: ClassVar[str] = ""
    # True for the answer to a person's own act: it leaves at once, whatever the hour.
    urgent: ClassVar[bool] = False

    def recipients(self, subject: Any) -> "Iterable[User]":
        raise NotImplementedError

    def context(self, subject: Any, recipient: "User") -> dict[str, Any]:
        return {}

    def still_wanted(self, subject: Any, recipient: "User") -> bool:
        """Asked at the moment of delivery: who has answered, refused, paused or left gets nothing."""
        return True


N = TypeVar("N", bound=type[Notification])
_registry: dict[str, type[Notification]] = {}


def register_notification(cls: N) -> N:
    """Class decorator: make the notification known to delivery, which finds it by its stored name."""
    if not NAME.fullmatch(cls.name):
        raise ValueError(f"{cls.__qualname__}: a name reads app.what_happened, not {cls.name}")
    if cls.category == Category.INFORMATION and not cls.group:
        raise ValueError(f"{cls.name}: an information mail names the group it can be declined by")
    if _registry.setdefault(cls.name, cls) is not cls:
        raise ValueError(f"Two notifications are called {cls.name}")
    return cls


def registered() -> list[type[Notification]]:
    return [_registry[name] for name in sorted(_registry)]


def notification_named(name: str) -> Notification | None:
    cls = _registry.get(name)
    return cls() if cls else None
