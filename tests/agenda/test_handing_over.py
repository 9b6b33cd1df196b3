"""Whoever takes an appointment over calls, and everybody knows; an absence said meanwhile is refused."""

from datetime import date, datetime, time

import pytest
from django.db import connection, transaction

from accounts.operations import hold
from mecenova.agenda.models import Absence, Slot
from mecenova.agenda.operations import (
    add_absence,
    assign,
    book_slot,
    cancel_booking,
    next_step,
    open_slots,
    run_due,
    share_staff_steps,
    sharing,
)
from mecenova.agenda.operations.appointments import hand_over_slot
from mecenova.calendar.clock import PARIS
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.ui.contractions import of_name
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.agenda.conftest import TUESDAY
from tests.threads import Pause, at_once, second_during_first, until_another_waits

pytestmark = pytest.mark.django_db


def told(name):
    mails = OutgoingMail.objects.filter(notification=f"agenda.{name}").select_related("recipient")
    return {mail.recipient for mail in mails}


@pytest.fixture
def other():
    return StaffFactory(first_name="Noé")


@pytest.fixture
def leave(adviser):
    def act():
        adviser.is_active = False
        adviser.save()

    return act


class TestTakenOver:
    def test_the_step_the_call_and_the_reminder_are_one_persons(
        self, slots, book, adviser, other, member, frozen, day
    ):
        slot = book(slots[0])
        for _ in range(2):
            assign(follow_up=next_step(slot), to=other, by=other)
        slot.refresh_from_db()
        assert slot.adviser == next_step(slot).assigned_to == other
        assert told("slot_handed_over") == {member, other}
        assert told("slot_no_longer_yours") == {adviser}
        assert [line.verb for line in history(slot)] == ["book", "hand_over"]
        frozen.move_to(day(30))
        run_due()
        assert told("slot_tomorrow") == {member, other}

    def test_only_somebody_of_the_team_takes_it(self, slots, book, adviser, other, member):
        slot = book(slots[0])
        with pytest.raises(DomainError, match="personne de l’équipe"):
            hand_over_slot(slot=slot, to=member, by=other)
        slot.refresh_from_db()
        assert slot.adviser == adviser
        assert told("slot_handed_over") == set()

    def test_what_they_say_is_true(self, slots, book, adviser, other, member, frozen, day, mailoutbox):
        assign(follow_up=next_step(book(slots[0])), to=other, by=other)
        frozen.move_to(day(24))
        deliver_due()
        (said,) = [mail for mail in mailoutbox if mail.to == [member.email] and "appelle" in mail.subject]
        assert f"{other} appelle" in said.body
        assert f"à la place d’{adviser}" in said.body
        assert f"Appel {of_name(str(other))}" in said.attachments[0][1].decode()

    def test_refused_when_they_talk_with_somebody_then(self, slots, book, other, frozen):
        slot = book(slots[0])
        theirs = open_slots(adviser=other, day=TUESDAY, starts=time(13, 50), ends=time(14, 10), by=other)[0]
        rival = MembershipFactory()
        book_slot(slot=theirs, organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user)
        with pytest.raises(DomainError, match="déjà un rendez-vous"):
            assign(follow_up=next_step(slot), to=other, by=other)
        assert next_step(slot).assigned_to == slot.adviser

    def test_refused_while_they_are_away(self, slots, book, other, frozen):
        add_absence(user=other, first_day=TUESDAY, last_day=TUESDAY, by=other)
        with pytest.raises(DomainError, match="absente"):
            assign(follow_up=next_step(book(slots[0])), to=other, by=other)

    def test_what_they_had_free_then_is_withdrawn(self, slots, book, other, frozen):
        theirs = open_slots(adviser=other, day=TUESDAY, starts=time(13, 40), ends=time(14, 40), by=other)
        assign(follow_up=next_step(book(slots[0])), to=other, by=other)
        for slot in theirs:
            slot.refresh_from_db()
        assert [slot.cancelled_at is None for slot in theirs] == [True, False, True]


