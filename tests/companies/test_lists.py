"""The two public lists: what they show, to whom, and at what cost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from companies.enums import NeedStatus
from companies.models import Need
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Territory
from tests.accounts.factories import UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory, PolicyFactory
from tests.parts import assert_part_of

pytestmark = pytest.mark.django_db

NEEDS, COMPANIES = reverse("companies:need_list"), reverse("companies:list")
HTMX = {"HX-Request": "true"}


def titles(client, query=""):
    return [need.title for need in client.get(f"{NEEDS}{query}").context["page_obj"]]


def names(client, query=""):
    return [str(company) for company in client.get(f"{COMPANIES}{query}").context["page_obj"]]


class TestNeeds:
    def test_shows_only_what_can_be_answered(self, client):
        NeedFactory(title="oui", published=True)
        NeedFactory(title="brouillon")
        NeedFactory(title="clos", closed=True)
        NeedFactory(title="passé", published=True, deadline=clock.today() - timedelta(days=1))
        for status in set(OrganisationStatus) - {OrganisationStatus.CHECKED}:
            NeedFactory(title=status, published=True, company__organisation__status=status)
        NeedFactory(title="porte fermée", published=True, company__policy__monthly_capacity=0)
        NeedFactory(title="sans politique", published=True, company__policy=None)
        assert set(titles(client)) == {"oui", "sans politique"}

    def test_by_deadline_then_without_or_newest_first(self, client):
        for title, days in (("loin", 50), ("sans", None), ("tôt", 5)):
            deadline = None if days is None else clock.today() + timedelta(days=days)
            NeedFactory(title=title, published=True, deadline=deadline)
        assert titles(client) == ["tôt", "loin", "sans"]
        assert titles(client, "?tri=recents") == ["tôt", "sans", "loin"]

    @pytest.mark.parametrize(
        ("place", "expected"),
        [
            ("75", {"Paris", "Île-de-France", "France"}),
            ("92", {"Île-de-France", "France"}),
            ("R11", {"Paris", "Île-de-France", "France"}),
            ("69", {"France"}),
            ("975", {"France"}),
            ("INT", {"ailleurs"}),
            ("FR", {"Paris", "Île-de-France", "France"}),
        ],
    )
    def test_a_wider_need_is_found_from_a_narrower_place(self, client, place, expected):
        for title, code in (("Paris", "75"), ("Île-de-France", "R11"), ("France", "FR"), ("ailleurs", "INT")):
            NeedFactory(title=title, published=True, territories=[code])
        NeedFactory(title="sans lieu", published=True, territories=[])
        assert set(titles(client, f"?territoire={place}")) == expected

    def test_words_in_any_inflection_with_or_without_accents(self, client):
        NeedFactory(title="Des écoliers bénévoles", published=True)
        NeedFactory(title="x", description="", company__organisation__name="Fondation Œuvre", published=True)
        assert titles(client, "?q=ecolier") == ["Des écoliers bénévoles"]
        assert titles(client, "?q=OEUVRE") == ["x"]
        assert titles(client, "?q=plombier") == []

    def test_kind_cause_and_time_to_answer(self, client):
        NeedFactory(title="jours", kind=Kind.SKILLS, causes=["sport"], published=True)
        NeedFactory(title="vite", deadline=clock.today() + timedelta(days=3), published=True)
        assert titles(client, "?forme=skills") == ["jours"]
        assert titles(client, "?cause=sport") == ["jours"]
        assert titles(client, "?delai=14") == ["jours"]
        assert titles(client, "?forme=financial&cause=sport") == []

    @pytest.mark.parametrize(
        "query",
        [
            "?territoire=XX",
            "?cause=1",
            "?forme=;DROP",
            "?delai=-1",
            "?page=999999",
            "?page=x",
            "?tri=x",
        ],
    )
    def test_a_value_that_means_nothing_breaks_nothing(self, client, query):
        NeedFactory(title="oui", published=True)
        assert titles(client, query) == ["oui"]

    @pytest.mark.parametrize("words", ["'", '"', "\\", "a" * 5000, "☃", "((", "le la", "-", "&|!:*"])
    def test_any_words_can_be_searched(self, client, words):
        NeedFactory(published=True)
        assert client.get(NEEDS, {"q": words}).status_code == 200

    def test_pages_keep_the_question(self, client):
        company = CompanyFactory()
        NeedFactory.create_batch(25, published=True, company=company)
        page = client.get(f"{NEEDS}?forme=financial&page=2").content.decode()
        assert "forme=financial&amp;page=1" in page

    def test_the_fragment_is_the_results_of_the_page(self, client):
        NeedFactory(title="<b>hostile</b> &amp; «\u202foui\u202f»", published=True)
        page = client.get(NEEDS)
        fragment = client.get(NEEDS, headers=HTMX)
        assert_part_of(page, fragment)
        assert "<b>hostile" not in page.content.decode()
        restored = client.get(NEEDS, headers={**HTMX, "HX-History-Restore-Request": "true"})
        assert "<html" in restored.content.decode()


class TestCompanies:
    def test_shows_members_and_unclaimed_records_by_name(self, client):
        for status in OrganisationStatus:
            CompanyFactory(organisation__status=status, organisation__name=f"Société {status}")
        CompanyFactory(organisation__name="Ébène")
        assert names(client) == ["Ébène", "Société checked", "Société unclaimed"]

    def test_one_that_has_said_nothing_is_shown_as_such(self, client):
        CompanyFactory(policy=None, sector=None)
        page = client.get(COMPANIES).content.decode()
        assert "Ce qu’elle soutient n’est pas renseigné" in page
        assert "Secteur non renseigné" in page

    def test_filters(self, client):
        PolicyFactory(
            company__organisation__name="Une", kinds=["in_kind"], causes=["sport"], territories=["FR"]
        )
        CompanyFactory(organisation__name="Deux")
        assert names(client, "?forme=in_kind") == ["Une"]
        assert names(client, "?cause=sport") == ["Une"]
        assert names(client, "?territoire=69") == ["Une"]
        assert names(client, "?q=deux") == ["Deux"]
        assert names(client, "?secteur=banque-et-finance") == ["Deux", "Une"]
        assert names(client, "?secteur=x") == ["Deux", "Une"]

    @pytest.mark.parametrize(
        ("query", "found", "ticked"),
        [
            ("?cause=sport&cause=sante", ["Une", "Deux"], ["Santé", "Sport"]),
            ("?cause=sport&cause=sport", ["Une"], []),
            ("?forme=in_kind&forme=skills", ["Une", "Deux"], ["Mécénat en nature", "Mécénat de compétences"]),
            ("?territoire=69&territoire=75", ["Une", "Deux"], ["Rhône (69)", "Paris (75)"]),
            ("?territoire=69&territoire=13&cause=sport", ["Une"], ["Bouches-du-Rhône (13)", "Rhône (69)"]),
            ("?cause=sport&cause=x", ["Une", "Deux", "Trois"], ["Sport"]),
            ("?ouvertes=on", ["Une", "Trois"], []),
        ],
    )
    def test_several_of_a_kind_any_of_which_will_do(self, client, query, found, ticked):
        """Each is a box of its own, which can be unticked; the others are not."""
        for name, cause, kind, place, places in (
            ("Une", "sport", "in_kind", "69", 3),
            ("Deux", "sante", "skills", "75", 0),
            ("Trois", "culture", "financial", "13", 3),
        ):
            PolicyFactory(
                company__organisation__name=name,
                kinds=[kind],
                causes=[cause],
                territories=[place],
                monthly_capacity=places,
            )
        assert set(names(client, query)) == set(found)
        form = client.get(f"{COMPANIES}{query}").context["filter"].form
        boxes = [
            box for name in ("cause", "forme", "territoire") for box in form[name] if "checked" in f"{box}"
        ]
        assert [box.choice_label for box in boxes] == ticked

    def test_the_fragment_is_the_results_of_the_page(self, client):
        CompanyFactory()
        assert_part_of(client.get(COMPANIES), client.get(COMPANIES, headers=HTMX))


@pytest.mark.parametrize(
    ("signed_in", "query"), [(False, ""), (True, "?territoire=75&cause=education&q=jeunes&forme=financial")]
)
@pytest.mark.parametrize("url", [NEEDS, COMPANIES])
def test_the_same_few_queries_with_one_row_and_a_thousand(client, query_count, url, query, signed_in):
    if signed_in:
        client.force_login(UserFactory())
    companies, places = [CompanyFactory()], Territory.objects.filter(code="R11")
    _publish_many(companies, places, 1)
    client.get(url + query)
    one = query_count(lambda: client.get(url + query))
    companies += CompanyFactory.create_batch(25)
    _publish_many(companies, places, 1000)
    many = query_count(lambda: client.get(url + query))
    assert many == one <= 12


def _publish_many(companies, places, number):
    education = Cause.objects.get(slug="education")
    needs = Need.objects.bulk_create(
        Need(
            company=companies[position % len(companies)],
            kind=Kind.FINANCIAL,
            title=f"Des jeunes {position}",
            status=NeedStatus.PUBLISHED,
            published_at=clock.now(),
        )
        for position in range(number)
    )
    Need.causes.through.objects.bulk_create(Need.causes.through(need=need, cause=education) for need in needs)
    Need.territories.through.objects.bulk_create(
        Need.territories.through(need=need, territory=place) for need in needs for place in places
    )
