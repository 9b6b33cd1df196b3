import re
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts import operations
from accounts.enums import OrganisationStatus, Role
from accounts.models import Invitation, Membership, User
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from tests.accounts.factories import (
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.accounts.mails import names_to, sent_to
from tests.mail.factories import OutgoingMailFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def invite(manager, email="lea@exemple.fr", role=Role.CONTRIBUTOR):
    invitation, _ = operations.invite_member(
        organisation=manager.organisation, email=email, role=role, by=manager.user
    )
    return invitation


class TestInviting:
    def test_an_invitation_is_a_confidential_mail_to_the_address(self):
        invitation = invite(MembershipFactory(), email=" Lea@Exemple.fr ")
        mail = OutgoingMail.objects.get()
        assert (invitation.email, mail.address, mail.confidential) == (
            "lea@exemple.fr",
            "lea@exemple.fr",
            True,
        )
        # The link says the second it was signed in: it is read back, not signed again.
        token = re.search(r"/invitations/([^/]+)/", mail.text)[1]
        assert Invitation.objects.with_token(token) == invitation

    @pytest.mark.parametrize(("status", "is_named"), [("to_check", False), ("checked", True)])
    def test_until_it_is_checked_the_mail_carries_no_word_of_theirs(self, status, is_named):
        hostile = MembershipFactory(
            organisation__status=status,
            organisation__name="GAGNEZ mal.example",
            user__first_name="GAGNEZ",
        )
        invite(hostile)
        mail = OutgoingMail.objects.get()
        for part in (mail.subject, mail.text, mail.html):
            assert ("GAGNEZ" in part) is is_named

    def test_until_they_are_checked_organisations_of_one_person_write_to_few(self):
        """However many of them that person registers."""
        person, sent = UserFactory(), 0
        for number in range(4):
            manager = MembershipFactory(user=person, organisation__status="to_check")
            for each in range(4):
                with suppress(DomainError):
                    invite(manager, email=f"personne-{number}-{each}@exemple.fr")
                    sent += 1
        assert sent == OutgoingMail.objects.count() == 10
        assert invite(MembershipFactory(user=person), email="lea@exemple.fr")

    def test_inviting_twice_is_one_invitation_and_one_mail(self):
        manager = MembershipFactory()
        assert invite(manager) == invite(manager, email="LEA@exemple.fr")
        assert OutgoingMail.objects.count() == 1

    def test_once_expired_it_is_renewed_with_a_new_mail(self):
        manager = MembershipFactory()
        first = invite(manager)
        with clock.frozen(clock.now() + timedelta(days=15)):
            again = invite(manager)
            assert not again.has_expired
        assert again == first
        assert OutgoingMail.objects.count() == 2

    @pytest.mark.parametrize("first_by", ["a manager who left", "the team of IMS", "a closed account"])
    def test_invited_by_somebody_who_no_longer_can_it_is_renewed_and_works(self, first_by):
        guest, organisation = UserFactory(), OrganisationFactory()
        if first_by == "the team of IMS":
            first = StaffFactory()
        else:
            first = MembershipFactory(organisation=organisation).user
        role = Role.MANAGER if first_by == "the team of IMS" else Role.CONTRIBUTOR
        stale, _ = operations.invite_member(organisation=organisation, email=guest.email, role=role, by=first)
        manager = MembershipFactory(organisation=organisation)
        if first_by == "a manager who left":
            operations.leave(organisation=organisation, by=first)
        elif first_by == "a closed account":
            User.objects.filter(pk=first.pk).update(is_active=False)
        for _ in range(2):
            renewed = invite(manager, email=guest.email)
        assert (renewed, renewed.invited_by) == (stale, manager.user)
        assert OutgoingMail.objects.filter(address=guest.email).count() == 2
        operations.accept_invitation(invitation=renewed, by=guest)
        assert "accounts.invitation_accepted" in names_to(manager.user.email)

    def test_with_another_role_it_is_renewed_even_where_no_more_may_wait(self):
        manager = MembershipFactory(organisation__status=OrganisationStatus.TO_CHECK)
        for number in range(5):
            invite(manager, email=f"{number}@exemple.fr")
        assert invite(manager, email="0@exemple.fr", role=Role.MANAGER).role == Role.MANAGER
        assert OutgoingMail.objects.filter(address="0@exemple.fr").count() == 2
        assert Invitation.objects.count() == 5

    def test_a_member_is_not_invited_again(self):
        manager = MembershipFactory()
        with pytest.raises(DomainError, match="déjà"):
            invite(manager, email=manager.user.email.upper())

    @pytest.mark.parametrize("role", [None, Role.CONTRIBUTOR])
    def test_only_managers_invite(self, role):
        organisation, person = OrganisationFactory(), UserFactory()
        if role:
            MembershipFactory(organisation=organisation, user=person, role=role)
        with pytest.raises(PermissionDenied):
            operations.invite_member(organisation=organisation, email="a@b.fr", role=Role.MANAGER, by=person)

    def test_where_nobody_is_responsible_the_first_invited_is(self):
        organisation, staff = OrganisationFactory(), StaffFactory()
        MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR)
        invited = {"organisation": organisation, "email": "lea@exemple.fr", "by": staff}
        with pytest.raises(DomainError, match="d’abord une personne responsable"):
            operations.invite_member(**invited, role=Role.CONTRIBUTOR)
        operations.invite_member(**invited, role=Role.MANAGER)
        assert Invitation.objects.get().role == Role.MANAGER

    def test_an_organisation_nobody_has_checked_writes_to_few_people(self):
        manager = MembershipFactory(organisation__status=OrganisationStatus.TO_CHECK)
        for number in range(5):
            invite(manager, email=f"{number}@exemple.fr")
        with pytest.raises(DomainError, match="Trop"):
            invite(manager, email="6@exemple.fr")
        assert OutgoingMail.objects.count() == 5

    def test_what_has_expired_waits_no_more_and_leaves_room(self):
        manager = MembershipFactory(organisation__status=OrganisationStatus.TO_CHECK)
        for number in range(5):
            invite(manager, email=f"{number}@exemple.fr")
        with clock.frozen(clock.now() + timedelta(days=15)):
            assert invite(manager, email="6@exemple.fr")

    def test_taken_back_it_no_longer_works(self):
        manager, guest = MembershipFactory(), UserFactory()
        invitation, other = invite(manager, email=guest.email), invite(manager)
        for _ in range(2):
            operations.withdraw_invitation(invitation=invitation, by=manager.user)
        with pytest.raises(DomainError, match="annulée"):
            operations.accept_invitation(invitation=invitation, by=guest)
        assert list(Invitation.objects.all()) == [other]

    @pytest.mark.parametrize("role", [None, Role.CONTRIBUTOR])
    def test_only_managers_take_back(self, role):
        invitation, person = InvitationFactory(), UserFactory()
        if role:
            MembershipFactory(organisation=invitation.organisation, user=person, role=role)
        with pytest.raises(PermissionDenied):
            operations.withdraw_invitation(invitation=invitation, by=person)
        assert Invitation.objects.exists()


