"""The team changes a delay: a row is added, the newest applies to what begins from then on."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from mecenova.agenda.delays import days_in_words
from mecenova.agenda.models import RuleDelay
from mecenova.agenda.rules import Delay
from mecenova.calendar.working_days import LONGEST_IN_WORKING_DAYS
from mecenova.locks import hold
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_DELAY = 3 * 365
SHORTEST_IN_CALENDAR_DAYS = 45


def hold_delays_of(rule: type[Delay]) -> None:
    """Whoever changes a day of this rule waits for whoever is changing another."""
    hold(f"agenda.delay:{rule.name}")


@transaction.atomic
def set_delay(*, rule: type[Delay], occurrence: int, days: int, by: "User | None") -> RuleDelay | None:
    """The days to count for one day of the rule's table; None when they are those already."""
    if by is not None and not is_staff(by):
        raise PermissionDenied
    hold_delays_of(rule)
    decided = RuleDelay.objects.in_force([rule.name])[rule.name]
    if days == decided.get(occurrence, occurrence):
        return None
    check_delay(rule, occurrence, days)
    return RuleDelay.objects.create(rule=rule.name, occurrence=occurrence, days=days, set_by=by)


def check_delay(rule: type[Delay], occurrence: int, days: int) -> None:
    """Refuse what cannot be counted, and what would put two days of a rule out of order."""
    if occurrence not in rule.days or occurrence == 0:
        raise DomainError("Ce jour ne se règle pas\u00a0: c’est une date donnée par quelqu’un.")
    decided = RuleDelay.objects.in_force([rule.name])[rule.name]
    if days < 1:
        raise DomainError("Un délai compte au moins un jour.")
    if days < rule.shortest:
        raise DomainError(f"Ici, un délai compte au moins {rule.shortest} jours.")
    if days > LONGEST_DELAY:
        raise DomainError(f"Un délai compte au plus {LONGEST_DELAY} jours.")
    if LONGEST_IN_WORKING_DAYS < days < SHORTEST_IN_CALENDAR_DAYS:
        raise DomainError(
            "Choisissez 30 jours ouvrés au plus, ou 45 jours calendaires au moins\u00a0: entre les deux,"
            " les jours ne se comptent pas de la même façon."
        )
    before = [decided.get(day, day) for day in rule.days if day < occurrence]
    after = [decided.get(day, day) for day in rule.days if day > occurrence]
    if before and days <= before[-1]:
        near = days_in_words(before[-1])
        raise DomainError(f"L’échéance d’avant est fixée à {near}\u00a0: choisissez un délai plus long.")
    if after and days >= after[0]:
        near = days_in_words(after[0])
        raise DomainError(f"L’échéance d’après est fixée à {near}\u00a0: choisissez un délai plus court.")
