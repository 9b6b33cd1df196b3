import contextlib
import uuid
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from accounts.enums import OrganisationStatus
from associations import operations
from associations.enums import ProjectStatus, Stance
from associations.models import Ask, Project
from associations.signals import project_published
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Skill
from mecenova.workflow.errors import DomainError, SomebodyElses, TransitionRefused
from mecenova.workflow.journal import history
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.stories import Story
from tests.threads import at_once

pytestmark = pytest.mark.django_db

ASKS = {
    Kind.FINANCIAL: {"amount": Decimal("12500.50")},
    Kind.IN_KIND: {"goods": "Trois ordinateurs d’occasion"},
    Kind.SKILLS: {"days": 3},
    Kind.VOLUNTEERING: {"volunteers": 10},
    Kind.CO_CONSTRUCTION: {"question": "Comment garder les jeunes jusqu’au contrat ?"},
}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def association(user):
    return AssociationFactory(complete=True, members=[user])


@pytest.fixture
def project(association, user):
    return operations.create_project(
        association=association, by=user, title="Ponts", description="Bâtir un pont."
    )


@pytest.fixture
def ready(project, user):
    operations.save_ask(project=project, by=user, kind=Kind.FINANCIAL, amount=500)
    return project


def test_draft_has_a_step_and_a_history(project, user):
    assert project.status == ProjectStatus.DRAFT
    assert next_step(project).rule == "associations.finish_project"
    assert [(line.verb, line.by) for line in history(project)] == [("create", user)]


def test_form_sent_twice_makes_one_project(association, user):
    key = uuid.uuid4()
    for _ in range(2):
        operations.create_project(association=association, by=user, title="Ponts", project_id=key)
    assert Project.objects.get().pk == key


def test_who_went_back_to_correct_the_form_is_heard_while_it_is_their_draft(association, user):
    colleague, key = MembershipFactory(organisation=association.organisation).user, uuid.uuid4()
    given = {"association": association, "project_id": key}
    for title, cause in (("Ponts", "sante"), ("Passerelles", "sport")):
        operations.create_project(
            **given, by=user, title=title, causes=Cause.objects.filter(slug=cause), description="Pour tous."
        )
    project = Project.objects.get()
    assert (project.title, project.causes.get().slug) == ("Passerelles", "sport")
    with pytest.raises(DomainError, match="Passerelles"):
        operations.create_project(**given, by=colleague, title="Tunnels")
    AskFactory(project=project)
    operations.publish_project(project=project, by=user)
    with pytest.raises(DomainError, match="Publié"):
        operations.create_project(**given, by=user, title="Ponts", description="Pour tous.")
    assert Project.objects.get().title == "Passerelles"


def test_key_of_another_association_is_refused(user, association):
    other = ProjectFactory()
    with pytest.raises(SomebodyElses):
        operations.create_project(association=association, by=user, title="Pris", project_id=other.pk)
    ask = AskFactory()
    mine = operations.create_project(association=association, by=user, title="Ponts")
    with pytest.raises(SomebodyElses):
        operations.save_ask(project=mine, by=user, kind=Kind.FINANCIAL, amount=1, ask_id=ask.pk)


def test_publish_close_publish_again(ready, user):
    published = operations.publish_project(project=ready, by=user)
    assert published.published_at is not None
    assert next_step(ready).rule == "associations.review_project"
    closed = operations.close_project(project=ready, by=user, note="Trouvé.")
    assert closed.closed_at is not None
    assert next_step(ready) is None
    again = operations.publish_project(project=ready, by=user)
    assert (again.status, again.closed_at) == (ProjectStatus.PUBLISHED, None)
    assert next_step(ready).rule == "associations.review_project"
    assert [line.verb for line in history(ready)] == ["create", "publish", "close", "publish"]


def test_publishing_moves_the_association_on(ready, user, association):
    operations.publish_project(project=ready, by=user)
    assert next_step(association.organisation).rule == "associations.presentation"
    operations.close_project(project=ready, by=user)
    assert next_step(association.organisation).rule == "associations.publish_project"


@pytest.mark.parametrize(
    ("reason", "words"), [("no ask", "au moins une demande"), ("no text", "Décrivez"), ("expert", "experte")]
)
def test_refuses_to_publish_and_says_what_to_do(ready, user, association, reason, words):
    if reason == "no ask":
        ready.asks.all().delete()
    elif reason == "no text":
        operations.update_project(project=ready, by=user, description=" \n ")
    else:
        operations.update_association(association=association, by=user, stance=Stance.EXPERT_ONLY)
    with pytest.raises(DomainError, match=words):
        operations.publish_project(project=ready, by=user)
    ready.refresh_from_db()
    assert ready.status == ProjectStatus.DRAFT
    assert next_step(ready).rule == "associations.finish_project"


@pytest.mark.parametrize("verb", ["publish_project", "close_project"])
def test_twice_is_refused_once_done(ready, user, verb):
    getattr(operations, verb)(project=ready, by=user)
    with pytest.raises(TransitionRefused):
        getattr(operations, verb)(project=ready, by=user)


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("update_project", {"title": "Pris"}),
        ("publish_project", {}),
        ("close_project", {}),
        ("save_ask", {"kind": Kind.FINANCIAL, "amount": 1}),
    ],
)
def test_strangers_touch_nothing(ready, verb, values):
    with pytest.raises(PermissionDenied):
        getattr(operations, verb)(project=ready, by=UserFactory(), **values)


