import pytest
from django.urls import reverse

from accounts.enums import OrganisationKind, OrganisationStatus
from associations.enums import Stance
from associations.models import Association
from associations.operations import create_project
from mecenova.calendar import clock
from mecenova.reference.models import Skill, Territory
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.parts import assert_part_of

pytestmark = pytest.mark.django_db

LIST = reverse("associations:list")


def named(name, **values):
    values = {
        f"organisation__{key}" if key in {"status", "department"} else key: value
        for key, value in values.items()
    }
    return AssociationFactory(organisation__name=name, **values)


def names(response):
    return [association.organisation.name for association in response.context["page_obj"]]


def fill(number):
    for _ in range(number):
        AssociationFactory(complete=True)


def test_listed_ones_by_folded_name(client):
    for name in ("Éclat", "Ecole", "œuvres du Nord", "Zèbre", "Association abeille", "Obole"):
        named(name)
    for status in ("to_check", "changes_asked", "left"):
        named(f"Cachée {status}", status=OrganisationStatus(status))
    named("Bénévoles", status=OrganisationStatus.UNCLAIMED)
    response = client.get(LIST)
    assert names(response) == [
        "Association abeille",
        "Bénévoles",
        "Éclat",
        "Ecole",
        "Obole",
        "œuvres du Nord",
        "Zèbre",
    ]
    assert "pas encore inscrite" in response.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=jardin", ["Les Jardins"]),
        ("q=JARDINS+potagers", ["Les Jardins"]),
        ("q=jardi", ["Les Jardins"]),
        ("q=nager", ["Club nautique"]),
        ("q=les", ["Les Jardins"]),
        ("q=-jardin", ["Club nautique"]),
        ("q=%22%27%26%7C%21%28", ["Club nautique", "Les Jardins"]),
        ("q=%01", ["Club nautique", "Les Jardins"]),
        ("q=" + "é" * 300, ["Club nautique", "Les Jardins"]),
        ("q=absent", []),
        ("cause=sport", ["Club nautique"]),
        ("cause=inconnue", ["Club nautique", "Les Jardins"]),
        ("public=jeunes", ["Club nautique"]),
        ("territoire=13", ["Club nautique"]),
        ("territoire=R93", ["Club nautique"]),
        ("territoire=59", ["Les Jardins"]),
        ("territoire=FR", ["Club nautique", "Les Jardins"]),
        ("territoire=INT", []),
        ("inscrites=on", ["Les Jardins"]),
        ("page=999", ["Club nautique", "Les Jardins"]),
        ("page=-1&inconnu=1", ["Club nautique", "Les Jardins"]),
    ],
)
def test_filters(client, query, found):
    named("Les Jardins", purpose="Des potagers partagés au pied des immeubles.")
    named(
        "Club nautique",
        purpose="Apprendre à nager.",
        status=OrganisationStatus.UNCLAIMED,
        causes=["sport"],
        audiences=["jeunes"],
        territories=["13"],
    )
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert names(response) == found


def test_said_territory_wins_over_the_office(client):
    named("Au loin", territories=["974"])
    assert names(client.get(f"{LIST}?territoire=59")) == []
    named("Partout", territories=["FR"], department=Territory.objects.get(code="13"))
    assert names(client.get(f"{LIST}?territoire=59")) == ["Partout"]


