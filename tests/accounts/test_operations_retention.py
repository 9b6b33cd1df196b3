"""What is kept of people for a time only: told before, done once, and never to somebody who is there."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db.models import ProtectedError

from accounts import operations
from accounts.enums import ClaimStatus, OrganisationStatus, Role
from accounts.models import Claim, Invitation, Membership, User
from accounts.operations import retention
from accounts.retention import (
    INVITATIONS_ARE_KEPT,
    NOTICE,
    PROOFS_ARE_KEPT,
    UNCONFIRMED_ARE_KEPT,
    DormantAccount,
    dormant_days,
)
from accounts.tasks import keep_no_longer
from mecenova.agenda.operations import set_delay
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WARNED, CLOSED = (timedelta(days=days) for days in DormantAccount.days)
DORMANT, FAREWELL = "accounts.account_dormant", "message"


@pytest.fixture
def tonight():
    """The night so long after now, twice; how many mails of each kind it wrote."""

    def tonight(later: timedelta) -> list[str]:
        before = set(OutgoingMail.objects.values_list("pk", flat=True))
        with clock.frozen(clock.now() + later):
            keep_no_longer.run()
            written = OutgoingMail.objects.exclude(pk__in=before)
            names = list(written.order_by("created_at", "pk").values_list("notification", flat=True))
            kept = [list(model.objects.order_by("pk").values()) for model in (User, Claim, Invitation)]
            keep_no_longer.run()
            assert written.count() == len(names)
            assert kept == [
                list(model.objects.order_by("pk").values()) for model in (User, Claim, Invitation)
            ]
        return names

    return tonight


def test_who_cannot_be_closed_and_a_keeper_that_raises_stop_nobody(tonight, monkeypatch, caplog):
    first, second = UserFactory(email="a@exemple.fr"), UserFactory(email="b@exemple.fr")
    old = InvitationFactory(expires_at=clock.now())
    assert set(tonight(WARNED + DAY)) == {DORMANT}
    closes = retention.close_account

    def closes_but_the_first(*, person, by):
        if person == first:
            raise RuntimeError("held by somebody")
        closes(person=person, by=by)

    def raises():
        raise RuntimeError("the database went away")

    raises.__name__ = "forget_unconfirmed_accounts"
    monkeypatch.setattr(retention, "close_account", closes_but_the_first)
    monkeypatch.setattr("accounts.tasks.forget_unconfirmed_accounts", raises)
    tonight(CLOSED + INVITATIONS_ARE_KEPT + DAY)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_active, second.is_active) == (True, False)
    assert not Invitation.objects.filter(pk=old.pk).exists()
    assert f"account {first.pk} raised" in caplog.text
    assert "work forget_unconfirmed_accounts raised" in caplog.text
    assert "exemple.fr" not in caplog.text


def test_an_unconfirmed_account_that_cannot_be_deleted_keeps_no_other(tonight, monkeypatch, caplog):
    """A row that points at it and must stay is one person's matter: the others are forgotten all the same."""
    people = UserFactory.create_batch(3)
    EmailAddress.objects.update(verified=False)
    deletes = User.delete

    def deletes_but_the_first(self, *args, **kwargs):
        if self.pk == people[0].pk:
            raise ProtectedError("held by a row", set())
        return deletes(self, *args, **kwargs)

    monkeypatch.setattr(User, "delete", deletes_but_the_first)
    tonight(UNCONFIRMED_ARE_KEPT + DAY)
    assert list(User.objects.all()) == [people[0]]
    assert f"account {people[0].pk} raised" in caplog.text
    assert people[0].email not in caplog.text


