"""The team's delays: what is refused, what is kept, and what follows from them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from mecenova.agenda import rules
from mecenova.agenda.delays import tables
from mecenova.agenda.models import Absence, FollowUp, RuleDelay
from mecenova.agenda.operations import add_absence, next_step, restart_step, run_due, set_delay, start
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory, UserFactory
from tests.agenda.rules_for_tests import Answer, AtOnce, Check, News
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return StaffFactory(first_name="Inès", last_name="Roux")


@pytest.fixture
def page(client, staff):
    client.force_login(staff)
    return client


def address(day=5, rule=Answer):
    return reverse("agenda:delay", args=[rule.name, day])


class TestSetting:
    def test_is_added_with_who_and_when(self, staff, frozen):
        row = set_delay(rule=Answer, occurrence=5, days=6, by=staff)
        assert (row.days, row.set_by, row.set_at) == (6, staff, frozen())

    def test_twice_is_once(self, staff):
        set_delay(rule=Answer, occurrence=5, days=6, by=staff)
        assert set_delay(rule=Answer, occurrence=5, days=6, by=staff) is None
        assert RuleDelay.objects.count() == 1

    def test_back_to_the_first_delay_is_a_decision_too(self, staff):
        assert set_delay(rule=Answer, occurrence=5, days=5, by=staff) is None
        set_delay(rule=Answer, occurrence=5, days=6, by=staff)
        set_delay(rule=Answer, occurrence=5, days=5, by=staff)
        assert list(RuleDelay.objects.order_by("id").values_list("days", flat=True)) == [6, 5]

    @pytest.mark.parametrize("days", [0, -1, -(10**9), 366, 10**12])
    def test_no_delay_is_none_or_endless(self, staff, days):
        with pytest.raises(DomainError):
            set_delay(rule=Answer, occurrence=5, days=days, by=staff)
        assert not RuleDelay.objects.exists()

    def test_three_years_at_most(self, staff):
        with pytest.raises(DomainError, match="au plus 1095 jours"):
            set_delay(rule=Answer, occurrence=15, days=1096, by=staff)
        assert set_delay(rule=Answer, occurrence=15, days=1095, by=staff) is not None

    def test_one_day_at_least_and_more_where_the_rule_says_so(self, staff, monkeypatch):
        with pytest.raises(DomainError, match="au moins un jour"):
            set_delay(rule=Answer, occurrence=2, days=0, by=staff)
        monkeypatch.setattr(Answer, "shortest", 3)
        with pytest.raises(DomainError, match="au moins 3 jours"):
            set_delay(rule=Answer, occurrence=2, days=1, by=staff)
        assert set_delay(rule=Answer, occurrence=2, days=3, by=staff) is not None

    @pytest.mark.parametrize("days", [31, 44])
    def test_between_working_and_calendar_days_nothing_is_clear(self, staff, days):
        with pytest.raises(DomainError, match="30 jours ouvrés"):
            set_delay(rule=Answer, occurrence=15, days=days, by=staff)

    @pytest.mark.parametrize("days", [30, 45])
    def test_up_to_thirty_and_from_forty_five_it_is(self, staff, days):
        assert set_delay(rule=Answer, occurrence=15, days=days, by=staff).days == days

    @pytest.mark.parametrize("days", [1, 2, 9, 10])
    def test_days_stay_in_order(self, staff, days):
        with pytest.raises(DomainError, match=r"échéance d’a.* jours ouvrés"):
            set_delay(rule=Answer, occurrence=5, days=days, by=staff)

    def test_in_the_order_now_in_force(self, staff):
        set_delay(rule=Answer, occurrence=9, days=12, by=staff)
        set_delay(rule=Answer, occurrence=5, days=11, by=staff)
        with pytest.raises(DomainError, match="fixée à 11 jours ouvrés"):
            set_delay(rule=Answer, occurrence=9, days=10, by=staff)

    @pytest.mark.parametrize(("rule", "day"), [(Answer, 3), (Answer, 0), (AtOnce, 0), (News, 39)])
    def test_only_a_day_of_the_table_that_counts(self, staff, rule, day):
        with pytest.raises(DomainError):
            set_delay(rule=rule, occurrence=day, days=4, by=staff)

    def test_only_by_the_team(self):
        with pytest.raises(PermissionDenied):
            set_delay(rule=Answer, occurrence=5, days=6, by=UserFactory())

    def test_repetitions_follow_the_last_day(self, staff, subject, frozen):
        set_delay(rule=News, occurrence=9, days=20, by=staff)
        start(News, subject)
        frozen.advance(timedelta(days=40))
        run_due()
        again = FollowUp.objects.open().get(rule=News.name)
        # Thirty days after the twenty that count now, and not after the nine of the table.
        assert again.occurrence == 39
        assert again.due_at > frozen() + timedelta(days=5)


class TestMeanwhile:
    """« Un délai changé vaut pour ce qui sera prévu ensuite ; les dates déjà promises restent. »"""

    @pytest.mark.parametrize("days", [10, 20])
    def test_what_was_promised_stays_from_one_reminder_to_the_next(self, staff, subject, frozen, acted, days):
        promised = start(Answer, subject).deadline
        frozen.advance(timedelta(hours=1))
        set_delay(rule=Answer, occurrence=15, days=days, by=staff)
        while (step := next_step(subject)) is not None:
            assert step.deadline == promised
            frozen.move_to(step.due_at)
            run_due()
        assert (acted[-1], frozen()) == ((Answer.name, 15), promised)

    @pytest.mark.parametrize("days", [10, 20])
    def test_an_absence_moves_it_by_its_own_days_alone(self, staff, subject, frozen, day, days):
        """One of next year changes nothing; one of a day, a day."""
        promised = start(Answer, subject).deadline
        frozen.advance(timedelta(hours=1))
        set_delay(rule=Answer, occurrence=15, days=days, by=staff)
        for first in (date(2027, 2, 1), date(2026, 11, 26)):
            add_absence(organisation_id=subject.pk, first_day=first, last_day=first, by=None)
            assert next_step(subject).deadline == (promised if first.year == 2027 else day(15, 12))

    def test_nor_does_an_absence_of_another_time_when_its_day_comes(self, staff, subject, frozen, acted):
        row = start(Answer, subject)
        Absence.objects.create(
            organisation_id=subject.pk, first_day=date(2027, 2, 1), last_day=date(2027, 2, 1)
        )
        frozen.advance(timedelta(hours=1))
        set_delay(rule=Answer, occurrence=2, days=4, by=staff)
        frozen.move_to(row.due_at)
        run_due()
        assert acted == [(Answer.name, 2)]

    def test_what_begins_again_is_counted_as_the_team_has_set_it(self, staff, subject, frozen, day):
        start(Answer, subject)
        frozen.advance(timedelta(hours=1))
        set_delay(rule=Answer, occurrence=15, days=10, by=staff)
        assert restart_step(Answer, subject).deadline == day(7, 12)

    def test_why_a_date_is_far_is_told_of_the_table_it_was_counted_by(self, staff, subject, frozen):
        start(Answer, subject)
        frozen.advance(timedelta(hours=1))
        set_delay(rule=Answer, occurrence=15, days=50, by=staff)
        add_absence(
            organisation_id=subject.pk, first_day=date(2026, 11, 26), last_day=date(2026, 11, 26), by=None
        )
        assert "La date en tient compte" in next_step(subject).put_off()


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_keep_the_days_in_order():
    staff = StaffFactory()

    def move(day, days):
        def call():
            try:
                set_delay(rule=Answer, occurrence=day, days=days, by=staff)
            except DomainError:
                return "refused"
            finally:
                connection.close()
            return "done"

        return call

    assert sorted(at_once(move(5, 8), move(9, 6))) == ["done", "refused"]
    in_force = RuleDelay.objects.in_force([Answer.name])[Answer.name]
    days = [in_force.get(day, day) for day in Answer.days]
    assert days == sorted(set(days))


class TestPages:
    def test_every_rule_is_told(self, page):
        html = page.get(reverse("agenda:delays")).content.decode()
        for rule in rules.registered():
            assert (rule.title or rule.name).split("’")[0] in html

    def test_who_changed_what_is_told(self, page, staff):
        set_delay(rule=Answer, occurrence=5, days=6, by=staff)
        html = page.get(reverse("agenda:delays")).content.decode()
        assert "Inès Roux" in html
        assert "6 jours ouvrés" in html
        assert "Inès Roux" in page.get(address()).content.decode()

    def test_a_change_is_kept(self, page, staff):
        answer = page.post(address(), {"days": "6"}, follow=True)
        assert answer.redirect_chain
        assert RuleDelay.objects.get().set_by == staff

    def test_a_change_made_meanwhile_is_shown_and_what_was_typed_is_kept(self, page, staff):
        shown = page.get(address()).context["form"]["as_shown"].value()
        set_delay(rule=Answer, occurrence=5, days=6, by=staff)
        answer = page.post(address(), {"days": "7", "as_shown": shown})
        assert answer.status_code == 409
        assert "Quelqu’un, ou vous dans un autre onglet, a changé ce délai" in answer.text
        assert answer.context["form"]["days"].value() == 7
        assert RuleDelay.objects.get().days == 6
        again = {"days": "7", "as_shown": answer.context["form"]["as_shown"].value()}
        told = page.post(address(), again, follow=True).text
        assert f"«\u202f{tables([Answer])[0].title}\u202f»\u00a0: désormais 7 jours ouvrés." in told

    @pytest.mark.parametrize(
        "typed", ["", "0", "-3", "six", "9", "2", "33", "366", "1e3", "5.5", "9" * 60, "\u0000", "<b>7</b>"]
    )
    def test_what_is_refused_is_kept_and_said_in_french(self, page, typed):
        answer = page.post(address(), {"days": typed})
        assert answer.status_code == 422
        assert answer.context["form"].errors["days"]
        assert answer.context["form"]["days"].value() == typed
        assert not RuleDelay.objects.exists()

    @pytest.mark.parametrize(
        ("rule", "day"), [("nobody.knows", 5), (Answer.name, 4), (AtOnce.name, 0), ("a" * 200, 5)]
    )
    def test_unknown_is_unknown(self, page, rule, day):
        assert page.get(reverse("agenda:delay", args=[rule, day])).status_code == 404

    def test_reading_changes_nothing(self, page):
        page.get(address() + "?days=7")
        assert not RuleDelay.objects.exists()

    @pytest.mark.parametrize("path", [reverse("agenda:delays"), address()])
    def test_is_for_the_team_alone(self, client, path):
        client.force_login(UserFactory())
        assert client.get(path).status_code == 404

    def test_costs_the_same_however_many_decisions(self, page, staff, query_count):
        before = query_count(lambda: page.get(reverse("agenda:delays")))
        for number in range(10):
            RuleDelay.objects.create(rule=Answer.name, occurrence=5, days=6 + number % 2, set_by=staff)
            RuleDelay.objects.create(
                rule=Check.name, occurrence=5, days=6 + number % 2, set_by=StaffFactory()
            )
        assert query_count(lambda: page.get(reverse("agenda:delays"))) == before


def test_every_rule_of_the_site_has_its_title():
    """Rules of the tests apart: the team reads titles, never names."""
    missing = [
        rule.name for rule in rules.registered() if not rule.title and not rule.name.startswith("tests.")
    ]
    assert missing == []


def test_the_table_says_working_or_calendar_days():
    table = next(each for each in tables([Answer]))
    assert table.days[0].in_words == "2 jours ouvrés"
    assert tables([News])[0].every_in_words == "30 jours calendaires"