def test_fragment_is_the_results_of_the_page(client):
    fill(25)
    whole, fragment = (
        client.get(f"{LIST}?page=2"),
        client.get(f"{LIST}?page=2", headers={"HX-Request": "true"}),
    )
    assert_part_of(whole, fragment)
    assert "page 2 – Mecenova</title>" in fragment.text
    assert 'id="resultats"' in fragment.text
    assert 'id="resultats-actifs"' in fragment.text
    restored = client.get(LIST, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in restored.text


@pytest.mark.parametrize("query", ["", "?q=jeunes&cause=education&territoire=59&public=jeunes&inscrites=on"])
def test_as_many_queries_for_one_as_for_many(client, query_count, query):
    fill(1)
    client.get(LIST + query)
    few = query_count(lambda: client.get(LIST + query))
    fill(30)
    many = query_count(lambda: client.get(LIST + query))
    assert few == many <= 12


def test_huge_hostile_texts_are_shown_as_text(client):
    named("<script>alert(1)</script>", purpose="🌱" * 3000)
    named("\u202eevil", purpose="</p><img src=x onerror=alert(1)>" * 50)
    text = client.get(LIST).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def page(association):
    return reverse("associations:detail", args=[association.pk])


def test_public_page(client):
    association = AssociationFactory(complete=True)
    association.expertise.add(Skill.objects.get(slug="comptabilite"))
    ProjectFactory(association=association, title="Visible", published=True)
    ProjectFactory(association=association, title="Brouillon secret")
    ProjectFactory(association=association, title="Vieux projet", closed=True)
    response = client.get(page(association))
    assert response.status_code == 200
    for text in ("Visible", "Comptabilité", "Éducation", "Lille (Nord)", association.rna, "1 à 5 salariés"):
        assert text in response.text
    for text in ("Brouillon secret", "Vieux projet", "Modifier", "Prochaine étape", "revendiquer"):
        assert text not in response.text


@pytest.mark.parametrize("status", OrganisationStatus)
def test_who_gets_the_page(client, status):
    member = UserFactory()
    association = AssociationFactory(organisation__status=status, members=[member])
    for user, inside in ((None, False), (UserFactory(), False), (member, True), (StaffFactory(), True)):
        client.logout()
        if user:
            client.force_login(user)
        public = status in {"unclaimed", "checked"}
        expected = 404 if status == "left" else (200 if public or inside else 404)
        assert client.get(page(association)).status_code == expected


def test_member_sees_step_missing_parts_and_drafts(client):
    member = UserFactory()
    association = AssociationFactory(members=[member])
    ProjectFactory(association=association, title="Brouillon à nous")
    client.force_login(member)
    text = client.get(page(association)).text
    for expected in ("Brouillon à nous", "votre mission en deux phrases", "étape", "Écrire un projet"):
        assert expected in text


def test_what_is_owed_of_a_project_is_the_readers_or_bears_the_associations_name(client):
    member = UserFactory()
    association = AssociationFactory(complete=True, members=[member])
    create_project(association=association, by=member, title="Brouillon à nous", description="Un début.")
    for reader, who in ((member, "Vous"), (StaffFactory(), association.organisation.name)):
        client.force_login(reader)
        assert f"{who}, au plus tard le" in client.get(page(association)).text


def test_links_depend_on_the_reader(client):
    company = OrganisationFactory(kind=OrganisationKind.COMPANY)
    buyer, stranger = MembershipFactory(organisation=company).user, UserFactory()
    introduction = reverse("partnerships:introduction_create")
    opened = AssociationFactory(complete=True)
    expert = AssociationFactory(complete=True, stance=Stance.EXPERT_ONLY)
    paused = AssociationFactory(complete=True, stance=Stance.PAUSED, paused_until=clock.today())
    unclaimed = AssociationFactory(organisation__status=OrganisationStatus.UNCLAIMED)
    client.force_login(buyer)
    assert f"{introduction}?association={opened.pk}" in client.get(page(opened)).text
    for closed in (expert, paused, unclaimed):
        assert introduction not in client.get(page(closed)).text
    assert "Experte seulement" in client.get(page(expert)).text
    client.force_login(stranger)
    assert introduction not in client.get(page(opened)).text
    claim = reverse("accounts:claim", args=[unclaimed.organisation_id])
    assert claim in client.get(page(unclaimed)).text
    client.logout()
    text = client.get(page(unclaimed)).text
    assert f'href="{claim}"' not in text
    assert f"?next={claim}" in text


def test_page_costs_the_same_with_ten_projects(client, query_count):
    member = UserFactory()
    association = AssociationFactory(complete=True, members=[member])
    client.force_login(member)
    ProjectFactory(association=association)
    client.get(page(association))
    few = query_count(lambda: client.get(page(association)))
    ProjectFactory.create_batch(9, association=association, published=True)
    assert query_count(lambda: client.get(page(association))) == few


@pytest.mark.parametrize(
    "path", ["/associations/pas-une-cle/", "/associations/00000000-0000-4000-8000-000000000000/"]
)
def test_unknown_page(client, path):
    assert client.get(path).status_code == 404


def test_reading_writes_nothing(client):
    association = AssociationFactory(complete=True)
    former = Association.objects.values().get()
    client.get(page(association))
    client.get(LIST)
    assert Association.objects.values().get() == former


def test_a_town_that_is_its_own_departement_is_named_once():
    paris, nord = (Territory.objects.get(code=code) for code in ("75", "59"))
    for town, department, said in (
        ("Paris", paris, "Paris"),
        ("Lille", nord, "Lille (Nord)"),
        ("", nord, "Nord"),
    ):
        association = AssociationFactory(organisation__town=town, organisation__department=department)
        assert association.office_in_words() == said


def test_reading_takes_no_form(client):
    project = ProjectFactory(published=True)
    for address in (LIST, page(project.association), project.get_absolute_url()):
        assert client.get(address).status_code == client.head(address).status_code == 200, address
        assert client.post(address).status_code == 405, address
