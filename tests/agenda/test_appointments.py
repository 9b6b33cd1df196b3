"""What becomes of an appointment: moved, called off, missed."""

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.operations import withdraw_organisation
from mecenova.agenda.calendar_file import calendar_file
from mecenova.agenda.enums import Outcome
from mecenova.agenda.followups import HoldSlot, OfferSlot
from mecenova.agenda.models import FollowUp, Slot, SlotRequest
from mecenova.agenda.operations import (
    add_absence,
    ask_for_slot,
    assign,
    book_slot,
    cancel_booking,
    free_slots,
    hold_slot,
    miss_slot,
    move_booking,
    next_step,
    open_slots,
    owe_dates_again,
    run_due,
    start,
    withdraw_slot,
)
from mecenova.agenda.operations.appointments import call_off_unheld
from mecenova.calendar.clock import PARIS
from mecenova.mail.delivery import deliver_due
from mecenova.mail.models import OutgoingMail
from mecenova.mail.notifications import notification_named
from mecenova.ui.figures import long_date
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.agenda.conftest import TUESDAY
from tests.agenda.rules_for_tests import Check
from tests.associations.factories import ProjectFactory

pytestmark = pytest.mark.django_db


def mails_to(person, **wanted):
    return OutgoingMail.objects.filter(recipient=person, **wanted)


def mails(name, **wanted):
    return OutgoingMail.objects.filter(notification=f"agenda.{name}", **wanted)


class TestMoving:
    def test_one_appointment_at_another_time_each_side_told_once(self, slots, book, member, adviser, frozen):
        slot = book(slots[0])
        frozen.advance(timedelta(minutes=1))
        moved = move_booking(slot=slot, to=slots[2], by=member)
        slot.refresh_from_db()
        assert (moved.pk, moved.booked_by) == (slots[2].pk, member)
        assert free_slots().filter(pk=slot.pk).exists()
        assert Slot.objects.to_hold().count() == 1
        assert next_step(slot) is None
        assert next_step(moved).since == moved.starts_at
        assert not mails("slot_given_back").exists()
        for name in ("slot_booked", "slot_taken"):
            assert (
                "et non plus le mardi 1er\u00a0décembre 2026 à 14"
                in mails(name, subject_id=moved.pk).get().text
            )

    def test_twice_is_once(self, slots, book, member):
        moved = move_booking(slot=book(slots[0]), to=slots[2], by=member)
        move_booking(slot=moved, to=slots[2], by=member)
        assert mails("slot_booked").count() == 2

    def test_to_another_adviser_both_are_told(self, slots, book, member, adviser, frozen):
        other = StaffFactory()
        (elsewhere,) = open_slots(adviser=other, day=TUESDAY, starts=time(9), ends=time(9, 20), by=other)
        move_booking(slot=book(slots[0]), to=elsewhere, by=member)
        assert mails("slot_given_back").get().recipient == adviser
        assert mails("slot_taken", subject_id=elsewhere.pk).get().recipient == other

    def test_by_the_team_it_stays_theirs(self, slots, book, member, adviser):
        moved = move_booking(slot=book(slots[0]), to=slots[1], by=adviser)
        assert moved.booked_by == member
        assert mails("slot_booked", subject_id=moved.pk).get().recipient == member

    def test_not_to_one_taken_nor_once_begun_nor_by_others(self, slots, book, member, frozen):
        slot = book(slots[0])
        rival = MembershipFactory()
        book_slot(
            slot=slots[1], organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user
        )
        with pytest.raises(DomainError, match="pris"):
            move_booking(slot=slot, to=slots[1], by=member)
        with pytest.raises(PermissionDenied):
            move_booking(slot=slot, to=slots[2], by=rival.user)
        frozen.move_to(slot.starts_at)
        with pytest.raises(DomainError, match="passé"):
            move_booking(slot=slot, to=slots[2], by=member)

    def test_not_whoever_has_taken_it_since_it_was_read(self, slots, book, member, adviser):
        read = book(slots[0])
        cancel_booking(slot=slots[0], by=member)
        with pytest.raises(DomainError, match="changer de main"):
            move_booking(slot=read, to=slots[2], by=member)
        rival = MembershipFactory()
        key = rival.organisation_id
        book_slot(slot=slots[0], organisation_id=key, about=rival.organisation, by=rival.user)
        with pytest.raises(DomainError, match="changer de main"):
            move_booking(slot=read, to=slots[2], by=adviser)
        assert Slot.objects.to_hold().get().booked_by_organisation_id == key

    def test_the_place_left_goes_to_whoever_waits(self, slots, book, member, adviser):
        slot = book(slots[0])
        rival = MembershipFactory()
        for other in slots[2:]:
            withdraw_slot(slot=other, by=adviser)
        ask_for_slot(organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user)
        move_booking(slot=slot, to=slots[1], by=member)
        assert mails("slots_opened").get().recipient == rival.user


