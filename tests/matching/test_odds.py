"""Odds are counts, and say so when they cannot tell."""

from datetime import UTC, datetime, timedelta

import pytest

from matching.odds import ENOUGH_PRESENTED, odds, odds_by_cause, odds_for
from matching.operations import run_round
from mecenova.reference.models import Cause, Territory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.matching.factories import SuggestionFactory

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def employment(db):
    return Cause.objects.get(slug="emploi-et-insertion")


def test_an_empty_network_promises_nothing(db):
    found = odds()
    assert (found.associations, found.companies, found.needs, found.places_left) == (0, 0, 0, 0)
    assert found.median_wait_days is None
    assert found.associations_per_place is None
    assert found.months_to_see_all is None


def test_counts_by_cause_place_and_kind(employment):
    AssociationFactory.create_batch(4, complete=True)
    AssociationFactory(complete=True, refused_kinds=["financial"])
    AssociationFactory(complete=True, organisation__status="unclaimed", organisation__checked_at=None)
    NeedFactory(published=True)
    NeedFactory()
    CompanyFactory(organisation__status="to_check", organisation__checked_at=None)
    paris, nord = Territory.objects.get(code="75"), Territory.objects.get(code="59")
    assert odds(cause_ids=[employment.pk]).associations == 5
    assert odds(kind="financial").associations == 4
    assert odds(department=nord).associations == 5
    assert odds(department=paris).associations == 0
    assert odds(department=paris).needs == 1
    assert odds(department=nord).needs == 0
    assert odds(department=paris).companies == 2
    assert odds(kind="in_kind").companies == 0


def test_a_company_of_two_causes_counts_once(employment):
    NeedFactory(published=True, causes=["emploi-et-insertion", "education"])
    education = Cause.objects.get(slug="education")
    found = odds(cause_ids=[employment.pk, education.pk])
    assert (found.companies, found.needs, found.places_this_month) == (1, 1, 3)


def test_places_are_those_left_this_month(db):
    NeedFactory(published=True, territories=["59"])
    AssociationFactory.create_batch(2, complete=True)
    run_round()
    found = odds()
    assert (found.places_this_month, found.places_left) == (3, 1)
    assert found.associations_per_place == 0.7


def test_the_median_is_told_only_with_enough_of_them(frozen_clock, db):
    need = NeedFactory(published=True)
    with frozen_clock(MONDAY) as now:
        associations = AssociationFactory.create_batch(ENOUGH_PRESENTED, complete=True)
        for days, association in enumerate(associations):
            now.move_to(MONDAY + timedelta(days=10 * days))
            if association is associations[-1]:
                assert odds().median_wait_days is None
            SuggestionFactory(need=need, association=association)
        assert odds().median_wait_days == 20
        now.advance(timedelta(days=400))
        assert odds().median_wait_days is None


def test_the_odds_of_one_association_are_those_of_its_causes_and_place(db):
    association = AssociationFactory(complete=True)
    NeedFactory(published=True, territories=["59"])
    AssociationFactory(causes=["sport"])
    assert odds_for(association).associations == 1
    assert odds_for(association).needs == 1


def test_the_table_by_cause_asks_as_much_for_one_as_for_many(db, query_count):
    empty = query_count(odds_by_cause)
    AssociationFactory.create_batch(3, complete=True)
    NeedFactory.create_batch(3, published=True)
    assert query_count(odds_by_cause) == empty
    line = next(line for line in odds_by_cause() if line.cause.slug == "emploi-et-insertion")
    assert (line.associations, line.companies, line.needs) == (3, 3, 3)
    assert line.associations_per_company == 1.0
