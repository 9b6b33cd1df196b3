"""The tower's own clicks: whose they are, twice as once, and what it says is broken."""

import html
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.followups import StaffCheck
from accounts.models import Duplicate
from accounts.operations import claim_organisation, find_duplicates
from matching.enums import RoundScope
from matching.models import Round
from mecenova.agenda.models import FollowUp, SilenceCheck
from mecenova.agenda.operations import assign, next_step, run_due, start
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus, TroubleKind
from mecenova.mail.models import DigestLine
from mecenova.mail.troubles import mark_address
from mecenova.pages.baskets import BASKETS
from mecenova.ui.figures import long_date
from mecenova.workflow.journal import history
from tests.accounts.factories import OrganisationFactory, StaffFactory, UserFactory
from tests.accounts.test_lookalikes import named
from tests.mail.factories import OutgoingMailFactory
from tests.pages.test_baskets import refused_twice

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


def test_a_row_given_a_later_date_says_the_first_as_the_tower_does(team):
    """On the promised day itself too, before anything is late."""
    address = mark_address(address=StaffFactory().email, kind=TroubleKind.BOUNCED)
    promised = next_step(address).deadline
    with clock.frozen(clock.midnight(clock.paris(promised).date()) + timedelta(hours=12)):
        run_due()
        assert next_step(address).deadline > promised
        page = team.get(reverse("pages:basket", args=["adresses"])).text
        assert "en retard" not in page
        assert f"Promis d’abord pour le {long_date(promised)}" in page
        assert f"Promis pour le {long_date(promised)}" in team.get(reverse("pages:control_tower")).text


def test_pairs_to_look_at_are_counted_as_on_their_page(team):
    tower, page = reverse("pages:control_tower"), reverse("accounts:duplicates")
    assert "Doublons possibles</a>" in team.get(tower).text
    for name in ("Les Lampes du soir", "Lampes du soir de Lyon"):
        named(name)
    assert find_duplicates() == 1
    assert "Doublons possibles\u00a0: 1</a>" in html.unescape(team.get(tower).text)
    assert len(team.get(page).context["pairs"]) == 1
    Duplicate.objects.update(dismissed_at=clock.now())
    assert "Doublons possibles</a>" in team.get(tower).text


def test_a_failed_mail_is_counted(team):
    assert team.get(reverse(TOWER)).context["failed_mails"] == 0
    OutgoingMailFactory(status=MailStatus.FAILED, last_error="550", settled_at=clock.now())
    assert team.get(reverse(TOWER)).context["failed_mails"] == 1


def counted(team, name):
    return team.get(reverse(TOWER)).context[name]


def test_a_late_mail_is_counted_and_one_put_off_to_the_morning_is_not(team):
    OutgoingMailFactory(due_at=clock.now() - timedelta(minutes=59))
    assert counted(team, "late_mails") == 0
    OutgoingMailFactory(due_at=clock.now() - timedelta(minutes=61))
    assert counted(team, "late_mails") == 1


def test_what_its_rule_could_not_do_is_counted_until_it_can(team, step):
    assert counted(team, "in_error") == 0
    FollowUp.objects.filter(pk=step.pk).update(last_error="ValueError")
    assert counted(team, "in_error") == 1
    FollowUp.objects.filter(pk=step.pk).update(last_error="")
    assert counted(team, "in_error") == 0


def test_a_line_that_no_digest_could_write_is_counted(team, staff):
    whole = {
        "notification": "a",
        "category": "service",
        "recipient": staff,
        "about": staff,
        "due_at": clock.now(),
    }
    DigestLine.objects.create(key="well", **whole)
    assert counted(team, "lines_in_error") == 0
    DigestLine.objects.create(key="badly", last_error="ValueError", **whole)
    assert counted(team, "lines_in_error") == 1


def test_the_last_check_is_told_and_its_absence_too(team):
    assert (counted(team, "without_step"), counted(team, "check_missing")) == (None, False)
    SilenceCheck.objects.create(at=clock.now() - timedelta(days=9), subjects=5, violations=4)
    assert (counted(team, "without_step"), counted(team, "check_missing")) == (4, True)
    SilenceCheck.objects.create(at=clock.now(), subjects=5, violations=2)
    assert (counted(team, "without_step"), counted(team, "check_missing")) == (2, False)


def test_a_night_without_a_whole_round_is_told(team):
    assert counted(team, "full_round_missing") is False
    Round.objects.create(scope=RoundScope.CHANGED, started_at=clock.now() - timedelta(days=9))
    assert counted(team, "full_round_missing") is True
    Round.objects.create(scope=RoundScope.FULL, started_at=clock.now(), finished_at=clock.now())
    assert counted(team, "full_round_missing") is False


ASKING = [slug for slug, basket in BASKETS.items() if basket.action and basket.action.asks_note]


@pytest.mark.parametrize("slug", ASKING)
@pytest.mark.parametrize("note", ["", " ", "x" * 501, "Appelés ce matin."])
def test_a_note_that_is_not_kept_is_shown_again_with_why(team, slug, note):
    """Empty, too long, or of a record that is gone: what was typed stays, and the page is no success."""
    answer = team.post(reverse("pages:basket_act", args=[slug, uuid.uuid4()]), {"note": note})
    assert answer.status_code == 422
    refused = answer.context["refused"]
    assert refused.title == "Cette fiche"
    assert refused.form["note"].value() == note
    ((why,),) = refused.form.errors.values()
    assert why in html.unescape(answer.text)
    assert ("n’existe plus" in why) == note.startswith("Appelés")


def test_a_note_that_an_operation_refuses_is_shown_again_in_its_line(team, monkeypatch):
    subject = refused_twice()
    address = reverse("pages:basket_act", args=["associations-refusees", subject.pk])
    too_long = team.post(address, {"note": "x" * 501})
    assert too_long.status_code == 422
    assert too_long.context["refused"] is None
    (line,) = [each for each in too_long.context["lines"] if each["is_refused"]]
    assert line["line"].subject == subject
    assert team.post(address, {"note": "Ils reprennent."}).status_code == 302
