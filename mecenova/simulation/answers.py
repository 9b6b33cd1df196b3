"""What people do about what the site brings them: suggestions, requests, and the questions that follow."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from random import Random
from uuid import UUID

from matching.enums import Choice
from matching.models import Diagnosis, Suggestion
from matching.operations import choose_after, decline_suggestion, mark_seen, take_interest
from mecenova.calendar import clock
from mecenova.calendar.working_days import is_working_day
from mecenova.simulation.network import Answering, Span, chance_of
from mecenova.simulation.people import AssociationMember, CompanyMember, Member, Write
from partnerships.enums import PartnershipStatus, Side, reasons_for
from partnerships.models import Introduction, Partnership
from partnerships.operations import (
    abandon_partnership,
    accept_introduction,
    agree_partnership,
    decline_introduction,
    postpone_introduction,
    report_talk,
)
from partnerships.operations import mark_seen as mark_introduction_seen

# The page is opened well before the answer is given, also by some who never answer.
SEEN_ANYWAY = 0.4
# Pairs that have talked by the first question; a few more at each of the next.
TALKED = 0.6


class Reader:
    """Looks every day at what is new, and writes in the diary what each person will do about it, and when.

    What somebody does about one suggestion is drawn from who they are and whom it shows, not from its turn:
    other rules of the site would find the same people.
    """

    def __init__(
        self,
        seed: int,
        write: Write,
        associations: Mapping[UUID, AssociationMember],
        companies: Mapping[UUID, CompanyMember],
    ) -> None:
        self.seed = seed
        self.write = write
        # By organisation.
        self.associations = associations
        self.companies = companies
        self._suggestions: set[UUID] = set()
        self._asked: set[tuple[UUID, object]] = set()
        self._read_until: datetime | None = None

    def read(self) -> None:
        """One look, in the morning."""
        self._read_suggestions()
        self._read_requests()
        self._read_talks()
        self._read_diagnoses()
        self._read_until = clock.now()

    def _read_suggestions(self) -> None:
        new = Suggestion.objects.open().with_parties().order_by("presented_at", "pk")
        if self._read_until is not None:
            new = new.filter(presented_at__gte=self._read_until)
        for suggestion in new:
            company = self.companies[suggestion.company.organisation_id]
            association = self.associations[suggestion.association.organisation_id]
            chance = chance_of(
                self.seed, "suggestion", company.plan.number, association.plan.number, suggestion.need.title
            )
            self._plan_suggestion(suggestion, company, chance)

    def _plan_suggestion(self, suggestion: Suggestion, company: CompanyMember, chance: Random) -> None:
        answering = company.plan.answering
        moment = self._when(company, answering, chance)
        if chance.random() < answering.silent:
            if chance.random() < SEEN_ANYWAY:
                self.write(moment, lambda: mark_seen(suggestion=suggestion, by=company.user))
            return
        wants = chance.random() < answering.yes
        reason = chance.choice(reasons_for(suggestion.need.kind, Side.COMPANY))

        def answer() -> None:
            mark_seen(suggestion=suggestion, by=company.user)
            if wants:
                note = "Votre action nous intéresse. Pouvons-nous en parler\u202f?"
                take_interest(suggestion=suggestion, note=note, by=company.user)
            else:
                decline_suggestion(suggestion=suggestion, reason=reason, by=company.user)

        self.write(moment, answer)

    def _read_requests(self) -> None:
        for asked in Introduction.objects.waiting().with_parties().order_by("requested_at", "pk"):
            turn = (asked.pk, asked.later_on)
            if turn in self._asked:
                continue
            self._asked.add(turn)
            association = self.associations[asked.association.organisation_id]
            company = self.companies[asked.company.organisation_id]
            member: Member = company if asked.asked_by_side == Side.ASSOCIATION else association
            answering = (company if member is company else association).plan.answering
            chance = chance_of(
                self.seed, "request", company.plan.number, association.plan.number, asked.later_on
            )
            self._plan_request(asked, member, answering, chance)

    def _plan_request(
        self, asked: Introduction, member: Member, answering: Answering, chance: Random
    ) -> None:
        moment, by = self._when(member, answering, chance), member.user
        if chance.random() < answering.silent:
            if chance.random() < SEEN_ANYWAY:
                self.write(moment, lambda: mark_introduction_seen(introduction=asked, by=by))
            return
        drawn, reason = chance.random(), chance.choice(reasons_for(asked.kind, asked.answering_side))
        later_on = moment.date() + timedelta(days=chance.choice((20, 45, 90)))

        def answer() -> None:
            mark_introduction_seen(introduction=asked, by=by)
            if drawn < answering.yes:
                accept_introduction(introduction=asked, by=by)
            elif drawn < answering.yes + answering.later and asked.later_on is None:
                postpone_introduction(introduction=asked, later_on=later_on, by=by)
            else:
                decline_introduction(introduction=asked, reason=reason, by=by)

        self.write(moment, answer)

    def _read_talks(self) -> None:
        """« Did you talk? »: most say the same on both sides, some do not, some say nothing."""
        asked = Partnership.objects.filter(
            status=PartnershipStatus.DISCUSSION, disagreement_at=None, introduction__isnull=False
        ).order_by("opened_at", "pk")
        for partnership in asked.select_related("introduction__association", "introduction__company"):
            turn = (partnership.pk, partnership.talk_turn)
            if not partnership.is_asked_whether_they_talked or turn in self._asked:
                continue
            self._asked.add(turn)
            introduction = partnership.introduction
            assert introduction is not None  # noqa: S101 (filtered above)
            association = self.associations[introduction.association.organisation_id]
            company = self.companies[introduction.company.organisation_id]
            pair = (company.plan.number, association.plan.number)
            talked = chance_of(self.seed, "talk", *pair).random() < TALKED + 0.01 * partnership.talk_turn
            for side in (association, company):
                chance = chance_of(self.seed, "told", *pair, type(side).__name__, partnership.talk_turn)
                answering = side.plan.answering
                if chance.random() > answering.silent:
                    said = talked if chance.random() < 0.93 else not talked
                    moment = self._when(side, answering, chance)
                    self.write(moment, partial(self._tell_talk, partnership, side, said))
            if talked:
                chance = chance_of(self.seed, "agree", *pair)
                moment = clock.now() + timedelta(days=chance.uniform(20, 70))
                self.write(moment, partial(self._conclude, partnership, company, chance))

    def _tell_talk(self, partnership: Partnership, side: Member, talked: bool) -> None:
        report_talk(partnership=partnership, talked=talked, by=side.user)

    def _conclude(self, partnership: Partnership, company: CompanyMember, chance: Random) -> None:
        """They have talked: one in two signs, the others stop there, and say so or not."""
        drawn, today = chance.random(), clock.today()
        if drawn < 0.5:
            ends_on = today + timedelta(days=chance.choice((120, 180, 365)))
            agree_partnership(partnership=partnership, signed_on=today, ends_on=ends_on, by=company.user)
        elif drawn < 0.8:
            abandon_partnership(partnership=partnership, by=company.user, note="Pas cette année.")

    def _read_diagnoses(self) -> None:
        for diagnosis in Diagnosis.objects.open().select_related("project__association").order_by("at", "pk"):
            turn = (diagnosis.pk, "diagnosis")
            if turn in self._asked:
                continue
            self._asked.add(turn)
            member = self.associations[diagnosis.project.association.organisation_id]
            chance = chance_of(self.seed, "diagnosis", member.plan.number, diagnosis.cause)
            if chance.random() > max(0.3, member.plan.answering.silent):
                choice = chance.choice([Choice.REWRITE, Choice.WIDEN])
                moment = self._when(member, member.plan.answering, chance)
                self.write(moment, partial(self._choose, diagnosis, member, choice))

    def _choose(self, diagnosis: Diagnosis, member: Member, choice: str) -> None:
        choose_after(diagnosis=diagnosis, choice=choice, by=member.user)

    def _when(self, member: Member, answering: Answering, chance: Random) -> datetime:
        """So many working days from now, and never while they are away."""
        left = answering.days * chance.lognormvariate(0, 0.5)
        day = clock.today()
        away: tuple[Span, ...] = member.plan.away  # type: ignore[attr-defined]
        while left > 0:
            day += timedelta(days=1)
            left -= is_working_day(day) and not any(span.holds(day) for span in away)
        return datetime.combine(day, time(9), tzinfo=clock.PARIS) + timedelta(hours=chance.uniform(0, 8))
