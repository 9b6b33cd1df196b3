"""Two tabs of a browser are told apart by their titles, and so are two pages heard one after the other."""

import re
from html import unescape

import pytest
from django.urls import reverse

from mecenova.reference.enums import Kind
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db


def title_of(page) -> str:
    assert page.status_code == 200
    return unescape(re.search("<title>(.*?) – Mecenova</title>", page.text)[1])


@pytest.mark.parametrize("name", ["edit", "publish", "pause", "close"])
def test_what_is_done_to_a_project_is_told_with_its_title(client, name):
    association = AssociationFactory(complete=True)
    client.force_login(MembershipFactory(organisation=association.organisation).user)
    project = ProjectFactory(association=association, published=name != "publish")
    AskFactory(project=project)
    page = client.get(reverse(f"associations:project_{name}", args=[project.pk]))
    assert project.title in title_of(page)


def test_what_is_done_to_an_ask_is_told_with_its_form_and_its_project(client):
    association = AssociationFactory(complete=True)
    client.force_login(MembershipFactory(organisation=association.organisation).user)
    ask = AskFactory(project=ProjectFactory(association=association), kind=Kind.IN_KIND, goods="Un four")
    for name in ("edit", "delete"):
        title = title_of(client.get(reverse(f"associations:ask_{name}", args=[ask.pk])))
        assert title.endswith(f"{Kind.IN_KIND.label}, {ask.project.title}")
    page = client.get(reverse("associations:ask_create", args=[ask.project_id]))
    assert ask.project.title in title_of(page)


@pytest.mark.parametrize("name", ["edit", "publish", "close"])
def test_what_is_done_to_a_need_is_told_with_its_title(client, name):
    company = CompanyFactory()
    client.force_login(MembershipFactory(organisation=company.organisation).user)
    need = NeedFactory(company=company, published=name != "publish")
    page = client.get(reverse(f"companies:need_{name}", args=[need.pk]))
    assert need.title in title_of(page)


def test_the_kind_of_a_new_need_is_in_its_title(client):
    company = CompanyFactory()
    client.force_login(MembershipFactory(organisation=company.organisation).user)
    page = client.get(reverse("companies:need_create"), {"forme": Kind.SKILLS})
    assert title_of(page).endswith(str(Kind.SKILLS.label))


def test_each_delay_and_each_preview_of_the_team_has_a_title_of_its_own(client):
    client.force_login(StaffFactory())
    delays = [reverse("agenda:delay", args=["partnerships.answer", days]) for days in (2, 5)]
    previews = [f"{reverse('pages:preview')}?jours={days}" for days in (1, 30)]
    titles = [title_of(client.get(address)) for address in (*delays, *previews)]
    assert len(set(titles)) == len(titles), titles


def test_the_control_tower_is_named_as_it_is_read(client):
    client.force_login(StaffFactory())
    assert title_of(client.get(reverse("pages:control_tower"))) == "Tour de contrôle"
