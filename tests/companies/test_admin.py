"""The stock admin of companies: to look at them, and to say who is of the network (no other page does)."""

import pytest
from django.urls import reverse

from companies.models import Company
from mecenova.workflow.journal import history
from tests.accounts.factories import StaffFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client):
    person = StaffFactory(is_superuser=True)
    client.force_login(person)
    return person


def test_the_network_alone_is_written_there_and_the_journal_tells_it(client, root):
    company = CompanyFactory(presentation="Nous imprimons.")
    page = reverse("admin:companies_company_change", args=[company.pk])
    assert client.get(page).status_code == 200
    no_policy = {f"policy-{count}_FORMS": 0 for count in ("TOTAL", "INITIAL")}
    typed = {"in_network": "on", "presentation": "Autre chose.", "siren": "", **no_policy}
    assert client.post(page, typed).status_code == 302
    now = Company.objects.get(pk=company.pk)
    assert (now.in_network, now.presentation) == (True, "Nous imprimons.")
    line = history(company.organisation).last()
    assert (line.note, line.by) == ("membre du réseau IMS", root)


def test_a_company_is_neither_made_nor_deleted_there(client, root):
    """Its requests, its steps and its mails would go with it, or never have been."""
    company = CompanyFactory()
    assert client.get(reverse("admin:companies_company_add")).status_code == 403
    delete = reverse("admin:companies_company_delete", args=[company.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert Company.objects.filter(pk=company.pk).exists()


def test_a_need_is_read_there_and_written_on_its_page(client, root):
    page = reverse("admin:companies_need_change", args=[NeedFactory().pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"title": "Autre"}).status_code == 403


def test_what_has_left_is_not_written_any_more(client, root):
    company = CompanyFactory(organisation__status="left")
    page = reverse("admin:companies_company_change", args=[company.pk])
    assert client.post(page, {"in_network": "on"}).status_code == 403
