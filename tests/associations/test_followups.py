"""A year of associations that do nothing, seen through the real runner: never silent, never nagging."""

import datetime as dt
from collections import Counter

import pytest

from accounts.operations import check_organisation
from associations.enums import ProjectStatus, Stance
from associations.followups import FirstSteps, refresh_step
from associations.models import Project
from associations.operations import (
    create_project,
    note_call,
    publish_project,
    record_presentations,
    register_association,
    save_ask,
    update_association,
)
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step, run_due, start
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.pages.promises import kept_by_month
from mecenova.ui.figures import long_date
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.mail.reading import names_told
from tests.matching.factories import SuggestionFactory

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def complete(now, user):
    association = AssociationFactory(complete=True, organisation__status="to_check", members=[user])
    check_organisation(organisation=association.organisation, by=StaffFactory())
    association.organisation.refresh_from_db()
    return association


def live(now, days, *subjects):
    """From one due date to the next; after each sweep, and its repeat, every subject has exactly one step."""
    end = now() + dt.timedelta(days=days)
    while due := FollowUp.objects.open().filter(due_at__lte=end).order_by("due_at").first():
        now.move_to(max(due.due_at, now()))
        run_due()
        run_due()
        for subject in subjects:
            assert FollowUp.objects.about([subject]).steps().count() == 1, clock.paris(now()).date()
        assert not FollowUp.objects.filter(pk=due.pk).open().exists(), due
    now.move_to(end)


def mails(user):
    return Counter(names_told(recipient=user, notification__startswith="associations."))


def test_first_weeks_of_an_incomplete_association(now, user):
    association = register_association(by=user, name="Les Ponts", postal_code="59000")
    for days, expected in [
        (1, {"associations.missing_parts": 1}),
        (8, {"associations.missing_parts": 1, "associations.first_lesson": 1}),
        (
            14,
            {"associations.missing_parts": 1, "associations.first_lesson": 1, "associations.person_slot": 1},
        ),
        (
            60,
            {"associations.missing_parts": 1, "associations.first_lesson": 1, "associations.person_slot": 1},
        ),
    ]:
        live(now, days, association.organisation)
        assert mails(user) == expected


def test_who_is_incomplete_reads_from_which_day_more_comes(now, user):
    """Nobody waits in the dark: a person's time, then a call."""
    association = register_association(by=user, name="Les Ponts", postal_code="59000")
    check_organisation(organisation=association.organisation, by=StaffFactory())
    live(now, 2, association.organisation)
    (missing,) = OutgoingMail.objects.filter(notification="associations.missing_parts")
    live(now, 26, association.organisation)
    (slot,) = OutgoingMail.objects.filter(notification="associations.person_slot")
    assert f"à partir du {long_date(slot.created_at)} de la finir ensemble" in missing.text
    live(now, 10, association.organisation)
    call = next_step(association.organisation)
    assert call.rule == "associations.call_to_complete"
    assert f"une personne de l’équipe vous appelle à partir du {long_date(call.since)}" in slot.text


def test_who_is_not_checked_yet_is_promised_no_call(now, user):
    association = register_association(by=user, name="Les Ponts", postal_code="59000")
    live(now, 26, association.organisation)
    (slot,) = OutgoingMail.objects.filter(notification="associations.person_slot")
    assert "Sans nouvelles de vous" not in slot.text


def test_complete_association_is_only_taught(now, user):
    association = AssociationFactory(complete=True, members=[user])
    start(FirstSteps, association.organisation)
    refresh_step(association.organisation)
    live(now, 12, association.organisation)
    assert mails(user) == {"associations.first_lesson": 1}


@pytest.mark.parametrize("stance", [Stance.EXPERT_ONLY, Stance.PAUSED])
def test_expert_and_paused_are_never_chased(now, user, stance):
    association = register_association(by=user, name="Les Ponts", postal_code="59000")
    until = now().date() + dt.timedelta(days=300) if stance == Stance.PAUSED else None
    update_association(association=association, by=user, stance=stance, paused_until=until)
    check_organisation(organisation=association.organisation, by=StaffFactory())
    live(now, 250, association.organisation)
    assert mails(user) == {}


def test_incomplete_association_ends_on_the_list_of_the_team(now, user):
    association = register_association(by=user, name="Les Ponts", postal_code="59000")
    check_organisation(organisation=association.organisation, by=StaffFactory())
    live(now, 365, association.organisation)
    step = FollowUp.objects.about([association.organisation]).steps().get()
    assert (step.rule, step.owner) == ("associations.call_to_complete", "staff")
    assert "mission en deux phrases" in step.what
    assert "votre" not in step.what


def test_no_project_two_nudges_then_a_call(now, user, complete):
    live(now, 365, complete.organisation)
    assert mails(user) == {"associations.publish_project": 2}
    step = FollowUp.objects.about([complete.organisation]).steps().get()
    assert (step.rule, step.owner) == ("associations.call_to_publish", "staff")
    first, last = OutgoingMail.objects.filter(notification="associations.publish_project").order_by(
        "created_at"
    )
    assert f"un autre début à partir du {long_date(last.created_at)}" in first.text
    assert f"une personne de l’équipe vous appelle à partir du {long_date(step.since)}" in last.text


