"""When a need that its company has published may be read, and how its state is said until then."""

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from companies.operations import publish_need
from mecenova.calendar import clock
from tests.accounts.factories import UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "state"), [(OrganisationStatus.CHECKED, "Publié"), (OrganisationStatus.TO_CHECK, "Prêt")]
)
def test_a_need_is_read_once_its_company_is_checked_and_is_said_ready_until_then(client, status, state):
    user = UserFactory()
    company = CompanyFactory(members=[user])
    checked = status == OrganisationStatus.CHECKED
    Organisation.objects.filter(pk=company.organisation_id).update(
        status=status, checked_at=clock.now() if checked else None
    )
    need = NeedFactory(company=company)
    client.force_login(user)
    page = client.get(reverse("companies:need_publish", args=[need.pk])).text
    assert ("dès que l’équipe aura vérifié" in page) is not checked
    publish_need(need=need, by=user)
    for place in (need.get_absolute_url(), reverse("pages:dashboard")):
        shown = client.get(place).text
        assert [word for word in ("Publié", "Prêt") if f">{word}<" in shown] == [state]
