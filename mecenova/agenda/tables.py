"""The days that each follow-up counts: its rule's table, as the team had set it when the table was begun."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Min

from mecenova.agenda.models import FollowUp, RuleDelay
from mecenova.agenda.models.delay import Decision
from mecenova.agenda.rules import rule_named

Delays = Mapping[int, int]


class Tables:
    """What the team has decided of some rules, read for the follow-ups given: one query where it has.

    A date once promised stays when a delay changes: only what begins from then on is counted otherwise, or
    what comes back once the table is over.
    """

    def __init__(self, decided: Mapping[str, Sequence[Decision]], rows: Iterable[FollowUp]) -> None:
        self._decided = decided
        self._begun = _begun([row for row in rows if decided.get(row.rule)])

    def of(self, row: FollowUp, occurrence: int | None = None) -> Delays:
        """Those that this follow-up counts, or, of the same cycle, the one of this occurrence."""
        decided = self._decided.get(row.rule, ())
        known = self._known(row, row.occurrence if occurrence is None else occurrence)
        return {day: days for moment, day, days in decided if known is None or moment <= known}

    def _known(self, row: FollowUp, occurrence: int) -> datetime | None:
        """When its dates were first given; None for what is planned now."""
        rule = rule_named(row.rule)
        if rule is not None and occurrence > rule.days[-1]:
            return row.created_at if occurrence == row.occurrence else None
        return self._begun.get((row.rule, row.subject_id, row.cycle))


def decided_of(rules: Iterable[str], rows: Iterable[FollowUp]) -> Tables:
    """The tables of these rules, for these follow-ups; one more query where the team has set a delay."""
    return Tables(RuleDelay.objects.decided(rules), rows)


def _begun(rows: Sequence[FollowUp]) -> dict[tuple[str, uuid.UUID, int], datetime]:
    """By rule, subject and cycle, when its first follow-up was opened."""
    if not rows:
        return {}
    alike = FollowUp.objects.filter(
        subject_type__in={row.subject_type_id for row in rows},
        subject_id__in={row.subject_id for row in rows},
        rule__in={row.rule for row in rows},
    )
    found = alike.order_by().values_list("rule", "subject_id", "cycle").annotate(begun=Min("created_at"))
    return {(rule, subject, cycle): begun for rule, subject, cycle, begun in found}
