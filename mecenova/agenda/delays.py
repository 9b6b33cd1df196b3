"""The table of delays as the team reads it: each delay, its days in force, who changed what and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mecenova.agenda.enums import Owner
from mecenova.agenda.models import RuleDelay
from mecenova.agenda.planning import promised_days
from mecenova.agenda.rules import Delay, delay_named, delays
from mecenova.calendar.working_days import LONGEST_IN_WORKING_DAYS


@dataclass(frozen=True)
class Day:
    """One day of a rule's table."""

    occurrence: int
    default: int
    days: int
    changed_by: str
    changed_at: datetime | None

    @property
    def settable(self) -> bool:
        """Day 0 is a date that somebody gave: there is nothing to count."""
        return self.occurrence > 0

    @property
    def in_words(self) -> str:
        return days_in_words(self.days)

    @property
    def default_in_words(self) -> str:
        return days_in_words(self.default)


@dataclass(frozen=True)
class Table:
    """One rule, or one delay counted apart from rules."""

    name: str
    title: str
    owner: str
    days: list[Day]
    every: int | None

    @property
    def caption(self) -> str:
        return f"Délais\u00a0: {self.title}"

    @property
    def days_in_words(self) -> str:
        """All of them in one line, to be read without opening the table."""
        return ", ".join(day.in_words for day in self.days).capitalize()

    @property
    def is_changed(self) -> bool:
        return any(day.days != day.default for day in self.days)

    @property
    def every_in_words(self) -> str:
        """What comes back after 30 days counts them from its first day: beyond 30, they are calendar days."""
        if not self.every:
            return ""
        return _in_words(self.every, working=self.every < LONGEST_IN_WORKING_DAYS)


def promised_in_words(name: str) -> str:
    """The days that people are promised, as the team has set them.

    Raises LookupError when no rule and no delay has this name.
    """
    delay = delay_named(name)
    if delay is None:
        raise LookupError(f"No delay is called {name}")
    return days_in_words(promised_days(delay))


def days_in_words(days: int) -> str:
    if days == 0:
        return "à la date dite"
    return _in_words(days, working=days <= LONGEST_IN_WORKING_DAYS)


def _in_words(days: int, *, working: bool) -> str:
    kind = "ouvré" if working else "calendaire"
    mark = "s" if days > 1 else ""
    return f"{days} jour{mark} {kind}{mark}"


def tables(rules: Iterable[type[Delay]] | None = None) -> list[Table]:
    """Every delay of the site, in one query."""
    rules = delays() if rules is None else list(rules)
    newest: dict[tuple[str, int], RuleDelay] = {}
    decided = RuleDelay.objects.filter(rule__in=[rule.name for rule in rules])
    for row in decided.select_related("set_by").order_by("set_at", "id"):
        newest[row.rule, row.occurrence] = row
    return [_table(rule, newest) for rule in sorted(rules, key=lambda rule: (rule.title, rule.name))]


def history(rule: type[Delay]) -> list[RuleDelay]:
    """Every decision on this rule, newest first."""
    return list(RuleDelay.objects.filter(rule=rule.name).select_related("set_by").order_by("-set_at", "-id"))


def _table(rule: type[Delay], newest: dict[tuple[str, int], RuleDelay]) -> Table:
    days = []
    for occurrence in rule.days:
        row = newest.get((rule.name, occurrence))
        days.append(
            Day(
                occurrence,
                occurrence,
                row.days if row else occurrence,
                str(row.set_by or "Une personne partie") if row else "",
                row.set_at if row else None,
            )
        )
    return Table(rule.name, rule.title or rule.name, Owner(rule.owner).label, days, rule.every)
