"""An organisation that has left comes back by one path: a request of its own people, checked by the team."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts import operations
from accounts.enums import Role
from accounts.followups import ClaimDecision
from accounts.models import Claim, Membership
from companies.operations import OrganisationExists, register_company
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.associations.test_views_profile import GOOD
from tests.companies.factories import CompanyFactory
from tests.partnerships.factories import member_of

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[AssociationFactory, CompanyFactory])
def gone(request):
    """An organisation whose manager has taken it off the site."""
    profile = request.param()
    organisation = profile.organisation
    organisation.manager = member_of(profile)
    operations.withdraw_organisation(organisation=organisation, by=organisation.manager)
    organisation.refresh_from_db()
    return organisation


def test_its_manager_is_led_to_one_page_and_the_team_brings_it_back(client, gone):
    client.force_login(gone.manager)
    address = reverse("accounts:claim", args=[gone.pk])
    assert client.get(reverse("pages:dashboard")).headers["Location"] == address
    assert "Vous voulez revenir" in client.get(address).content.decode()
    client.post(address, {"message": "Nous reprenons nos ateliers."})
    claim = Claim.objects.get()
    assert next_step(claim) is not None
    received = OutgoingMail.objects.get(notification="accounts.claim_received", recipient=gone.manager)
    assert f"revenir sur Mecenova avec {gone.name}" in received.text
    gone.refresh_from_db()
    assert not gone.is_checked

    operations.accept_claim(claim=claim, by=StaffFactory())
    gone.refresh_from_db()
    assert gone.is_checked
    assert next_step(gone) is not None
    assert Membership.objects.get(organisation=gone).role == Role.MANAGER
    assert client.get(reverse("pages:dashboard")).status_code == 200
    assert client.get(address).headers["Location"] == reverse("pages:dashboard")


@pytest.mark.parametrize("asker", ["a colleague", "a stranger"])
def test_the_rest_of_its_team_is_told_that_it_is_back(gone, asker):
    """Whoever had taken it off would wonder why they are written to again."""
    person = UserFactory(first_name="Paul", last_name="Petit")
    if asker == "a colleague":
        MembershipFactory(organisation=gone, user=person, role=Role.CONTRIBUTOR)
    OutgoingMail.objects.all().delete()
    claim = operations.claim_organisation(organisation=gone, message="Nous revenons.", by=person)
    operations.accept_claim(claim=claim, by=StaffFactory())
    told = OutgoingMail.objects.get(recipient=gone.manager, subject_id=claim.pk)
    assert told.notification == "accounts.organisation_back"
    assert "Paul Petit" in told.text
    assert ("n’en faisait pas partie" in told.text) is (asker == "a stranger")
    assert not OutgoingMail.objects.filter(recipient=person, notification=told.notification).exists()


def test_refused_it_can_be_asked_again(client, gone):
    claim = operations.claim_organisation(organisation=gone, message="Nous revenons.", by=gone.manager)
    operations.refuse_claim(claim=claim, answer="Votre bureau a changé.", by=StaffFactory())
    client.force_login(gone.manager)
    page = client.get(reverse("accounts:claim", args=[gone.pk])).content.decode()
    assert "Votre bureau a changé." in page


def test_one_that_leaves_again_is_not_told_that_its_return_was_refused(client, gone):
    claim = operations.claim_organisation(organisation=gone, message="Nous revenons.", by=gone.manager)
    operations.accept_claim(claim=claim, by=StaffFactory())
    operations.withdraw_organisation(organisation=gone, by=gone.manager)
    client.force_login(gone.manager)
    page = client.get(reverse("accounts:claim", args=[gone.pk])).content.decode()
    assert "n’a pas été acceptée" not in page


def test_a_member_of_one_that_stays_cannot_claim_it(client):
    association = AssociationFactory()
    client.force_login(member_of(association))
    address = reverse("accounts:claim", args=[association.organisation_id])
    assert client.get(address).headers["Location"] == reverse("pages:dashboard")


def test_registering_the_company_again_offers_the_same_page():
    company = CompanyFactory()
    manager = member_of(company)
    operations.withdraw_organisation(organisation=company.organisation, by=manager)
    for who in (manager, UserFactory()):
        with pytest.raises(OrganisationExists):
            register_company(
                by=who, name=company.organisation.name, postal_code=company.organisation.postal_code
            )


def test_registering_the_association_again_offers_the_same_page(client):
    manager = UserFactory()
    client.force_login(manager)
    client.post(reverse("associations:register"), GOOD)
    organisation = manager.organisations.get()
    operations.withdraw_organisation(organisation=organisation, by=manager)
    page = client.post(reverse("associations:register"), GOOD)
    assert page.context["existing"] == organisation
    assert reverse("accounts:claim", args=[organisation.pk]) in page.content.decode()


def test_one_that_was_erased_does_not_come_back(client, gone):
    """Nothing is left by which anybody could be recognised as one of it."""
    staff, member = StaffFactory(), gone.manager
    operations.claim_organisation(organisation=gone, message="Nous revenons.", by=member)
    OutgoingMail.objects.all().delete()
    erased = operations.erase_organisation(organisation=gone, by=staff)
    assert not FollowUp.objects.open().filter(rule=ClaimDecision.name).exists()
    client.force_login(member)
    assert client.get(reverse("accounts:claim", args=[gone.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        operations.claim_organisation(organisation=erased, message="Nous revenons.", by=member)
