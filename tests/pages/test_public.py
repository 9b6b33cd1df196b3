import html
import re
from itertools import cycle

import pytest
from django.urls import reverse

from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from tests.accounts.factories import UserFactory
from tests.associations.factories import AssociationFactory
from tests.browser import assert_accessible, assert_no_sideways_scroll
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.parts import assert_part_of

pytestmark = pytest.mark.django_db


def shown(response):
    return html.unescape(response.content.decode())


def test_home_says_what_it_is_not_with_the_figures_of_the_data(client):
    AssociationFactory.create_batch(7)
    CompanyFactory()
    page = shown(client.get(reverse("pages:home")))
    assert "S’inscrire n’est pas être contacté" in page
    assert "7 associations pour 1 entreprise" in page


def test_the_promise_is_the_same_wherever_it_is_made(client):
    """What is never answered is no longer said to have a date: it is closed, on the day said."""
    promise = "Chaque demande a une réponse ou, à la date dite, vous êtes libre et vous savez pourquoi."
    assert shown(client.get(reverse("pages:home"))).count(promise) == 3
    company = CompanyFactory()
    assert promise in shown(client.get(company.get_absolute_url()))
    client.force_login(UserFactory())
    assert promise in shown(client.get(reverse("partnerships:introductions")))


@pytest.mark.parametrize("name", ["pages:home", "accounts:sign_up"])
def test_a_visitor_is_told_once_what_ims_is(client, name):
    page = shown(client.get(reverse(name)))
    assert page.count("Mecenova est le site d’IMS, un réseau de grandes entreprises engagées") == 1


def test_home_shows_open_needs_and_no_draft(client):
    shown_need, draft = NeedFactory(published=True), NeedFactory()
    page = shown(client.get(reverse("pages:home")))
    assert shown_need.title in page
    assert draft.title not in page


def test_an_empty_network_is_said_without_dividing_by_zero(client):
    page = shown(client.get(reverse("pages:understand"), {"cause": "sport"}))
    assert "Aucune entreprise" in page
    assert "pas encore assez de recul" in page


def test_the_odds_of_one_case_come_from_the_data(client):
    for association in AssociationFactory.create_batch(6):
        association.causes.add(Cause.objects.get(slug="education"))
    CompanyFactory.create_batch(5, policy__monthly_capacity=1)
    response = client.get(reverse("pages:understand"), {"cause": "education"})
    assert response.context["odds"].associations == 6
    assert response.context["odds"].companies == 5
    assert "au moins 2 mois" in shown(response).replace("\u202f", " ")


@pytest.mark.parametrize(("companies", "is_told"), [(1, False), (4, False), (5, True)])
@pytest.mark.parametrize("associations", [1, 6])
def test_what_a_handful_of_companies_can_look_at_is_told_nowhere(client, companies, is_told, associations):
    AssociationFactory.create_batch(associations, complete=True)
    CompanyFactory.create_batch(companies, policy__monthly_capacity=131)
    pages = [
        shown(client.get(reverse("pages:understand"), {"departement": "59"})),
        shown(client.get(reverse("pages:home"))),
    ]
    total = re.compile(rf"(?<!\d){131 * companies}(?!\d)")
    for page in pages:
        assert bool(total.search(page)) is is_told
    assert ("très peu de places" in pages[0]) is not is_told


@pytest.mark.parametrize("associations", [1, 5, 12])
def test_one_company_is_not_spoken_of_as_several(client, associations):
    for association in AssociationFactory.create_batch(associations):
        association.causes.add(Cause.objects.get(slug="education"))
    CompanyFactory(policy__monthly_capacity=5)
    page = shown(client.get(reverse("pages:understand"), {"cause": "education"}))
    answer = page[page.index('id="reponse"') :]
    assert "entreprise qui étudie des demandes" in answer
    assert "Les entreprises concernées" not in page
    CompanyFactory.create_batch(4)
    assert "Les entreprises concernées étudient" in shown(
        client.get(reverse("pages:understand"), {"cause": "education"})
    )


@pytest.mark.parametrize(
    "query",
    [
        "cause=inconnue",
        "departement=999",
        "departement=../../etc",
        "departement=R32",
        "forme=x",
        "forme=financial&forme=x",
        "cause=%01",
        "departement=%F0%9F%98%80",
        pytest.param("&".join(["cause=sport"] * 500 + [f"cause={'x' * 2000}"]), id="huge"),
    ],
)
def test_unknown_values_are_told_and_break_nothing(client, query):
    response = client.get(f"{reverse('pages:understand')}?{query}")
    assert response.status_code == 200
    assert response.context["odds"] is None
    assert "Nous n’avons pas compris ce choix" in shown(response)


