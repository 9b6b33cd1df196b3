"""What the database refuses of people, organisations and teams, each by its own constraint."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Claim, Duplicate, Invitation, Organisation
from mecenova.calendar import clock
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = clock.now()


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=f'"{constraint}"')


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("organisation_checked_has_date", {"status": "checked", "checked_at": None}),
        ("organisation_left_has_date", {"status": "left"}),
        ("organisation_left_has_date", {"left_at": NOW}),
        ("organisation_has_a_key", {"name_key": ""}),
        ("organisation_postal_code_has_five_digits", {"postal_code": "6900"}),
        ("organisation_postal_code_has_five_digits", {"postal_code": "6900A"}),
    ],
)
def test_an_organisation_that_cannot_be(constraint, changes):
    organisation = OrganisationFactory()
    with refused_by(constraint), transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(**changes)


def test_a_record_is_there_once():
    one = OrganisationFactory()
    same = {"kind": one.kind, "name_key": one.name_key, "postal_code": one.postal_code}
    with refused_by("organisation_same_record_once"), transaction.atomic():
        OrganisationFactory(**same)
    assert OrganisationFactory(**same | {"kind": "company"})


def test_a_person_is_of_a_team_once():
    member = MembershipFactory()
    with refused_by("membership_once_per_organisation"), transaction.atomic():
        MembershipFactory(organisation=member.organisation, user=member.user)


def test_an_address_waits_once_for_a_team_and_whoever_accepts_has_a_date():
    waiting = InvitationFactory()
    with refused_by("invitation_waits_once_per_address"), transaction.atomic():
        InvitationFactory(organisation=waiting.organisation, email=waiting.email.upper())
    with refused_by("invitation_accepted_by_somebody_one_day"), transaction.atomic():
        Invitation.objects.update(accepted_by=UserFactory())


def test_a_person_claims_a_record_once_at_a_time_and_a_decision_has_its_date():
    waiting = ClaimFactory()
    with refused_by("claim_waits_once_per_person"), transaction.atomic():
        ClaimFactory(organisation=waiting.organisation, user=waiting.user)
    for changes in ({"status": "refused"}, {"decided_at": NOW}):
        with refused_by("claim_decided_has_date"), transaction.atomic():
            Claim.objects.update(**changes)
    Claim.objects.update(status="refused", decided_at=NOW)
    assert ClaimFactory(organisation=waiting.organisation, user=waiting.user)


def test_two_records_are_one_pair_in_one_order():
    first, second = sorted((OrganisationFactory(), OrganisationFactory()), key=lambda one: one.pk)
    pair = {"first": first, "second": second, "reason": "name", "likeness": 100}
    Duplicate.objects.create(**pair)
    for constraint, changes in (
        ("duplicate_once_per_pair", {}),
        ("duplicate_in_order", {"first": second, "second": first}),
        ("duplicate_in_order", {"second": first}),
        ("duplicate_likeness_bounded", {"likeness": 101}),
    ):
        with refused_by(constraint), transaction.atomic():
            Duplicate.objects.create(**pair | changes)
