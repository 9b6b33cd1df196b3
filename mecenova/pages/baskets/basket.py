"""What a basket is: a named queryset, how its lines read, and the one click that moves a line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from accounts.models import Organisation
from mecenova.agenda.delays import promised_in_words
from mecenova.calendar import clock

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User


@dataclass(frozen=True)
class Line:
    """One row of a basket: who, since when, and where to act.

    `organisation` is whom the team would talk to: its last contact is shown. `also_called` are others whose
    number helps. `person` is whom the site writes to, when it is not the organisation's people. `step_of`
    carries the next step.
    """

    subject: Any
    title: str
    since: datetime
    about: str
    url: str
    organisation: Organisation | None = None
    also_called: tuple[Organisation, ...] = ()
    person: "User | None" = None
    step_of: Any = None

    @property
    def called(self) -> list[Organisation]:
        """Whom the team can reach: by their number, else by the people whom their page names."""
        known = (self.organisation, *self.also_called)
        return [one for one in known if one is not None and (one.phone or not one.is_unclaimed)]

    @property
    def days(self) -> int:
        """How long it has been waiting, as a reader counts it from the date beside it."""
        return (clock.today() - clock.paris(self.since).date()).days


@dataclass(frozen=True)
class Action:
    """One click on a line. `act(subject, by, note)` calls one operation, which writes the journal.

    `asks_note` when the team writes down what was said; `done` is what the page then tells, followed by the
    words that `act` returns, if any.
    """

    label: str
    act: Callable[[Any, "User", str], str | None]
    done: str
    asks_note: bool = False


@dataclass(frozen=True)
class Basket:
    """`found` says which rows; `line` how one is shown; `advice` what the team does with them.

    `delay` names what the team sets and `heading` leaves room for; `moved_by` are the verbs of the journal
    that can take a line out; `left` is why one went, where none of them did.
    """

    slug: str
    heading: str
    unit: str
    advice: str
    found: Callable[[], "QuerySet[Any]"]
    line: Callable[[Any], Line]
    action: Action | None = None
    delay: str = ""
    moved_by: frozenset[str] = frozenset()
    left: str = field(kw_only=True)

    @property
    def title(self) -> str:
        return self.heading.format(promised_in_words(self.delay)) if self.delay else self.heading

    def count(self) -> int:
        return self.found().count()

    def subject(self, pk: "UUID") -> Any:
        """In the basket or gone from it; None when it exists no more."""
        found = self.found()
        return found.filter(pk=pk).first() or found.model._base_manager.filter(pk=pk).first()
