"""Pairs to look at: found every night, told apart for good, shown to the team alone."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Duplicate, Merge, Organisation
from accounts.operations import find_duplicates, lookalikes, tell_apart
from accounts.tasks import look_for_duplicates
from associations.models import Association
from companies.models import Company
from mecenova.reference.models import Territory
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db


def named(name, code="69", town="Lyon", **more):
    return OrganisationFactory(
        name=name, department=Territory.objects.get(code=code), postal_code=f"{code}003", town=town, **more
    )


@pytest.fixture
def pair():
    return named("Les Lampes du soir"), named("Lampes du soir de Lyon", status="to_check")


def keys(pair):
    return {pair.first_id, pair.second_id}


def test_a_like_name_in_the_same_place_is_found(pair):
    elsewhere = named("Les Lampes du soir", code="59", town="Lille")
    left = named("Lampe du soir", status="left")
    assert find_duplicates() == 1
    look_for_duplicates()
    look_for_duplicates()
    found = Duplicate.objects.get()
    assert keys(found) == {each.pk for each in pair}
    assert found.reason == "name"
    assert not {elsewhere.pk, left.pk} & keys(found)


def test_a_number_is_surer_than_a_name_and_than_a_kind():
    association, company = AssociationFactory(), CompanyFactory()
    Association.objects.filter(pk=association.pk).update(siren="732829320")
    Company.objects.filter(pk=company.pk).update(siren="732829320")
    assert find_duplicates() == 1
    found = Duplicate.objects.get()
    assert (found.reason, found.likeness) == ("number", 100)
    assert [each.organisation for each in lookalikes(company.organisation)] == [association.organisation]


def test_by_name_and_number_at_once_they_are_one_pair_by_its_number(pair):
    find_duplicates()
    assert Duplicate.objects.get().reason == "name"
    for organisation in pair:
        association = AssociationFactory(organisation=organisation)
        Association.objects.filter(pk=association.pk).update(
            registry="alsace_moselle", rna="", court_entry="TI Strasbourg, vol. 12 folio 34"
        )
    assert find_duplicates() == 1
    assert Duplicate.objects.get().reason == "number"
    assert [(each.organisation, each.reason) for each in lookalikes(pair[0])] == [(pair[1], "number")]


def test_a_like_name_of_another_kind_is_no_reason(pair):
    named("Les Lampes du soir", kind="company" if pair[0].kind == "association" else "association")
    assert find_duplicates() == 1
    assert [each.organisation for each in lookalikes(pair[0])] == [pair[1]]


def test_one_that_has_left_is_shown_beside_nobody():
    here, by_name = named("Les Lampes du soir"), named("Lampes du soir", status="left")
    by_number = CompanyFactory(organisation__status="left", siren="732829320").organisation
    association = AssociationFactory(organisation=here)
    Association.objects.filter(pk=association.pk).update(siren="732829320")
    assert find_duplicates() == 0
    assert lookalikes(here) == []
    Organisation.objects.filter(pk__in=[by_name.pk, by_number.pk]).update(status="to_check", left_at=None)
    assert [each.organisation for each in lookalikes(here)] == [by_number, by_name]


def test_looking_at_one_record_reads_no_number_but_its_own():
    for siren in ("552100554", "775670417"):
        Company.objects.filter(pk=CompanyFactory().pk).update(siren=siren)
    company, association = CompanyFactory(), AssociationFactory()
    Company.objects.filter(pk=company.pk).update(siren="732829320")
    Association.objects.filter(pk=association.pk).update(siren="732829320")
    with CaptureQueriesContext(connection) as asked:
        (found,) = lookalikes(company.organisation)
    assert found.organisation == association.organisation
    of_profiles = [each["sql"] for each in asked if re.search('_(company|association)"', each["sql"])]
    assert len(of_profiles) == 4
    its_own = (company.organisation_id.hex, "732829320")
    assert all(any(number in sql.replace("-", "") for number in its_own) for sql in of_profiles)
    with CaptureQueriesContext(connection) as asked:
        assert lookalikes(OrganisationFactory()) == []
    assert sum(bool(re.search('_(company|association)"', each["sql"])) for each in asked) == 2


def test_a_courts_entry_is_read_as_people_write_it():
    for text in ("TI Strasbourg, vol. 12 folio 34", "ti strasbourg vol 12 — folio 34"):
        association = AssociationFactory()
        Association.objects.filter(pk=association.pk).update(
            registry="alsace_moselle", rna="", court_entry=text
        )
    assert find_duplicates() == 1
    assert [each.reason for each in lookalikes(association.organisation)] == ["number"]


def test_told_apart_they_are_never_proposed_again(staff, pair):
    find_duplicates()
    tell_apart(one=pair[1], other=pair[0], by=staff)
    tell_apart(one=pair[0], other=pair[1], by=StaffFactory())
    assert find_duplicates() == 0
    found = Duplicate.objects.get()
    assert found.dismissed_by == staff
    assert lookalikes(pair[0]) == []


def test_a_pair_is_told_by_what_makes_it_one_tonight(pair, staff):
    """The surest first: a name corrected, or a number added since it was found, says more."""
    find_duplicates()
    before = Duplicate.objects.get()
    Organisation.objects.filter(pk=pair[1].pk).update(name_key=pair[0].name_key, postal_code="69004")
    find_duplicates()
    found = Duplicate.objects.get()
    assert (found.pk, found.found_at, found.likeness) == (before.pk, before.found_at, 100)
    assert before.likeness < 100
    tell_apart(one=pair[0], other=pair[1], by=staff)
    Organisation.objects.filter(pk=pair[1].pk).update(name_key=pair[1].name_key)
    find_duplicates()
    assert Duplicate.objects.get().dismissed_by == staff


def test_what_is_no_longer_alike_goes(pair):
    find_duplicates()
    Organisation.objects.filter(pk=pair[1].pk).update(name_key="autre chose")
    assert find_duplicates() == 0
    assert not Duplicate.objects.exists()


def test_only_the_team_tells_apart(pair):
    with pytest.raises(PermissionDenied):
        tell_apart(one=pair[0], other=pair[1], by=UserFactory())


def test_the_list_shows_both_and_leads_to_both_answers(team, pair):
    MembershipFactory(organisation=pair[1])
    find_duplicates()
    page = team.get(reverse("accounts:duplicates")).content.decode()
    assert all(each.name in page for each in pair)
    # The one with people is the one that would be kept.
    assert reverse("accounts:comparison", args=[pair[1].pk, pair[0].pk]) in page
    team.post(reverse("accounts:tell_apart", args=[pair[1].pk, pair[0].pk]))
    assert "Aucun doublon" in team.get(reverse("accounts:duplicates")).content.decode()


def test_field_by_field_before_it_is_confirmed(team, staff):
    kept, gone = AssociationFactory(complete=True), AssociationFactory(complete=True)
    Association.objects.filter(pk=gone.pk).update(purpose="Ce que disait l’autre")
    address = reverse("accounts:comparison", args=[kept.organisation_id, gone.organisation_id])
    page = team.get(address).content.decode()
    assert "Ce que disait l’autre" in page
    assert "Leurs numéros diffèrent" in page
    merge = reverse("accounts:merge", args=[kept.organisation_id, gone.organisation_id])
    answer = team.post(merge)
    assert answer.status_code == 422
    assert "La fusion n’a pas été faite" in answer.content.decode()
    assert Organisation.objects.count() == 2
    assert team.get(merge).status_code == 405
    assert team.post(merge, {"numbers_confirmed": "on"}).status_code == 302
    assert team.post(merge, {"numbers_confirmed": "on"}).status_code == 302
    assert Organisation.objects.get() == kept.organisation
    assert Merge.objects.get().by == staff
    log = team.get(reverse("accounts:merges")).content.decode()
    assert gone.organisation.name in log
    assert str(staff) in log


@pytest.mark.parametrize("number", [1, 2])
def test_the_people_of_the_two_are_told_by_their_number(team, number):
    kept, gone = AssociationFactory(complete=True, members=[UserFactory()]), AssociationFactory(complete=True)
    for _ in range(number - 1):
        MembershipFactory(organisation=kept.organisation)
    address = reverse("accounts:comparison", args=[kept.organisation_id, gone.organisation_id])
    page = team.get(address).content.decode()
    assert ("Cette personne aura accès" in page) is (number == 1)
    assert ("Chacune de ces personnes" in page) is (number == 2)


def test_two_kinds_are_explained_not_merged(team):
    association, company = AssociationFactory(), CompanyFactory()
    address = reverse("accounts:comparison", args=[association.organisation_id, company.organisation_id])
    page = team.get(address).content.decode()
    assert "ne se réunissent pas" in page
    assert "Fusionner" not in page


def test_ones_own_organisation_is_somebody_elses_to_decide(team, staff, pair):
    MembershipFactory(organisation=pair[0], user=staff)
    address = [pair[0].pk, pair[1].pk]
    assert (
        "une autre personne de l’équipe"
        in team.get(reverse("accounts:comparison", args=address)).content.decode()
    )
    assert team.post(reverse("accounts:merge", args=address)).status_code == 404


@pytest.mark.parametrize("name", ["duplicates", "merges", "comparison", "tell_apart", "merge"])
def test_nobody_else_finds_these_pages(client, pair, name):
    arguments = [] if name in {"duplicates", "merges"} else [pair[0].pk, pair[1].pk]
    address = reverse(f"accounts:{name}", args=arguments)
    ask = client.post if name in {"tell_apart", "merge"} else client.get
    assert ask(address).status_code == 302
    client.force_login(UserFactory())
    assert ask(address).status_code == 404
    assert not Merge.objects.exists()


def test_beside_a_record_to_check(team, pair):
    page = team.get(reverse("pages:organisation", args=[pair[1].pk])).content.decode()
    assert "Peut-être déjà dans Mecenova" in page
    assert pair[0].name in page
    assert reverse("accounts:comparison", args=[pair[0].pk, pair[1].pk]) in page


def test_the_list_costs_the_same_with_one_pair_and_with_ten(team, query_count):
    for number in range(10):
        for ending in ("", " de Lyon"):
            named(f"Les Lampes {'abcdefghij'[number] * 6}{ending}")
        if number == 0:
            find_duplicates()
            once = query_count(lambda: team.get(reverse("accounts:duplicates")))
    assert find_duplicates() == 10
    assert query_count(lambda: team.get(reverse("accounts:duplicates"))) == once
    for _ in range(2):
        assert query_count(lambda: team.get(reverse("accounts:merges"))) <= 6