def test_draft_has_its_own_reminders_then_is_put_away(now, user, complete):
    project = create_project(association=complete, by=user, title="Ponts", description="Bâtir.")
    live(now, 60, complete.organisation, project)
    assert mails(user) == {"associations.finish_project": 2}
    first, last = OutgoingMail.objects.filter(notification="associations.finish_project").order_by(
        "created_at"
    )
    put_away = FollowUp.objects.about([project]).steps().get().due_at
    assert f"nous le rangeons à partir du {long_date(put_away)}" in last.text
    assert "rangeons" not in first.text
    assert f"nous vous le rappelons une dernière fois à partir du {long_date(last.created_at)}" in first.text
    live(now, 60, complete.organisation)
    project.refresh_from_db()
    assert project.status == ProjectStatus.CLOSED
    assert mails(user)["associations.draft_put_away"] == 1
    assert not FollowUp.objects.about([project]).open().exists()


def test_published_project_is_reviewed_and_the_association_called(now, user, complete):
    project = create_project(association=complete, by=user, title="Ponts", description="Bâtir.")
    save_ask(project=project, by=user, kind="financial", amount=500)
    publish_project(project=project, by=user)
    live(now, 80, complete.organisation, project)
    # Nobody has shown interest: the room above says more than the plain review.
    assert mails(user) == {}
    assert OutgoingMail.objects.filter(recipient=user, notification="matching.diagnosis").count() == 1
    live(now, 20, complete.organisation, project)
    step = FollowUp.objects.about([complete.organisation]).steps().get()
    assert (step.rule, step.owner) == ("associations.call_after_silence", "staff")
    live(now, 300, complete.organisation, project)
    assert Project.objects.get().status == ProjectStatus.PUBLISHED


@pytest.fixture
def presentable(complete, user):
    """Its ninety days have begun."""
    project = create_project(association=complete, by=user, title="Ponts", description="Bâtir.")
    save_ask(project=project, by=user, kind="financial", amount=500)
    publish_project(project=project, by=user)
    return complete


def fourth_promise(now):
    counts = kept_by_month(MONDAY.date(), now().date())
    fourth = [count for month in counts.values() for count in month if count.number == 4]
    return sum(count.kept for count in fourth), sum(count.broken for count in fourth)


def test_a_person_is_asked_to_call_before_the_ninety_days_are_over(now, presentable):
    organisation = presentable.organisation
    live(now, 82, organisation)
    assert next_step(organisation).rule == "associations.presentation"
    live(now, 1, organisation)
    step = next_step(organisation)
    assert (step.rule, step.owner) == ("associations.call_after_silence", "staff")
    assert clock.paris(step.deadline).date() == (MONDAY + dt.timedelta(days=90)).date()
    now.advance(dt.timedelta(days=3))
    note_call(association=presentable, by=StaffFactory(), note="Nous cherchons.")
    assert next_step(organisation).rule == "associations.presentation"
    now.advance(dt.timedelta(days=10))
    assert fourth_promise(now) == (1, 0)


def test_a_presentation_cancels_the_call_and_the_ninety_days_begin_anew(now, presentable):
    live(now, 85, presentable.organisation)
    SuggestionFactory(association=presentable)
    record_presentations(associations=[presentable])
    step = next_step(presentable.organisation)
    assert (step.rule, step.since) == ("associations.presentation", now())
    now.advance(dt.timedelta(days=10))
    assert fourth_promise(now) == (1, 0)


def test_a_call_that_nobody_makes_breaks_the_promise_once_and_is_still_owed(now, presentable):
    live(now, 90, presentable.organisation)
    assert fourth_promise(now) == (0, 0)
    live(now, 200, presentable.organisation)
    assert fourth_promise(now) == (0, 1)
    assert next_step(presentable.organisation).owner == "staff"


def test_pause_over_is_told(now, user, complete):
    update_association(
        association=complete, by=user, stance=Stance.PAUSED, paused_until=now().date() + dt.timedelta(days=20)
    )
    live(now, 25, complete.organisation)
    assert mails(user) == {"associations.pause_over": 1}
    assert (
        FollowUp.objects.about([complete.organisation]).steps().get().rule == "associations.publish_project"
    )


def test_two_mails_never_fall_on_one_day(now, user):
    association = register_association(by=user, name="Les Ponts", postal_code="59000")
    check_organisation(organisation=association.organisation, by=StaffFactory())
    create_project(association=association, by=user, title="Ponts", description="Bâtir.")
    live(now, 150, association.organisation)
    days = Counter(
        clock.paris(mail.due_at).date()
        for mail in OutgoingMail.objects.filter(recipient=user, notification__startswith="associations.")
    )
    assert max(days.values()) == 1


def test_nothing_in_error(now, user, complete):
    create_project(association=complete, by=user, title="Ponts")
    live(now, 120, complete.organisation)
    assert not FollowUp.objects.all().in_error().exists()
