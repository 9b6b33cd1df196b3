"""Role by object by verb: the whole of who may do what."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import policies
from accounts.enums import OrganisationKind, OrganisationStatus, Role
from accounts.models import Organisation, team_of
from accounts.notifications import managers_of
from mecenova.agenda.models import Absence
from mecenova.calendar import clock
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# Of the team, and of the organisation too: nobody judges their own.
BOTH = "staff of it"
PEOPLE = ("visitor", "stranger", "closed", "contributor", "manager", "staff", BOTH)
TEAM = {"contributor", "manager", BOTH}
ORGANISATION = {
    # verb: those who may while the organisation is here, and once it has left
    "is_member": (TEAM, TEAM),
    "is_manager": ({"manager"}, {"manager"}),
    "can_edit": (TEAM, set()),
    "can_resubmit": (TEAM, set()),
    "can_check": ({"staff"}, {"staff"}),
    "can_merge": ({"staff"}, {"staff"}),
    "can_erase": ({"staff", BOTH}, {"staff", BOTH}),
    "can_see_members": (TEAM | {"staff"}, TEAM | {"staff"}),
    "can_manage_members": ({"manager"}, set()),
    "can_leave": (TEAM, TEAM),
    "can_withdraw": ({"manager", "staff", BOTH}, set()),
    "can_say_organisation_away": ({"manager", "staff", BOTH}, set()),
    "can_claim": ({"stranger", "staff"}, TEAM | {"stranger", "staff"}),
}


def cast(organisation):
    """One person of each sort; the closed account was a manager."""
    closed = MembershipFactory(organisation=organisation).user
    closed.is_active = False
    closed.save()
    both = StaffFactory()
    MembershipFactory(organisation=organisation, user=both, role=Role.CONTRIBUTOR)
    return {
        "visitor": AnonymousUser(),
        "stranger": UserFactory(),
        "closed": closed,
        "contributor": MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR).user,
        "manager": MembershipFactory(organisation=organisation).user,
        "staff": StaffFactory(),
        BOTH: both,
    }


@pytest.mark.parametrize("verb", ORGANISATION)
@pytest.mark.parametrize("status", OrganisationStatus.values)
def test_organisation(status, verb):
    organisation = OrganisationFactory(status=status)
    people = cast(organisation)
    here, gone = ORGANISATION[verb]
    allowed = {name for name in PEOPLE if getattr(policies, verb)(people[name], organisation)}
    assert allowed == (gone if status == OrganisationStatus.LEFT else here)


def test_a_team_read_beforehand_answers_the_same_without_a_query(query_count):
    organisation = OrganisationFactory()
    people = cast(organisation)
    (read,) = Organisation.objects.filter(pk=organisation.pk).prefetch_related(team_of())

    def answers(about):
        roles = {name: policies.role_in(person, about) for name, person in people.items()}
        return roles, about.active_members(), list(managers_of(about))

    assert answers(read) == answers(organisation)
    assert query_count(lambda: answers(read)) == 0


def test_staff_step_in_only_where_nobody_runs_the_team():
    organisation, staff = OrganisationFactory(), StaffFactory()
    MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR)
    assert policies.can_manage_members(staff, organisation)
    MembershipFactory(organisation=organisation)
    assert not policies.can_manage_members(staff, organisation)


def test_claim():
    claim = ClaimFactory()
    people = {**cast(claim.organisation), "claimant": claim.user, "claiming staff": StaffFactory()}
    claim.user = people["claiming staff"]
    assert {name for name, who in people.items() if policies.can_decide_claim(who, claim)} == {"staff", BOTH}


def test_invitation():
    invitation = InvitationFactory()
    people = {
        **cast(invitation.organisation),
        "invited": UserFactory(email=invitation.email.upper()),
    }
    invitation.email = invitation.email.upper()
    assert {name for name, who in people.items() if policies.can_accept_invitation(who, invitation)} == {
        "invited"
    }


@pytest.mark.parametrize("status", OrganisationStatus.values)
def test_who_corrects_what_the_team_has_asked(status):
    organisation = OrganisationFactory(status=status)
    who = {name for name, person in cast(organisation).items() if policies.corrects(person, organisation)}
    assert who == (TEAM if status == OrganisationStatus.CHANGES_ASKED else set())


def test_who_says_a_person_or_an_organisation_away_and_takes_it_back():
    organisation, week = OrganisationFactory(), {"first_day": clock.today(), "last_day": clock.today()}
    people = {**cast(organisation), "oneself": UserFactory()}

    def who(policy, about):
        return {name for name, person in people.items() if policy(person, about)}

    of_person = Absence(user=people["oneself"], **week)
    assert who(policies.can_say_person_away, people["oneself"]) == {"oneself", "staff", BOTH}
    assert who(policies.can_forget_absence, of_person) == {"oneself", "staff", BOTH}
    said = Absence(organisation_id=organisation.pk, **week)
    assert who(policies.can_forget_absence, said) == {"manager", "staff", BOTH}
    said.of_members = True
    assert who(policies.can_forget_absence, said) == set(), "it follows from what each has said"
    assert who(policies.can_forget_absence, Absence(organisation_id=people["oneself"].pk, **week)) == set()


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (OrganisationKind.ASSOCIATION, "/inscription/association/"),
        (OrganisationKind.COMPANY, "/inscription/entreprise/"),
        ("", "/inscription/organisme/"),
    ],
)
def test_somebody_without_organisation_goes_on_where_they_stopped(kind, page):
    person = UserFactory(wanted_kind=kind)
    assert policies.unfinished_registration(person) == page
    claim = ClaimFactory(user=person)
    assert policies.unfinished_registration(person) == f"/organismes/{claim.organisation_id}/revendiquer/"
    MembershipFactory(user=person, organisation__status=OrganisationStatus.LEFT)
    assert policies.unfinished_registration(person) is not None
    MembershipFactory(user=person)
    assert policies.unfinished_registration(person) is None


def test_visitors_and_staff_have_nothing_to_finish():
    assert policies.unfinished_registration(AnonymousUser()) is None
    assert policies.unfinished_registration(StaffFactory()) is None