class TestAccepting:
    def test_the_invited_person_joins_and_the_inviter_is_told(self):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email)
        operations.accept_invitation(invitation=invitation, by=guest)
        assert Membership.objects.get(user=guest).role == Role.CONTRIBUTOR
        assert names_to(invitation.invited_by.email) == ["accounts.invitation_accepted"]

    def test_accepting_again_changes_nothing(self):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email)
        first = operations.accept_invitation(invitation=invitation, by=guest)
        assert operations.accept_invitation(invitation=invitation, by=guest) == first
        assert names_to(invitation.invited_by.email) == ["accounts.invitation_accepted"]

    def test_removed_since_the_used_invitation_does_not_bring_back(self):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email)
        member = operations.accept_invitation(invitation=invitation, by=guest)
        operations.remove_member(membership=member, by=invitation.invited_by)
        with pytest.raises(DomainError, match="déjà servi"):
            operations.accept_invitation(invitation=invitation, by=guest)
        assert not Membership.objects.filter(user=guest).exists()

    def test_another_person_cannot_use_it(self):
        with pytest.raises(PermissionDenied):
            operations.accept_invitation(invitation=InvitationFactory(), by=UserFactory())

    def test_an_address_not_verified_is_not_enough(self):
        guest = UserFactory(verified=False)
        with pytest.raises(PermissionDenied):
            operations.accept_invitation(invitation=InvitationFactory(email=guest.email), by=guest)

    def test_expired_it_says_what_to_do(self):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email, expires_at=clock.now() - timedelta(seconds=1))
        with pytest.raises(DomainError, match="nouvelle"):
            operations.accept_invitation(invitation=invitation, by=guest)

    def test_it_falls_with_the_person_who_sent_it(self):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email)
        MembershipFactory(organisation=invitation.organisation)
        operations.leave(organisation=invitation.organisation, by=invitation.invited_by)
        with pytest.raises(DomainError, match="ne peut plus"):
            operations.accept_invitation(invitation=invitation, by=guest)

    def test_a_contributor_invited_as_manager_becomes_one(self):
        member = MembershipFactory(role=Role.CONTRIBUTOR)
        invitation = InvitationFactory(
            organisation=member.organisation, email=member.user.email, role=Role.MANAGER
        )
        assert operations.accept_invitation(invitation=invitation, by=member.user).role == Role.MANAGER

    def test_a_manager_invited_as_contributor_stays_manager(self):
        member = MembershipFactory(role=Role.MANAGER)
        invitation = InvitationFactory(organisation=member.organisation, email=member.user.email)
        assert operations.accept_invitation(invitation=invitation, by=member.user).role == Role.MANAGER


