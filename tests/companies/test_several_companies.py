"""Somebody who answers for several companies writes in the name of the one they chose."""

import pytest
from django.urls import reverse

from companies.models import Need
from tests.accounts.factories import UserFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db
CREATE = reverse("companies:need_create")


@pytest.fixture
def two(client):
    person = UserFactory()
    client.force_login(person)
    return [
        CompanyFactory(organisation__name=name, members=[person]) for name in ("Aciérie", "Zinguerie du Nord")
    ]


def test_the_dashboard_of_the_second_writes_a_need_of_the_second(client, two):
    dashboard = f"{reverse('pages:dashboard')}?organisme={two[1].organisation_id}"
    page = client.get(dashboard).text
    assert f'href="{CREATE}?entreprise={two[1].pk}">Publier un besoin</a>' in page


def test_who_came_without_saying_which_reads_which_it_is_and_can_change(client, two):
    for address in (CREATE, f"{CREATE}?forme=in_kind"):
        page = client.get(address).text
        assert "Pour <strong>Aciérie</strong>" in page
        other = f"entreprise={two[1].pk}"
        assert other in page
        page = client.get(f"{CREATE}?{other}&forme=in_kind").text
        assert "Pour <strong>Zinguerie du Nord</strong>" in page
    need = {"title": "Vingt ordinateurs", "description": "Révisés.", "goods": "Vingt ordinateurs de 2022"}
    lists = {"causes": ["numerique"], "territories": ["59"]}
    answer = client.post(f"{CREATE}?entreprise={two[1].pk}&forme=in_kind", need | lists)
    assert answer.status_code == 302
    assert Need.objects.get().company == two[1]


def test_who_has_one_company_is_not_asked_which(client):
    person = UserFactory()
    client.force_login(person)
    CompanyFactory(members=[person])
    assert "Plutôt pour" not in client.get(CREATE).text


def test_two_others_and_ten_are_read_in_as_many_queries(client, query_count):
    person = UserFactory()
    client.force_login(person)
    for _ in range(2):
        CompanyFactory(members=[person])
    client.get(CREATE)
    two = query_count(lambda: client.get(CREATE))
    for _ in range(8):
        CompanyFactory(members=[person])
    assert query_count(lambda: client.get(CREATE)) == two
