"""A checked record that becomes somebody else's is looked at by the team; another spelling is not."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.operations import confirm_identity, organisations_to_recognise
from associations.operations import update_association
from companies.operations import update_company
from mecenova.workflow.journal import history
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return AssociationFactory(
        members=[UserFactory()], organisation__name="Anjou Relogis", registry="rna", rna="W491000001"
    )


def change(association, **changes):
    update_association(association=association, by=association.organisation.members.first(), **changes)


@pytest.mark.parametrize(
    ("changes", "is_looked_at"),
    [
        ({"name": "Croix-Rouge française"}, True),
        ({"rna": "W751000002"}, True),
        ({"name": "ANJOU RELOGÎS"}, False),
        ({"siren": "732829320"}, False),
        ({"town": "Angers"}, False),
    ],
)
def test_another_name_or_number_waits_for_the_team(association, changes, is_looked_at):
    change(association, **changes)
    assert list(organisations_to_recognise()) == [association.organisation] * is_looked_at


def test_so_does_another_number_of_a_company():
    company = CompanyFactory(siren="732829320", organisation__status="checked")
    person = company.organisation.memberships.create(user=UserFactory(), role="manager").user
    update_company(company=company, by=person, siren="552081317")
    assert list(organisations_to_recognise()) == [company.organisation]


def test_the_team_looks_once_and_again_at_the_next_change(association):
    change(association, name="Croix-Rouge française")
    staff = StaffFactory()
    for _ in range(2):
        confirm_identity(organisation=association.organisation, by=staff)
    assert not organisations_to_recognise().exists()
    assert history(association.organisation).filter(verb="confirm_identity").count() == 1
    change(association, name="Encore une autre", rna="W751000002")
    found = organisations_to_recognise().get()
    names = "«\u202fCroix-Rouge française\u202f» est devenu «\u202fEncore une autre\u202f»."
    numbers = "Le numéro W491000001 est devenu W751000002."
    # What was looked at before, « Anjou Relogis », is not said again.
    assert found.changed in {f"{names} {numbers}", f"{numbers} {names}"}
    with pytest.raises(PermissionDenied):
        confirm_identity(organisation=association.organisation, by=association.organisation.members.first())


def test_what_the_team_renames_it_has_seen(association):
    update_association(association=association, by=StaffFactory(), name="Maine Relogis", rna="W751000002")
    assert not organisations_to_recognise().exists()


def test_nobody_of_the_team_looks_at_their_own(association):
    """As at the check: a colleague does."""
    one_of_both = StaffFactory()
    association.organisation.memberships.create(user=one_of_both, role="manager")
    update_association(association=association, by=one_of_both, name="Croix-Rouge française")
    assert list(organisations_to_recognise()) == [association.organisation]
    with pytest.raises(PermissionDenied):
        confirm_identity(organisation=association.organisation, by=one_of_both)
    confirm_identity(organisation=association.organisation, by=StaffFactory())
    assert not organisations_to_recognise().exists()


def test_what_nobody_has_checked_is_read_at_its_check():
    unread = AssociationFactory(members=[UserFactory()], organisation__status="to_check")
    change(unread, name="Croix-Rouge française")
    assert not organisations_to_recognise().exists()
