"""An account without an organisation, an invitation that nobody took: somebody is told, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import operations
from accounts.enums import Role
from accounts.models import Invitation, User
from accounts.notifications import AddressReminder
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import check_silence, run_due
from mecenova.calendar import clock
from mecenova.mail.delivery import Delivery
from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import deliver_due, mark_address, queue
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.accounts.mails import names_to, sent_to
from tests.accounts.test_views_sign_up import ANSWERS, SIGN_UP, verify

pytestmark = pytest.mark.django_db

# Monday 5 October 2026: no holiday and no pause in the three weeks that follow.
COMES = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
TOLD = "accounts.sign_up_unfinished"


def signed_up(client, **answers):
    with clock.frozen(COMES):
        client.post(SIGN_UP, {**ANSWERS, **answers})
        verify(client)
    return User.objects.get(email=ANSWERS["email"])


def live(*, days, since=COMES):
    """Day by day, each swept twice."""
    for day in range(days):
        with clock.frozen(since + timedelta(days=day, minutes=5)):
            run_due()
            run_due()


def told(person):
    return names_to(person.email).count(TOLD)


class TestAnAccountAlone:
    @pytest.mark.parametrize(
        ("kind", "page", "words"),
        [
            ("association", "associations:register", "Inscrire une association"),
            ("company", "companies:register", "Inscrire une entreprise ou une fondation d’entreprise"),
        ],
    )
    def test_is_told_twice_where_to_go_on_and_no_more(self, client, kind, page, words):
        person = signed_up(client, kind=kind)
        live(days=2)
        assert told(person) == 1
        mail = sent_to(person.email)[-1]
        assert reverse(page) in mail.text
        assert words in mail.text
        assert "nous ne vous l’écrirons plus" not in mail.text
        live(days=40)
        assert told(person) == 2
        assert "nous ne vous l’écrirons plus" in sent_to(person.email)[-1].text
        assert not FollowUp.objects.about([person]).open().exists()

    def test_the_link_leads_to_the_page_once_logged_in(self, client):
        person = signed_up(client)
        client.force_login(person)
        assert client.get(reverse("associations:register")).status_code == 200

    @pytest.mark.parametrize("goes_on", ["registers", "claims", "joins", "closes", "is switched off"])
    def test_whoever_goes_on_is_told_nothing(self, client, goes_on):
        person = signed_up(client)
        with clock.frozen(COMES + timedelta(hours=1)):
            match goes_on:
                case "registers":
                    operations.create_organisation(
                        kind="association", name="Les Phares", postal_code="69003", manager=person, by=person
                    )
                case "claims":
                    record = OrganisationFactory(status="unclaimed")
                    operations.claim_organisation(organisation=record, message="Trésorière", by=person)
                case "joins":
                    invitation = InvitationFactory(email=person.email)
                    operations.accept_invitation(invitation=invitation, by=person)
                case "closes":
                    operations.close_account(person=person, by=person)
                case "is switched off":
                    User.objects.filter(pk=person.pk).update(is_active=False)
        live(days=30)
        assert not sent_to(ANSWERS["email"])[1:] or TOLD not in names_to(ANSWERS["email"])
        assert not FollowUp.objects.about([person]).open().exists()

    @pytest.mark.parametrize("goes_on", ["registers", "joins", "closes"])
    def test_what_they_go_on_with_closes_the_follow_up_at_once(self, client, goes_on):
        person = signed_up(client)
        assert FollowUp.objects.about([person]).open().count() == 1
        with clock.frozen(COMES + timedelta(hours=1)):
            match goes_on:
                case "registers":
                    operations.create_organisation(
                        kind="association", name="Les Phares", postal_code="69003", manager=person, by=person
                    )
                case "joins":
                    operations.accept_invitation(invitation=InvitationFactory(email=person.email), by=person)
                case "closes":
                    operations.close_account(person=person, by=person)
        assert not FollowUp.objects.about([person]).open().exists()

    def test_whoever_joins_a_team_is_not_sent_back_to_the_last_page_when_they_leave_it(self, client):
        person = signed_up(client)
        invitation = InvitationFactory(email=person.email)
        operations.accept_invitation(invitation=invitation, by=person)
        operations.leave(organisation=invitation.organisation, by=person)
        client.force_login(User.objects.get(pk=person.pk))
        assert client.get(SIGN_UP).url == reverse("accounts:choose_kind")

    def test_nobody_is_written_to_before_their_address_is_confirmed(self, client):
        with clock.frozen(COMES):
            client.post(SIGN_UP, ANSWERS)
            check_silence()
        live(days=15)
        assert not FollowUp.objects.filter(rule="accounts.finish_sign_up").exists()

    def test_lost_it_is_found_in_the_night_and_not_begun_again_once_said(self, client):
        person = signed_up(client)
        FollowUp.objects.about([person]).delete()
        with clock.frozen(COMES + timedelta(days=1)):
            check_silence()
        live(days=20, since=COMES + timedelta(days=2))
        assert told(person) == 2
        with clock.frozen(COMES + timedelta(days=25)):
            check_silence()
        live(days=20, since=COMES + timedelta(days=26))
        assert told(person) == 2


class TestAnAddressThatReceivesNothing:
    """Anybody may have us write to any address: the team calls those whom it can."""

    def is_to_mend(self, person):
        trouble = mark_address(address=person.email, kind=TroubleKind.BOUNCED)
        return FollowUp.objects.about([trouble]).open().filter(rule="accounts.mend_address").exists()

    @pytest.mark.parametrize("who", ["nobody", "alone", "never confirmed", "refused", "switched off"])
    def test_of_nobody_to_call_is_no_step_of_the_team(self, who):
        person = {
            "nobody": lambda: User(email="personne@exemple.fr"),
            "alone": lambda: UserFactory(),
            "never confirmed": lambda: UserFactory(verified=False),
            "refused": lambda: ClaimFactory(status="refused", decided_at=clock.now()).user,
            "switched off": lambda: MembershipFactory(user__is_active=False).user,
        }[who]()
        assert not self.is_to_mend(person)
        check_silence()
        assert not FollowUp.objects.open().filter(subject_type__model="addresstrouble").exists()
        queue(AddressReminder, StaffFactory())
        OutgoingMail.objects.update(due_at=clock.now())
        assert deliver_due() == {Delivery.CANCELLED: 1}

    @pytest.mark.parametrize("who", ["member", "claimant", "officer"])
    def test_of_somebody_to_call_is_one(self, who):
        person = {
            "member": lambda: MembershipFactory().user,
            "claimant": lambda: ClaimFactory().user,
            "officer": lambda: StaffFactory(),
        }[who]()
        assert self.is_to_mend(person)

    @pytest.mark.parametrize("goes_on", ["registers", "claims", "joins", "is back"])
    def test_becomes_one_as_soon_as_there_is_somebody_to_call(self, goes_on):
        person = UserFactory(is_active=goes_on != "is back")
        if goes_on == "is back":
            MembershipFactory(user=person)
        assert not self.is_to_mend(person)
        match goes_on:
            case "registers":
                operations.create_organisation(
                    kind="association", name="Les Phares", postal_code="69003", manager=person, by=person
                )
            case "claims":
                record = OrganisationFactory(status="unclaimed")
                operations.claim_organisation(organisation=record, message="Trésorière", by=person)
            case "joins":
                operations.accept_invitation(invitation=InvitationFactory(email=person.email), by=person)
            case "is back":
                operations.write_account(person=person, changes={"is_active": True}, by=StaffFactory())
        assert FollowUp.objects.open().filter(rule="accounts.mend_address").count() == 1

    def test_of_whoever_has_left_every_team_is_called_no_more(self):
        member = MembershipFactory(role=Role.CONTRIBUTOR)
        with clock.frozen(COMES):
            assert self.is_to_mend(member.user)
            operations.leave(organisation=member.organisation, by=member.user)
        live(days=5)
        assert not FollowUp.objects.open().filter(rule="accounts.mend_address").exists()


class TestAnInvitation:
    @pytest.fixture
    def manager(self):
        return MembershipFactory(role=Role.MANAGER)

    @pytest.fixture
    def invitation(self, manager):
        return self.invited_by(manager)

    def invited_by(self, manager, *, at=COMES, role=Role.CONTRIBUTOR):
        with clock.frozen(at):
            invitation, _ = operations.invite_member(
                organisation=manager.organisation, email="paul@exemple.fr", role=role, by=manager.user
            )
        return invitation

    def expired(self, manager):
        return names_to(manager.user.email).count("accounts.invitation_expired")

    def test_that_nobody_took_is_told_once_to_whoever_sent_it(self, manager, invitation):
        live(days=14)
        assert self.expired(manager) == 0
        live(days=30)
        assert self.expired(manager) == 1
        assert not FollowUp.objects.about([invitation]).open().exists()

    def test_renewed_is_told_after_its_new_date_alone(self, manager, invitation):
        renewed = self.invited_by(manager, at=COMES + timedelta(days=10), role=Role.MANAGER)
        assert renewed == invitation
        assert FollowUp.objects.about([invitation]).open().count() == 1
        live(days=22)
        assert self.expired(manager) == 0
        live(days=40)
        assert self.expired(manager) == 1

    @pytest.mark.parametrize("end", ["taken", "taken back", "organisation gone"])
    def test_that_ended_otherwise_is_told_to_nobody(self, manager, invitation, end):
        with clock.frozen(COMES + timedelta(days=1)):
            match end:
                case "taken":
                    guest = UserFactory(email=invitation.email)
                    operations.accept_invitation(invitation=invitation, by=guest)
                case "taken back":
                    operations.withdraw_invitation(invitation=invitation, by=manager.user)
                case "organisation gone":
                    operations.withdraw_organisation(organisation=manager.organisation, by=manager.user)
        assert not FollowUp.objects.filter(rule="accounts.expired_invitation", outcome=Outcome.OPEN).exists()
        live(days=30)
        assert self.expired(manager) == 0

    def test_whose_sender_is_gone_is_told_to_who_runs_the_team(self, manager, invitation):
        other = MembershipFactory(organisation=manager.organisation, role=Role.MANAGER)
        operations.leave(organisation=manager.organisation, by=manager.user)
        live(days=30)
        assert (self.expired(manager), self.expired(other)) == (0, 1)

    def test_sent_by_the_team_where_nobody_is_responsible_is_told_to_whoever_of_the_team_sent_it(self):
        officer = StaffFactory()
        with clock.frozen(COMES):
            operations.invite_member(
                organisation=OrganisationFactory(), email="paul@exemple.fr", role=Role.MANAGER, by=officer
            )
        live(days=30)
        assert "accounts.invitation_expired" in names_to(officer.email)
        assert Invitation.objects.waiting().count() == 1

    @pytest.mark.parametrize(("kind", "is_told"), [("bounced", 1), ("rejected", 1), ("complained", 0)])
    def test_that_its_address_refuses_is_told_at_once(self, manager, invitation, kind, is_told):
        InvitationFactory(email=invitation.email, accepted_at=clock.now())
        mark_address(address=invitation.email, kind=kind)
        mark_address(address=invitation.email, kind=kind)
        assert names_to(manager.user.email).count("accounts.invitation_undelivered") == is_told
        assert OutgoingMail.objects.filter(notification="accounts.invitation_undelivered").count() == is_told

    @pytest.mark.parametrize(
        ("kind", "of_a_member", "is_told"),
        [("bounced", False, 1), ("complained", False, 0), ("bounced", True, 0)],
    )
    def test_to_an_address_that_had_refused_before_is_told_too(self, manager, kind, of_a_member, is_told):
        """As long as it is nobody's: a member, or the team, says that one serves again."""
        if of_a_member:
            MembershipFactory(user__email="paul@exemple.fr")
        mark_address(address="paul@exemple.fr", kind=kind)
        self.invited_by(manager, at=clock.now())
        mark_address(address="paul@exemple.fr", kind=kind)
        assert names_to(manager.user.email).count("accounts.invitation_undelivered") == is_told

    def test_in_error_is_shown_to_the_team_by_its_organisation_never_by_its_link(self, client, invitation):
        FollowUp.objects.about([invitation]).update(attempts=1, last_error="ZeroDivisionError: broken")
        client.force_login(StaffFactory())
        page = client.get(reverse("agenda:errors")).text
        assert invitation.organisation.name in page
        assert reverse("pages:organisation", args=[invitation.organisation_id]) in page
        assert "/invitations/" not in page
