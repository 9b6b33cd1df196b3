"""A project in pause: on line, proposed to nobody, taken up again on its day or before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Organisation
from associations.enums import Stance
from associations.followups import refresh_step
from associations.models import Association, Project
from associations.notifications import PublishProject
from associations.operations import (
    close_project,
    create_project,
    pause_project,
    publish_project,
    resume_project,
    update_association,
)
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step, run_due
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.ui.figures import long_date, short_date
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from tests.accounts.factories import UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def project(now, user):
    project = ProjectFactory(association=AssociationFactory(complete=True, members=[user]))
    AskFactory(project=project)
    ProjectFactory(association=project.association, published=True)
    return publish_project(project=project, by=user)


def until(now, days=10):
    return now().date() + timedelta(days=days)


def test_proposed_to_nobody_until_its_last_day_included(now, project, user):
    for _ in range(2):
        pause_project(project=project, until=until(now), by=user)
    assert project not in Project.objects.proposed()
    assert project in Project.objects.visible()
    assert [line.verb for line in history(project)].count("pause") == 1
    now.move_to(MONDAY + timedelta(days=10))
    assert project not in Project.objects.proposed()
    now.move_to(MONDAY + timedelta(days=11))
    run_due()
    assert project in Project.objects.proposed()
    assert next_step(project).rule == "associations.review_project"


def test_its_history_writes_the_day_as_its_page_does(project, user):
    pause_project(project=project, until=date(2026, 10, 1), by=user)
    assert history(project).get(verb="pause").note == f"Jusqu’au {short_date(date(2026, 10, 1))}"


def test_a_date_put_off_is_respected(now, project, user):
    pause_project(project=project, until=until(now), by=user)
    pause_project(project=project, until=until(now, 40), by=user)
    now.move_to(MONDAY + timedelta(days=20))
    run_due()
    assert next_step(project).rule == "associations.project_pause"


def test_ended_before_its_date_from_its_page(client, now, project, user):
    pause_project(project=project, until=until(now), by=user)
    client.force_login(user)
    assert "Reprendre maintenant" in client.get(project.get_absolute_url()).content.decode()
    url = reverse("associations:project_resume", args=[project.pk])
    assert client.get(url).status_code == 405
    for _ in range(2):
        assert client.post(url).status_code == 302
    assert project in Project.objects.proposed()
    assert [line.verb for line in history(project)].count("resume") == 1


class TestTheOnlyProject:
    """Its association is in pause with it, each time and as long."""

    @pytest.fixture
    def only(self, now, user):
        association = AssociationFactory(complete=True, members=[user])
        return ProjectFactory(association=association, published=True)

    def is_open(self, project):
        return Association.objects.open_to_companies().filter(pk=project.association_id).exists()

    def test_paused_again_after_a_pause_that_ended_by_its_date(self, now, only, user):
        pause_project(project=only, until=until(now), by=user)
        now.move_to(MONDAY + timedelta(days=20))
        run_due()
        assert self.is_open(only)
        pause_project(project=only, until=until(now), by=user)
        assert not self.is_open(only)
        resume_project(project=only, by=user)
        assert self.is_open(only)

    @pytest.mark.parametrize("second", [5, 40])
    def test_another_date_is_that_of_both(self, now, only, user, second):
        for days in (10, second):
            pause_project(project=only, until=until(now, days), by=user)
        only.association.refresh_from_db()
        assert only.association.paused_until == until(now, second)

    def test_lifting_the_pause_in_the_fiche_lifts_that_of_the_project_too(self, now, only, user):
        pause_project(project=only, until=until(now), by=user)
        update_association(association=only.association, by=user, stance=Stance.OPEN)
        assert only in Project.objects.proposed()
        assert next_step(only).rule == "associations.review_project"
        assert [line.verb for line in history(only)] == ["pause", "resume"]

    def test_another_date_in_the_fiche_is_that_of_the_project_too(self, now, only, user):
        pause_project(project=only, until=until(now), by=user)
        later = until(now, 40)
        update_association(association=only.association, by=user, stance=Stance.PAUSED, paused_until=later)
        only.refresh_from_db()
        assert only.paused_until == later
        now.move_to(MONDAY + timedelta(days=20))
        run_due()
        assert next_step(only).rule == "associations.project_pause"

    def test_closing_it_ends_the_pause_of_the_association(self, now, only, user):
        pause_project(project=only, until=until(now), by=user)
        close_project(project=only, by=user)
        assert self.is_open(only)
        assert next_step(only.association.organisation).rule == "associations.publish_project"

    def test_its_end_is_told_once(self, now, only, user):
        refresh_step(only.association.organisation)
        pause_project(project=only, until=until(now), by=user)
        now.move_to(MONDAY + timedelta(days=12))
        for _ in range(2):
            run_due()
        (mail,) = OutgoingMail.objects.all()
        assert mail.notification == "associations.pause_over"
        step = next_step(only.association.organisation)
        assert step.what_to_you in mail.text
        assert f"Au plus tard le {long_date(step.deadline)}" in mail.text
        address = reverse("associations:edit_section", args=[only.association.pk, "position"])
        assert f"Choisir une autre date\u00a0: http://testserver{address}" in mail.text

    @pytest.mark.parametrize("status", ["changes_asked", "to_check"])
    def test_a_pause_corrects_nothing_that_the_team_asked_about(self, now, only, user, status):
        organisation = only.association.organisation
        Organisation.objects.filter(pk=organisation.pk).update(status=status)
        pause_project(project=only, until=until(now), by=user)
        resume_project(project=only, by=user)
        organisation.refresh_from_db()
        assert organisation.status == status

    @pytest.mark.parametrize(
        ("stance", "wished", "kept"),
        [(Stance.PAUSED, 40, 40), (Stance.PAUSED, 5, 10), (Stance.EXPERT_ONLY, None, None)],
    )
    def test_what_the_association_wished_for_itself_is_kept(self, now, only, user, stance, wished, kept):
        last_day = wished and until(now, wished)
        update_association(association=only.association, by=user, stance=stance, paused_until=last_day)
        pause_project(project=only, until=until(now, 10), by=user)
        only.association.refresh_from_db()
        assert (only.association.stance, only.association.paused_until) == (
            stance,
            kept and until(now, kept),
        )


class TestThePauseOfTheAssociation:
    """Its projects wait with it, and each page and step says so."""

    def test_a_published_project_waits_for_its_end_and_the_page_says_it(self, client, now, project, user):
        association, last_day = project.association, until(now, 30)
        update_association(association=association, by=user, stance=Stance.PAUSED, paused_until=last_day)
        step = next_step(project)
        assert step.rule == "associations.project_pause"
        assert "la pause de l’association" in step.what
        client.force_login(user)
        assert "L’association est en pause" in client.get(project.get_absolute_url()).text
        now.move_to(MONDAY + timedelta(days=32))
        run_due()
        assert next_step(project).rule == "associations.review_project"
        assert not OutgoingMail.objects.filter(notification="associations.project_pause_over").exists()

    def test_resuming_the_project_alone_says_what_still_stops_it(self, client, now, project, user):
        pause_project(project=project, until=until(now, 10), by=user)
        update_association(
            association=project.association, by=user, stance=Stance.PAUSED, paused_until=until(now, 30)
        )
        client.force_login(user)
        page = client.get(project.get_absolute_url()).text
        assert "celle de l’association dure plus longtemps" in page
        response = client.post(reverse("associations:project_resume", args=[project.pk]), follow=True)
        assert "n’est encore proposé à personne" in response.text
        assert "de nouveau proposé" not in response.text
        update_association(association=project.association, by=user, stance=Stance.EXPERT_ONLY)
        assert "aucune entreprise" in client.get(project.get_absolute_url()).text
        assert "experte seulement" in next_step(project).what

    @pytest.mark.parametrize("lifted", [True, False])
    def test_a_draft_is_put_away_only_after_its_reminders(self, now, user, lifted):
        association = AssociationFactory(complete=True, members=[user])
        draft = create_project(association=association, by=user, title="Un pont", description="Entre deux.")
        refresh_step(association.organisation)
        update_association(
            association=association, by=user, stance=Stance.PAUSED, paused_until=until(now, 120)
        )
        live(now, 100)
        draft.refresh_from_db()
        assert draft.status == "draft"
        if lifted:
            update_association(association=association, by=user, stance=Stance.OPEN)
        else:
            live(now, 21)
        reminded = OutgoingMail.objects.filter(notification="associations.finish_project")
        assert not reminded.exists()
        live(now, 60)
        assert reminded.count() == 2
        live(now, 60)
        draft.refresh_from_db()
        assert draft.status == "closed"

    def test_a_pause_written_before_its_steps_knew_of_it_still_moves_them(self, now, project, user):
        last_day = until(now, 80)
        Association.objects.filter(pk=project.association_id).update(
            stance=Stance.PAUSED, paused_until=last_day
        )
        live(now, 79)
        assert next_step(project).rule == "associations.project_pause"

    def test_the_draft_of_an_expert_is_never_put_away_in_silence(self, now, user):
        association = AssociationFactory(complete=True, members=[user], stance=Stance.EXPERT_ONLY)
        draft = create_project(association=association, by=user, title="Un pont", description="Entre deux.")
        live(now, 200)
        draft.refresh_from_db()
        assert draft.status == "draft"
        assert FollowUp.objects.about([draft]).steps().count() == 1


def live(now, days):
    for _ in range(days):
        now.advance(timedelta(days=1))
        run_due()


def test_paused_from_its_page_and_moved_by_the_link_of_its_mail(client, now, project, user):
    client.force_login(user)
    address = reverse("associations:project_pause", args=[project.pk])
    assert address in client.get(project.get_absolute_url()).text
    refused = client.post(address, {"until": "2031-01-01"})
    assert "dans les douze mois" in refused.text
    assert 'value="2031-01-01"' in refused.text
    for days in (10, 20):
        client.post(address, {"until": until(now, days).isoformat()})
        project.refresh_from_db()
        assert project.paused_until == until(now, days)
    now.move_to(MONDAY + timedelta(days=22))
    run_due()
    text = OutgoingMail.objects.get(notification="associations.project_pause_over").text
    assert address in text
    assert f"le point avec vous à partir du {long_date(next_step(project).due_at)}" in text


@pytest.mark.parametrize("days", [-400, -1, 0, 367])
def test_a_date_that_is_no_pause_is_refused(now, project, user, days):
    with pytest.raises(DomainError):
        pause_project(project=project, until=until(now, days), by=user)


def test_neither_a_draft_nor_somebody_else(now, project, user):
    with pytest.raises(DomainError):
        pause_project(project=ProjectFactory(), until=until(now), by=None)
    for act, values in ((pause_project, {"until": until(now)}), (resume_project, {})):
        with pytest.raises(PermissionDenied):
            act(project=project, by=UserFactory(), **values)


def test_closing_ends_the_pause(now, project, user):
    pause_project(project=project, until=until(now), by=user)
    closed = close_project(project=project, by=user)
    assert closed.paused_until is None
    assert next_step(project) is None


def test_the_database_pauses_only_what_is_published(now):
    with pytest.raises(IntegrityError):
        ProjectFactory(paused_until=until(now))


def test_after_its_pause_an_association_is_written_to_again(now, user):
    association = AssociationFactory(
        complete=True, members=[user], stance=Stance.PAUSED, paused_until=until(now, 5)
    )
    assert not PublishProject().still_wanted(association.organisation, user)
    now.move_to(MONDAY + timedelta(days=6))
    assert PublishProject().still_wanted(association.organisation, user)