@pytest.mark.parametrize("name", ["home", "understand"])
def test_public_pages_ask_a_constant_number_of_queries(client, query_count, name):
    address = reverse(f"pages:{name}")
    NeedFactory(published=True)
    client.get(address)
    one = query_count(lambda: client.get(address))
    NeedFactory.create_batch(5, published=True)
    AssociationFactory.create_batch(5, complete=True)
    assert query_count(lambda: client.get(address)) <= max(one, 12)


def test_a_script_gets_the_answer_alone_and_the_address_keeps_the_choice(client):
    NeedFactory(published=True, territories=["59"])
    query = {"cause": "emploi-et-insertion", "departement": "59", "forme": "skills"}
    whole = client.get(reverse("pages:understand"), query)
    alone = client.get(reverse("pages:understand"), query, headers={"HX-Request": "true"})
    assert alone.headers["Vary"] == whole.headers["Vary"]
    assert_part_of(whole, alone)
    assert "aria-live" not in shown(alone), "a live region that is swapped away says nothing"
    assert "data-result-count" in shown(alone)
    said = "Vos chances\u00a0: Emploi et insertion, Nord (59), Mécénat de compétences"
    assert shown(alone).startswith(f"<title>{said} – Mecenova</title>")
    assert f"{said}<" in shown(whole)


def test_the_odds_of_a_case_ask_as_much_for_one_as_for_many(client, query_count):
    address = f"{reverse('pages:understand')}?cause=emploi-et-insertion&departement=59&forme=financial"
    NeedFactory(published=True, territories=["59"])
    AssociationFactory(complete=True)
    client.get(address)
    one = query_count(lambda: client.get(address))
    NeedFactory.create_batch(5, published=True, territories=["62"], kind="skills")
    AssociationFactory.create_batch(5, complete=True)
    assert query_count(lambda: client.get(address)) == one


@pytest.mark.parametrize("script", [{}, {"HX-Request": "true"}])
def test_asking_without_a_choice_is_answered(client, script):
    address = f"{reverse('pages:understand')}?cause=&departement=&forme="
    assert "Choisissez d’abord votre cas" in shown(client.get(address, headers=script))
    assert "Choisissez d’abord votre cas" not in shown(client.get(reverse("pages:understand")))


def test_the_address_that_keeps_the_choice_is_that_of_the_answer_wherever_it_is_read(client):
    query = {"cause": "sport", "departement": "59"}
    page = shown(client.get(reverse("pages:understand"), query, headers={"HX-Request": "true"}))
    assert f"{reverse('pages:understand')}?cause=sport&departement=59#reponse" in page


def test_as_many_places_as_associations_is_no_promise(client):
    AssociationFactory.create_batch(6, complete=True)
    CompanyFactory.create_batch(5, policy__monthly_capacity=6)
    page = shown(client.get(reverse("pages:understand"), {"departement": "59"}))
    assert "sur le papier" in page
    assert "l’attente est plus longue" in page


def test_whoever_signs_up_may_see_the_odds_first_without_an_account(client):
    page = shown(client.get(reverse("accounts:sign_up")))
    assert f'action="{reverse("pages:understand")}#reponse"' in page
    assert 'name="departement"' in page


@pytest.mark.browser
def test_the_table_of_causes_is_cards_on_a_phone_and_a_table_for_who_hears_it(page):
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(reverse("pages:understand"))
        assert_no_sideways_scroll(page)
    table = page.get_by_role("table", name="Associations pour une entreprise, par cause")
    assert table.get_by_role("columnheader").count() == len(Kind) + 1
    assert table.get_by_role("rowheader", name="Handicap").is_visible()
    assert table.get_by_role("row").nth(1).get_by_role("cell").count() == len(Kind)
    assert page.evaluate("getComputedStyle(document.querySelector('.stacks tbody tr')).display") == "block"
    assert_accessible(page)


def test_each_figure_of_the_table_of_causes_bears_the_name_of_its_kind(client):
    page = shown(client.get(reverse("pages:understand")))
    cells = page.split("</caption>")[1].split("</table>")[0].split("<td ")[1:]
    assert cells
    named = zip(cells, cycle(Kind), strict=False)
    assert all(f'data-label="{kind.label}"' in cell for cell, kind in named)
