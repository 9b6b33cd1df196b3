from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group

from accounts import operations
from accounts.followups import CallForCorrections
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import (
    escalate_overdue_steps,
    next_step,
    run_due,
    share_staff_steps,
    start,
)
from mecenova.calendar import clock
from mecenova.calendar.working_days import add_working_days
from mecenova.team import LEADS
from mecenova.ui.figures import long_date
from tests.accounts.factories import OrganisationFactory, StaffFactory, UserFactory
from tests.accounts.mails import names_to, sent_to

pytestmark = pytest.mark.django_db

# Monday 5 October 2026: no holiday and no pause in the three weeks that follow.
SIGN_UP = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
DAY_3, DAY_5, DAY_10, DAY_15 = (datetime(2026, 10, day, 8, 30, tzinfo=UTC) for day in (8, 12, 19, 26))


@pytest.fixture
def team():
    lead = StaffFactory()
    lead.groups.add(Group.objects.get(name=LEADS))
    return {"lead": lead, "officer": StaffFactory(), "person": UserFactory()}


def sign_up(person):
    return operations.create_organisation(
        kind="association", name="Les Lucioles", postal_code="69003", manager=person, by=person
    )


def claim(person):
    return operations.claim_organisation(
        organisation=OrganisationFactory(status="unclaimed"), message="Trésorière", by=person
    )


def run_twice_at(moment):
    with clock.frozen(moment):
        run_due()
        run_due()


@pytest.mark.parametrize(
    ("waits", "apology"), [(sign_up, "accounts.check_delayed"), (claim, "accounts.claim_delayed")]
)
def test_staff_are_reminded_then_the_lead_told_then_who_waits_gets_a_new_date(team, waits, apology):
    with clock.frozen(SIGN_UP):
        subject = waits(team["person"])
        assert next_step(subject).deadline.date() == DAY_3.date()
    run_twice_at(DAY_3)
    assert names_to(team["officer"].email) == names_to(team["lead"].email) == ["accounts.staff_reminder"]
    run_twice_at(DAY_5)
    assert names_to(team["officer"].email) == ["accounts.staff_reminder"]
    assert names_to(team["lead"].email) == ["accounts.staff_reminder", "accounts.lead_alert"]
    run_twice_at(DAY_10)
    mail = next(mail for mail in sent_to(team["person"].email) if mail.notification == apology)
    step = next_step(subject)
    assert step.deadline.date() == DAY_15.date()
    assert str(long_date(step.deadline)) in mail.text
    run_twice_at(DAY_15)
    assert names_to(team["person"].email).count(apology) == 2
    assert next_step(subject) is not None


@pytest.mark.parametrize(
    ("waits", "apology"), [(sign_up, "accounts.check_delayed"), (claim, "accounts.claim_delayed")]
)
def test_whoever_waits_for_months_is_told_every_five_working_days_with_a_date_that_holds(
    team, waits, apology
):
    with clock.frozen(SIGN_UP) as now:
        subject = waits(team["person"])
        told = []
        for _ in range(16):
            step = next_step(subject)
            told.append(clock.paris(step.due_at).date())
            now.move_to(step.due_at + timedelta(minutes=1))
            run_due()
        assert told[3:] == [add_working_days(day, 5) for day in told[2:-1]]
        mails = [mail for mail in sent_to(team["person"].email) if mail.notification == apology]
        assert len(mails) == len(told[2:])
        for mail, day in zip(mails, told[3:], strict=False):
            assert str(long_date(day)) in mail.text


def test_many_files_in_one_day_are_one_reminder(team):
    with clock.frozen(SIGN_UP):
        for number in range(3):
            operations.create_organisation(
                kind="association", name=f"Les Lucioles {number}", postal_code="69003", manager=None, by=None
            )
    run_twice_at(DAY_3)
    (mail,) = sent_to(team["officer"].email)
    assert [f"Les Lucioles {number}" in mail.text for number in range(3)] == [True] * 3


