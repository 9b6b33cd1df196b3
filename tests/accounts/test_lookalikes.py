"""Who is proposed as the same organisation, and who is not: those who left, those of another kind."""

import pytest

from accounts.models import Duplicate
from accounts.operations import find_duplicates, lookalikes, tell_apart
from accounts.operations.duplicates import MOST_BESIDE
from associations.models import Association
from companies.models import Company
from mecenova.reference.models import Territory
from tests.accounts.factories import OrganisationFactory, StaffFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db
SIREN = "732829320"


def place():
    return {"department": Territory.objects.get(code="69"), "postal_code": "69003", "town": "Lyon"}


def named(name, **more):
    return OrganisationFactory(name=name, **place(), **more)


def numbered(name="Le Fil bleu", **more):
    """An association and a company that bear one number, and the same name where none is given."""
    where = {f"organisation__{field}": value for field, value in place().items()}
    association = AssociationFactory(organisation__name=name, **where, **more)
    company = CompanyFactory(organisation__name="Le Fil bleu", **where)
    Association.objects.filter(pk=association.pk).update(siren=SIREN)
    Company.objects.filter(pk=company.pk).update(siren=SIREN)
    return association.organisation, company.organisation


def found(organisation):
    return [(one.organisation.name, one.reason) for one in lookalikes(organisation)]


@pytest.mark.parametrize(("status", "number"), [("checked", 1), ("to_check", 1), ("left", 0)])
def test_whoever_has_left_is_nobody_s_double_by_its_name(status, number):
    here = named("Les Lampes du soir")
    named("Lampes du soir de Lyon", status=status)
    assert find_duplicates() == len(lookalikes(here)) == number


@pytest.mark.parametrize(("status", "number"), [("checked", 1), ("left", 0)])
def test_nor_by_its_number(status, number):
    _, company = numbered("Un autre nom", organisation__status=status)
    assert find_duplicates() == len(lookalikes(company)) == number


def test_a_name_that_two_kinds_bear_is_no_reason():
    named("Les Lampes du soir", kind="company")
    named("Les Lampes du soir", kind="association")
    assert find_duplicates() == 0


def test_alike_by_both_a_pair_is_told_once_by_its_number():
    one, other = (named(name) for name in ("Les Lampes du soir", "Lampes du soir de Lyon"))
    for organisation, text in ((one, "TI Metz, vol. 12 folio 34"), (other, "ti metz vol 12 — folio 34")):
        AssociationFactory(organisation=organisation, registry="alsace_moselle", court_entry=text)
    assert find_duplicates() == 1
    assert Duplicate.objects.get().reason == "number"
    assert found(one) == [(other.name, "number")]


def test_told_apart_a_pair_of_one_number_is_proposed_no_more():
    association, company = numbered("Un autre nom")
    assert found(company) == [("Un autre nom", "number")]
    tell_apart(one=association, other=company, by=StaffFactory())
    assert (find_duplicates(), found(company)) == (0, [])


def test_beside_a_record_the_likest_are_shown_and_ten_at_most():
    one = named("Les Jardins partagés")
    for letter in "abcdefghijklm"[: MOST_BESIDE + 1]:
        named(f"Les Jardin{letter} partagés")
    likest = named("Jardins partagés de Lyon")
    beside = lookalikes(one)
    assert len(beside) == MOST_BESIDE
    assert beside[0].organisation == likest
    likeness = [each.likeness for each in beside]
    assert likeness == sorted(likeness, reverse=True)


def test_the_surest_pairs_come_first():
    named("Les Jardins partagés")
    named("Les Jardinx partagés")
    numbered("Un autre nom")
    find_duplicates()
    pairs = list(Duplicate.objects.to_look_at())
    assert [pair.likeness for pair in pairs] == sorted((pair.likeness for pair in pairs), reverse=True)
    assert (len(pairs), pairs[0].reason, pairs[-1].reason) == (2, "number", "name")
