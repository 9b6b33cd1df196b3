"""One matrix: who x what x state. A cell that changes is a decision, seen here."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.enums import OrganisationKind, OrganisationStatus, Role
from associations import policies
from associations.enums import Stance
from mecenova.calendar import clock
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory

pytestmark = pytest.mark.django_db

WHO = ("visitor", "stranger", "company", "contributor", "manager", "staff")
INSIDE = {"contributor", "manager", "staff"}
MEMBERS = {"contributor", "manager"}
EVERYBODY = set(WHO)

# verb: {state of the organisation: who may}
ASSOCIATION = {
    "can_view_association": {
        "unclaimed": EVERYBODY,
        "to_check": INSIDE,
        "changes_asked": INSIDE,
        "checked": EVERYBODY,
        "left": set(),
    },
    "can_edit_association": {
        "unclaimed": INSIDE,
        "to_check": INSIDE,
        "changes_asked": INSIDE,
        "checked": INSIDE,
        "left": set(),
    },
    "can_create_project": {
        "unclaimed": set(),
        "to_check": MEMBERS,
        "changes_asked": MEMBERS,
        "checked": MEMBERS,
        "left": set(),
    },
    "can_claim": {
        "unclaimed": {"stranger", "company", "staff"},
        "to_check": set(),
        "changes_asked": set(),
        "checked": set(),
        "left": set(),
    },
    "can_solicit": {
        "unclaimed": set(),
        "to_check": set(),
        "changes_asked": set(),
        "checked": {"company"},
        "left": set(),
    },
}
# verb: {state of the project, of a checked association: who may}
PROJECT = {
    "can_view_project": {
        "draft": INSIDE,
        "published": EVERYBODY,
        "closed": INSIDE,
        "closed after publication": EVERYBODY,
    },
    "can_edit_project": dict.fromkeys(("draft", "published", "closed", "closed after publication"), INSIDE),
    "can_publish_project": dict.fromkeys(
        ("draft", "published", "closed", "closed after publication"), MEMBERS
    ),
    "can_close_project": dict.fromkeys(("draft", "published", "closed", "closed after publication"), INSIDE),
}


def people(association):
    company = OrganisationFactory(kind=OrganisationKind.COMPANY)
    return {
        "visitor": AnonymousUser(),
        "stranger": UserFactory(),
        "company": MembershipFactory(organisation=company).user,
        "contributor": MembershipFactory(organisation=association.organisation, role=Role.CONTRIBUTOR).user,
        "manager": MembershipFactory(organisation=association.organisation, role=Role.MANAGER).user,
        "staff": StaffFactory(),
    }


def project_in(state, association):
    if state == "draft":
        return ProjectFactory(association=association)
    if state == "published":
        return ProjectFactory(association=association, published=True)
    dates = {"published_at": clock.now()} if "after" in state else {}
    return ProjectFactory(association=association, closed=True, **dates)


@pytest.mark.parametrize(
    ("verb", "status"), [(verb, status) for verb, cells in ASSOCIATION.items() for status in cells]
)
def test_association_matrix(verb, status):
    association = AssociationFactory(organisation__status=OrganisationStatus(status))
    allowed = {who for who, user in people(association).items() if getattr(policies, verb)(user, association)}
    assert allowed == ASSOCIATION[verb][status]


@pytest.mark.parametrize(
    ("verb", "state"), [(verb, state) for verb, cells in PROJECT.items() for state in cells]
)
def test_project_matrix(verb, state):
    association = AssociationFactory()
    project = project_in(state, association)
    allowed = {who for who, user in people(association).items() if getattr(policies, verb)(user, project)}
    assert allowed == PROJECT[verb][state]


@pytest.mark.parametrize("status", ["to_check", "changes_asked", "unclaimed"])
def test_published_project_waits_for_the_check(status):
    association = AssociationFactory(organisation__status=OrganisationStatus(status))
    project = ProjectFactory(association=association, published=True)
    allowed = {who for who, user in people(association).items() if policies.can_view_project(user, project)}
    assert allowed == INSIDE


def test_nothing_of_an_association_that_left():
    association = AssociationFactory(organisation__status=OrganisationStatus.LEFT)
    ask = AskFactory(project=ProjectFactory(association=association, published=True))
    for user in people(association).values():
        assert not policies.can_view_project(user, ask.project)
        assert not policies.can_edit_project(user, ask.project)
        assert not policies.can_close_project(user, ask.project)
        assert not policies.can_edit_ask(user, ask)


@pytest.mark.parametrize("stance", [Stance.EXPERT_ONLY, Stance.PAUSED])
def test_nobody_solicits_an_expert_or_a_paused_association(stance):
    until = clock.today() if stance == Stance.PAUSED else None
    association = AssociationFactory(stance=stance, paused_until=until)
    company = people(association)["company"]
    assert not policies.can_solicit(company, association)


def test_company_not_checked_asks_for_no_introduction():
    company = OrganisationFactory(kind=OrganisationKind.COMPANY, status=OrganisationStatus.TO_CHECK)
    user = MembershipFactory(organisation=company).user
    assert not policies.can_solicit(user, AssociationFactory())


def test_deactivated_member_is_a_stranger():
    association = AssociationFactory(organisation__status=OrganisationStatus.TO_CHECK)
    member = MembershipFactory(organisation=association.organisation, user=UserFactory(is_active=False)).user
    assert not policies.can_view_association(member, association)
    assert not policies.can_edit_association(member, association)
