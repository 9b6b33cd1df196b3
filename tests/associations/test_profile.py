import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.enums import OrganisationStatus, Role
from accounts.operations import OrganisationExists, ask_for_changes, check_organisation, withdraw_organisation
from associations.enums import Stance
from associations.followups import CallAfterSilence, CallToPublish, Presentation
from associations.models import Association
from associations.operations import (
    close_project,
    create_project,
    note_call,
    publish_project,
    record_presentations,
    register_association,
    remove_ask,
    save_ask,
    update_association,
    update_project,
)
from associations.signals import association_changed
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step, run_due, start
from mecenova.calendar import clock
from mecenova.reference.models import Cause, Skill
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def checked(user):
    """A complete association that the team has just checked, with its own step open."""
    association = AssociationFactory(complete=True, organisation__status="to_check", members=[user])
    check_organisation(organisation=association.organisation, by=StaffFactory())
    return Association.objects.select_related("organisation").get(pk=association.pk)


def steps(organisation):
    return list(FollowUp.objects.about([organisation]).steps())


def step(association):
    (only,) = steps(association.organisation)
    return only


def test_writes_what_is_given_and_nothing_else(checked, user):
    heard = []

    def listen(sender, association, **kwargs):
        heard.append(association)

    association_changed.connect(listen)
    updated = update_association(
        association=checked,
        by=user,
        town="Roubaix",
        purpose="Court",
        causes=[Cause.objects.get(slug="sport")],
    )
    association_changed.disconnect(listen)
    assert heard == [checked]
    assert updated.organisation.town == "Roubaix"
    assert updated.organisation.postal_code == "59000"
    assert updated.purpose == "Court"
    assert [cause.slug for cause in updated.causes.all()] == ["sport"]
    assert updated.rna == checked.rna
    assert updated.changed_at >= checked.changed_at


def test_department_moves_with_the_postal_code(checked, user):
    assert (
        update_association(association=checked, by=user, postal_code="13001").organisation.department.code
        == "13"
    )


def test_unknown_part_is_a_mistake_of_ours(checked, user):
    with pytest.raises(TypeError):
        update_association(association=checked, by=user, status="checked")


@pytest.mark.parametrize("stranger", [True, False])
def test_stranger_and_departed_member_write_nothing(checked, stranger):
    by = UserFactory() if stranger else MembershipFactory(organisation=checked.organisation).user
    if not stranger:
        checked.organisation.memberships.filter(user=by).delete()
    with pytest.raises(PermissionDenied):
        update_association(association=checked, by=by, purpose="Pris")


def test_name_of_another_is_refused_and_nothing_is_written(checked, user):
    AssociationFactory(organisation__name="Les Ponts")
    with pytest.raises(OrganisationExists):
        update_association(association=checked, by=user, name="Association Les Ponts", purpose="Autre")
    checked.refresh_from_db()
    assert checked.purpose != "Autre"


def test_number_of_another_is_refused(checked, user):
    AssociationFactory(siren="732829320")
    with pytest.raises(DomainError, match="SIREN"):
        update_association(association=checked, by=user, siren="732829320")
    update_association(association=checked, by=user, rna=checked.rna)


def test_changed_register_leaves_the_former_number(checked, user):
    moved = update_association(
        association=checked, by=user, registry="alsace_moselle", court_entry="Colmar, volume 3"
    )
    assert moved.rna == ""
    back = update_association(association=moved, by=user, registry="rna", rna="W751234567")
    assert back.court_entry == ""


def test_pause_ends_with_the_stance(checked, user):
    until = clock.today() + dt.timedelta(days=30)
    paused = update_association(association=checked, by=user, stance=Stance.PAUSED, paused_until=until)
    assert paused.is_paused
    assert update_association(association=paused, by=user, stance=Stance.OPEN).paused_until is None


@pytest.mark.parametrize("role", Role)
def test_corrected_profile_goes_back_to_the_team(user, role):
    association = register_association(by=UserFactory(), name="Les Ponts", postal_code="59000")
    member = MembershipFactory(organisation=association.organisation, role=role).user
    ask_for_changes(organisation=association.organisation, message="Précisez la mission.", by=StaffFactory())
    assert step(association).rule == "accounts.corrections"
    updated = update_association(association=association, by=member, purpose="Voici.")
    assert updated.organisation.status == OrganisationStatus.TO_CHECK
    assert step(association).rule == "accounts.staff_check"
    again = update_association(association=updated, by=member, purpose="Voici, encore.")
    assert again.organisation.status == OrganisationStatus.TO_CHECK


@pytest.mark.parametrize(
    "correct",
    [
        lambda ask, by: update_project(project=ask.project, by=by, title="Cinq ateliers"),
        lambda ask, by: save_ask(project=ask.project, by=by, kind="financial", ask_id=ask.pk, amount=900),
        lambda ask, by: remove_ask(ask=ask, by=by),
        lambda ask, by: close_project(project=ask.project, by=by),
    ],
    ids=["words", "ask", "ask removed", "closed"],
)
def test_corrected_project_goes_back_to_the_team(user, correct):
    association = register_association(by=user, name="Les Ponts", postal_code="59000")
    published = ProjectFactory(association=association, published=True)
    asks = [AskFactory(project=published), AskFactory(project=published)]
    draft = ProjectFactory(association=association)
    ask_for_changes(organisation=association.organisation, message="Précisez.", by=StaffFactory())
    update_project(project=draft, by=user, title="Un brouillon")
    association.organisation.refresh_from_db()
    assert association.organisation.status == OrganisationStatus.CHANGES_ASKED
    correct(asks[0], user)
    association.organisation.refresh_from_db()
    assert association.organisation.status == OrganisationStatus.TO_CHECK
    assert step(association).rule == "accounts.staff_check"