class TestMissed:
    def test_nobody_called_the_adviser_is_told_and_they_choose_again(
        self, slots, book, member, adviser, frozen
    ):
        slot = book(slots[0])
        with pytest.raises(DomainError, match="commencé"):
            miss_slot(slot=slot, by=member)
        frozen.move_to(slot.ends_at)
        for _ in range(2):
            missed = miss_slot(slot=slot, by=member)
        assert missed.was_missed
        assert mails("slot_not_called").get().recipient == adviser
        assert not mails("slot_missed").exists()
        assert FollowUp.objects.get(rule=HoldSlot.name).outcome == Outcome.FAILED
        # The last slot of the stretch is two hours too near: none is left, the team owes a date.
        assert next_step(SlotRequest.objects.waiting().get()).rule == OfferSlot.name

    def test_nobody_answered_they_are_told_how_to_choose_again(self, slots, book, member, adviser, frozen):
        slot = book(slots[0])
        open_slots(adviser=adviser, day=TUESDAY, starts=time(17), ends=time(17, 20), by=adviser)
        frozen.move_to(slot.ends_at)
        miss_slot(slot=slot, by=adviser)
        mail = mails("slot_missed").get()
        assert mail.recipient == member
        assert "/rendez-vous/choisir/" in mail.text
        assert FollowUp.objects.get(rule=HoldSlot.name).outcome == Outcome.CANCELLED
        assert [line.verb for line in history(slot)] == ["book", "miss"]

    def test_said_by_one_of_the_two_alone(self, slots, book, frozen):
        slot = book(slots[0])
        frozen.move_to(slot.ends_at)
        for stranger in (UserFactory(), MembershipFactory().user):
            with pytest.raises(PermissionDenied):
                miss_slot(slot=slot, by=stranger)
        slot.refresh_from_db()
        assert slot.is_booked

    def test_not_once_it_is_noted_that_they_have_talked(self, slots, book, member, adviser, frozen):
        slot = book(slots[0])
        frozen.move_to(slot.ends_at)
        hold_slot(slot=slot, by=adviser)
        assert miss_slot(slot=slot, by=member).cancelled_at is None
        assert not mails("slot_not_called").exists()

    def test_by_one_of_the_two(self, slots, book, frozen):
        slot = book(slots[0])
        frozen.move_to(slot.ends_at)
        with pytest.raises(PermissionDenied):
            miss_slot(slot=slot, by=UserFactory())


class TestWhatItIsAbout:
    """Whoever calls knows it before: in each of their mails, in their calendar, and on the team's page."""

    TITLE = "Un jardin [partagé]"

    @pytest.fixture
    def project(self, adviser):
        project = ProjectFactory(title=self.TITLE)
        start(Check, project)
        return project

    def said_to(self, person, **wanted):
        return [" ".join(mail.text.split()) for mail in mails_to(person, **wanted)]

    def test_the_adviser_reads_it_in_each_mail(self, slots, book, project, adviser, member, frozen):
        slot = book(slots[0], about=project)
        other = StaffFactory()
        assign(follow_up=next_step(slot), to=other, by=adviser)
        frozen.move_to(datetime(2026, 11, 30, 9, tzinfo=PARIS))
        run_due()
        for said in [*self.said_to(adviser, notification="agenda.slot_taken"), *self.said_to(other)]:
            assert f"Au sujet de : {self.TITLE}" in said
            assert project.get_absolute_url() in said
            assert next_step(project).what in said
        assert len(self.said_to(other)) == 2
        assert all("Au sujet de" not in said for said in self.said_to(member))

    def test_of_the_organisation_itself_only_where_it_stands(self, slots, book, organisation, adviser):
        start(Check, organisation)
        book(slots[0])
        (said,) = self.said_to(adviser)
        assert "Au sujet de" not in said
        assert next_step(organisation).what in said

    def test_what_has_gone_is_not_made_up(self, slots, book, project, adviser):
        slot = book(slots[0], about=project)
        project.delete()
        again = book_slot(
            slot=slots[1],
            organisation_id=slot.booked_by_organisation_id,
            about=cancel_booking(slot=slot, by=adviser),
            by=slot.booked_by,
        )
        assert again.talked_about is None
        (said,) = self.said_to(adviser, subject_id=again.pk)
        assert "Au sujet de" not in said

    def test_in_the_calendar_of_whoever_calls_only(self, slots, book, project, adviser, member):
        slot = book(slots[0], about=project)
        mine, theirs = (calendar_file(slot, who).replace("\r\n ", "") for who in (adviser, member))
        assert f"Au sujet de\u00a0: {self.TITLE}" in mine
        assert self.TITLE not in theirs


