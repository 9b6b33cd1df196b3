from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from mecenova.agenda import planning, rules
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import Absence, FollowUp, RuleDelay
from mecenova.agenda.operations import add_absence, close, next_step, run_due, start
from mecenova.agenda.rules import Rule, following, register_rule
from mecenova.agenda.runner import Ran
from mecenova.calendar import clock
from mecenova.calendar.working_days import due_at
from tests.agenda.rules_for_tests import Answer, AtOnce, Check, GivenDate, News, Release, Remains
from tests.mail.factories import PersonFactory

pytestmark = pytest.mark.django_db


@register_rule
class ComesBack(Rule):
    """Every five days once its two days are over."""

    name = "tests.comes_back"
    days = (2, 5)
    every = 5

    def what(self, subject):
        return "Rappeler"

    def act(self, subject, follow_up):
        """Nothing."""


class TestDelays:
    def test_the_newest_decision_applies_to_what_is_planned_next(self, subject, frozen, day):
        before = start(Answer, PersonFactory())
        RuleDelay.objects.create(rule=Answer.name, occurrence=2, days=1)
        frozen.advance(timedelta(minutes=1))
        RuleDelay.objects.create(rule=Answer.name, occurrence=2, days=4)
        assert start(Answer, subject).due_at == day(27)
        before.refresh_from_db()
        assert before.due_at == day(25)

    def test_the_promise_follows(self, subject, frozen, day):
        RuleDelay.objects.create(rule=Answer.name, occurrence=15, days=20)
        assert start(Answer, subject).deadline == day(21, 12)

    def test_a_shorter_delay_set_by_the_team_is_the_one_that_counts(self, subject, frozen):
        """In calendar days too: day 120, set to 70, comes ten days after day 60."""
        RuleDelay.objects.create(rule=Remains.name, occurrence=120, days=70)
        row = start(Remains, subject)
        frozen.move_to(row.due_at)
        run_due()
        assert clock.paris(next_step(subject).due_at).date() == date(2027, 2, 1)

    def test_what_comes_back_follows_the_last_day_wherever_the_team_has_put_it(self, subject, frozen):
        """Every thirty days once day 9, set to 20, has come: never before it."""
        RuleDelay.objects.create(rule=News.name, occurrence=9, days=20)
        row = start(News, subject)
        frozen.move_to(row.due_at)
        run_due()
        again = FollowUp.objects.open().get(rule=News.name)
        assert clock.paris(again.due_at).date() == clock.paris(row.since).date() + timedelta(days=39 + 11)

    def test_what_comes_back_is_counted_from_the_last_act_once_its_table_is_over(self, subject, frozen, day):
        start(ComesBack, subject)
        for due, done in ((day(25), day(25)), (day(30), day(4, 12)), (day(11, 12), day(11, 12))):
            assert next_step(subject).due_at == due
            frozen.move_to(done)
            run_due()

    def test_zero_and_less_are_refused_by_the_database(self):
        with pytest.raises(IntegrityError):
            RuleDelay.objects.create(rule=Answer.name, occurrence=2, days=0)

    def test_and_by_the_model(self):
        with pytest.raises(ValidationError, match="au moins un jour"):
            RuleDelay(rule=Answer.name, occurrence=2, days=0).full_clean()

    def test_a_date_that_somebody_gave_is_not_counted(self, subject, frozen, django_assert_num_queries):
        """Neither delays nor absences are asked: what is known of it, and its row with two savepoints."""
        assert next_step(subject) is None
        with django_assert_num_queries(2 + 4):
            assert start(GivenDate, subject, since=frozen()).due_at == frozen()

    def test_but_what_it_promises_on_another_day_is(self, subject, frozen):
        RuleDelay.objects.create(rule=AtOnce.name, occurrence=1, days=3)
        row = start(AtOnce, subject)
        assert (row.due_at, row.deadline) == (frozen(), due_at(frozen(), 3))


