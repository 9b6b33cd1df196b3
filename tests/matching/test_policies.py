"""Role by object by verb."""

import pytest
from django.contrib.auth.models import AnonymousUser

from matching import policies
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory
from tests.matching.factories import SuggestionFactory

ROLES = ("visitor", "stranger", "other_company", "association", "company", "staff")
MATRIX = {
    "can_view_suggestion": {"company", "staff"},
    "can_answer_suggestion": {"company"},
    "can_run_round": {"staff"},
}


@pytest.fixture
def world(db):
    suggestion = SuggestionFactory()
    people = {
        "visitor": AnonymousUser(),
        "stranger": UserFactory(),
        "other_company": MembershipFactory(organisation=CompanyFactory().organisation).user,
        "association": MembershipFactory(organisation=suggestion.association.organisation).user,
        "company": MembershipFactory(organisation=suggestion.company.organisation).user,
        "staff": StaffFactory(),
    }
    return suggestion, people


@pytest.mark.parametrize("verb", MATRIX)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_do_what(world, verb, role):
    suggestion, people = world
    asked = () if verb == "can_run_round" else (suggestion,)
    assert getattr(policies, verb)(people[role], *asked) is (role in MATRIX[verb])


def test_the_system_runs_rounds():
    assert policies.can_run_round(None)


def test_a_company_not_yet_checked_does_not_answer(world):
    suggestion, people = world
    suggestion.company.organisation.status = "to_check"
    assert not policies.can_answer_suggestion(people["company"], suggestion)
