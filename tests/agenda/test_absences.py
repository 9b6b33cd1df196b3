"""Absences end to end: what is refused, and dates that move at once, both ways."""

from datetime import date, time, timedelta

import pytest
from django.db import connection

from mecenova.agenda.enums import Owner
from mecenova.agenda.models import Absence, FollowUp, Slot
from mecenova.agenda.operations import (
    add_absence,
    next_step,
    open_slots,
    remove_absence,
    run_due,
    share_staff_steps,
    start,
)
from mecenova.agenda.rules import Rule, register_rule
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory
from tests.agenda.rules_for_tests import Answer, Check
from tests.mail.factories import PersonFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
WEEK = {"first_day": date(2026, 11, 24), "last_day": date(2026, 11, 30)}


@register_rule
class OwnAnswer(Rule):
    """Owed by one person."""

    name = "tests.own_answer"
    owner = Owner.ORGANISATION
    days = (2, 5)

    def what(self, subject):
        return "Répondre"

    def assigned_to(self, subject):
        return subject

    def act(self, subject, follow_up):
        """Nothing."""


class TestDates:
    def test_move_at_once_and_come_back(self, subject, frozen, day):
        start(Answer, subject)
        absence = add_absence(organisation_id=subject.pk, by=None, **WEEK)
        assert next_step(subject).due_at == day(2, 12)
        assert next_step(subject).deadline == day(21, 12)
        remove_absence(absence=absence, by=None)
        assert next_step(subject).due_at == day(25)
        assert next_step(subject).deadline == day(14, 12)

    def test_of_one_person_too(self, subject, frozen, day):
        start(OwnAnswer, subject)
        add_absence(user=subject, by=None, **WEEK)
        assert next_step(subject).due_at == day(2, 12)

    def test_two_absences_add_up_and_go_one_by_one(self, subject, frozen, day):
        start(Answer, subject)
        add_absence(
            organisation_id=subject.pk, first_day=date(2026, 11, 24), last_day=date(2026, 11, 24), by=None
        )
        second = add_absence(
            organisation_id=subject.pk, first_day=date(2026, 11, 25), last_day=date(2026, 11, 25), by=None
        )
        assert next_step(subject).due_at == day(27)
        remove_absence(absence=second, by=None)
        assert next_step(subject).due_at == day(26)

    def test_an_absence_cut_short_counts_its_days_past(self, subject, frozen, day):
        start(Answer, subject)
        absence = add_absence(organisation_id=subject.pk, by=None, **WEEK)
        frozen.move_to(day(26))
        remove_absence(absence=absence, by=None)
        absence.refresh_from_db()
        assert absence.last_day == date(2026, 11, 25)
        # Away on the 24th and 25th: the two working days left are the 26th and the 27th.
        assert next_step(subject).due_at == day(27)

    def test_one_that_ends_today_is_cut_short_too(self, subject, frozen, day):
        """Back on what was to be the last day away: that day counts again."""
        start(Answer, subject)
        absence = add_absence(
            organisation_id=subject.pk, first_day=date(2026, 11, 24), last_day=date(2026, 11, 26), by=None
        )
        frozen.move_to(day(26))
        remove_absence(absence=absence, by=None)
        absence.refresh_from_db()
        assert absence.last_day == date(2026, 11, 25)
        assert next_step(subject).due_at == day(27)

    def test_noted_then_taken_back_the_same_morning_freezes_nothing(self, subject, frozen, acted, day):
        """What was due at nine, put off a year at ten to nine, is due at ten past, at its true date."""
        start(Answer, subject)
        frozen.move_to(day(25) - timedelta(minutes=10))
        absence = add_absence(
            organisation_id=subject.pk, first_day=date(2026, 11, 25), last_day=date(2027, 11, 24), by=None
        )
        assert next_step(subject).due_at > day(24, year=2027)
        frozen.move_to(day(25) + timedelta(minutes=10))
        remove_absence(absence=absence, by=None)
        assert next_step(subject).due_at == frozen.moment
        assert next_step(subject).deadline == day(14, 12)
        run_due()
        assert acted == [(Answer.name, 2)]

    def test_a_promise_whose_hour_has_come_meanwhile_is_said_as_it_was(self, subject, frozen, day):
        step = start(Check, subject)
        FollowUp.objects.filter(pk=step.pk).update(organisation_id=subject.pk)
        frozen.move_to(day(26) - timedelta(minutes=10))
        absence = add_absence(
            organisation_id=subject.pk, first_day=date(2026, 11, 26), last_day=date(2026, 12, 2), by=None
        )
        frozen.move_to(day(26) + timedelta(minutes=10))
        remove_absence(absence=absence, by=None)
        assert next_step(subject).due_at == frozen.moment
        assert next_step(subject).deadline == day(26)

    def test_what_is_past_stays(self, subject, frozen, day):
        step = start(Check, subject)
        late = start(Answer, PersonFactory())
        FollowUp.objects.filter(pk=late.pk).update(organisation_id=subject.pk)
        frozen.move_to(day(26) + timedelta(minutes=1))
        before = FollowUp.objects.get(pk=late.pk).due_at
        add_absence(
            organisation_id=subject.pk, first_day=date(2026, 11, 26), last_day=date(2026, 12, 2), by=None
        )
        late.refresh_from_db()
        assert late.due_at == before
        assert step.due_at == day(26)

    def test_nobody_acts_meanwhile(self, subject, frozen, acted, day):
        start(Answer, subject)
        add_absence(organisation_id=subject.pk, by=None, **WEEK)
        for number in range(24, 31):
            frozen.move_to(day(number))
            run_due()
        assert acted == []
        frozen.move_to(day(2, 12))
        run_due()
        assert acted == [(Answer.name, 2)]

    @pytest.mark.parametrize("taken_back", [False, True])
    def test_never_two_reminders_a_day_apart_whatever_is_said_between(
        self, subject, frozen, acted, day, taken_back
    ):
        """Day 2 was acted on late, an hour before the table's day 5: that one waits for the next morning."""
        away = {"first_day": date(2026, 12, 7), "last_day": date(2026, 12, 8)}
        start(Answer, subject)
        if taken_back:
            absence = add_absence(organisation_id=subject.pk, by=None, **away)
        frozen.move_to(day(30) - timedelta(hours=1))
        run_due()
        assert next_step(subject).due_at == day(1, 12)
        if taken_back:
            remove_absence(absence=absence, by=None)
        else:
            add_absence(organisation_id=subject.pk, by=None, **away)
        assert next_step(subject).due_at == day(1, 12)
        frozen.move_to(day(30) + timedelta(hours=1))
        run_due()
        assert acted == [(Answer.name, 2)]

    def test_the_teams_steps_wait_for_nobody(self, subject, frozen, acted, day):
        person = StaffFactory()
        step = start(Check, subject)
        share_staff_steps()
        add_absence(user=person, by=None, **WEEK)
        step.refresh_from_db()
        assert step.due_at == day(26)
        frozen.move_to(day(26))
        run_due()
        assert acted == [(Check.name, 3)]

    def test_of_others_nothing_moves(self, subject, frozen, day):
        start(Answer, subject)
        add_absence(organisation_id=PersonFactory().pk, by=None, **WEEK)
        assert next_step(subject).due_at == day(25)

    def test_as_many_queries_for_one_as_for_many(self, frozen, query_count):
        owner = PersonFactory()

        def many(number):
            for person in PersonFactory.create_batch(number):
                step = start(Answer, person)
                FollowUp.objects.filter(pk=step.pk).update(organisation_id=owner.pk)

        many(1)
        few = query_count(lambda: add_absence(organisation_id=owner.pk, by=None, **WEEK))
        Absence.objects.all().delete()
        many(15)
        assert query_count(lambda: add_absence(organisation_id=owner.pk, by=None, **WEEK)) <= few