class TestDormant:
    def test_told_once_then_closed(self, tonight):
        person = UserFactory(email="lea@exemple.fr")
        assert tonight(WARNED - DAY) == []
        assert tonight(WARNED + DAY) == [DORMANT]
        assert tonight(WARNED + 2 * DAY) == []
        assert tonight(CLOSED + DAY) == [FAREWELL]
        person.refresh_from_db()
        assert not person.is_active
        farewell = OutgoingMail.objects.get(address="lea@exemple.fr", notification=FAREWELL)
        assert "nous vous l’avions écrit" in farewell.text
        assert not EmailAddress.objects.filter(user=person).exists()

    def test_not_before_a_notice_however_long_the_silence(self, tonight):
        person = UserFactory()
        assert tonight(2 * CLOSED) == [DORMANT]
        assert tonight(2 * CLOSED + NOTICE - DAY) == []
        person.refresh_from_db()
        assert person.is_active
        assert tonight(2 * CLOSED + NOTICE + DAY) == [FAREWELL]

    @pytest.mark.parametrize("act", ["logs in", "answers by a link"])
    def test_whoever_comes_back_is_kept_and_told_of_the_next_silence(self, tonight, act):
        person = UserFactory()
        assert tonight(WARNED + DAY) == [DORMANT]
        with clock.frozen(clock.now() + WARNED + 2 * DAY):
            if act == "logs in":
                User.objects.filter(pk=person.pk).update(last_login=clock.now())
            else:
                journal.record(OrganisationFactory(), "answer", "", "", person)
        assert tonight(CLOSED + DAY) == []
        assert tonight(2 * WARNED + 3 * DAY) == [DORMANT]
        person.refresh_from_db()
        assert person.is_active

    def test_the_team_sets_the_days(self, tonight):
        UserFactory()
        set_delay(rule=DormantAccount, occurrence=1005, days=400, by=StaffFactory())
        set_delay(rule=DormantAccount, occurrence=1095, days=500, by=StaffFactory())
        assert tonight(timedelta(days=401)) == [DORMANT]
        assert tonight(timedelta(days=501)) == [FAREWELL]

    def test_a_day_once_told_stays_though_the_team_shortens_the_delay(self, tonight):
        """They were told that logging in before it is enough."""
        UserFactory()
        tonight(WARNED + DAY)
        with clock.frozen(clock.now() + WARNED + 2 * DAY):
            set_delay(rule=DormantAccount, occurrence=1095, days=1040, by=StaffFactory())
        assert tonight(CLOSED - DAY) == []
        assert tonight(CLOSED + DAY) == [FAREWELL]

    @pytest.mark.parametrize("days", [5, 30, 100, 364])
    def test_a_slip_of_the_keyboard_tells_nobody_that_their_account_closes(self, days):
        with pytest.raises(DomainError, match="au moins 365 jours"):
            set_delay(rule=DormantAccount, occurrence=1005, days=days, by=StaffFactory())
        assert dormant_days() == DormantAccount.days

    def test_the_team_itself_is_left_alone(self, tonight):
        StaffFactory()
        assert tonight(2 * CLOSED) == []

    def test_what_they_ran_alone_passes_to_the_first_of_the_team(self, tonight):
        gone = MembershipFactory()
        heir, other = (
            MembershipFactory(organisation=gone.organisation, role=Role.CONTRIBUTOR) for _ in range(2)
        )
        for member in (heir, other):
            User.objects.filter(pk=member.user_id).update(last_login=clock.now() + CLOSED)
        tonight(WARNED + DAY)
        tonight(CLOSED + DAY)
        roles = dict(gone.organisation.memberships.values_list("pk", "role"))
        assert roles == {heir.pk: Role.MANAGER, other.pk: Role.CONTRIBUTOR}
        told = [(line.verb, line.note) for line in journal.history(gone.organisation)]
        assert told == [("change_role", Role.MANAGER), ("leave_team", "")]
        gone.organisation.refresh_from_db()
        assert gone.organisation.status == OrganisationStatus.CHECKED

    def test_it_passes_to_nobody_whose_account_is_switched_off(self, tonight):
        gone = MembershipFactory()
        first, heir = (
            MembershipFactory(organisation=gone.organisation, role=Role.CONTRIBUTOR) for _ in range(2)
        )
        User.objects.filter(pk=first.user_id).update(is_active=False)
        User.objects.filter(pk=heir.user_id).update(last_login=clock.now() + CLOSED)
        tonight(WARNED + DAY)
        tonight(CLOSED + DAY)
        roles = dict(gone.organisation.memberships.values_list("pk", "role"))
        assert roles == {first.pk: Role.CONTRIBUTOR, heir.pk: Role.MANAGER}

    def test_what_others_run_too_stays_theirs_as_it_was(self, tonight):
        gone = MembershipFactory()
        other = MembershipFactory(organisation=gone.organisation)
        helper = MembershipFactory(organisation=gone.organisation, role=Role.CONTRIBUTOR)
        for member in (other, helper):
            User.objects.filter(pk=member.user_id).update(last_login=clock.now() + CLOSED)
        tonight(WARNED + DAY)
        tonight(CLOSED + DAY)
        roles = dict(gone.organisation.memberships.values_list("pk", "role"))
        assert roles == {other.pk: Role.MANAGER, helper.pk: Role.CONTRIBUTOR}
        assert [line.verb for line in journal.history(gone.organisation)] == ["leave_team"]

    def test_what_nobody_is_left_to_run_leaves_the_site(self, tonight):
        gone = MembershipFactory()
        assert tonight(WARNED + DAY) == [DORMANT]
        assert gone.organisation.name in OutgoingMail.objects.get().text
        tonight(CLOSED + DAY)
        gone.organisation.refresh_from_db()
        assert gone.organisation.status == OrganisationStatus.LEFT
        assert not Membership.objects.exists()


