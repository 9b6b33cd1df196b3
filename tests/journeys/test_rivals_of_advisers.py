"""Advisers exchange appointments, go away and move them at the same instant: none waits for ever."""

from contextlib import nullcontext
from datetime import date, time
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.urls import reverse

from accounts.operations import say_person_away
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Absence, FollowUp, Slot
from mecenova.agenda.operations import covering, slots
from mecenova.agenda.slot_links import slots_path
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.journeys.rivals import Sent, letters_are_each_one
from tests.partnerships.talking import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
TUESDAY = date(2026, 12, 1)
LAST = UUID(int=2**128 - 1)
DAYS = {"first_day": TUESDAY, "last_day": TUESDAY}


@pytest.fixture
def room():
    """Two advisers, and short ways to open and book what they hold on Tuesday."""
    with clock.frozen(MONDAY):
        one, other = StaffFactory.create_batch(2)

        def opened(adviser, hour):
            return agenda.open_slots(
                adviser=adviser, day=TUESDAY, starts=time(hour), ends=time(hour, 20), by=adviser
            )[0]

        def booked(slot):
            member = MembershipFactory()
            organisation = member.organisation
            return agenda.book_slot(
                slot=slot, organisation_id=organisation.pk, about=organisation, by=member.user
            )

        yield SimpleNamespace(one=one, other=other, opened=opened, booked=booked)


def takes(person, slot):
    """« Je m’en occupe », on the team's list."""
    step = FollowUp.objects.about([slot]).steps().get()
    return Sent(person, reverse("pages:take_on", args=[step.pk]))


def goes_away(person, decisions, *, refused=""):
    """By its operation: what is booked once the page was shown is in none of the decisions."""

    def act():
        with pytest.raises(DomainError, match=refused) if refused else nullcontext():
            say_person_away(person=person, by=person, decisions=decisions, **DAYS)

    return act


def adviser_of(slot):
    slot.refresh_from_db()
    return slot.adviser


def test_two_who_take_each_other_s_appointment_of_one_hour(room, rivals):
    """Each of the two talks with somebody then: both are refused."""
    theirs, ours = (room.booked(room.opened(adviser, 14)) for adviser in (room.one, room.other))
    first, second = takes(room.other, theirs), takes(room.one, ours)
    rivals(first, second, stopped=(slots, "locked"))
    assert (adviser_of(theirs), adviser_of(ours)) == (room.one, room.other)
    for answer in (first, second):
        assert "a déjà un rendez-vous à cette heure" in answer.read


@pytest.mark.parametrize("is_away_first", [True, False])
def test_taken_over_as_its_adviser_goes_away_without_knowing_of_it(room, rivals, is_away_first):
    """What was booked since the absence was shown, a colleague takes over: the rest is done as decided."""
    decided = room.booked(room.opened(room.one, 14))
    since = room.booked(room.opened(room.one, 16))
    undecided = "Un rendez-vous est pris" if is_away_first else ""
    away = goes_away(room.one, {decided.key_of_booking: room.other}, refused=undecided)
    taken = takes(room.other, since)
    if is_away_first:
        rivals(away, taken, stopped=(covering, "hold_slots_of"))
        assert not Absence.objects.exists()
        assert (adviser_of(decided), adviser_of(since)) == (room.one, room.other)
    else:
        rivals(taken, away, stopped=(slots, "locked"))
        assert Absence.objects.get().user == room.one
        assert adviser_of(decided) == adviser_of(since) == room.other
    assert letters_are_each_one()


def test_moved_as_it_is_given_the_place_of_another(room, rivals):
    """One who goes away gives it to a colleague, whose own of that hour moves to a free moment of theirs."""
    moved = room.booked(room.opened(room.other, 14))
    given = room.booked(room.opened(room.one, 14))
    free = room.opened(room.one, 16)
    Slot.objects.filter(pk=free.pk).update(id=LAST)  # Whoever moves takes the two by their keys.
    free = Slot.objects.get(pk=LAST)
    organisation_id = moved.booked_by_organisation_id
    moves = Sent(
        moved.booked_by,
        slots_path(organisation_id=organisation_id, about=moved.booked_for),
        slot=str(free.pk),
    )
    away = goes_away(room.one, {given.key_of_booking: room.other}, refused="a déjà un rendez-vous")
    rivals(away, moves, stopped=(covering, "start"))
    assert not Absence.objects.exists()
    assert adviser_of(given) == room.one
    free.refresh_from_db()
    assert free.booked_by_organisation_id == organisation_id
    assert letters_are_each_one()
