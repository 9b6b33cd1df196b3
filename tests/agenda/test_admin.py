import pytest
from django.urls import reverse

from mecenova.agenda.models import FollowUp, RuleDelay
from mecenova.agenda.operations import run_due, start
from tests.agenda.rules_for_tests import Answer, Broken
from tests.mail.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    staff = PersonFactory(is_staff=True, is_superuser=True)
    client.force_login(staff)
    return staff


def test_follow_ups_in_error_are_listed(client, staff, subject, frozen, day):
    start(Answer, PersonFactory())
    start(Broken, subject)
    frozen.move_to(day(24))
    run_due()
    response = client.get(reverse("admin:agenda_followup_changelist"), {"erreur": "oui"})
    assert "ZeroDivisionError" in response.text
    assert "tests.answer +2" not in response.text
    assert response.context["cl"].result_count == 1


def test_follow_ups_are_read_only(client, staff, subject, frozen):
    step = start(Answer, subject)
    address = reverse("admin:agenda_followup_change", args=[step.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"what": "autre"}).status_code == 403
    assert client.get(reverse("admin:agenda_followup_add")).status_code == 403
    assert (
        client.post(reverse("admin:agenda_followup_delete", args=[step.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert FollowUp.objects.get().what == step.what


def test_a_delay_is_added_with_who_decided_it(client, staff):
    address = reverse("admin:agenda_ruledelay_add")
    response = client.post(address, {"rule": Answer.name, "occurrence": 2, "days": 0})
    assert "Un délai compte au moins un jour." in response.text
    client.post(address, {"rule": Answer.name, "occurrence": 2, "days": 3})
    delay = RuleDelay.objects.get()
    assert (delay.days, delay.set_by) == (3, staff)
    assert client.get(reverse("admin:agenda_ruledelay_changelist")).status_code == 200
    assert client.get(reverse("admin:agenda_absence_changelist")).status_code == 200