class TestForgotten:
    def test_a_sign_up_that_nobody_confirmed(self, tonight):
        UserFactory(email="jamais@exemple.fr", verified=False)
        confirmed, first = UserFactory(), StaffFactory(verified=False)
        tonight(UNCONFIRMED_ARE_KEPT - DAY)
        assert User.objects.count() == 3
        tonight(UNCONFIRMED_ARE_KEPT + DAY)
        assert set(User.objects.all()) == {confirmed, first}
        assert UserFactory(email="jamais@exemple.fr")

    @pytest.mark.parametrize(
        "known_by", ["another address", "a visit", "a team", "the administration", "no address"]
    )
    def test_but_nobody_who_is_known_otherwise(self, tonight, known_by):
        person = UserFactory(verified=False)
        if known_by == "another address":
            EmailAddress.objects.create(user=person, email="autre@exemple.fr", verified=True)
        elif known_by == "a visit":
            User.objects.filter(pk=person.pk).update(last_login=clock.now())
        elif known_by == "a team":
            MembershipFactory(user=person)
        elif known_by == "the administration":
            User.objects.filter(pk=person.pk).update(is_active=False)
        else:
            EmailAddress.objects.filter(user=person).delete()
        tonight(UNCONFIRMED_ARE_KEPT + DAY)
        assert User.objects.filter(pk=person.pk).exists()

    def test_an_invitation_that_nobody_took(self, tonight):
        expired = InvitationFactory()
        taken = InvitationFactory(accepted_by=UserFactory(), accepted_at=clock.now())
        last_day = expired.expires_at - clock.now()
        tonight(last_day + INVITATIONS_ARE_KEPT - DAY)
        assert Invitation.objects.count() == 2
        tonight(last_day + INVITATIONS_ARE_KEPT + DAY)
        assert Invitation.objects.get() == taken

    def test_the_proof_of_a_claim_decided_long_ago(self, tonight):
        waiting = ClaimFactory()
        decided = ClaimFactory(status=ClaimStatus.REFUSED, decided_at=clock.now(), answer="Non.")
        tonight(PROOFS_ARE_KEPT - DAY)
        decided.refresh_from_db()
        assert decided.message
        tonight(PROOFS_ARE_KEPT + DAY)
        assert dict(Claim.objects.values_list("pk", "message")) == {
            waiting.pk: waiting.message,
            decided.pk: "",
        }

    def test_a_closed_account_leaves_no_address_on_its_invitation(self):
        person = UserFactory()
        taken = InvitationFactory(email=person.email, accepted_by=person, accepted_at=clock.now())
        operations.close_account(person=person, by=person)
        taken.refresh_from_db()
        assert taken.email == ""
