"""What is missing, named the same everywhere."""

from datetime import timedelta

import pytest

from companies import readiness
from companies.models import Company
from companies.readiness import completeness, is_complete, missing_from_policy
from mecenova.calendar import clock
from mecenova.readiness import in_words
from tests.companies.factories import CompanyFactory, NeedFactory, PolicyFactory

pytestmark = pytest.mark.django_db


def keys(company):
    return [part.key for part in completeness(company).missing]


def test_an_imported_company_has_said_nothing():
    assert keys(CompanyFactory(policy=None)) == ["causes", "kinds", "territories", "capacity", "need"]
    assert completeness(CompanyFactory(policy=None)).percent == 0


def test_each_part_is_missed_alone():
    for change, key in (
        ({"causes": []}, "causes"),
        ({"kinds": []}, "kinds"),
        ({"territories": []}, "territories"),
    ):
        assert keys(PolicyFactory(**change).company) == [key, "need"]
    closed = PolicyFactory(monthly_capacity=0).company
    assert keys(closed) == ["capacity", "need"]
    assert readiness.door_is_closed(closed)


def test_a_need_counts_while_it_can_be_answered():
    company = CompanyFactory()
    NeedFactory(company=company)
    NeedFactory(company=company, published=True, deadline=clock.today() - timedelta(days=1))
    assert keys(company) == ["need"]
    NeedFactory(company=company, published=True, deadline=clock.today())
    assert is_complete(company)
    assert completeness(company).percent == 100


def test_missing_parts_in_a_sentence():
    parts = missing_from_policy(CompanyFactory(policy=None))
    assert in_words(()) == ""
    assert in_words(parts[:1]) == "vos causes"
    assert in_words(parts[:3]) == "vos causes, vos formes de mécénat et vos territoires"


@pytest.mark.parametrize(
    "policy", [{}, {"causes": []}, {"kinds": []}, {"territories": []}, {"monthly_capacity": 0}, None]
)
def test_the_database_finds_the_same_parts_missing(policy):
    company = CompanyFactory(policy=None) if policy is None else PolicyFactory(**policy).company
    NeedFactory(company=company, published=True, deadline=clock.today() - timedelta(days=1))
    read = Company.objects.for_step().get()
    assert bool(read.lacks_nothing) == (not missing_from_policy(company)) == (policy == {})
    assert read.has_current_need is False
    NeedFactory(company=company, published=True, deadline=clock.today())
    assert Company.objects.for_step().get().has_current_need is True


def test_prefetched_lists_cost_no_query(query_count):
    CompanyFactory()
    company = Company.objects.with_details().get()
    assert query_count(lambda: missing_from_policy(company)) == 0