class TestCallingOff:
    def test_given_back_within_the_night_the_adviser_hears_of_neither(
        self, slots, book, member, frozen, mailoutbox
    ):
        frozen.move_to(datetime(2026, 11, 29, 22, tzinfo=PARIS))
        cancel_booking(slot=book(slots[0]), by=member)
        frozen.move_to(datetime(2026, 11, 30, 10, tzinfo=PARIS))
        deliver_due()
        assert [mail.to for mail in mailoutbox if "annule" in mail.subject or "pris" in mail.subject] == []

    def test_given_back_it_is_free_and_the_adviser_is_told(self, slots, book, member, adviser):
        slot = book(slots[0])
        cancel_booking(slot=slot, by=member)
        assert free_slots().filter(pk=slot.pk).exists()
        assert next_step(slot) is None
        assert mails("slot_given_back").get().recipient == adviser
        assert not FollowUp.objects.open().exists()
        assert [line.verb for line in history(slot)] == ["book", "give_back"]

    def test_called_off_by_the_team_the_other_is_told_with_what_is_left(self, slots, book, member, adviser):
        slot = cancel_booking(slot=book(slots[0]), by=adviser)
        assert slot.cancelled_at is not None
        assert not slot.was_missed
        assert [(line.verb, line.by) for line in history(slot)] == [("book", member), ("call_off", adviser)]
        mail = mails("slot_called_off").get()
        assert mail.recipient == member
        assert "/rendez-vous/choisir/" in mail.text
        assert not SlotRequest.objects.waiting().exists()

    def test_called_off_when_no_other_is_free_the_team_owes_a_date(self, slots, book, adviser):
        slot = book(slots[0])
        for other in slots[1:]:
            withdraw_slot(slot=other, by=adviser)
        cancel_booking(slot=slot, by=adviser)
        owed = next_step(SlotRequest.objects.waiting().get())
        assert owed.rule == OfferSlot.name
        assert f"au plus tard le {long_date(owed.deadline)}" in mails("slot_called_off").get().text

    @pytest.mark.parametrize("missed_by", [None, "adviser", "member"])
    def test_told_to_choose_again_and_what_was_free_is_gone_a_date_is_owed(
        self, slots, book, member, adviser, frozen, missed_by, request
    ):
        slot = book(slots[0])
        if missed_by is None:
            cancel_booking(slot=slot, by=adviser)
        else:
            frozen.move_to(slot.ends_at)
            later = {"day": TUESDAY + timedelta(days=1), "starts": time(14), "ends": time(14, 20)}
            open_slots(adviser=adviser, by=adviser, **later)
            miss_slot(slot=slot, by=request.getfixturevalue(missed_by))
        assert owe_dates_again() == 0
        for other in free_slots():
            withdraw_slot(slot=other, by=adviser)
        assert owe_dates_again() == 1
        assert next_step(SlotRequest.objects.waiting().get()).rule == OfferSlot.name
        assert owe_dates_again() == 0

    def test_whoever_has_chosen_again_is_owed_nothing_more(self, slots, book, member, adviser, frozen):
        cancel_booking(slot=book(slots[0]), by=adviser)
        frozen.advance(timedelta(minutes=1))
        cancel_booking(slot=book(slots[1]), by=member)
        for other in free_slots():
            withdraw_slot(slot=other, by=adviser)
        assert owe_dates_again() == 0

    def test_twice_is_once(self, slots, book, member, adviser):
        slot = book(slots[0])
        cancel_booking(slot=slot, by=adviser)
        cancel_booking(slot=slot, by=adviser)
        withdraw_slot(slot=slot, by=adviser)
        assert mails("slot_called_off").count() == 1

    def test_what_was_given_back_or_held_is_called_off_for_nobody(self, slots, book, member, adviser, frozen):
        given_back = cancel_booking(slot=book(slots[0]), by=member)
        call_off_unheld(slot=given_back)
        assert free_slots().filter(pk=given_back.pk).exists()
        held = book(slots[1])
        frozen.move_to(held.ends_at)
        hold_slot(slot=held, by=adviser)
        call_off_unheld(slot=held)
        assert [line.verb for line in history(held)] == ["book", "hold"]
        assert not mails("slot_called_off").exists()

    def test_called_off_by_the_team_it_is_not_booked_again(self, slots, book, adviser):
        cancel_booking(slot=book(slots[0]), by=adviser)
        with pytest.raises(DomainError, match="retiré"):
            book(slots[0])

    def test_given_back_too_late_for_anybody_it_is_news_for_nobody(
        self, slots, book, member, adviser, frozen
    ):
        slot = book(slots[0])
        for other in slots[1:]:
            withdraw_slot(slot=other, by=adviser)
        rival = MembershipFactory()
        ask_for_slot(organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user)
        frozen.move_to(slot.starts_at - timedelta(hours=1))
        cancel_booking(slot=slot, by=member)
        assert SlotRequest.objects.waiting().get().organisation_id == rival.organisation_id
        assert not mails("slots_opened").exists()

    def test_of_two_bookings_the_one_that_was_told_is_no_reason_to_tell_the_other_is_over(
        self, slots, book, member, adviser, frozen
    ):
        book(slots[0])
        mails("slot_taken").update(status="sent", sent_at=frozen())
        cancel_booking(slot=slots[0], by=member)
        frozen.advance(timedelta(minutes=1))
        book(slots[0])
        slot = cancel_booking(slot=slots[0], by=member)
        second = mails("slot_given_back").latest("created_at")
        assert not notification_named(second.notification, second.occurrence).still_wanted(slot, adviser)

    def test_booked_again_it_is_confirmed_again(self, slots, book, member, frozen):
        cancel_booking(slot=book(slots[0]), by=member)
        frozen.advance(timedelta(minutes=1))
        book(slots[0])
        assert mails("slot_booked").count() == 2
        assert next_step(slots[0]).outcome == Outcome.OPEN

    def test_not_by_others_nor_once_it_has_begun(self, slots, book, member, frozen):
        slot = book(slots[0])
        with pytest.raises(PermissionDenied):
            cancel_booking(slot=slot, by=UserFactory())
        frozen.move_to(slot.starts_at)
        with pytest.raises(DomainError, match="passé"):
            cancel_booking(slot=slot, by=member)

    def test_an_organisation_that_leaves_gives_its_slot_back(self, slots, book, organisation, adviser):
        slot = book(slots[0])
        withdraw_organisation(organisation=organisation, by=None)
        slot.refresh_from_db()
        assert slot.booked_at is None
        assert mails("slot_given_back").get().recipient == adviser
        assert not FollowUp.objects.open().exists()

    def test_the_appointment_of_another_stays_its_own(self, slots, book, organisation):
        rival = MembershipFactory()
        theirs = book_slot(
            slot=slots[1], organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user
        )
        book(slots[0])
        withdraw_organisation(organisation=organisation, by=None)
        assert list(Slot.objects.to_hold()) == [theirs]
        assert next_step(theirs).rule == HoldSlot.name

    def test_an_organisation_that_leaves_after_the_hour_calls_nothing_off(
        self, slots, book, organisation, frozen, mailoutbox
    ):
        slot = book(slots[0])
        deliver_due()
        frozen.move_to(slot.ends_at)
        withdraw_organisation(organisation=organisation, by=None)
        deliver_due()
        assert not [mail for mail in mailoutbox if "n’attend plus votre appel" in mail.subject]
        assert not FollowUp.objects.open().exists()

    def test_an_adviser_who_has_talked_may_go_away_the_same_day(self, slots, book, adviser, frozen):
        slot = book(slots[0])
        frozen.move_to(slot.ends_at)
        hold_slot(slot=slot, by=adviser)
        assert add_absence(user=adviser, first_day=TUESDAY, last_day=TUESDAY, by=adviser).user == adviser
