import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mecenova.reference.models import Audience, Cause, Sector, Skill, SkillFamily, Territory

pytestmark = pytest.mark.django_db
MODELS = (Cause, SkillFamily, Skill, Audience, Sector, Territory)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(
        User.objects.create_superuser(email="equipe@example.org", password="longue-phrase-de-passe")
    )
    return client


@pytest.mark.parametrize("model", MODELS)
def test_staff_can_list_search_and_open(staff: Client, model) -> None:
    name = model._meta.model_name
    listing = reverse(f"admin:reference_{name}_changelist")
    assert staff.get(listing).status_code == 200
    assert staff.get(listing, {"q": "é"}).status_code == 200
    entry = model.objects.last()
    assert (
        str(entry) in staff.get(reverse(f"admin:reference_{name}_change", args=[entry.pk])).content.decode()
    )


def test_a_slug_in_use_cannot_be_changed(staff: Client) -> None:
    cause = Cause.objects.get(slug="culture")
    page = reverse("admin:reference_cause_change", args=[cause.pk])
    staff.post(page, {"slug": "art", "name": "Culture et arts", "order": 8})
    cause.refresh_from_db()
    assert (cause.slug, cause.name) == ("culture", "Culture et arts")