class TestAbsences:
    def test_a_known_absence_pauses_the_clock(self, subject, frozen, day):
        Absence.objects.create(
            organisation_id=subject.pk, first_day=date(2026, 11, 24), last_day=date(2026, 11, 26)
        )
        step = start(Answer, subject)
        # 27 and 30 November are the two working days left to count.
        assert step.due_at == day(30)
        assert step.deadline == day(17, 12)

    def test_an_absence_inside_what_was_pushed_counts_too(self, subject, frozen, day):
        for first, last in ((24, 25), (27, 27)):
            Absence.objects.create(
                organisation_id=subject.pk, first_day=date(2026, 11, first), last_day=date(2026, 11, last)
            )
        assert start(Answer, subject).due_at == day(30)

    def test_said_afterwards_it_moves_the_step_instead_of_acting(self, subject, frozen, acted, day):
        start(Answer, subject)
        Absence.objects.create(
            organisation_id=subject.pk, first_day=date(2026, 11, 24), last_day=date(2026, 11, 30)
        )
        frozen.move_to(day(25))
        assert run_due()[Ran.POSTPONED] == 1
        assert acted == []
        assert next_step(subject).due_at == day(2, 12)
        assert run_due().total() == 0
        frozen.move_to(day(2, 12))
        assert run_due()[Ran.DONE] == 1

    def test_on_days_that_are_not_counted_moves_nothing(self, subject, frozen, day):
        """A holiday in August, a week-end, Christmas: nobody was asked anything on those days."""
        frozen.move_to(day(28, 7, 2027))
        for first, last in (
            (date(2027, 7, 31), date(2027, 8, 1)),
            (date(2027, 8, 2), date(2027, 8, 31)),
            (date(2027, 9, 4), date(2027, 9, 5)),
        ):
            Absence.objects.create(organisation_id=subject.pk, first_day=first, last_day=last)
        assert start(Answer, subject).deadline == day(17, 9, 2027)

    def test_thirty_working_days_wait_for_who_is_away(self, subject, frozen, monkeypatch):
        """The longest that is counted so: one day more is a day of the calendar."""
        Absence.objects.create(
            organisation_id=subject.pk, first_day=date(2026, 11, 24), last_day=date(2026, 11, 24)
        )
        for last, waits in ((30, True), (31, False)):
            monkeypatch.setattr(Answer, "days", (2, last))
            close(subject)
            due = due_at(frozen(), last)
            assert (start(Answer, subject).deadline == due_at(due, 1)) == waits

    def test_calendar_days_wait_for_nobody(self, subject, frozen):
        row = start(Remains, subject)
        due, _ = planning.dates(Remains(), row, {}, [(date(2026, 12, 1), date(2026, 12, 11))])
        assert due == row.due_at

    def test_of_others_changes_nothing(self, subject, frozen, day):
        Absence.objects.create(
            user=PersonFactory(), first_day=date(2026, 11, 24), last_day=date(2026, 11, 30)
        )
        assert start(Answer, subject).due_at == day(25)
        assert start(Check, PersonFactory()).due_at == day(26)

    @pytest.mark.parametrize(
        "values",
        [
            {"first_day": date(2026, 11, 25), "last_day": date(2026, 11, 24)},
            {"first_day": date(2026, 11, 24), "last_day": date(2026, 11, 24), "organisation_id": None},
        ],
    )
    def test_that_make_no_sense_are_refused(self, subject, values):
        with pytest.raises(IntegrityError):
            Absence.objects.create(**{"organisation_id": subject.pk, **values})


