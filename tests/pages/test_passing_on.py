"""What the team passes on by clicks: a step handed over to a colleague, and taken back after an absence."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.followups import StaffCheck
from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.operations import close, share_staff_steps, start
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.mail.notifications import notification_named
from mecenova.ui.figures import long_date
from tests.accounts.factories import OrganisationFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
TOWER = "pages:control_tower"


@pytest.fixture
def colleague():
    return StaffFactory(first_name="Noé")


@pytest.fixture
def step(staff):
    found = start(StaffCheck, OrganisationFactory(status="to_check"))
    FollowUp.objects.update(assigned_to=staff)
    return found


def page_of(step):
    return reverse("pages:hand_over", args=[step.pk])


def away(person, *, ended=False):
    first = clock.today() - timedelta(days=1 if ended else 0)
    return Absence.objects.create(user=person, first_day=first, last_day=first)


class TestHandOver:
    def test_from_the_tower_to_a_colleague_and_the_page_says_who_had_it(self, team, staff, colleague, step):
        assert page_of(step) in team.get(reverse(TOWER)).text
        for _ in range(2):
            team.post(page_of(step), {"to": str(colleague.pk)})
        step.refresh_from_db()
        assert step.assigned_to == colleague
        page = team.get(page_of(step)).text
        assert page.count(f"Confiée à {colleague}. Par {staff}.") == 1

    def test_whoever_it_is_given_to_reads_by_whom_what_and_by_when(self, team, staff, colleague, step):
        team.post(page_of(step), {"to": str(colleague.pk)})
        mail = OutgoingMail.objects.get(notification="agenda.step_given")
        assert mail.recipient == colleague
        assert mail.subject == f"{staff} vous confie une étape\u00a0: {step.subject.name}"
        assert f"promise pour le {long_date(step.deadline)}" in mail.text
        assert step.what in mail.text
        given = notification_named(mail.notification, mail.occurrence)
        assert given.still_wanted(colleague, colleague)
        team.post(page_of(step), {"to": str(staff.pk)})
        assert not given.still_wanted(colleague, colleague)
        assert OutgoingMail.objects.filter(notification="agenda.step_given").count() == 1

    def test_only_who_is_there_is_proposed_with_what_they_carry(self, team, colleague, step):
        absent = StaffFactory(first_name="Ida")
        away(absent)
        page = team.get(page_of(step)).text
        assert f"{colleague}\u00a0: 0 étape en cours" in page
        assert str(absent.pk) not in page
        answer = team.post(page_of(step), {"to": str(absent.pk)})
        assert answer.status_code == 422
        assert "n’est pas là aujourd’hui" in answer.text

    def test_once_done_the_page_says_so(self, team, colleague, step):
        close(step.subject)
        for answer in (
            team.get(page_of(step), follow=True),
            team.post(page_of(step), {"to": str(colleague.pk)}, follow=True),
        ):
            assert "n’est plus à la charge de l’équipe" in answer.text

    def test_for_the_team_alone(self, client, colleague, step):
        client.force_login(UserFactory())
        assert client.get(page_of(step)).status_code == 404
        assert client.post(page_of(step), {"to": str(colleague.pk)}).status_code == 404


class TestTakeBack:
    def test_back_from_an_absence_the_tower_offers_it_in_one_click(self, team, staff, colleague, step):
        absence = away(staff)
        assert share_staff_steps() == 1
        assert "Pendant votre absence" not in team.get(reverse(TOWER)).text
        absence.first_day = absence.last_day = clock.today() - timedelta(days=1)
        absence.save()
        assert "Une étape qui était pour vous a été confiée" in team.get(reverse(TOWER)).text
        address = reverse("pages:take_back")
        assert "de nouveau à votre charge" in team.post(address, follow=True).text
        assert "plus rien à reprendre" in team.post(address, follow=True).text
        step.refresh_from_db()
        assert step.assigned_to == staff
        assert "Pendant votre absence" not in team.get(reverse(TOWER)).text

    def test_reading_takes_nothing_back(self, team):
        assert team.get(reverse("pages:take_back")).status_code == 405