def test_a_lead_gets_one_list_a_day_and_the_same_one_once_a_week(team):
    """With a file each working day and nobody deciding: an alert a day while files join, then one a week."""
    with clock.frozen(SIGN_UP) as now:
        for number in range(32):
            if number < 4:
                operations.create_organisation(
                    kind="association", name=f"Phare {number}", postal_code="69003", manager=None, by=None
                )
            share_staff_steps()
            now.advance(timedelta(days=1))
            run_due()
            escalate_overdue_steps()
    mails = sent_to(team["lead"].email)
    days = [clock.paris(mail.created_at).date() for mail in mails]
    assert len(days) == len(set(days))
    alerts = [
        day for mail, day in zip(mails, days, strict=True) if mail.notification == "accounts.lead_alert"
    ]
    assert {mail.notification for mail in mails} == {"accounts.staff_reminder", "accounts.lead_alert"}
    assert alerts == [date(2026, 10, day) for day in (12, 13, 14, 15, 22, 29)] + [date(2026, 11, 5)]
    assert names_to(team["officer"].email) == ["accounts.staff_reminder"] * 4


def test_once_checked_nobody_is_reminded(team):
    with clock.frozen(SIGN_UP):
        organisation = sign_up(team["person"])
        operations.check_organisation(organisation=organisation, by=team["officer"])
    run_twice_at(DAY_10)
    assert names_to(team["officer"].email) == []
    assert names_to(team["person"].email) == ["accounts.organisation_checked"]


def test_without_a_group_of_leads_the_superusers_are_told():
    officer, chief = StaffFactory(), StaffFactory(is_superuser=True)
    with clock.frozen(SIGN_UP):
        sign_up(UserFactory())
    run_twice_at(DAY_3)
    run_twice_at(DAY_5)
    assert "accounts.lead_alert" in names_to(chief.email)
    assert "accounts.lead_alert" not in names_to(officer.email)


def test_corrections_are_recalled_with_the_words_of_the_request_until_they_come(team):
    with clock.frozen(SIGN_UP):
        organisation = sign_up(team["person"])
        operations.ask_for_changes(organisation=organisation, message="Votre RNA.", by=team["officer"])
    run_twice_at(DAY_5)
    mail = sent_to(team["person"].email)[-1]
    assert (mail.notification, "Votre RNA." in mail.text) == ("accounts.changes_reminder", True)
    with clock.frozen(DAY_5):
        operations.resubmit_organisation(organisation=organisation, by=team["person"])
    run_twice_at(DAY_10)
    assert names_to(team["person"].email).count("accounts.changes_reminder") == 1


def test_corrections_that_never_come_are_called_for_by_a_person(team):
    with clock.frozen(SIGN_UP):
        organisation = sign_up(team["person"])
        operations.ask_for_changes(organisation=organisation, message="Votre RNA.", by=team["officer"])
    for _ in range(3):
        run_twice_at(next_step(organisation).due_at)
    assert names_to(team["person"].email).count("accounts.changes_reminder") == 1
    last = sent_to(team["person"].email)[-1]
    assert last.notification == "accounts.last_changes_reminder"
    assert f"vous appelle à partir du {long_date(next_step(organisation).since)}" in last.text
    call = next_step(organisation)
    assert (call.rule, call.owner) == ("accounts.call_for_corrections", "staff")
    with clock.frozen(call.due_at):
        operations.restart_corrections(organisation=organisation)
        operations.restart_corrections(organisation=organisation)
    again = next_step(organisation)
    assert (again.rule, again.occurrence, again.cycle) == ("accounts.corrections", 5, 2)


@pytest.mark.parametrize("end", [operations.check_organisation, operations.resubmit_organisation])
def test_once_corrected_nobody_calls(team, end):
    with clock.frozen(SIGN_UP):
        organisation = sign_up(team["person"])
        operations.ask_for_changes(organisation=organisation, message="Votre RNA.", by=team["officer"])
        start(CallForCorrections, organisation)
        end(
            organisation=organisation,
            by=team["officer" if end is operations.check_organisation else "person"],
        )
        operations.restart_corrections(organisation=organisation)
    open_rules = {row.rule for row in FollowUp.objects.about([organisation]).open()}
    assert not open_rules & {"accounts.call_for_corrections", "accounts.corrections"}