@pytest.mark.parametrize(
    ("last", "said"),
    [(24, "Le 24\u00a0novembre 2026"), (25, "Du 24\u00a0novembre 2026 au 25\u00a0novembre 2026")],
)
def test_one_day_is_said_as_one_day(last, said):
    assert Absence(first_day=date(2026, 11, 24), last_day=date(2026, 11, last)).in_words == said


class TestRefusals:
    @pytest.mark.parametrize(
        ("first", "last", "said"),
        [
            (date(2026, 11, 30), date(2026, 11, 24), "premier"),
            (date(2026, 11, 20), date(2026, 11, 24), "aujourd’hui"),
            (date(2026, 11, 1), date(2026, 11, 2), "aujourd’hui"),
            (date(2026, 12, 1), date(2027, 12, 2), "un an au plus"),
            (date(9998, 1, 1), date(9998, 1, 2), "à l’avance"),
            (date(2026, 12, 1), date(9999, 12, 31), "un an au plus"),
        ],
    )
    def test_what_makes_no_sense(self, subject, frozen, first, last, said):
        with pytest.raises(DomainError, match=said):
            add_absence(user=subject, first_day=first, last_day=last, by=None)
        assert not Absence.objects.exists()

    def test_one_year_and_today_are_fine(self, subject, frozen):
        add_absence(user=subject, first_day=date(2026, 11, 23), last_day=date(2027, 11, 23), by=None)
        assert Absence.objects.filter(user=subject).count() == 1

    @pytest.mark.parametrize(("first", "last"), [(30, 30), (24, 24), (23, 30), (25, 26)])
    def test_overlaps(self, subject, frozen, first, last):
        add_absence(user=subject, by=None, **WEEK)
        with pytest.raises(DomainError, match="déjà notée"):
            add_absence(user=subject, first_day=date(2026, 11, first), last_day=date(2026, 11, last), by=None)

    def test_somebody_else_may_be_away_too(self, subject, frozen):
        add_absence(user=subject, by=None, **WEEK)
        add_absence(user=PersonFactory(), by=None, **WEEK)
        add_absence(organisation_id=subject.pk, by=None, **WEEK)
        assert Absence.objects.count() == 3

    def test_past_ones_are_kept(self, subject, frozen, day):
        absence = add_absence(user=subject, by=None, **WEEK)
        frozen.move_to(day(1, 12))
        with pytest.raises(DomainError, match="passée"):
            remove_absence(absence=absence, by=None)

    def test_removed_twice_is_removed_once(self, subject, frozen):
        absence = add_absence(user=subject, by=None, **WEEK)
        remove_absence(absence=absence, by=None)
        absence.pk = absence.pk or 1
        remove_absence(absence=absence, by=None)
        assert not Absence.objects.exists()

    def test_an_adviser_offers_no_slot_from_the_first_day_to_the_last(self, frozen):
        adviser = StaffFactory()
        before, first, last, after = (date(2026, 12, day) for day in (1, 2, 3, 4))
        for day in (before, first, last, after):
            open_slots(adviser=adviser, day=day, starts=time(9), ends=time(18), by=adviser)
        add_absence(user=adviser, by=adviser, first_day=first, last_day=last)
        kept = Slot.objects.standing().filter(adviser=adviser)
        assert {clock.paris(slot.starts_at).date() for slot in kept} == {before, after}


@pytest.mark.django_db(transaction=True)
def test_the_same_days_said_twice_at_once_are_said_once(frozen):
    person = PersonFactory()

    def call():
        try:
            return add_absence(user=person, by=None, **WEEK)
        finally:
            connection.close()

    results = at_once(call, call)
    assert Absence.objects.count() == 1
    assert sum(isinstance(result, DomainError) for result in results) == 1
