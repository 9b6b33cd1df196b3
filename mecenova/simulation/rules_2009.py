"""The same people under the first site's rules: sign up and wait.

No check, no round, no follow-up, no date. Companies browse the directory when they have time and write to
those that are already known; associations write to known companies. Who they are, when they come, how fast
and whether they answer is drawn from the same seed as under today's rules.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from mecenova.calendar.clock import PARIS
from mecenova.calendar.working_days import due_at, is_working_day
from mecenova.simulation.figures import (
    Figures,
    Requests,
    longest_silence,
    middle,
    percentile,
    spread,
)
from mecenova.simulation.network import Answering, AssociationPlan, CompanyPlan, Plan, Span, chance_of

PROMISED_DAYS = 15
# What was looked at before is looked at again: each view makes the next one likelier.
FIRST_VIEW = 1.0


@dataclass
class _Life:
    views: int = 0
    news: list[datetime] = field(default_factory=list)


class Year2009:
    """A directory, a contact form, and whatever people do by themselves."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._lives = {association.key: _Life() for association in plan.associations}
        self._known: Counter[int] = Counter()
        self._mails: Counter[tuple[str, int]] = Counter()
        self._waits: list[float] = []
        self._requests: Counter[str] = Counter()
        self._partnerships = 0

    def live(self) -> Figures:
        acts: list[tuple[datetime, int, str, int]] = []
        for company in self.plan.companies:
            for month in range(self.plan.days // 30 + 1):
                chance = chance_of(self.plan.seed, "browse", company.number, month)
                day = self.plan.start + timedelta(days=30 * month + chance.randrange(30))
                acts.append((_at(day, 11), month, "browse", company.number))
        for association in self.plan.associations:
            acts += self._askings(association)
        heapq.heapify(acts)
        while acts:
            moment, turn, what, number = heapq.heappop(acts)
            if moment.date() < self.plan.end:
                (self._browse if what == "browse" else self._ask)(number, moment, turn)
        return self._figures()

    def _askings(self, association: AssociationPlan) -> list[tuple[datetime, int, str, int]]:
        """At the same moments as under today's rules."""
        moment, found, turn = association.joins, [], 0
        while association.asks_a_month and moment.date() < self.plan.end:
            wait = chance_of(self.plan.seed, "asking", association.number, turn).expovariate(
                association.asks_a_month / 30
            )
            moment += timedelta(days=wait)
            found.append((moment, turn, "ask", association.number))
            turn += 1
        return found

    def _browse(self, number: int, moment: datetime, turn: int) -> None:
        """As many as the company can look at; the already seen come first in everybody's eyes."""
        company = self.plan.companies[number]
        if not _is_here(company, moment) or company.policy is None:
            return
        chance = chance_of(self.plan.seed, "choose", number, turn)
        listed = [
            association
            for association in self.plan.associations
            if association.action.cause in company.causes and _is_here(association, moment)
        ]
        for _ in range(min(company.capacity, len(listed))):
            weights = list(accumulate(FIRST_VIEW + self._lives[each.key].views for each in listed))
            seen = chance.choices(listed, cum_weights=weights)[0]
            listed.remove(seen)
            life = self._lives[seen.key]
            if not life.views:
                self._waits.append((moment - seen.joins) / timedelta(days=1))
            life.views += 1
            self._consider(company, seen, moment)

    def _consider(self, company: CompanyPlan, seen: AssociationPlan, moment: datetime) -> None:
        """A company that is interested writes; one that is not says nothing, and nobody knows it looked."""
        chance = chance_of(self.plan.seed, "interest", company.number, seen.number)
        if chance.random() < company.answering.silent or chance.random() > company.answering.yes:
            return
        self._lives[seen.key].news.append(moment)
        self._write_to(f"a{seen.number}", seen.joins, moment)
        self._answer(moment, seen.answering, seen.away, chance, None)

    def _ask(self, number: int, moment: datetime, turn: int) -> None:
        """An association writes to a company that everybody knows."""
        association = self.plan.associations[number]
        chance = chance_of(self.plan.seed, "asked", number, turn)
        listed = [
            company
            for company in self.plan.companies
            if association.action.cause in company.causes and _is_here(company, moment)
        ]
        if not listed or not _is_here(association, moment):
            return
        weights = list(accumulate(FIRST_VIEW + self._known[company.number] for company in listed))
        company = chance.choices(listed, cum_weights=weights)[0]
        self._known[company.number] += 1
        self._write_to(f"c{company.number}", company.joins, moment)
        self._answer(moment, company.answering, company.away, chance, association)

    def _answer(
        self,
        asked: datetime,
        answering: Answering,
        away: tuple[Span, ...],
        chance: Random,
        told: AssociationPlan | None,
    ) -> None:
        """Answered once, or never: nobody reminds anybody, and nothing is released."""
        promised = due_at(asked, PROMISED_DAYS)
        answered = _answer_moment(asked, answering, away, chance)
        if chance.random() < answering.silent:
            answered = None
        if answered is None and promised.date() >= self.plan.end:
            return
        self._requests["asked"] += 1
        if answered is None or answered.date() >= self.plan.end:
            return
        self._requests["answered"] += 1
        self._requests["answered_in_time"] += answered.date() <= promised.date()
        self._partnerships += chance.random() < answering.yes
        if told is not None:
            self._lives[told.key].news.append(answered)
            self._write_to(f"a{told.number}", told.joins, answered)

    def _write_to(self, person: str, since: datetime, moment: datetime) -> None:
        self._mails[person, (moment - since) // timedelta(weeks=1)] += 1

    def _figures(self) -> Figures:
        end = _at(self.plan.end, 0)
        silences = [
            longest_silence(
                association.joins,
                _at(association.leaves, 0) if association.leaves else end,
                self._lives[association.key].news,
            )
            for association in self.plan.associations
            if not association.expert
        ]
        people = [(f"a{each.number}", each.joins) for each in self.plan.associations]
        people += [(f"c{each.number}", each.joins) for each in self.plan.companies]
        mails = [
            self._mails[person, week]
            for person, since in people
            for week in range((end - since) // timedelta(weeks=1) + 1)
        ]
        able = [
            self._lives[each.key].views
            for each in self.plan.associations
            if not each.expert and each.completes is not None and each.publishes is not None
        ]
        return Figures(
            silence_longest=max(silences, default=0.0),
            silence_p95=percentile(silences, 0.95),
            silence_median=middle(silences) or 0.0,
            requests=Requests(**self._requests),
            presentations=spread(able),
            mails_mean=sum(mails) / len(mails),
            mails_p95=percentile(mails, 0.95),
            mails_most=max(mails),
            welcome_minutes=None,
            check_days=None,
            presentation_days=middle(self._waits),
            staff_hours_mean=0.0,
            staff_hours_most=0.0,
            partnerships=self._partnerships,
            signed=0,
        )


def _answer_moment(
    asked: datetime, answering: Answering, away: tuple[Span, ...], chance: Random
) -> datetime | None:
    left, day = answering.days * chance.lognormvariate(0, 0.5), asked.date()
    while left > 0:
        day += timedelta(days=1)
        left -= is_working_day(day) and not any(span.holds(day) for span in away)
    return _at(day, 15)


def _is_here(person: AssociationPlan | CompanyPlan, moment: datetime) -> bool:
    return person.joins <= moment and (person.leaves is None or moment.date() < person.leaves)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)
