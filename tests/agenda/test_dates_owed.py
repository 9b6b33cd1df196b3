"""The date that the team owes: to whoever cannot take what is free, and once two records have become one."""

from datetime import time, timedelta

import pytest

from accounts.operations import merge_organisations
from mecenova.agenda.followups import OfferSlot
from mecenova.agenda.models import SlotRequest
from mecenova.agenda.operations import (
    ask_for_slot,
    book_slot,
    cancel_booking,
    free_slots,
    miss_slot,
    next_step,
    open_slots,
    owe_dates_again,
    withdraw_slot,
)
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.ui.figures import day_and_hour
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import MembershipFactory
from tests.agenda.conftest import TUESDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_one(adviser, frozen):
    """`open_one(9)`: one slot of this Tuesday, at nine."""
    return lambda hour: open_slots(
        adviser=adviser, day=TUESDAY, starts=time(hour), ends=time(hour, 20), by=adviser
    )


def member_of_an(status):
    return MembershipFactory(organisation__status=status, organisation__kind="company")


def ask(member, by=None):
    found = {"organisation_id": member.organisation_id, "about": member.organisation}
    return ask_for_slot(by=by or member.user, **found)


def choose(member, slot, by=None):
    found = {"organisation_id": member.organisation_id, "about": member.organisation}
    return book_slot(slot=slot, by=by or member.user, **found)


def told(name):
    return OutgoingMail.objects.filter(notification=f"agenda.{name}")


class TestWhatIsKeptForTheChecked:
    """Those that nobody has checked hold a third of the slots together: the others are no news for them."""

    @pytest.fixture(autouse=True)
    def _their_share_is_taken(self, open_one):
        choose(member_of_an("to_check"), open_one(9)[0])

    def test_whoever_cannot_take_it_is_not_told_and_the_next_is(self, open_one, frozen):
        waiting, checked = ask(member_of_an("to_check")), member_of_an("checked")
        frozen.advance(timedelta(minutes=1))
        ask(checked)
        open_one(10)
        assert told("slots_opened").get().recipient == checked.user
        assert next_step(waiting).rule == OfferSlot.name

    def test_told_while_there_was_room_and_there_is_none_left_the_date_is_owed_again(self, open_one, adviser):
        member = member_of_an("to_check")
        ask(member)
        for hour in (10, 11, 12, 14, 15):
            open_one(hour)
        assert not SlotRequest.objects.waiting().exists()
        assert owe_dates_again() == 0
        choose(member_of_an("to_check"), free_slots()[0])
        assert free_slots().exists()
        assert owe_dates_again() == 1
        assert next_step(SlotRequest.objects.waiting().get()).rule == OfferSlot.name
        assert owe_dates_again() == 0

    def test_called_off_the_team_owes_the_date(self, open_one, adviser):
        slot = choose(member_of_an("to_check"), open_one(10)[0], by=adviser)
        open_one(11)
        cancel_booking(slot=slot, by=adviser)
        assert free_slots().exists()
        assert next_step(SlotRequest.objects.waiting().get()).rule == OfferSlot.name
        assert "Choisir un autre moment" not in told("slot_called_off").get().text


def test_whoever_chooses_is_owed_nothing_more_and_the_others_still_are(open_one, adviser, frozen):
    first, second, third = (member_of_an("checked") for _ in range(3))
    for member in (first, second, third):
        ask(member)
        frozen.advance(timedelta(minutes=1))
    slot, other = *open_one(10), *open_one(11)
    choose(first, slot)
    waiting = SlotRequest.objects.waiting().get()
    assert waiting.organisation_id == third.organisation_id
    assert next_step(waiting).rule == OfferSlot.name
    withdraw_slot(slot=other, by=adviser)
    assert owe_dates_again() == 1
    owed = SlotRequest.objects.waiting().exclude(pk=waiting.pk).get()
    assert owed.organisation_id == second.organisation_id


def test_a_colleague_has_just_chosen_and_no_date_is_owed_beside(open_one):
    member = member_of_an("checked")
    choose(member, open_one(9)[0])
    with pytest.raises(DomainError, match="Vous avez déjà un rendez-vous, mardi 1er"):
        ask(member)
    assert not SlotRequest.objects.exists()


def test_the_news_of_free_slots_leaves_though_nobody_noted_the_last_call(open_one, frozen):
    member = member_of_an("checked")
    slot = choose(member, open_one(9)[0])
    frozen.move_to(slot.ends_at)
    ask(member)
    open_one(15)
    deliver_due()
    assert told("slots_opened").get().status == MailStatus.SENT


def test_asked_again_before_the_news_leaves_the_date_is_owed_and_no_hour_offered(open_one, adviser):
    """One answer at a time: the team has promised theirs, and the mail that says to choose stays."""
    member = member_of_an("checked")
    ask(member)
    open_one(9)
    asked = ask(member)
    deliver_due()
    assert told("slots_opened").get().status == MailStatus.CANCELLED
    assert list(SlotRequest.objects.filter(told_at=None).waiting()) == [asked]
    assert not SlotRequest.objects.exclude(told_at=None).exists()


class TestOfTwoRecordsOne:
    """The one has an appointment ahead, the other wished for one: they are one, that waits for nothing."""

    @pytest.fixture
    def merge(self, adviser):
        return lambda kept, gone: merge_organisations(
            kept=kept.organisation, gone=gone.organisation, by=adviser
        )

    def test_the_date_is_owed_no_more(self, open_one, merge):
        kept, gone = member_of_an("checked"), member_of_an("checked")
        choose(kept, open_one(9)[0])
        request = ask(gone)
        merge(kept, gone)
        assert not SlotRequest.objects.waiting().exists()
        assert next_step(request) is None

    def test_nor_owed_again(self, open_one, merge, adviser):
        kept, gone = member_of_an("checked"), member_of_an("checked")
        ask(gone)
        slot, other = *open_one(9), *open_one(10)
        choose(kept, slot)
        merge(kept, gone)
        withdraw_slot(slot=other, by=adviser)
        assert owe_dates_again() == 0

    @pytest.mark.parametrize("name", ["slot_called_off", "slot_missed", "slot_not_called"])
    @pytest.mark.parametrize("is_free", [True, False])
    def test_of_its_two_appointments_the_other_stands(self, open_one, merge, adviser, frozen, name, is_free):
        """They have one to look forward to: no date is owed, and no other is to be chosen."""
        kept, gone = member_of_an("checked"), member_of_an("checked")
        slot, other = choose(kept, open_one(9)[0]), choose(gone, open_one(10)[0])
        if is_free:
            open_one(14)
        merge(kept, gone)
        if name == "slot_called_off":
            cancel_booking(slot=slot, by=adviser)
        else:
            frozen.move_to(slot.ends_at)
            miss_slot(slot=slot, by=kept.user if name == "slot_not_called" else adviser)
        assert not SlotRequest.objects.exists()
        mail = told(name).get()
        mine = " lui est donné" if mail.recipient == adviser else ""
        assert f"autre rendez-vous{mine}, le {day_and_hour(other.starts_at)}" in mail.text
        assert "moment" not in mail.text
        assert "propos" not in mail.text

    def test_without_an_appointment_it_still_waits(self, merge, frozen):
        kept, gone = member_of_an("checked"), member_of_an("checked")
        request = ask(gone)
        merge(kept, gone)
        assert SlotRequest.objects.waiting().get() == request
        assert next_step(request).rule == OfferSlot.name