class TestRolesAndDepartures:
    def test_the_last_manager_neither_leaves_nor_steps_down_nor_is_removed(self):
        last = MembershipFactory()
        MembershipFactory(organisation=last.organisation, role=Role.CONTRIBUTOR)
        for attempt in (
            lambda: operations.leave(organisation=last.organisation, by=last.user),
            lambda: operations.change_role(membership=last, role=Role.CONTRIBUTOR, by=last.user),
            lambda: operations.remove_member(membership=last, by=last.user),
        ):
            with pytest.raises(DomainError, match="responsable"):
                attempt()
        assert Membership.objects.get(pk=last.pk).role == Role.MANAGER

    def test_a_manager_whose_account_is_closed_does_not_count(self):
        last = MembershipFactory()
        MembershipFactory(organisation=last.organisation, user__is_active=False)
        with pytest.raises(DomainError):
            operations.leave(organisation=last.organisation, by=last.user)

    def test_with_two_managers_one_leaves(self):
        first = MembershipFactory()
        MembershipFactory(organisation=first.organisation)
        for _ in range(2):
            operations.leave(organisation=first.organisation, by=first.user)
        assert Membership.objects.count() == 1

    def test_those_who_run_the_team_are_told_once_of_who_left_it(self):
        manager = MembershipFactory()
        other = MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR)
        leaver = MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR)
        for _ in range(2):
            operations.leave(organisation=manager.organisation, by=leaver.user)
        told = OutgoingMail.objects.get()
        assert (told.notification, told.recipient) == ("accounts.colleague_left", manager.user)
        assert leaver.user.get_full_name() in told.subject
        assert "la seule personne" not in told.text
        operations.leave(organisation=manager.organisation, by=other.user)
        assert "la seule personne" in OutgoingMail.objects.exclude(pk=told.pk).get().text

    def test_from_an_organisation_that_left_everybody_may_go(self):
        last = MembershipFactory(organisation__status=OrganisationStatus.LEFT)
        operations.leave(organisation=last.organisation, by=last.user)
        assert not Membership.objects.exists()

    def test_somebody_removed_is_told_once(self):
        manager = MembershipFactory()
        member = MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR)
        for _ in range(2):
            operations.remove_member(membership=member, by=manager.user)
        assert names_to(member.user.email) == ["accounts.removed_from_team"]

    def test_the_team_that_steps_in_does_not_pass_for_a_manager(self):
        """Where nobody runs the organisation any more, there is no manager to talk with."""
        member = MembershipFactory(role=Role.CONTRIBUTOR)
        operations.remove_member(membership=member, by=StaffFactory())
        (mail,) = sent_to(member.user.email)
        assert "L’équipe de Mecenova a retiré votre nom" in mail.text
        assert "responsable" not in mail.text

    def test_a_manager_gives_the_role_and_can_then_leave(self):
        manager = MembershipFactory()
        member = MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR)
        operations.change_role(membership=member, role=Role.MANAGER, by=manager.user)
        operations.leave(organisation=manager.organisation, by=manager.user)
        assert list(Membership.objects.values_list("user", "role")) == [(member.user.pk, Role.MANAGER)]

    @pytest.mark.parametrize("attempt", [operations.remove_member, operations.change_role])
    def test_contributors_and_strangers_change_nothing(self, attempt):
        manager = MembershipFactory()
        contributor = MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR)
        arguments = {"role": Role.CONTRIBUTOR} if attempt is operations.change_role else {}
        for by in (contributor.user, UserFactory(), MembershipFactory().user):
            with pytest.raises(PermissionDenied):
                attempt(membership=manager, by=by, **arguments)

    def test_changing_the_role_of_somebody_gone_says_so(self):
        manager = MembershipFactory()
        member = MembershipFactory(organisation=manager.organisation)
        operations.leave(organisation=member.organisation, by=member.user)
        with pytest.raises(DomainError, match="ne fait plus partie"):
            operations.change_role(membership=member, role=Role.CONTRIBUTOR, by=manager.user)


