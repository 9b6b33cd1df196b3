"""What happened between them: rounds, requests, answers and silences."""

from datetime import timedelta
from itertools import count
from typing import Any

from accounts.models import Organisation, User
from matching.models import Suggestion
from matching.operations import decline_suggestion, mark_seen, run_round, take_interest
from mecenova.calendar import clock
from mecenova.demo.associations import Associations
from mecenova.demo.companies import Companies
from mecenova.demo.texts import Text, hour_for, read
from mecenova.demo.timeline import Timeline
from partnerships.enums import IntroductionStatus, Side, reasons_for
from partnerships.models import Introduction
from partnerships.operations import (
    abandon_partnership,
    accept_introduction,
    agree_partnership,
    decline_introduction,
    introduce,
    postpone_introduction,
    report_talk,
    withdraw_introduction,
)
from partnerships.operations import mark_seen as mark_introduction_seen

# Days ago, at night as the real ones.
ROUNDS = (33, 13)
# What a company does with the suggestions it reads, one after the other, then again.
READINGS = ("interest", "decline", "see", "decline", "interest", "leave", "decline", "see")
# What an association does with the requests it receives.
ANSWERS = ("yes", "yes", "later", "no", "silence", "yes")


class Stories:
    def __init__(self, timeline: Timeline, associations: Associations, companies: Companies) -> None:
        self.timeline = timeline
        self.associations = associations
        self.companies = companies
        self.texts = read("stories")
        self._readings = count()
        self._answers = count()
        self._considered: set[Any] = set()

    def plan(self) -> None:
        for days in ROUNDS:
            self.timeline.at(days, "02:30", run_round)
            self.timeline.at_work(days - 3, "10:50", self._read_suggestions)
            self.timeline.at(days - 7, "20:15", self._answer_companies)
        for number, text in enumerate(self.texts["introduction"]):
            self._plan_introduction(number, text)

    def _read_suggestions(self) -> None:
        waiting = Suggestion.objects.open().exclude(pk__in=self._considered).with_parties()
        for suggestion in waiting.order_by("company__organisation__name_key", "-score", "pk"):
            self._considered.add(suggestion.pk)
            self._read(suggestion, next(self._readings))

    def _read(self, suggestion: Suggestion, number: int) -> None:
        person = _person_of(suggestion.company.organisation)
        reading = READINGS[number % len(READINGS)]
        if reading in ("interest", "decline") and self._is_written(suggestion):
            # These two write to each other in a story of their own: an answer here is one there.
            reading = "see"
        if reading != "leave":
            mark_seen(suggestion=suggestion, by=person)
        if reading == "interest":
            notes = self.texts["interest"]
            note = notes[number // len(READINGS) % len(notes)]
            take_interest(suggestion=suggestion, note=note, by=person)
        elif reading == "decline":
            reasons = reasons_for(suggestion.need.kind, Side.COMPANY)
            refusals = [text for text in self.texts["not_for_us"] if text["reason"] in reasons]
            refusal = refusals[number % len(refusals)]
            decline_suggestion(
                suggestion=suggestion, reason=refusal["reason"], note=refusal["note"], by=person
            )

    def _is_written(self, suggestion: Suggestion) -> bool:
        return any(
            self.associations.is_it(text["association"], suggestion.association)
            and self.companies.is_it(text["company"], suggestion.company)
            for text in self.texts["introduction"]
        )

    def _answer_companies(self) -> None:
        waiting = Introduction.objects.waiting().filter(asked_by_side=Side.COMPANY)
        asked_before = clock.now() - timedelta(days=2)
        for introduction in (
            waiting.filter(requested_at__lte=asked_before)
            .exclude(pk__in=self._considered)
            .with_parties()
            .order_by("requested_at", "pk")
        ):
            self._considered.add(introduction.pk)
            number = next(self._answers)
            self._answer(introduction, self._answer_text(ANSWERS[number % len(ANSWERS)], number))

    def _answer_text(self, kind: str, number: int) -> Text:
        found = [text for text in self.texts["answer"] if text["kind"] == kind]
        return found[number // len(ANSWERS) % len(found)]

    def _plan_introduction(self, number: int, text: Text) -> None:
        made: list[Introduction] = []
        plan = self.timeline.at_work if text.get("side") == Side.COMPANY else self.timeline.at
        days = self.timeline.worked_days_ago(text["worked_days"]) if "worked_days" in text else text["days"]
        plan(days, text.get("hour", hour_for(number)), lambda: made.append(self._introduce(text)))
        if "seen" in text:
            self.timeline.at_work(text["seen"], "09:45", lambda: self._see(made[0]))
        for answer in text.get("answer", []):
            self.timeline.at_work(answer["days"], "16:15", lambda a=answer: self._answer(_again(made[0]), a))

    def _introduce(self, text: Text) -> Introduction:
        side = Side(text.get("side", Side.ASSOCIATION))
        association, company = (
            self.associations.get(text["association"]),
            self.companies.get(text["company"]),
        )
        asking = self.associations if side == Side.ASSOCIATION else self.companies
        need = self.companies.need(text["need"]) if "need" in text else None
        published = association.projects.published().order_by("created_at")
        introduction = introduce(
            association=association,
            company=company,
            kind=need.kind if need else text["kind"],
            asked_by_side=side,
            note=text["note"],
            by=asking.person(text[side.value]),
            need=need,
            project=published.first(),
        )
        # Its answer, if any, is written too.
        self._considered.add(introduction.pk)
        return introduction

    def _see(self, introduction: Introduction) -> None:
        found = _again(introduction)
        mark_introduction_seen(introduction=found, by=_person_of(found.answering_organisation))

    def _answer(self, introduction: Introduction, text: Text) -> None:
        person = _person_of(introduction.answering_organisation)
        note = text.get("note", "")
        if introduction.status == IntroductionStatus.QUEUED:
            # No place was left that month: nobody has read it yet.
            return
        if text["kind"] == "yes":
            accept_introduction(introduction=introduction, by=person, note=note)
        elif text["kind"] == "later":
            later_on = clock.today() + timedelta(days=text["in_days"])
            postpone_introduction(introduction=introduction, later_on=later_on, by=person, note=note)
        elif text["kind"] == "withdraw":
            asking = _person_of(introduction.asking_organisation)
            withdraw_introduction(introduction=introduction, by=asking, note=note)
        elif text["kind"] == "no":
            decline_introduction(introduction=introduction, reason=text["reason"], by=person, note=note)
        elif text["kind"] == "abandon" and introduction.status == IntroductionStatus.YES:
            abandon_partnership(partnership=introduction.partnership, by=person, note=note)
        elif text["kind"] == "talk" and introduction.status == IntroductionStatus.YES:
            _talk(introduction, text)
        elif text["kind"] == "agree" and introduction.status == IntroductionStatus.YES:
            agree_partnership(
                partnership=introduction.partnership,
                signed_on=clock.today(),
                ends_on=clock.today() + timedelta(days=text["for_days"]),
                by=person,
            )


def _talk(introduction: Introduction, text: Text) -> None:
    """What each side says of a first exchange; before the question is asked, only a yes can be said."""
    partnership = introduction.partnership
    for side in (introduction.association, introduction.company):
        talked = text["association" if side == introduction.association else "company"]
        if partnership.may_still_talk and (talked or partnership.talk_turn):
            report_talk(partnership=partnership, talked=talked, by=_person_of(side.organisation))


def _person_of(organisation: Organisation) -> User:
    return organisation.memberships.managers().select_related("user")[0].user


def _again(introduction: Introduction) -> Introduction:
    return Introduction.objects.with_parties().get(pk=introduction.pk)
