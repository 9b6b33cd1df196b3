"""A project in pause: on line, proposed to nobody, taken up again on its day or before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from associations.enums import Stance
from associations.models import Association, Project
from associations.notifications import PublishProject
from associations.operations import (
    close_project,
    pause_project,
    publish_project,
    resume_project,
    update_association,
)
from mecenova.agenda.operations import next_step, run_due
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from tests.accounts.factories import UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)


@pytest.fixture
def now(frozen_clock):
    with frozen_clock(MONDAY) as clock:
        yield clock


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
