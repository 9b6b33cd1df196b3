"""Both sides of a partnership, or a team and a newcomer, act at the same instant: one wins."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Claim, Invitation, Membership
from accounts.operations import claim_organisation, invite_member, members
from mecenova.agenda.models import FollowUp
from partnerships.models import Partnership
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.journeys.rivals import Sent, letters_are_each_one, verbs

pytestmark = pytest.mark.django_db(transaction=True)

AGREE = ("agree", {"signed_on": "2026-11-23", "ends_on": "2027-11-30"})
OTHERWISE = ("agree", {"signed_on": "2026-11-23", "ends_on": "2028-01-31"})
ABANDON = ("abandon", {"note": "Nous arrêtons."})
TALKED = ("talk", {"talked": "yes"})
RENEW = ("renew", {"answer": "goes_on", "ends_on": "2028-11-30"})
END = ("end", {"note": "Fini."})
CONTEST = ("contest", {"note": "Pas encore."})


def sends(person, partnership, what):
    name, data = what
    return Sent(person, reverse(f"partnerships:partnership_{name}", args=[partnership.pk]), **data)


@pytest.mark.parametrize(
    ("one", "other", "won"),
    [
        (AGREE, OTHERWISE, "agree"),
        (AGREE, ABANDON, "agree"),
        (ABANDON, AGREE, "abandon"),
        (ABANDON, ABANDON, "abandon"),
        (ABANDON, TALKED, "abandon"),
    ],
)
def test_two_sides_of_what_begins(signed, rivals, one, other, won):
    second = sends(signed.answerer, signed.partnership, other)
    rivals(sends(signed.asker, signed.partnership, one), second)
    signed.partnership.refresh_from_db()
    done = [verb for verb in verbs(signed.partnership) if verb in {"agree", "abandon"}]
    assert done == [won]
    assert second.answer.status_code == 409, second.read
    assert FollowUp.objects.about([signed.partnership]).steps().count() == (won == "agree")
    assert letters_are_each_one()


@pytest.mark.parametrize(
    ("one", "other", "won"),
    [
        (END, END, ["end"]),
        (END, RENEW, ["end"]),
        (RENEW, END, ["renew", "end"]),
        (CONTEST, END, ["contest_signature"]),
        (END, CONTEST, ["end"]),
    ],
)
def test_two_sides_of_what_is_signed(signed, rivals, one, other, won):
    signed.sign(by=signed.answerer)
    second = sends(signed.answerer, signed.partnership, other)
    rivals(sends(signed.asker, signed.partnership, one), second)
    signed.partnership.refresh_from_db()
    assert second.answer.status_code in {200, 409}, second.read
    assert verbs(signed.partnership)[2:] == won
    assert (
        Partnership.objects.active().count() == FollowUp.objects.about([signed.partnership]).steps().count()
    )
    assert letters_are_each_one()


@pytest.mark.parametrize("is_joined_first", [True, False])
def test_an_invitation_taken_back_as_it_is_accepted(rivals, is_joined_first):
    manager, guest = MembershipFactory(), UserFactory()
    invitation, _ = invite_member(
        organisation=manager.organisation, email=guest.email, role=Role.CONTRIBUTOR, by=manager.user
    )
    joins = Sent(guest, invitation.get_absolute_url())
    takes_back = Sent(manager.user, reverse("accounts:withdraw_invitation", args=[invitation.pk]))
    both = [joins, takes_back] if is_joined_first else [takes_back, joins]
    rivals(*both, stopped=(members, "locked"))
    assert Membership.objects.filter(user=guest).exists() == is_joined_first
    assert Invitation.objects.filter(pk=invitation.pk).exists() == is_joined_first
    assert (takes_back if is_joined_first else joins).answer.status_code in {200, 404}


@pytest.mark.parametrize("is_accepted_first", [True, False])
def test_two_who_decide_of_a_claim(rivals, is_accepted_first):
    organisation, person = OrganisationFactory(status="unclaimed"), UserFactory()
    claim = claim_organisation(organisation=organisation, message="Trésorière.", by=person)
    accepts, refuses = (
        Sent(
            staff, reverse("pages:claim_decide", args=[claim.pk]), decision=decision, answer="Vu au registre."
        )
        for staff, decision in zip(StaffFactory.create_batch(2), ("accept", "refuse"), strict=True)
    )
    rivals(*([accepts, refuses] if is_accepted_first else [refuses, accepts]))
    claim.refresh_from_db()
    assert claim.status == ("accepted" if is_accepted_first else "refused")
    assert Membership.objects.filter(user=person).exists() == is_accepted_first
    assert Claim.objects.count() == 1
    assert letters_are_each_one()