class TestWhoeverLeavesTheTeam:
    def test_hands_the_appointment_over_and_the_organisation_knows(
        self, slots, book, other, member, leave, frozen
    ):
        slot = book(slots[0])
        leave()
        for _ in range(2):
            share_staff_steps()
        slot.refresh_from_db()
        assert slot.adviser == next_step(slot).assigned_to == other
        assert told("slot_handed_over") == {member, other}

    def test_where_nobody_can_it_is_called_off(self, slots, book, other, member, leave, frozen):
        slot = book(slots[0])
        add_absence(user=other, first_day=TUESDAY, last_day=TUESDAY, by=other)
        leave()
        share_staff_steps()
        slot.refresh_from_db()
        assert not slot.is_booked
        assert next_step(slot) is None
        assert told("slot_called_off") == {member}


def test_a_mail_of_a_former_booking_never_leaves_with_the_next_ones_file(
    slots, book, member, frozen, mailoutbox
):
    frozen.move_to(datetime(2026, 11, 29, 22, tzinfo=PARIS))
    slot = book(slots[0])
    frozen.move_to(datetime(2026, 11, 29, 22, 5, tzinfo=PARIS))
    cancel_booking(slot=slot, by=member)
    again = book(slots[0])
    frozen.move_to(datetime(2026, 11, 30, 10, tzinfo=PARIS))
    deliver_due()
    for name in ("slot_booked", "slot_taken"):
        kept = OutgoingMail.objects.get(notification=f"agenda.{name}", status=MailStatus.SENT)
        assert kept.occurrence == again.booking


@pytest.mark.django_db(transaction=True)
def test_several_appointments_are_handed_over_without_holding_two_organisations(frozen, monkeypatch):
    """Somebody takes the same organisations by their keys meanwhile: a merge, a request."""
    adviser, other = StaffFactory.create_batch(2)
    first, last = sorted((MembershipFactory() for _ in range(2)), key=lambda one: one.organisation_id)
    slots = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 40), by=adviser)
    for slot, booker in zip(slots, (last, first), strict=True):
        organisation = booker.organisation
        book_slot(slot=slot, organisation_id=organisation.pk, about=organisation, by=booker.user)
    adviser.is_active = False
    adviser.save()

    def take_both():
        with transaction.atomic():
            hold([first.organisation_id, last.organisation_id])

    pause = Pause(monkeypatch, sharing, "hand_over_slot")
    assert second_during_first(pause, share_staff_steps, take_both) == []
    assert set(Slot.objects.values_list("adviser", flat=True)) == {other.pk}


@pytest.mark.django_db(transaction=True)
def test_somebody_chooses_while_the_adviser_says_they_are_away(frozen):
    """Either the absence is refused, or the slot is: never an appointment on a day of absence."""
    adviser, rival = StaffFactory(), MembershipFactory()
    slot = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)[0]

    def choose():
        with transaction.atomic():
            book_slot(
                slot=slot, organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user
            )
            until_another_waits()

    def go_away():
        while not _is_held(slot):
            pass
        add_absence(user=adviser, first_day=TUESDAY, last_day=date(2026, 12, 2), by=adviser)

    results = at_once(choose, go_away)
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert not Absence.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_somebody_chooses_what_a_colleague_had_free_while_they_take_an_appointment_over(frozen):
    """Whoever chose it keeps it, or is refused at once: no appointment is withdrawn unsaid."""
    adviser, other = StaffFactory.create_batch(2)
    booker, rival = MembershipFactory.create_batch(2)
    slot, theirs = (
        open_slots(adviser=one, day=TUESDAY, starts=time(14), ends=time(14, 20), by=one)[0]
        for one in (adviser, other)
    )
    taken = book_slot(
        slot=slot, organisation_id=booker.organisation_id, about=booker.organisation, by=booker.user
    )

    def choose():
        with transaction.atomic():
            book_slot(
                slot=theirs, organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user
            )
            until_another_waits()

    def take_over():
        while not _is_held(theirs):
            pass
        hand_over_slot(slot=taken, to=other, by=other)

    (refused,) = (result for result in at_once(choose, take_over) if isinstance(result, Exception))
    assert "déjà un rendez-vous" in str(refused)
    theirs.refresh_from_db()
    assert theirs.is_booked


def _is_held(slot):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT 1 FROM agenda_slot WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", [slot.pk])
        return cursor.fetchone() is None
