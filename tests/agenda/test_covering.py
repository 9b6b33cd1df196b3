"""An adviser goes away: each appointment of these days is decided and told, or nothing is."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.operations import say_person_away
from mecenova.agenda.enums import Fate, Outcome
from mecenova.agenda.followups import HoldSlot, OfferSlot
from mecenova.agenda.models import Absence, FollowUp, Slot, SlotRequest
from mecenova.agenda.operations import (
    add_absence,
    appointments_to_cover,
    book_slot,
    cancel_booking,
    free_slots,
    next_step,
    open_slots,
)
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.agenda.conftest import TUESDAY
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def told(name):
    return {mail.recipient for mail in OutgoingMail.objects.filter(notification=f"agenda.{name}")}


def text(name):
    return OutgoingMail.objects.get(notification=f"agenda.{name}").text.replace("\n", " ")


@pytest.fixture
def other():
    return StaffFactory(first_name="Noé")


@pytest.fixture
def away(adviser):
    """The adviser is away that Tuesday: each booking is given what this says of it."""

    def act(decide=lambda one: Fate.CALL_OFF, by=adviser, first=TUESDAY, last=TUESDAY):
        covers = appointments_to_cover(user=adviser, first_day=first, last_day=last)
        decisions = {one.slot.key_of_booking: decide(one) for one in covers}
        return add_absence(user=adviser, first_day=first, last_day=last, by=by, decisions=decisions)

    return act


@pytest.fixture
def rival():
    return MembershipFactory()


@pytest.fixture
def rival_books(rival):
    def act(slot):
        return book_slot(
            slot=slot, organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user
        )

    return act


class TestDecided:
    def test_taken_over_at_the_same_hour_everybody_is_told(
        self, slots, book, away, adviser, other, member, frozen
    ):
        slot = book(slots[0])
        away(lambda one: other, by=other)
        slot.refresh_from_db()
        assert slot.adviser == next_step(slot).assigned_to == other
        assert told("slot_handed_over") == {member, other}
        assert told("slot_no_longer_yours") == {adviser}
        assert not told("slot_called_off")
        assert Absence.objects.get().user == adviser
        assert not Slot.objects.standing().filter(adviser=adviser).exists()

    def test_called_off_with_what_others_have_free(self, slots, book, away, adviser, other, member, frozen):
        open_slots(adviser=other, day=TUESDAY, starts=time(9), ends=time(9, 20), by=other)
        slot = book(slots[0])
        away(by=other)
        slot.refresh_from_db()
        assert slot.cancelled_at is not None
        assert next_step(slot) is None
        assert told("slot_called_off") == {member}
        assert "Choisir un autre moment" in text("slot_called_off")

    def test_what_the_absent_had_free_is_no_offer_the_team_owes_a_date(self, slots, book, away, other):
        book(slots[0])
        away(by=other)
        assert next_step(SlotRequest.objects.waiting().get()).rule == OfferSlot.name
        assert "Choisir un autre moment" not in text("slot_called_off")

    def test_one_moment_left_is_not_promised_to_two(
        self, slots, book, rival_books, away, other, organisation, rival
    ):
        open_slots(adviser=other, day=TUESDAY, starts=time(9), ends=time(9, 20), by=other)
        book(slots[0])
        rival_books(slots[1])
        away(by=other)
        assert free_slots().count() == 1
        assert SlotRequest.objects.waiting().count() == 1
        offered = OutgoingMail.objects.filter(notification="agenda.slot_called_off")
        assert sum("Choisir un autre moment" in mail.text for mail in offered) == 1

    def test_each_its_own_way(self, slots, book, rival_books, away, other, member, rival):
        book(slots[0])
        second = rival_books(slots[1])
        away(lambda one: other if one.slot == second else Fate.CALL_OFF, by=other)
        assert told("slot_handed_over") == {rival.user, other}
        assert told("slot_called_off") == {member}


class TestSickToday:
    """The hour has come for some: nobody knows yet whether they talked."""

    @pytest.fixture
    def begun(self, slots, book, frozen):
        slot = book(slots[0])
        frozen.move_to(slot.ends_at)
        return slot

    def test_it_did_not_take_place_and_the_mail_says_so(self, begun, away, other, member):
        away(by=other)
        begun.refresh_from_db()
        assert begun.was_missed
        assert FollowUp.objects.get(rule=HoldSlot.name).outcome == Outcome.FAILED
        said = text("slot_called_off")
        assert "n’a pas eu lieu" in said
        assert "Retirez ce rendez-vous" not in said
        assert told("slot_called_off") == {member}

    def test_it_took_place(self, begun, away, other):
        away(lambda one: Fate.HELD, by=other)
        begun.refresh_from_db()
        assert begun.held_at is not None
        assert not told("slot_called_off")

    def test_nobody_knows_and_a_colleague_asks(self, begun, away, other):
        away(lambda one: other, by=other)
        begun.refresh_from_db()
        assert begun.is_booked
        assert next_step(begun).assigned_to == other
        assert not told("slot_handed_over")

    def test_what_has_not_begun_was_not_held(self, slots, book, away, other):
        book(slots[0])
        with pytest.raises(DomainError, match="pas encore commencé"):
            away(lambda one: Fate.HELD, by=other)
        assert not Absence.objects.exists()


class TestRefused:
    def test_days_that_make_no_sense_are_refused_before_anything_is_to_decide(self, adviser, frozen):
        with pytest.raises(DomainError, match="avant le premier"):
            appointments_to_cover(user=adviser, first_day=TUESDAY, last_day=TUESDAY - timedelta(days=1))

    def test_undecided(self, slots, book, adviser):
        book(slots[0])
        with pytest.raises(DomainError, match="dites ce qu’il devient"):
            add_absence(user=adviser, first_day=TUESDAY, last_day=TUESDAY, by=adviser)
        assert not Absence.objects.exists()
        assert Slot.objects.standing().count() == 3

    def test_booked_again_by_another_since_it_was_decided(
        self, slots, book, rival_books, adviser, member, other, frozen
    ):
        slot = book(slots[0])
        decisions = {slot.key_of_booking: Fate.CALL_OFF}
        cancel_booking(slot=slot, by=member)
        frozen.advance(timedelta(minutes=1))
        rival_books(slots[0])
        with pytest.raises(DomainError, match="dites ce qu’il devient"):
            add_absence(user=adviser, first_day=TUESDAY, last_day=TUESDAY, by=other, decisions=decisions)
        assert not told("slot_called_off")

    def test_given_back_since_it_was_decided(self, slots, book, adviser, member, other):
        slot = book(slots[0])
        decisions = {slot.key_of_booking: Fate.CALL_OFF}
        cancel_booking(slot=slot, by=member)
        add_absence(user=adviser, first_day=TUESDAY, last_day=TUESDAY, by=other, decisions=decisions)
        assert not told("slot_called_off")

    def test_by_somebody_who_talks_with_others_then_nothing_is_done(
        self, slots, book, rival_books, away, other, frozen
    ):
        second = book(slots[1])
        (theirs,) = open_slots(adviser=other, day=TUESDAY, starts=time(14, 20), ends=time(14, 40), by=other)
        rival_books(theirs)
        with pytest.raises(DomainError, match="déjà un rendez-vous"):
            away(lambda one: other, by=other)
        second.refresh_from_db()
        assert second.is_booked
        assert not Absence.objects.exists()
        assert not told("slot_handed_over")


class TestWhoCan:
    def covers(self, adviser):
        return appointments_to_cover(user=adviser, first_day=TUESDAY, last_day=TUESDAY)

    def test_not_who_is_away_nor_who_talks_then(self, slots, book, rival_books, adviser, other, frozen):
        away, free = StaffFactory.create_batch(2)
        add_absence(user=away, first_day=TUESDAY, last_day=date(2026, 12, 2), by=away)
        (theirs,) = open_slots(adviser=other, day=TUESDAY, starts=time(13, 50), ends=time(14, 10), by=other)
        rival_books(theirs)
        book(slots[0])
        (cover,) = self.covers(adviser)
        assert cover.colleagues == (free,)

    def test_the_least_loaded_first_and_not_twice_the_same(self, slots, book, rival_books, adviser, other):
        second = StaffFactory()
        book(slots[0])
        rival_books(slots[1])
        assert {cover.colleagues[0] for cover in self.covers(adviser)} == {other, second}

    def test_as_many_queries_for_one_as_for_many(self, slots, adviser, other, query_count):
        def rival_books(slot):
            rival = MembershipFactory()
            book_slot(
                slot=slot, organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user
            )

        rival_books(slots[0])
        few = query_count(lambda: self.covers(adviser))
        for slot in slots[1:]:
            rival_books(slot)
        StaffFactory.create_batch(3)
        assert query_count(lambda: self.covers(adviser)) == few

    @pytest.mark.parametrize("number", [0, 1])
    def test_what_was_decided_is_not_looked_for_again(self, slots, book, adviser, number, frozen):
        """Once for the organisations to hold, where some booked; once under the lock."""
        for slot in slots[:number]:
            book(slot)
        decisions = {one.slot.key_of_booking: Fate.CALL_OFF for one in self.covers(adviser)}
        days = {"first_day": TUESDAY, "last_day": TUESDAY}
        with CaptureQueriesContext(connection) as queries:
            say_person_away(person=adviser, by=adviser, decisions=decisions, **days)
        before = [query["sql"] for query in queries][: _first(queries, "FOR NO KEY UPDATE") + 1]
        assert len([sql for sql in before if 'FROM "agenda_slot"' in sql]) == (2 if number else 1)
        assert not [sql for sql in before if 'FROM "agenda_followup"' in sql]


def _first(queries, words):
    return next(
        row for row, query in enumerate(queries) if words in query["sql"] and "agenda_slot" in query["sql"]
    )


@pytest.mark.django_db(transaction=True)
def test_two_who_go_away_at_once_never_hand_over_to_each_other(frozen):
    """Whoever is written first is away for the other: it is refused, and nobody waits for ever."""
    advisers = StaffFactory.create_batch(2)
    for adviser in advisers:
        (slot,) = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)
        booker = MembershipFactory()
        book_slot(
            slot=slot, organisation_id=booker.organisation_id, about=booker.organisation, by=booker.user
        )
        # An hour apart: each could call for the other.
        Slot.objects.filter(pk=slot.pk).update(
            starts_at=slot.starts_at + timedelta(hours=advisers.index(adviser))
        )

    def leaving(adviser, other):
        days = {"first_day": TUESDAY, "last_day": TUESDAY}
        decisions = {one.slot.key_of_booking: other for one in appointments_to_cover(user=adviser, **days)}

        def act():
            try:
                return say_person_away(person=adviser, by=adviser, decisions=decisions, **days)
            finally:
                connection.close()

        return act

    results = at_once(leaving(*advisers), leaving(*reversed(advisers)))
    assert sum(isinstance(result, DomainError) for result in results) == 1
    away = Absence.objects.get().user
    assert set(Slot.objects.to_hold().values_list("adviser", flat=True)) == {
        one.pk for one in advisers if one != away
    }
