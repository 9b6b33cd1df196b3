"""What a need's page, its step and the suggestions promise: never what the check or the door stops."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.followups import StaffCheck
from accounts.operations import ask_for_changes
from companies.operations import publish_need, set_policy
from mecenova.agenda.operations import next_step, start
from mecenova.calendar import clock
from tests.accounts.factories import StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db
SUGGESTIONS = reverse("matching:suggestions")


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(datetime(2026, 11, 30, 9, tzinfo=UTC)) as stopped:
        yield stopped


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def need(user):
    need = NeedFactory(company=CompanyFactory(members=[user]))
    publish_need(need=need, by=None)
    return need


@pytest.fixture
def read(client, user):
    def read(page):
        client.force_login(user)
        return client.get(page).text.split("<main")[1].replace("\u00a0", " ")

    return read


def set_capacity(need, number):
    set_policy(company=need.company, by=None, monthly_capacity=number)


def test_a_need_that_waits_for_the_check_of_its_company_says_so(need, read):
    organisation = need.company.organisation
    organisation.status, organisation.checked_at = OrganisationStatus.TO_CHECK, None
    organisation.save()
    start(StaffCheck, organisation)
    page = read(need.get_absolute_url())
    assert "Prêt, pas encore visible" in page
    assert "dès que l’équipe aura vérifié votre entreprise, au plus tard le jeudi 3 décembre 2026." in page
    assert "Proposer des associations" not in page
    assert SUGGESTIONS not in page
    dashboard = read(reverse("pages:dashboard"))
    assert "Il paraîtra dès que l’équipe aura vérifié votre entreprise" in dashboard
    assert "Proposer des associations pour ce besoin" not in dashboard
    assert "Elles arrivent chaque nuit" not in dashboard
    listed = read(SUGGESTIONS)
    assert "dès que l’équipe aura vérifié votre entreprise, au plus tard le jeudi 3 décembre 2026." in listed
    assert "Publier un besoin" not in listed


def test_a_closed_door_is_said_in_the_step_of_each_need_until_it_opens_again(need, read):
    set_capacity(need, 0)
    assert "tant que la porte est fermée" in next_step(need).what
    for page in (need.get_absolute_url(), reverse("pages:dashboard"), SUGGESTIONS):
        html = read(page)
        assert "Proposer des associations pour ce besoin" not in html
        assert "Elles arrivent chaque nuit" not in html
        assert "Publier un besoin" not in html or page != SUGGESTIONS
        assert f"{reverse('companies:policy', args=[need.company.pk])}#id_monthly_capacity" in html
    step = next_step(need)
    set_capacity(need, 0)
    assert next_step(need) == step
    set_capacity(need, 3)
    assert next_step(need).what.startswith("Proposer des associations pour ce besoin")
    assert next_step(need).deadline == step.deadline


def test_a_need_written_behind_a_closed_door_says_so(need):
    set_capacity(need, 0)
    other = NeedFactory(company=need.company)
    publish_need(need=other, by=None)
    assert "tant que la porte est fermée" in next_step(other).what


def test_what_the_team_asked_is_read_where_it_is_corrected(need, read, client, user):
    """Beside what is written, for its people only; saving the policy says that it goes back too."""
    company = need.company
    company.organisation.status = OrganisationStatus.TO_CHECK
    company.organisation.save()
    ask_for_changes(organisation=company.organisation, message="Dites votre SIREN.", by=StaffFactory())
    pages = [reverse(f"companies:{name}", args=[company.pk]) for name in ("detail", "edit", "policy")]
    for page in pages:
        assert "Dites votre SIREN." in read(page)
        client.force_login(StaffFactory())
        assert "L’équipe vous demande une précision" not in client.get(page).text
    client.force_login(user)
    said = {"causes": ["sport"], "kinds": ["financial"], "territories": ["59"], "monthly_capacity": 2}
    saved = client.post(pages[-1], said, follow=True).text
    assert "Votre fiche est repartie vers l’équipe" in saved
    assert "Votre correction est partie vers l’équipe" in saved
