"""An organisation is away on the days when all its active members are, and on no other."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.enums import Role
from accounts.operations import (
    accept_invitation,
    close_account,
    forget_absence,
    invite_member,
    leave,
    remove_member,
    say_organisation_away,
    say_person_away,
    write_account,
)
from mecenova.agenda.models import Absence
from mecenova.agenda.operations import next_step, run_due, start
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from mecenova.mail.models import OutgoingMail
from partnerships.followups import AnswerIntroduction
from partnerships.notifications import IntroductionReminder
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
WEEK = {"first_day": date(2026, 11, 24), "last_day": date(2026, 11, 30)}
END_OF_WEEK = {"first_day": date(2026, 11, 26), "last_day": date(2026, 12, 3)}


@pytest.fixture(autouse=True)
def monday():
    with clock.frozen(datetime(2026, 11, 23, 10, tzinfo=PARIS)) as stopped:
        yield stopped


@pytest.fixture
def introduction():
    waiting = IntroductionFactory()
    start(AnswerIntroduction, waiting)
    return waiting


@pytest.fixture
def company(introduction):
    return introduction.company.organisation


@pytest.fixture
def manager(introduction):
    return member_of(introduction.company)


@pytest.fixture
def due(introduction):
    """The days of the next reminder and of the promise."""
    return lambda: (
        clock.paris(next_step(introduction).due_at).date(),
        clock.paris(next_step(introduction).deadline).date(),
    )


def days_away(organisation):
    return list(
        Absence.objects.filter(organisation_id=organisation.pk, of_members=True).values_list(
            "first_day", "last_day"
        )
    )


def test_said_and_taken_back_the_same_day_nobody_was_away(company, manager):
    today, friday = date(2026, 11, 23), date(2026, 11, 27)
    absence = say_person_away(person=manager, first_day=today, last_day=friday, by=manager)
    assert days_away(company) == [(today, friday)]
    forget_absence(absence=absence, by=manager)
    assert days_away(company) == []


def test_alone_in_it_ones_absence_stops_its_clocks_at_once_and_back(manager, due):
    before = due()
    absence = say_person_away(person=manager, by=manager, **WEEK)
    assert due() == (date(2026, 12, 2), date(2026, 12, 21))
    forget_absence(absence=absence, by=manager)
    assert due() == before == (date(2026, 11, 25), date(2026, 12, 14))


def test_nobody_reminds_them_meanwhile(manager, monday, introduction):
    say_person_away(person=manager, by=manager, **WEEK)
    reminders = OutgoingMail.objects.filter(notification=IntroductionReminder.name)
    for day in range(24, 31):
        monday.move_to(datetime(2026, 11, day, 9, 1, tzinfo=PARIS))
        run_due()
    assert not reminders.exists()
    monday.move_to(datetime(2026, 12, 2, 9, 1, tzinfo=PARIS))
    run_due()
    assert reminders.exists()


def test_of_two_only_the_days_of_both_count(manager, company, due):
    other = MembershipFactory(organisation=company, role=Role.CONTRIBUTOR).user
    before = due()
    say_person_away(person=manager, by=manager, **WEEK)
    assert due() == before
    theirs = say_person_away(person=other, by=other, **END_OF_WEEK)
    assert days_away(company) == [(date(2026, 11, 26), date(2026, 11, 30))]
    # The 26th, the 27th and the 30th.
    assert due() == (before[0], date(2026, 12, 17))
    forget_absence(absence=theirs, by=other)
    assert due() == before
    assert not days_away(company)


def test_closed_accounts_do_not_count(manager, company):
    gone = MembershipFactory(organisation=company, user__is_active=False)
    say_person_away(person=manager, by=manager, **WEEK)
    assert gone.user_id
    assert days_away(company) == [tuple(WEEK.values())]


@pytest.mark.parametrize("how", ["removed", "leaves", "closes"])
def test_whoever_goes_leaves_those_who_are_away(manager, company, due, how):
    other = MembershipFactory(organisation=company, role=Role.CONTRIBUTOR)
    say_person_away(person=manager, by=manager, **WEEK)
    if how == "removed":
        remove_member(membership=other, by=manager)
    elif how == "leaves":
        leave(organisation=company, by=other.user)
    else:
        close_account(person=other.user, by=other.user)
    assert due()[0] == date(2026, 12, 2)


def test_whoever_comes_answers_for_it(manager, company, due):
    before = due()
    say_person_away(person=manager, by=manager, **WEEK)
    newcomer = UserFactory(verified=True)
    invitation, _ = invite_member(
        organisation=company, email=newcomer.email, role=Role.CONTRIBUTOR, by=manager
    )
    accept_invitation(invitation=invitation, by=newcomer)
    assert due() == before


def test_days_past_stay_as_they_were(manager, company, monday, due):
    absence = say_person_away(person=manager, by=manager, **WEEK)
    monday.move_to(datetime(2026, 11, 26, 8, tzinfo=PARIS))
    forget_absence(absence=absence, by=manager)
    assert days_away(company) == [(date(2026, 11, 24), date(2026, 11, 25))]
    assert due()[0] == date(2026, 11, 27)


def test_it_is_no_absence_to_take_back_and_hinders_none(manager, company):
    say_person_away(person=manager, by=manager, **WEEK)
    followed = Absence.objects.get(of_members=True)
    with pytest.raises(PermissionDenied):
        forget_absence(absence=followed, by=manager)
    say_organisation_away(organisation=company, by=manager, **WEEK)


def test_the_pages_say_what_is_true(client, manager, company):
    client.force_login(manager)
    page = reverse("accounts:absences")
    assert "les délais s’arrêtent avec son absence" in client.get(page).content.decode()
    MembershipFactory(organisation=company, user=UserFactory(), role=Role.CONTRIBUTOR)
    html = client.get(page).content.decode()
    assert "2 personnes y ont un compte" in html
    assert "Les autres jours, les rappels continuent." in html
    assert "personne ne vous relance" not in html


def test_as_many_queries_for_one_organisation_as_the_page_shows(client, manager, query_count):
    client.force_login(manager)
    page = reverse("accounts:absences")
    few = query_count(lambda: client.get(page))
    for _ in range(5):
        MembershipFactory(user=manager)
    assert query_count(lambda: client.get(page)) <= few


def test_an_account_switched_off_or_on_in_the_admin_is_counted_at_once(client, company, manager):
    colleague = MembershipFactory(organisation=company).user
    say_person_away(person=manager, by=manager, **WEEK)
    assert days_away(company) == []
    superuser = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(superuser)
    address = reverse("admin:accounts_user_change", args=[colleague.pk])
    names = {"first_name": colleague.first_name, "last_name": colleague.last_name}
    for is_active, away in ((False, [tuple(WEEK.values())]), (True, [])):
        answer = client.post(address, names | ({"is_active": "on"} if is_active else {}))
        assert answer.status_code == 302
        colleague.refresh_from_db()
        assert (colleague.is_active, days_away(company)) == (is_active, away)
    with pytest.raises(PermissionDenied):
        write_account(person=colleague, changes={"is_active": True}, by=manager)
