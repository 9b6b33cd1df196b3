import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts import operations
from accounts.enums import ClaimStatus, OrganisationStatus, Role
from accounts.models import Claim, Membership, Organisation
from mecenova.agenda.enums import Owner
from mecenova.agenda.operations import next_step
from mecenova.workflow.errors import DomainError, TransitionRefused
from mecenova.workflow.journal import history
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.accounts.mails import names_to, sent_to
from tests.threads import at_once

pytestmark = pytest.mark.django_db

PROOF = "Je suis trésorière."


def unclaimed():
    return OrganisationFactory(status=OrganisationStatus.UNCLAIMED)


def test_a_claim_waits_for_the_staff_and_gives_nothing_meanwhile():
    person, organisation = UserFactory(), unclaimed()
    claim = operations.claim_organisation(organisation=organisation, message=PROOF, by=person)
    assert claim.status == ClaimStatus.WAITING
    assert next_step(claim).owner == Owner.STAFF
    assert names_to(person.email) == ["accounts.claim_received"]
    assert [(line.verb, line.by) for line in history(claim)] == [("claim", person)]
    assert not Membership.objects.exists()


def test_the_same_form_sent_twice_is_one_request():
    person, organisation = UserFactory(), unclaimed()
    first = operations.claim_organisation(organisation=organisation, message=PROOF, by=person)
    assert operations.claim_organisation(organisation=organisation, message="Encore", by=person) == first
    assert len(sent_to(person.email)) == 1


@pytest.mark.parametrize("message", ["", " \n", "\x00", "a" * 1001])
def test_a_claim_needs_words_and_not_too_many(message):
    with pytest.raises(DomainError):
        operations.claim_organisation(organisation=unclaimed(), message=message, by=UserFactory())


def test_a_member_has_nothing_to_claim():
    membership = MembershipFactory()
    with pytest.raises(PermissionDenied):
        operations.claim_organisation(organisation=membership.organisation, message=PROOF, by=membership.user)


def test_a_record_erased_since_its_page_was_read_is_not_claimed():
    """Accepted, the claim would bring back what somebody had asked to be erased."""
    read = OrganisationFactory(status=OrganisationStatus.CHECKED)
    operations.withdraw_organisation(organisation=read, by=None)
    read.refresh_from_db()
    operations.erase_organisation(organisation=read, by=StaffFactory())
    with pytest.raises(PermissionDenied):
        operations.claim_organisation(organisation=read, message=PROOF, by=UserFactory())
    assert not Claim.objects.exists()


def test_a_record_that_became_part_of_another_since_its_page_was_read_is_not_there():
    read = unclaimed()
    Organisation.objects.filter(pk=read.pk).delete()
    with pytest.raises(Http404):
        operations.claim_organisation(organisation=read, message=PROOF, by=UserFactory())


@pytest.mark.parametrize("decide", [operations.accept_claim, operations.refuse_claim])
def test_a_request_whose_person_closed_their_account_meanwhile_is_not_decided(decide):
    claim = ClaimFactory()
    operations.close_account(person=claim.user, by=claim.user)
    with pytest.raises(DomainError, match="a fermé son compte"):
        decide(claim=claim, answer="Merci.", by=StaffFactory())


def invited(manager, person):
    invitation = InvitationFactory(
        organisation=manager.organisation, email=person.email, invited_by=manager.user
    )
    operations.accept_invitation(invitation=invitation, by=person)


def made_one(manager, person):
    own = MembershipFactory(user=person, organisation__status=OrganisationStatus.TO_CHECK).organisation
    operations.merge_organisations(kept=manager.organisation, gone=own, by=None)


@pytest.mark.parametrize("join", [invited, made_one])
def test_whoever_has_joined_otherwise_waits_for_no_answer(join):
    manager, person, other = MembershipFactory(), UserFactory(), UserFactory()
    for who in (person, other):
        operations.claim_organisation(organisation=manager.organisation, message=PROOF, by=who)
    claim = Claim.objects.get(user=person)
    join(manager, person)
    assert [each.user for each in Claim.objects.waiting()] == [other]
    assert next_step(claim) is None
    with pytest.raises(DomainError, match="a rejoint l’équipe"):
        operations.refuse_claim(claim=claim, answer="Qui êtes-vous\u202f?", by=StaffFactory())


def test_nobody_who_cannot_log_in_is_given_a_record():
    claim = ClaimFactory(user__is_active=False)
    with pytest.raises(DomainError, match="désactivé"):
        operations.accept_claim(claim=claim, by=StaffFactory())
    claim.organisation.refresh_from_db()
    assert (claim.organisation.status, claim.organisation.members.count()) == (
        OrganisationStatus.UNCLAIMED,
        0,
    )
    operations.refuse_claim(claim=claim, answer="Ce compte ne sert plus.", by=StaffFactory())


