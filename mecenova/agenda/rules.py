"""One small class per follow-up rule, declared in `<app>/followups.py`; the runner asks it again when due."""

import re
import uuid
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from mecenova.agenda.enums import Owner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Model

    from accounts.models import User
    from mecenova.agenda.models import FollowUp
    from mecenova.mail.notifications import Notification

NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")


class Letter(NamedTuple):
    """A mail that a rule has queued, to each of its notification's recipients."""

    notification: "type[Notification]"
    subject: "Model"
    occurrence: str = ""
    context: "Mapping[str, Any] | None" = None


class Delay:
    """A table of days that the team sets. Alone, it is counted by whatever asks; a `Rule` acts by itself."""

    name: ClassVar[str]
    # What the team reads where it sets the delays, in plain French.
    title: ClassVar[str] = ""
    owner: ClassVar[Owner] = Owner.PLATFORM
    # Days since the start: working days up to 30, calendar days from 45. Each is one occurrence.
    days: ClassVar[tuple[int, ...]]
    # Once the table is exhausted, act again every so many days (None: stop there).
    every: ClassVar[int | None] = None
    # What the team may not go under, a slip of the keyboard included.
    shortest: ClassVar[int] = 1
    # The day of the table that people are promised (None: the last).
    deadline_day: ClassVar[int | None] = None

    @property
    def promised_day(self) -> int:
        """The day of the table that people are promised, whatever the platform does before or after it."""
        return self.days[-1] if self.deadline_day is None else self.deadline_day


class Rule(Delay):
    """Who owes what, by when, and what the platform does each time a day of the table comes due."""

    # Shown as the subject's next step; a subject has one at a time.
    is_step: ClassVar[bool] = True
    # What the rule asks about its subject (`select_related`), read with it.
    reads: ClassVar[tuple[str, ...]] = ()
    # The same of what each subject has several of (`prefetch_related`): one query for a handful.
    reads_many: ClassVar[tuple[Any, ...]] = ()
    # True where acting on the promised day would take away what people could still do on it, or say of a
    # promise that it is broken: that day is left whole, and the platform acts on the working morning after.
    leaves_the_day: ClassVar[bool] = False
    # One person's own (an adviser's appointment): the team's sharing leaves it to them.
    personal: ClassVar[bool] = False

    # The same to the people whom the step is about, where `what` speaks of them to the team.
    to_you: ClassVar[str] = ""

    def what(self, subject: Any) -> str:
        """One French sentence, shown and stored: what is expected now."""
        raise NotImplementedError

    def organisation_id(self, subject: Any) -> uuid.UUID | None:
        """The organisation that owes the step."""
        return None

    def also_waits_for(self, subject: Any) -> "Sequence[uuid.UUID]":
        """The other organisations whose absence stops the clock, where one cannot go on without them."""
        return ()

    def assigned_to(self, subject: Any) -> "User | None":
        """The person who owes the step, when it is one person."""
        return None

    def locked_first(self, subject: Any) -> "Sequence[Model]":
        """What operations lock before the subject, in their order: the runner takes it before too."""
        return ()

    def still_relevant(self, subject: Any) -> bool:
        """Asked at the moment of acting; no means the follow-up is closed as pointless."""
        return True

    def already_told(self, person: "User") -> bool:
        """Whether a mail of the rule's own has listed what is late to this person of the team today: that it
        is theirs from now on is not told by a second mail."""
        return False

    def letters(self, subject: Any, follow_up: "FollowUp") -> "Sequence[Letter] | None":
        """The mails that are all there is to do this day; None where `act` does it.

        It only reads: nobody else's follow-up is read again for it.
        """
        return None

    def act(self, subject: Any, follow_up: "FollowUp") -> None:
        """Call an operation, queue mails beside it; runs in the follow-up's own transaction."""
        raise NotImplementedError


D = TypeVar("D", bound=type[Delay])
R = TypeVar("R", bound=type[Rule])
_registry: dict[str, type[Delay]] = {}


def register_delay(cls: D) -> D:
    """Class decorator: let the team set these days, which no rule counts."""
    if not NAME.fullmatch(cls.name):
        raise ValueError(f"{cls.__qualname__}: a name reads app.what_is_owed, not {cls.name}")
    if not cls.days or list(cls.days) != sorted(set(cls.days)) or cls.days[0] < 0:
        raise ValueError(f"{cls.name}: days are given in order, each once")
    if cls.every is not None and cls.every < 1:
        raise ValueError(f"{cls.name}: a repetition counts at least one day")
    if cls.deadline_day is not None and cls.deadline_day not in cls.days:
        raise ValueError(f"{cls.name}: the promised day is one of its days")
    if _registry.setdefault(cls.name, cls) is not cls:
        raise ValueError(f"Two rules are called {cls.name}")
    return cls


def register_rule(cls: R) -> R:
    """Class decorator: make the rule known to the runner, which finds it by its stored name."""
    return register_delay(cls)


def registered() -> list[type[Rule]]:
    return [cls for cls in delays() if issubclass(cls, Rule)]


def delays() -> list[type[Delay]]:
    """Everything that the team can set: the rules, and what is counted apart from them."""
    return [_registry[name] for name in sorted(_registry)]


def personal_rules() -> frozenset[str]:
    return frozenset(rule.name for rule in registered() if rule.personal)


def rule_named(name: str) -> Rule | None:
    found = delay_named(name)
    return found if isinstance(found, Rule) else None


def delay_named(name: str) -> Delay | None:
    cls = _registry.get(name)
    return cls() if cls else None


def following(rule: Rule, occurrence: int) -> int | None:
    """The occurrence after this one, or None when the rule has said all it had to say."""
    later = [day for day in rule.days if day > occurrence]
    if later:
        return later[0]
    return occurrence + rule.every if rule.every else None
