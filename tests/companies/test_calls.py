"""The team notes, on a company's page, that it has talked with it."""

import pytest
from django.urls import reverse

from accounts.models import Organisation
from accounts.operations import withdraw_organisation
from companies.operations import record_call
from mecenova.workflow.journal import history
from tests.accounts.factories import StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return CompanyFactory(members=[UserFactory()])


def url(name, company):
    return reverse(f"companies:{name}", args=[company.pk])


def test_staff_note_a_call(client, company):
    client.force_login(StaffFactory())
    assert "noter un appel" in client.get(url("detail", company)).content.decode()
    answer = client.post(url("call", company), {"note": "Ils cherchent"})
    assert answer.status_code == 302
    assert "L’appel est noté" in client.get(answer.url).text
    assert client.get(url("call", company)).status_code == 405


def test_a_call_that_is_refused_keeps_what_was_typed(client, company):
    client.force_login(StaffFactory())
    words = "Ils cherchent " * 80
    refused = client.post(url("call", company), {"note": words})
    assert refused.status_code == 422
    assert words.strip() in refused.text
    assert not history(company.organisation).filter(verb="call").exists()


def test_a_call_sent_twice_is_one_call(client, company):
    client.force_login(StaffFactory())
    for note in ("Ils cherchent", "Ils cherchent", "Rien de neuf"):
        client.post(url("call", company), {"note": note})
    calls = history(company.organisation).filter(verb="call")
    assert [line.note for line in calls] == ["Ils cherchent", "Rien de neuf"]
    assert "Rien de neuf" in client.get(url("detail", company)).text


def test_the_number_to_call_is_beside_the_note_for_the_team_alone(client, company):
    Organisation.objects.update(phone="01 99 00 12 34")
    assert "0199001234" not in client.get(url("detail", company)).text
    client.force_login(StaffFactory())
    assert '<a href="tel:0199001234">01 99 00 12 34</a>' in client.get(url("detail", company)).text


def test_the_company_reads_the_day_of_a_call_and_not_the_words(client, company):
    client.force_login(company.organisation.members.get())
    record_call(company=company, by=StaffFactory(first_name="Odile"), note="Ils hésitent")
    page = client.get(url("detail", company)).text
    assert "appel de l’équipe" in page
    assert "hésitent" not in page
    assert "Odile" not in page


def test_the_words_of_a_call_with_one_that_has_just_left_are_given_back(client, company):
    client.force_login(StaffFactory())
    withdraw_organisation(organisation=company.organisation, by=None)
    refused = client.post(url("call", company), {"note": "Ils s’en vont."})
    assert refused.status_code == 409
    assert "a quitté Mecenova" in refused.text
    assert "Ils s’en vont." in refused.text
    assert "Noter l’appel" not in refused.text
    assert "<title>Erreur" in refused.text
