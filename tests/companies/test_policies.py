"""Who may do what: every role, every state, every verb, in one table."""

from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.enums import OrganisationStatus, Role
from companies import policies
from companies.enums import NeedStatus
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db

UNCLAIMED, TO_CHECK, CHANGES_ASKED, CHECKED, LEFT = (
    OrganisationStatus.UNCLAIMED,
    OrganisationStatus.TO_CHECK,
    OrganisationStatus.CHANGES_ASKED,
    OrganisationStatus.CHECKED,
    OrganisationStatus.LEFT,
)
PRESENT = {UNCLAIMED, TO_CHECK, CHANGES_ASKED, CHECKED}
ANSWERED_FOR = {TO_CHECK, CHANGES_ASKED, CHECKED}
INSIDE = {"manager", "contributor"}
EVERYBODY = {"visitor", "stranger", "manager", "contributor", "staff"}


@pytest.fixture
def people():
    def of(company):
        return {
            "visitor": AnonymousUser(),
            "stranger": MembershipFactory().user,
            "manager": MembershipFactory(organisation=company.organisation).user,
            "contributor": MembershipFactory(organisation=company.organisation, role=Role.CONTRIBUTOR).user,
            "staff": StaffFactory(),
        }

    return of


def may_view(who, status):
    if status == LEFT:
        return False
    return status in {UNCLAIMED, CHECKED} or who in INSIDE | {"staff"}


COMPANY_VERBS = {
    policies.can_view_company: may_view,
    policies.can_edit_company: lambda who, status: status in PRESENT and who in INSIDE | {"staff"},
    policies.can_set_policy: lambda who, status: status in PRESENT and who in INSIDE | {"staff"},
    policies.can_record_call: lambda who, status: status in PRESENT and who == "staff",
    policies.can_create_need: lambda who, status: status in ANSWERED_FOR and who in INSIDE,
}


@pytest.mark.parametrize("status", list(OrganisationStatus))
def test_companies(status, people):
    company = CompanyFactory(organisation__status=status)
    for (who, user), (may, expected) in product(people(company).items(), COMPANY_VERBS.items()):
        assert may(user, company) is expected(who, status), f"{who} {may.__name__} {status}"


def may_view_need(who, status, state):
    if status == LEFT:
        return False
    return (status == CHECKED and state != "draft") or who in INSIDE | {"staff"}


NEED_VERBS = {
    policies.can_view_need: may_view_need,
    policies.can_edit_need: lambda who, status, state: status in PRESENT and who in INSIDE | {"staff"},
    policies.can_publish_need: lambda who, status, state: status in ANSWERED_FOR and who in INSIDE,
    policies.can_close_need: lambda who, status, state: status in PRESENT and who in INSIDE | {"staff"},
}


@pytest.mark.parametrize("status", list(OrganisationStatus))
@pytest.mark.parametrize("state", ["draft", "published", "closed"])
def test_needs(status, state, people):
    company = CompanyFactory(organisation__status=status)
    traits = {} if state == "draft" else {state: True}
    need = NeedFactory(company=company, **traits)
    for (who, user), (may, expected) in product(people(company).items(), NEED_VERBS.items()):
        assert may(user, need) is expected(who, status, state), f"{who} {may.__name__} {status} {state}"


def test_a_draft_put_away_was_never_public():
    from mecenova.calendar import clock

    need = NeedFactory(status=NeedStatus.CLOSED, closed_at=clock.now())
    assert not policies.can_view_need(AnonymousUser(), need)
    assert not policies.can_view_need(UserFactory(), need)
