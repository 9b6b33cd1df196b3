"""An appointment is the organisation's: it is told whoever clicked, and whoever has left since."""

from datetime import time, timedelta

import pytest

from accounts.enums import Role
from accounts.models import Membership, User
from accounts.operations import leave as leave_team
from mecenova.agenda.models import SlotRequest
from mecenova.agenda.operations import (
    ask_for_slot,
    book_slot,
    cancel_booking,
    miss_slot,
    next_step,
    open_slots,
    run_due,
)
from mecenova.mail.delivery import deliver_due
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import MembershipFactory, OrganisationFactory
from tests.agenda.conftest import START, TUESDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(organisation):
    return MembershipFactory(organisation=organisation, role=Role.MANAGER).user


@pytest.fixture(autouse=True)
def _member_contributes(member, organisation):
    Membership.objects.filter(user=member).update(role=Role.CONTRIBUTOR)


@pytest.fixture(params=["leaves the team", "closes the account"])
def leave(request, member):
    def act():
        if request.param == "leaves the team":
            Membership.objects.filter(user=member).delete()
        else:
            User.objects.filter(pk=member.pk).update(is_active=False)

    return act


def told(name):
    mails = OutgoingMail.objects.filter(notification=f"agenda.{name}").select_related("recipient")
    return {mail.recipient for mail in mails}


def open_one(adviser):
    return open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)[0]


class TestTheTeamOnThePhone:
    def test_asks_for_a_date_and_the_organisation_has_it(
        self, organisation, manager, adviser, frozen, mailoutbox
    ):
        request = ask_for_slot(organisation_id=organisation.pk, about=organisation, by=adviser)
        open_one(adviser)
        frozen.advance(timedelta(days=1))
        deliver_due()
        assert [mail.to for mail in mailoutbox] == [[manager.email]]
        assert "/rendez-vous/choisir/" in mailoutbox[0].body
        assert next_step(request) is None

    def test_books_and_the_organisation_is_confirmed_reminded_and_told_when_it_falls(
        self, slots, book, manager, adviser, frozen, day
    ):
        slot = book(slots[0], by=adviser)
        assert told("slot_booked") == {manager}
        frozen.move_to(day(30))
        run_due()
        assert told("slot_tomorrow") == {manager, adviser}
        deliver_due()
        cancel_booking(slot=slot, by=adviser)
        assert told("slot_called_off") == {manager}
        deliver_due()
        assert not OutgoingMail.objects.exclude(last_error="").exists()

    def test_names_to_the_adviser_whom_to_ask_for_a_number(self, slots, book, manager, adviser):
        book(slots[0], by=adviser)
        (mail,) = OutgoingMail.objects.filter(notification="agenda.slot_taken")
        assert manager.email in mail.text
        assert adviser.email not in mail.text


class TestWhoeverBookedHasLeft:
    def test_the_organisation_hears_that_it_is_called_off(self, slots, book, manager, adviser, leave):
        slot = book(slots[0])
        assert told("slot_booked") == {slot.booked_by}
        leave()
        cancel_booking(slot=slot, by=adviser)
        assert told("slot_called_off") == {manager}

    def test_it_hears_that_nobody_answered(self, slots, book, manager, adviser, leave, frozen):
        slot = book(slots[0])
        leave()
        frozen.move_to(slot.ends_at)
        miss_slot(slot=slot, by=adviser)
        assert told("slot_missed") == {manager}

    def test_it_hears_that_slots_are_open(self, organisation, member, manager, adviser, leave, frozen):
        ask_for_slot(organisation_id=organisation.pk, about=organisation, by=member)
        leave()
        open_one(adviser)
        assert told("slots_opened") == {manager}


class TestTheAskerLeavesBeforeTheMorning:
    """Slots were opened in the evening: the mail waits for eight o'clock, a departure does not."""

    @pytest.fixture
    def request_of_the_member(self, organisation, member, adviser, frozen):
        frozen.move_to(START.replace(hour=21))
        found = ask_for_slot(organisation_id=organisation.pk, about=organisation, by=member)
        open_one(adviser)
        assert told("slots_opened") == {member}
        return found

    @pytest.mark.usefixtures("request_of_the_member")
    def test_whoever_runs_the_organisation_is_told(self, organisation, member, manager, frozen, mailoutbox):
        leave_team(organisation=organisation, by=member)
        leave_team(organisation=organisation, by=member)
        frozen.advance(timedelta(hours=12))
        deliver_due()
        assert [mail.to for mail in mailoutbox if "sont libres" in mail.subject] == [[manager.email]]
        assert not SlotRequest.objects.waiting().exists()

    @pytest.mark.usefixtures("request_of_the_member", "manager")
    def test_once_they_have_been_written_to_nobody_else_is(self, organisation, member, frozen):
        frozen.advance(timedelta(hours=12))
        deliver_due()
        leave_team(organisation=organisation, by=member)
        assert told("slots_opened") == {member}

    @pytest.mark.usefixtures("request_of_the_member")
    def test_somebody_else_s_departure_changes_nothing(self, organisation, member, manager):
        colleague = MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR).user
        leave_team(organisation=organisation, by=colleague)
        assert told("slots_opened") == {member}

    def test_where_nobody_runs_it_the_date_is_owed_again(self, organisation, member, request_of_the_member):
        for _ in range(2):
            leave_team(organisation=organisation, by=member)
        assert told("slots_opened") == {member}
        assert list(SlotRequest.objects.waiting()) == [request_of_the_member]
        assert next_step(request_of_the_member) is not None


class TestNobodyToTell:
    """An organisation brought by an import: the team has its number, and nobody has an account."""

    def test_the_date_stays_owed_and_the_place_goes_to_the_next(self, member, organisation, adviser, frozen):
        alone = OrganisationFactory()
        owed = ask_for_slot(organisation_id=alone.pk, about=alone, by=adviser)
        frozen.advance(timedelta(minutes=1))
        ask_for_slot(organisation_id=organisation.pk, about=organisation, by=member)
        open_one(adviser)
        assert told("slots_opened") == {member}
        assert list(SlotRequest.objects.waiting()) == [owed]
        assert next_step(owed) is not None

    def test_called_off_the_team_owes_a_date_and_says_so(self, client, slots, adviser):
        alone = OrganisationFactory()
        slot = book_slot(slot=slots[0], organisation_id=alone.pk, about=alone, by=adviser)
        client.force_login(adviser)
        page = client.post(f"{slot.get_absolute_url()}annuler/", follow=True)
        assert "appelez, l’équipe lui doit une date" in page.text
        assert SlotRequest.objects.waiting().get().organisation_id == alone.pk