def test_accepting_makes_a_manager_and_a_checked_member():
    claim = ClaimFactory()
    operations.accept_claim(claim=claim, by=StaffFactory())
    claim.refresh_from_db()
    claim.organisation.refresh_from_db()
    assert (claim.status, bool(claim.decided_at)) == (ClaimStatus.ACCEPTED, True)
    assert claim.organisation.is_checked
    assert Membership.objects.get(organisation=claim.organisation).role == Role.MANAGER
    assert names_to(claim.user.email) == ["accounts.claim_accepted"]
    assert next_step(claim) is None


def test_where_somebody_manages_already_the_newcomer_contributes_and_the_manager_is_told():
    manager = MembershipFactory()
    claim = ClaimFactory(organisation=manager.organisation)
    operations.accept_claim(claim=claim, by=StaffFactory())
    assert Membership.objects.get(user=claim.user).role == Role.CONTRIBUTOR
    assert names_to(manager.user.email) == ["accounts.newcomer_by_claim"]


def test_one_that_had_left_comes_back():
    claim = ClaimFactory(organisation__status=OrganisationStatus.LEFT)
    operations.accept_claim(claim=claim, by=StaffFactory())
    claim.organisation.refresh_from_db()
    assert (claim.organisation.is_checked, claim.organisation.left_at) == (True, None)


def test_one_under_check_still_waits_for_its_check():
    claim = ClaimFactory(organisation__status=OrganisationStatus.TO_CHECK)
    operations.accept_claim(claim=claim, by=StaffFactory())
    claim.organisation.refresh_from_db()
    assert claim.organisation.status == OrganisationStatus.TO_CHECK


def test_refusing_says_why_and_lets_ask_again():
    claim = ClaimFactory()
    operations.refuse_claim(claim=claim, answer="Votre nom ne figure nulle part.", by=StaffFactory())
    assert "Votre nom ne figure nulle part." in sent_to(claim.user.email)[0].text
    again = operations.claim_organisation(
        organisation=claim.organisation, message="Voici le PV.", by=claim.user
    )
    assert again.pk != claim.pk
    assert not Membership.objects.exists()


def test_refusing_without_a_reason_is_not_possible():
    with pytest.raises(DomainError, match="pourquoi"):
        operations.refuse_claim(claim=ClaimFactory(), answer=" ", by=StaffFactory())


@pytest.mark.parametrize("verb", ["accept", "refuse"])
def test_only_staff_decide_and_never_for_themselves(verb):
    own = ClaimFactory(user=StaffFactory())
    decide = {
        "accept": lambda claim, by: operations.accept_claim(claim=claim, by=by),
        "refuse": lambda claim, by: operations.refuse_claim(claim=claim, answer="Non", by=by),
    }[verb]
    for claim, by in (
        (own, own.user),
        (ClaimFactory(), UserFactory()),
        (ClaimFactory(), MembershipFactory().user),
    ):
        with pytest.raises(PermissionDenied):
            decide(claim, by)
    assert Claim.objects.waiting().count() == 3


def test_what_is_decided_stays_decided():
    claim, staff = ClaimFactory(), StaffFactory()
    operations.refuse_claim(claim=claim, answer="Non", by=staff)
    with pytest.raises(TransitionRefused, match="Refusée"):
        operations.accept_claim(claim=claim, by=staff)
    assert not Membership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_person_asking_twice_at_once_asks_once():
    person, organisation = UserFactory(), unclaimed()

    def ask():
        return operations.claim_organisation(organisation=organisation, message=PROOF, by=person)

    first, second = at_once(ask, ask)
    assert first == second
    assert Claim.objects.count() == 1
    assert len(sent_to(person.email)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_claims_accepted_at_once_make_one_manager():
    organisation = unclaimed()
    claims = [ClaimFactory(organisation=organisation) for _ in range(2)]
    staff = [StaffFactory(), StaffFactory()]
    results = at_once(
        *(
            lambda claim=claim, by=by: operations.accept_claim(claim=claim, by=by)
            for claim, by in zip(claims, staff, strict=True)
        )
    )
    assert all(isinstance(result, Claim) for result in results), results
    roles = sorted(Membership.objects.filter(organisation=organisation).values_list("role", flat=True))
    assert roles == [Role.CONTRIBUTOR, Role.MANAGER]


@pytest.mark.django_db(transaction=True)
def test_one_claim_accepted_and_refused_at_once_has_one_answer():
    claim, staff = ClaimFactory(), [StaffFactory(), StaffFactory()]
    results = at_once(
        lambda: operations.accept_claim(claim=claim, by=staff[0]),
        lambda: operations.refuse_claim(claim=claim, answer="Non", by=staff[1]),
    )
    assert sum(isinstance(result, TransitionRefused) for result in results) == 1
    assert len(sent_to(claim.user.email)) == 1
