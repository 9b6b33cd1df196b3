"""Whole mails, as read, and who no longer gets them at the moment they leave."""

import datetime as dt
import re

import pytest
from django.db import transaction

from associations import notifications
from associations.enums import ProjectStatus, Stance
from associations.models import Project
from mecenova.calendar import clock
from mecenova.mail.delivery import deliver_due
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.infotheque.factories import ProgressFactory, StepFactory
from tests.mail.reading import the_mail, whole

pytestmark = pytest.mark.django_db

TO_ASSOCIATION = [
    notifications.MissingParts,
    notifications.FirstLesson,
    notifications.PersonSlot,
    notifications.PublishProject,
    notifications.PauseOver,
]
ABOUT_PROJECT = [
    notifications.FinishProject,
    notifications.DraftPutAway,
    notifications.ReviewProject,
    notifications.ProjectPauseOver,
]
SIGNED = re.compile(r"(/(?:se-desabonner|choisir)/)[^\s)]+")
WRITINGS = 5
MORNING = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)
IDS = "00000000-0000-4000-8000-{:012d}"


@pytest.fixture
def user():
    return UserFactory(first_name="Awa", email="awa@exemple.fr")


@pytest.fixture
def association(user):
    return AssociationFactory(
        pk=IDS.format(1),
        organisation__name="Les Petits Ponts",
        purpose="Court.",
        causes=["education"],
        members=[user],
    )


@pytest.fixture
def project(association):
    return ProjectFactory(pk=IDS.format(2), association=association, title="Un pont & deux rives")


@pytest.mark.parametrize(
    ("notification", "subject"),
    [
        (notifications.MissingParts, lambda: association_of_one().organisation),
        (notifications.FinishProject, lambda: ProjectFactory(association=association_of_one())),
    ],
)
def test_mails_of_one_kind_are_asked_about_together(notification, subject, query_count):
    """Each costs its own three writings, around a savepoint: handed over, logged, settled."""

    def cost(number):
        with transaction.atomic():
            for _ in range(number):
                queue(notification, subject())
        sent = OutgoingMail.objects.sent().count()
        queries = query_count(deliver_due)
        assert OutgoingMail.objects.sent().count() == sent + number
        return queries

    with clock.frozen(MORNING):
        assert cost(6) - cost(1) == 5 * WRITINGS


def association_of_one():
    return AssociationFactory(purpose="Court.", members=[UserFactory()])


def written(notification, subject):
    with transaction.atomic():
        queue(notification, subject)
    mail = the_mail(notification)
    assert mail.recipient.email == "awa@exemple.fr"
    return SIGNED.sub(r"\1…", whole(mail))


def test_no_name_has_to_be_feminine(association):
    association.organisation.name = "Le Relais"
    association.organisation.save()
    mail = written(notifications.PauseOver, association.organisation)
    assert "nous pouvons de nouveau présenter Le Relais" in mail
    assert "présentée" not in mail


@pytest.mark.parametrize("notification", TO_ASSOCIATION, ids=lambda found: found.name)
def test_mail_to_an_association(notification, association, snapshot):
    assert written(notification, association.organisation) == snapshot


@pytest.mark.parametrize("notification", ABOUT_PROJECT, ids=lambda found: found.name)
@pytest.mark.parametrize("asks", [0, 1])
def test_mail_about_a_project(notification, project, asks, snapshot):
    AskFactory.create_batch(asks, project=project)
    if notification.status != ProjectStatus.DRAFT:
        closed = notification.status == ProjectStatus.CLOSED
        Project.objects.update(
            status=notification.status,
            published_at=None if closed else clock.now(),
            closed_at=clock.now() if closed else None,
        )
    assert written(notification, project) == snapshot


@pytest.mark.parametrize(
    "name", ["[clic](https://mal.example)", "# Titre", "<b>gras</b>", "a\u202eb", "*" * 250]
)
def test_name_stays_a_name(name, association, user):
    association.organisation.name = name
    association.organisation.save()
    queue(notifications.MissingParts, association.organisation)
    mail = OutgoingMail.objects.get()
    assert 'https://mal.example"' not in mail.html
    assert "<b>gras" not in mail.html


def test_same_mail_twice_is_one(association):
    queue(notifications.MissingParts, association.organisation)
    queue(notifications.MissingParts, association.organisation)
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("notification", TO_ASSOCIATION[:4], ids=lambda found: found.name)
def test_decided_again_when_it_leaves(notification, association, user):
    organisation, mail = association.organisation, notification()
    assert mail.still_wanted(organisation, user)
    for change in (
        {"stance": Stance.EXPERT_ONLY},
        {"stance": Stance.PAUSED, "paused_until": clock.today()},
    ):
        former = {name: getattr(association, name) for name in change}
        write(association, **change)
        assert not mail.still_wanted(fresh(organisation), user)
        write(association, **former)
    stranger = UserFactory()
    assert not mail.still_wanted(organisation, stranger)
    MembershipFactory(organisation=organisation, user=stranger)
    assert mail.still_wanted(organisation, stranger)
    organisation.status, organisation.left_at = "left", clock.now()
    assert not mail.still_wanted(organisation, user)


@pytest.mark.parametrize("notification", [notifications.MissingParts, notifications.PersonSlot])
def test_completed_meanwhile(notification, user):
    association = AssociationFactory(complete=True, members=[user])
    assert not notification().still_wanted(association.organisation, user)


def test_published_meanwhile(association, user, project):
    nudge, finish = notifications.PublishProject(), notifications.FinishProject()
    assert nudge.still_wanted(association.organisation, user)
    assert finish.still_wanted(project, user)
    project.status, project.published_at = "published", clock.now()
    project.save()
    assert not nudge.still_wanted(association.organisation, user)
    assert not finish.still_wanted(project, user)


def test_pause_prolonged_meanwhile(association, user):
    write(association, stance=Stance.PAUSED, paused_until=clock.today() - dt.timedelta(days=1))
    assert notifications.PauseOver().still_wanted(fresh(association.organisation), user)
    write(association, stance=Stance.PAUSED, paused_until=clock.today() + dt.timedelta(days=9))
    assert not notifications.PauseOver().still_wanted(fresh(association.organisation), user)


def write(association, **values):
    type(association).objects.filter(pk=association.pk).update(**values)


def fresh(organisation):
    return type(organisation).objects.get(pk=organisation.pk)


def test_the_first_lesson_leads_to_the_step_that_is_next(db):
    member = UserFactory()
    association = AssociationFactory(complete=True, members=[member])
    step = StepFactory(title="Dire sa mission")
    before = notifications.FirstLesson().context(association.organisation, member)
    assert before["lesson_url"].endswith(step.get_absolute_url())
    ProgressFactory(organisation=association.organisation, step=step, done=True)
    assert not notifications.FirstLesson().context(association.organisation, member)["lesson_url"]