def test_team_that_corrects_by_itself_does_not_resubmit():
    association = register_association(by=UserFactory(), name="Les Ponts", postal_code="59000")
    staff = StaffFactory()
    ask_for_changes(organisation=association.organisation, message="Précisez la mission.", by=staff)
    updated = update_association(association=association, by=staff, purpose="Voici.")
    assert updated.organisation.status == OrganisationStatus.CHANGES_ASKED


def test_step_follows_the_profile(checked, user):
    assert step(checked).rule == "associations.publish_project"
    emptied = update_association(association=checked, by=user, size="", purpose="")
    assert step(checked).rule == "associations.complete_profile"
    assert "mission en deux phrases et taille" in step(checked).what
    update_association(association=emptied, by=user, size="small")
    assert "taille" not in step(checked).what
    update_association(association=emptied, by=user, stance=Stance.EXPERT_ONLY)
    assert step(checked).rule == "associations.available"
    update_association(association=emptied, by=user, expertise=Skill.objects.all()[:1])
    assert step(checked).rule == "associations.available"


def test_pause_then_return(checked, user):
    with clock.frozen(MONDAY) as now:
        until = clock.today() + dt.timedelta(days=10)
        update_association(association=checked, by=user, stance=Stance.PAUSED, paused_until=until)
        assert step(checked).rule == "associations.pause"
        first = step(checked).due_at
        later = until + dt.timedelta(days=20)
        update_association(association=checked, by=user, paused_until=later)
        assert step(checked).due_at > first
        now.move_to(step(checked).due_at)
        run_due()
        assert step(checked).rule == "associations.publish_project"


def test_presentation_begins_anew_when_presented(checked, user):
    with clock.frozen(MONDAY) as now:
        project = create_project(association=checked, by=user, title="Ponts", description="Bâtir.")
        save_ask(project=project, by=user, kind="financial", amount=500)
        publish_project(project=project, by=user)
        first = step(checked)
        assert (first.rule, first.owner) == ("associations.presentation", "platform")
        now.advance(dt.timedelta(days=40))
        record_presentations(associations=[checked])
        assert step(checked).rule == "associations.presentation"
        assert step(checked).due_at > first.due_at
        record_presentations(associations=[checked])


def test_presentation_of_an_expert_changes_nothing(checked, user):
    update_association(association=checked, by=user, stance=Stance.EXPERT_ONLY)
    record_presentations(associations=[checked])
    assert step(checked).rule == "associations.available"


def test_many_presentations_are_told_as_one_by_one(user, django_assert_max_num_queries):
    """Whoever is at another step stays there; what is unattended, or was to be called, begins anew."""
    imported, called = (
        AssociationFactory(organisation__status="checked", organisation__origin="import") for _ in range(2)
    )
    with clock.frozen(MONDAY) as now:
        start(Presentation, imported.organisation)
        start(CallAfterSilence, called.organisation)
        expert = AssociationFactory(
            complete=True, organisation__status="to_check", stance=Stance.EXPERT_ONLY, members=[user]
        )
        check_organisation(organisation=expert.organisation, by=StaffFactory())
        first = step(imported)
        now.advance(dt.timedelta(days=40))
        with django_assert_max_num_queries(20):
            record_presentations(associations=[imported, called, expert, imported])
        record_presentations(associations=[])
        expected = clock.now()
    assert [step(each).rule for each in (imported, called, expert)] == [
        "associations.presentation",
        "associations.presentation",
        "associations.available",
    ]
    assert step(imported).due_at > first.due_at
    assert (step(imported).since, step(imported).cycle) == (expected, first.cycle + 1)


def test_left_association_owes_nothing(checked, user):
    project = create_project(association=checked, by=user, title="Ponts", description="Bâtir.")
    withdraw_organisation(organisation=checked.organisation, by=user)
    assert steps(checked.organisation) == []
    assert next_step(project) is None
    project.refresh_from_db()
    assert project.status == "closed"
    with pytest.raises(PermissionDenied):
        update_association(association=checked, by=user, purpose="Revenue")


def test_call_is_noted_once_and_the_step_goes_on(checked, user):
    staff = StaffFactory()
    start(CallToPublish, checked.organisation)
    with pytest.raises(PermissionDenied):
        note_call(association=checked, by=user)
    for _ in range(2):
        note_call(association=checked, by=staff, note="Projet en janvier.")
        assert step(checked).rule == "associations.publish_project"
    assert [line.note for line in history(checked.organisation) if line.verb == "call"] == [
        "Projet en janvier."
    ]


def test_a_call_counts_as_attention_and_the_ninety_days_begin_again(checked):
    start(Presentation, checked.organisation)
    ProjectFactory(association=checked, published=True)
    first = step(checked)
    with clock.frozen(first.since + dt.timedelta(days=60)) as time:
        note_call(association=checked, by=StaffFactory(), note="Bonjour.")
        assert (step(checked).rule, step(checked).since) == ("associations.presentation", time.moment)


def test_nobody_notes_a_call_to_who_has_left(checked, user):
    withdraw_organisation(organisation=checked.organisation, by=user)
    with pytest.raises(DomainError):
        note_call(association=checked, by=StaffFactory(), note="Bonjour.")
