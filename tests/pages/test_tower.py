"""The tower's own clicks: whose they are, twice as once, and what it says is broken."""

import uuid

import pytest
from django.urls import reverse

from accounts.followups import StaffCheck
from accounts.operations import claim_organisation
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import assign, start
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.pages.baskets import BASKETS
from mecenova.workflow.journal import history
from tests.accounts.factories import OrganisationFactory, StaffFactory, UserFactory
from tests.mail.factories import OutgoingMailFactory

pytestmark = pytest.mark.django_db
TOWER = "pages:control_tower"


@pytest.fixture
def step():
    return start(StaffCheck, OrganisationFactory(status="to_check"))


def test_a_step_taken_on_twice_is_journaled_once_with_who_clicked(team, staff, step):
    address = reverse("pages:take_on", args=[step.pk])
    for _ in range(2):
        assert "C’est pour vous" in team.post(address, follow=True).text
    step.refresh_from_db()
    assert step.assigned_to == staff
    assert [line.by for line in history(step).filter(verb="assign")] == [staff]


def test_nobody_else_takes_a_step_on_and_reading_takes_none(client, staff, step):
    address = reverse("pages:take_on", args=[step.pk])
    assert client.post(address).status_code == 302
    client.force_login(UserFactory())
    assert client.post(address).status_code == 404
    client.force_login(staff)
    assert client.get(address).status_code == 405
    assert client.post(reverse("pages:take_on", args=[uuid.uuid4()])).status_code == 404
    step.refresh_from_db()
    assert step.assigned_to is None


@pytest.mark.parametrize(("asked", "number"), [("", 2), ("moi", 1), ("autre", 2)])
def test_what_is_mine_is_shown_alone_when_it_is_asked_for(team, staff, asked, number):
    for _ in range(2):
        claim_organisation(organisation=OrganisationFactory(), message="Trésorière.", by=UserFactory())
    mine, other = FollowUp.objects.all().owed_by_staff()
    assign(follow_up=mine, to=staff, by=staff)
    assign(follow_up=other, to=StaffFactory(), by=staff)
    assert len(team.get(reverse(TOWER), {"pour": asked}).context["owed"]) == number


@pytest.mark.parametrize("slug", [slug for slug, basket in BASKETS.items() if basket.action is None])
def test_a_basket_without_a_click_takes_none(team, slug):
    assert team.post(reverse("pages:basket_act", args=[slug, uuid.uuid4()])).status_code == 404


def test_a_failed_mail_is_counted(team):
    assert team.get(reverse(TOWER)).context["failed_mails"] == 0
    OutgoingMailFactory(status=MailStatus.FAILED, last_error="550", settled_at=clock.now())
    assert team.get(reverse(TOWER)).context["failed_mails"] == 1