class TestTheLastDay:
    """Whoever owes has it whole: what takes something away waits for the working morning after."""

    def test_is_theirs_until_its_evening(self, subject, frozen, acted, day):
        assert start(Release, subject).deadline == day(30)
        frozen.move_to(day(25))
        run_due()
        last = next_step(subject)
        assert (last.due_at, last.deadline) == (day(1, 12), day(30))
        frozen.move_to(day(30) + timedelta(hours=14, minutes=59))
        run_due()
        assert acted == [(Release.name, 2)]
        frozen.move_to(day(1, 12))
        run_due()
        assert acted == [(Release.name, 2), (Release.name, 5)]

    def test_before_a_pause_is_followed_by_no_other_date(self, subject, frozen, day):
        """« Jusqu’au 31 juillet »: what was promised for the morning after does not wait for September."""
        frozen.move_to(day(24, 7, 2026))
        start(Release, subject)
        frozen.move_to(day(28, 7, 2026))
        run_due()
        last = next_step(subject)
        assert (last.due_at, last.deadline) == (day(3, 8), day(31, 7))

    def test_follows_an_absence(self, subject, frozen, day):
        start(Release, subject)
        frozen.move_to(day(25))
        run_due()
        add_absence(
            organisation_id=subject.pk, first_day=date(2026, 11, 27), last_day=date(2026, 11, 27), by=None
        )
        assert (next_step(subject).due_at, next_step(subject).deadline) == (day(2, 12), day(1, 12))


class TestPauses:
    def test_nobody_is_chased_two_days_running_after_august(self, subject, frozen, acted, day):
        """Nine working days from July end in September; thirty-nine calendar days were then over already."""
        frozen.move_to(day(28, 7, 2027))
        row = start(News, subject)
        assert row.due_at == day(9, 9, 2027)
        frozen.move_to(row.due_at)
        run_due()
        assert FollowUp.objects.open().get(rule=News.name).due_at == day(24, 9, 2027)

    def test_a_day_acted_on_in_time_leaves_the_table_as_it_is(self, subject, frozen):
        row = start(News, subject)
        frozen.move_to(row.due_at)
        run_due()
        again = FollowUp.objects.open().get(rule=News.name)
        assert again.due_at.date() == row.since.date() + timedelta(days=39)


class TestTable:
    def test_following(self):
        assert [following(Answer(), day) for day in (2, 5, 9, 15)] == [5, 9, 15, None]
        assert [following(News(), day) for day in (9, 39)] == [39, 69]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": "short"},
            {"days": ()},
            {"days": (5, 2)},
            {"days": (-1,)},
            {"every": 0},
            {"deadline_day": 4},
            {"name": Answer.name},
        ],
    )
    def test_a_wrong_table_is_refused_when_the_site_starts(self, wrong, monkeypatch):
        monkeypatch.setattr(rules, "_registry", dict(rules._registry))
        with pytest.raises(ValueError, match=r".+"):
            register_rule(type("Wrong", (Rule,), {"name": "tests.wrong", "days": (1, 2), **wrong}))


class TestIntegrity:
    def test_the_same_occurrence_cannot_be_written_twice(self, subject, frozen):
        step = start(News, subject)
        step.pk = None
        with pytest.raises(IntegrityError, match="follow_up_once"):
            FollowUp.objects.bulk_create([FollowUp(**_values(step))])

    def test_one_open_step_per_subject(self, subject, frozen):
        step = start(Answer, subject)
        with pytest.raises(IntegrityError, match="one_open_step_per_subject"):
            FollowUp.objects.create(**{**_values(step), "cycle": 2})

    def test_closed_has_its_date(self, subject, frozen):
        step = start(Answer, subject)
        with pytest.raises(IntegrityError, match="follow_up_closed_has_its_date"):
            FollowUp.objects.filter(pk=step.pk).update(outcome=Outcome.DONE)

    def test_open_has_none(self, subject, frozen):
        step = start(Answer, subject)
        with pytest.raises(IntegrityError, match="follow_up_closed_has_its_date"):
            FollowUp.objects.filter(pk=step.pk).update(closed_at=clock.now())


def _values(step):
    names = [field.attname for field in FollowUp._meta.concrete_fields if field.attname != "id"]
    return {name: getattr(step, name) for name in names}