@pytest.mark.parametrize("kind", Kind)
def test_ask_keeps_only_what_its_kind_says(project, user, kind):
    everything = {name: value for values in ASKS.values() for name, value in values.items()}
    skills = Skill.objects.all()[:2]
    ask = operations.save_ask(project=project, by=user, kind=kind, skills=skills, **everything)
    ask.refresh_from_db()
    for other, values in ASKS.items():
        for name, value in values.items():
            assert getattr(ask, name) == (
                value if other == kind else ("" if isinstance(value, str) else None)
            )
    assert ask.skills.count() == (2 if kind == Kind.SKILLS else 0)


def test_ask_sent_twice_is_one(project, user):
    key = uuid.uuid4()
    for amount in (500, 500):
        operations.save_ask(project=project, by=user, kind=Kind.FINANCIAL, amount=amount, ask_id=key)
    assert Ask.objects.get().pk == key


def test_last_ask_of_a_published_project_stays(ready, user):
    operations.publish_project(project=ready, by=user)
    with pytest.raises(DomainError, match="dernière demande"):
        operations.remove_ask(ask=ready.asks.get(), by=user)
    second = operations.save_ask(project=ready, by=user, kind=Kind.IN_KIND, goods="Une salle")
    operations.remove_ask(ask=second, by=user)
    operations.remove_ask(ask=second, by=user)
    assert ready.asks.count() == 1


def test_text_is_cleaned_and_lists_are_written(project, user):
    causes = Cause.objects.filter(slug__in=["sport", "sante"])
    written = operations.update_project(
        project=project,
        by=user,
        title=" Un\x00 pont \u202e ",
        description="a\r\n\r\n\r\n\r\nb\x07",
        causes=causes,
    )
    assert written.title == "Un pont"
    assert written.description == "a\n\nb"
    assert set(written.causes.all()) == set(causes)
    with pytest.raises(TypeError):
        operations.update_project(project=project, by=user, status="published")


class ProjectLife(Story):
    """Whatever is done, in whatever order: one step while open, none once closed, dates that match."""

    def __init__(self):
        super().__init__()
        self.user = UserFactory()
        self.association = AssociationFactory(complete=True, members=[self.user])
        operations.update_association(association=self.association, by=self.user, phone="01")
        self.projects = []

    def attempt(self, operation, **values):
        with contextlib.suppress(DomainError):
            operation(by=self.user, **values)

    @rule()
    def create(self):
        if len(self.projects) < 3:
            project = operations.create_project(
                association=self.association, by=self.user, title="Ponts", description="Bâtir."
            )
            self.projects.append(project)

    @rule(number=st.integers(0, 2), verb=st.sampled_from(["publish_project", "close_project"]))
    def move(self, number, verb):
        if number < len(self.projects):
            self.attempt(getattr(operations, verb), project=self.projects[number])

    @rule(number=st.integers(0, 2))
    def ask(self, number):
        if number < len(self.projects):
            self.attempt(
                operations.save_ask, project=self.projects[number], kind=Kind.IN_KIND, goods="Une salle"
            )

    @rule(number=st.integers(0, 2))
    def remove(self, number):
        found = Ask.objects.filter(project__in=self.projects[number : number + 1]).first()
        if found:
            self.attempt(operations.remove_ask, ask=found)

    @rule(stance=st.sampled_from([Stance.OPEN, Stance.EXPERT_ONLY]), size=st.sampled_from(["", "small"]))
    def change_profile(self, stance, size):
        self.attempt(operations.update_association, association=self.association, stance=stance, size=size)

    @invariant()
    def one_step_each(self):
        for project in Project.objects.filter(pk__in=[project.pk for project in self.projects]):
            steps = FollowUp.objects.about([project]).steps().count()
            assert steps == (0 if project.status == ProjectStatus.CLOSED else 1)
            assert project.status != ProjectStatus.PUBLISHED or project.asks.exists()
        assert FollowUp.objects.about([self.association.organisation]).steps().count() == 1


def test_any_sequence_keeps_exactly_one_step():
    run_state_machine_as_test(
        ProjectLife,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_two_people_publish_at_once():
    user = UserFactory()
    association = AssociationFactory(complete=True, members=[user])
    project = operations.create_project(association=association, by=user, title="Ponts", description="Bâtir.")
    operations.save_ask(project=project, by=user, kind=Kind.FINANCIAL, amount=500)
    publish = partial(operations.publish_project, project=project, by=user)
    heard = []

    def listen(sender, project, **kwargs):
        heard.append(project.pk)

    project_published.connect(listen)
    results = at_once(publish, publish)
    project_published.disconnect(listen)
    assert {type(each) for each in results} == {Project, TransitionRefused}
    assert heard == [project.pk]
    assert FollowUp.objects.about([project]).steps().count() == 1
    assert FollowUp.objects.about([association.organisation]).steps().count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once():
    user = UserFactory()
    key = uuid.uuid4()
    sent = partial(
        operations.register_association, by=user, name="Les Ponts", postal_code="59000", association_id=key
    )
    assert key in [made.pk for made in at_once(sent, sent) if not isinstance(made, DomainError)]
    assert user.memberships.count() == 1


def test_nothing_is_opened_for_an_association_that_has_left():
    """Not even by the platform, which acts for imported records."""
    association = AssociationFactory(complete=True, organisation__status=OrganisationStatus.LEFT)
    project = AskFactory(project__association=association).project
    with pytest.raises(DomainError):
        operations.publish_project(project=project, by=None)
    with pytest.raises(DomainError):
        operations.create_project(association=association, by=None, title="Un pont")
    assert not FollowUp.objects.open().exists()
