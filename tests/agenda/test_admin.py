import pytest
from django.urls import reverse

from mecenova.agenda.models import FollowUp
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


@pytest.mark.parametrize("name", ["ruledelay", "absence"])
def test_delays_and_absences_are_changed_on_their_own_pages(client, staff, name):
    """There, what they move is moved with them."""
    assert client.get(reverse(f"admin:agenda_{name}_changelist")).status_code == 200
    assert client.post(reverse(f"admin:agenda_{name}_add"), {"rule": Answer.name}).status_code == 403