def test_the_journal_tells_who_changed_the_team_and_how():
    manager, guest = MembershipFactory(), UserFactory()
    organisation, run_by = manager.organisation, manager.user
    other = MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR)
    member = operations.accept_invitation(invitation=invite(manager, email=guest.email), by=guest)
    for role in (Role.MANAGER, Role.MANAGER, Role.CONTRIBUTOR):
        operations.change_role(membership=member, role=role, by=run_by)
    operations.leave(organisation=organisation, by=guest)
    operations.remove_member(membership=other, by=run_by)
    assert [(line.verb, line.by, line.note) for line in history(organisation)] == [
        ("invite", run_by, ""),
        ("join", guest, Role.CONTRIBUTOR),
        ("change_role", run_by, Role.MANAGER),
        ("change_role", run_by, Role.CONTRIBUTOR),
        ("leave_team", guest, ""),
        ("remove_member", run_by, ""),
    ]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_managers_leaving_at_once_leave_one(self):
        first = MembershipFactory()
        second = MembershipFactory(organisation=first.organisation)
        results = at_once(
            *(lambda m=m: operations.leave(organisation=m.organisation, by=m.user) for m in (first, second))
        )
        assert sum(isinstance(result, DomainError) for result in results) == 1
        assert Membership.objects.filter(organisation=first.organisation).count() == 1

    def test_two_managers_demoting_each_other_at_once_leave_one(self):
        first = MembershipFactory()
        second = MembershipFactory(organisation=first.organisation)
        results = at_once(
            lambda: operations.change_role(membership=second, role=Role.CONTRIBUTOR, by=first.user),
            lambda: operations.change_role(membership=first, role=Role.CONTRIBUTOR, by=second.user),
        )
        assert sum(isinstance(result, Exception) for result in results) == 1
        assert Membership.objects.filter(role=Role.MANAGER).count() == 1

    def test_closing_two_accounts_at_once_leaves_a_manager(self):
        first = MembershipFactory()
        second = MembershipFactory(organisation=first.organisation)
        results = at_once(
            *(lambda m=m: operations.close_account(person=m.user, by=m.user) for m in (first, second))
        )
        assert sum(isinstance(result, DomainError) for result in results) == 1
        assert Membership.objects.filter(user__is_active=True).count() == 1

    def test_an_invitation_accepted_twice_at_once_makes_one_member(self):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email)
        results = at_once(*[lambda: operations.accept_invitation(invitation=invitation, by=guest)] * 2)
        assert results[0] == results[1]
        assert names_to(invitation.invited_by.email) == ["accounts.invitation_accepted"]

    def test_the_same_address_invited_twice_at_once_is_one_invitation(self):
        manager = MembershipFactory()
        results = at_once(*[lambda: invite(manager)] * 2)
        assert results[0] == results[1]
        assert OutgoingMail.objects.count() == 1


def test_whoever_receives_other_mails_may_still_be_invited():
    for _ in range(3):
        OutgoingMailFactory(address="lea@exemple.fr", recipient=None)
    assert invite(MembershipFactory())


def test_taking_invitations_back_makes_no_room_for_more_mails():
    manager = MembershipFactory(organisation__status=OrganisationStatus.TO_CHECK)
    for number in range(10):
        operations.withdraw_invitation(
            invitation=invite(manager, email=f"{number}@exemple.fr"), by=manager.user
        )
    with pytest.raises(DomainError, match="demain"):
        invite(manager, email="11@exemple.fr")
    assert OutgoingMail.objects.count() == 10
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        invite(manager, email="11@exemple.fr")


def test_one_address_is_invited_a_few_times_a_day_whoever_does_it():
    """Taken back and sent again, or by others: it may be a stranger's."""
    manager, another = MembershipFactory(), MembershipFactory()
    for _ in range(3):
        operations.withdraw_invitation(invitation=invite(manager), by=manager.user)
    for each in (manager, another):
        with pytest.raises(DomainError, match="demain"):
            invite(each, email=" LEA@exemple.fr")
    assert OutgoingMail.objects.count() == 3
    assert invite(manager, email="paul@exemple.fr")
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        assert invite(another)
