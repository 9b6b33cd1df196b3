"""An adviser’s slots: opened, booked once, called off by either side, held; and when none is free."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from mecenova.agenda.followups import HoldSlot, OfferSlot, RemindSlot
from mecenova.agenda.models import FollowUp, Slot, SlotRequest
from mecenova.agenda.notifications import SlotsOpened
from mecenova.agenda.operations import (
    add_absence,
    ask_for_slot,
    book_slot,
    cancel_booking,
    escalate_overdue_steps,
    free_slots,
    free_slots_for,
    hold_slot,
    move_booking,
    next_step,
    open_slots,
    owe_dates_again,
    release_organisation,
    requests,
    run_due,
    share_staff_steps,
    start,
    withdraw_slot,
)
from mecenova.agenda.silence import subjects_without_step
from mecenova.agenda.tasks import share_the_teams_steps
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import mark_address
from mecenova.ui.contractions import to_name
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.agenda.conftest import START, TUESDAY
from tests.agenda.rules_for_tests import Answer, Check
from tests.associations.factories import AssociationFactory
from tests.threads import Pause, at_once, second_during_first

pytestmark = pytest.mark.django_db
MOST_CHOICES = 5


def mails(name, **wanted):
    return OutgoingMail.objects.filter(notification=f"agenda.{name}", **wanted)


class TestOpening:
    def test_a_stretch_is_cut_into_slots(self, slots):
        assert [slot.starts_at.astimezone(PARIS).strftime("%H:%M") for slot in slots] == [
            "14:00",
            "14:20",
            "14:40",
        ]
        assert list(free_slots()) == slots

    def test_on_the_day_the_clock_changes_an_hour_is_an_hour(self, adviser, frozen):
        # A Friday before, and the Monday after, the last Sunday of March.
        for day, hour in ((date(2027, 3, 26), 13), (date(2027, 3, 30), 12)):
            slot = open_slots(adviser=adviser, day=day, starts=time(14), ends=time(14, 20), by=adviser)[0]
            assert slot.starts_at.astimezone(UTC).hour == hour

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"ends": time(14)}, "fin"),
            ({"ends": time(13)}, "fin"),
            ({"ends": time(14, 19)}, "fin"),
            ({"day": date(2026, 11, 20)}, "à venir"),
            ({"day": date(2026, 11, 29)}, "travaillé"),
            ({"day": date(2026, 12, 25)}, "travaillé"),
            ({"day": date(2027, 11, 23)}, "six mois"),
            ({"starts": time(6, 59)}, "entre 7\u00a0h et 20\u00a0h"),
            ({"starts": time(19), "ends": time(20, 1)}, "entre 7\u00a0h et 20\u00a0h"),
            ({"minutes": 4}, "minutes"),
            ({"minutes": 121}, "minutes"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, adviser, frozen, values, said):
        asked = {"day": TUESDAY, "starts": time(14), "ends": time(15), "minutes": 20, **values}
        with pytest.raises(DomainError, match=said):
            open_slots(adviser=adviser, by=adviser, **asked)
        assert not Slot.objects.exists()

    @pytest.mark.parametrize("minutes", [5, 120])
    def test_from_five_minutes_to_two_hours_all_day(self, adviser, frozen, minutes):
        times = {"starts": time(7), "ends": time(20)}
        assert open_slots(adviser=adviser, day=TUESDAY, by=adviser, minutes=minutes, **times)

    @pytest.mark.parametrize(
        ("starts", "ends"),
        [((14,), (15,)), ((13, 50), (14, 10)), ((14, 30), (16,)), ((14, 50), (15, 30))],
    )
    def test_twice_is_refused(self, adviser, slots, starts, ends):
        with pytest.raises(DomainError, match="déjà ouverts"):
            open_slots(adviser=adviser, day=TUESDAY, starts=time(*starts), ends=time(*ends), by=adviser)
        assert Slot.objects.count() == 3

    def test_after_the_last_or_by_another_is_fine(self, adviser, slots):
        open_slots(adviser=adviser, day=TUESDAY, starts=time(15), ends=time(16), by=adviser)
        other = StaffFactory()
        open_slots(adviser=other, day=TUESDAY, starts=time(14), ends=time(15), by=adviser)
        assert [Slot.objects.filter(adviser=who).count() for who in (adviser, other)] == [6, 3]

    def test_not_while_away(self, adviser, frozen):
        add_absence(user=adviser, first_day=TUESDAY, last_day=TUESDAY, by=adviser)
        with pytest.raises(DomainError, match="absente"):
            open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(15), by=adviser)
        assert open_slots(adviser=adviser, day=date(2026, 12, 2), starts=time(14), ends=time(15), by=adviser)

    def test_by_the_team_for_the_team(self, adviser, member, frozen):
        for who, by in ((member, adviser), (adviser, member)):
            with pytest.raises(PermissionDenied):
                open_slots(adviser=who, day=TUESDAY, starts=time(14), ends=time(15), by=by)


class TestBooking:
    def test_is_confirmed_at_once_and_becomes_the_advisers_step(self, slots, book, adviser, member):
        slot = book(slots[0])
        step = next_step(slot)
        assert (step.rule, step.assigned_to, step.deadline) == (HoldSlot.name, adviser, slot.starts_at)
        confirmed = mails("slot_booked").get()
        assert confirmed.recipient == member
        assert confirmed.due_at <= slot.booked_at
        assert "mardi 1er\u00a0décembre 2026 à 14\u00a0h\u00a000" in confirmed.text.replace("\n", " ")
        assert mails("slot_taken").get().recipient == adviser

    @pytest.mark.parametrize("phone", ["03 20 00 00 00", ""])
    def test_each_mail_tells_the_number_to_call_or_that_it_is_missing(
        self, slots, book, organisation, frozen, phone
    ):
        organisation.phone = phone
        organisation.save(update_fields=["phone"])
        book(slots[0])
        frozen.move_to(datetime(2026, 11, 30, 9, tzinfo=PARIS))
        run_due()
        written = [*mails("slot_booked"), *mails("slot_taken"), *mails("slot_tomorrow")]
        assert len(written) == 4
        for mail in written:
            said = " ".join(mail.text.split())
            assert (phone in said) if phone else ("numéro" in said)

    def test_twice_is_once(self, slots, book):
        book(slots[0])
        book(slots[0])
        assert mails("slot_booked").count() == 1
        assert FollowUp.objects.filter(rule=HoldSlot.name).count() == 1

    def test_one_at_a_time(self, slots, book):
        book(slots[0])
        with pytest.raises(DomainError, match="déjà un rendez-vous"):
            book(slots[1])

    def test_not_one_that_is_taken_withdrawn_or_about_to_begin(self, slots, book, adviser, frozen):
        other = MembershipFactory()
        values = {"organisation_id": other.organisation.pk, "about": other.organisation, "by": other.user}
        book_slot(slot=slots[0], **values)
        withdraw_slot(slot=slots[1], by=adviser)
        for slot in slots[:2]:
            with pytest.raises(DomainError, match="pris ou retiré"):
                book(slot)
        frozen.move_to(slots[2].starts_at - timedelta(minutes=30))
        with pytest.raises(DomainError, match="pris ou retiré"):
            book(slots[2])

    def test_an_appointment_that_is_over_and_not_noted_keeps_nobody_from_the_next(
        self, slots, book, adviser, frozen
    ):
        frozen.move_to(book(slots[0]).ends_at)
        (later,) = open_slots(
            adviser=adviser, day=date(2026, 12, 2), starts=time(14), ends=time(14, 20), by=adviser
        )
        assert book(later).is_booked

    @pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
    def test_not_with_somebody_who_has_left(self, slots, book, adviser, change):
        type(adviser).objects.filter(pk=adviser.pk).update(**change)
        assert not free_slots().exists()
        with pytest.raises(DomainError):
            book(slots[0])

    def test_only_for_ones_own_organisation(self, slots, organisation):
        with pytest.raises(PermissionDenied):
            book_slot(slot=slots[0], organisation_id=organisation.pk, about=organisation, by=UserFactory())

    def test_what_the_team_owed_is_done_by_the_same_person(self, slots, book, organisation, adviser):
        StaffFactory.create_batch(2)
        start(Check, organisation)
        share_staff_steps()
        book(slots[0])
        assert next_step(organisation).assigned_to == adviser

    def test_what_the_organisation_owes_stays_its_own(self, slots, book, organisation):
        start(Answer, organisation)
        book(slots[0])
        assert next_step(organisation).assigned_to is None

    def test_both_are_reminded_the_working_day_before(self, slots, book, adviser, member, frozen, day):
        book(slots[0])
        frozen.move_to(day(30) - timedelta(minutes=1))
        run_due()
        assert not mails("slot_tomorrow").exists()
        frozen.move_to(day(30))
        run_due()
        run_due()
        assert {mail.recipient for mail in mails("slot_tomorrow")} == {adviser, member}

    def test_booked_the_same_morning_no_reminder(self, slots, book, frozen, day):
        frozen.move_to(day(1, 12))
        book(slots[0])
        assert not FollowUp.objects.filter(rule=RemindSlot.name).exists()

    def test_half_a_booking_is_refused_by_the_database(self, slots):
        with pytest.raises(IntegrityError, match="whole_or_not"), transaction.atomic():
            Slot.objects.filter(pk=slots[0].pk).update(booked_at=datetime.now(UTC))


class TestHolding:
    def test_ends_the_step_and_tells_the_rooms_above(self, adviser, frozen):
        member = UserFactory()
        association = AssociationFactory(members=[member])
        slot = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(15), by=adviser)[0]
        organisation = association.organisation
        slot = book_slot(slot=slot, organisation_id=organisation.pk, about=organisation, by=member)
        with pytest.raises(DomainError, match="pas encore"):
            hold_slot(slot=slot, by=adviser)
        frozen.move_to(slot.ends_at)
        run_due()
        hold_slot(slot=slot, by=adviser)
        hold_slot(slot=slot, by=adviser)
        assert next_step(slot) is None
        assert [line.verb for line in history(organisation)] == ["call"]
        assert [(line.verb, line.by) for line in history(slot)] == [("book", member), ("hold", adviser)]
        assert list(subjects_without_step()) == []
        start(HoldSlot, slot, since=slot.starts_at)
        run_due()
        assert next_step(slot) is None

    def test_forgotten_it_goes_to_a_lead(self, slots, book, frozen, day):
        lead = StaffFactory(is_superuser=True)
        slot = book(slots[0])
        frozen.move_to(day(4, 12))
        run_due()
        assert escalate_overdue_steps() == 1
        assert next_step(slot).assigned_to == lead

    def test_waits_for_its_adviser_who_is_away(self, slots, book, adviser, frozen):
        StaffFactory()
        slot = book(slots[0])
        add_absence(user=adviser, first_day=date(2026, 11, 23), last_day=date(2026, 11, 24), by=adviser)
        share_staff_steps()
        assert next_step(slot).assigned_to == adviser

    def test_by_the_team_alone(self, slots, book, member):
        with pytest.raises(PermissionDenied):
            hold_slot(slot=book(slots[0]), by=member)

    def test_nobody_is_held_to_what_nobody_has_booked(self, slots, adviser, frozen):
        frozen.move_to(slots[0].ends_at)
        assert hold_slot(slot=slots[0], by=adviser).held_at is None
        start(HoldSlot, slots[0], since=slots[0].starts_at)
        run_due()
        assert next_step(slots[0]) is None


class TestWithdrawing:
    def test_by_the_team_alone_once_and_it_is_told(self, slots, adviser, member):
        with pytest.raises(PermissionDenied):
            withdraw_slot(slot=slots[0], by=member)
        assert free_slots().filter(pk=slots[0].pk).exists()
        for _ in range(2):
            withdraw_slot(slot=slots[0], by=adviser)
        assert not free_slots().filter(pk=slots[0].pk).exists()
        assert [(line.verb, line.by) for line in history(slots[0])] == [("withdraw", adviser)]


class TestNoneFree:
    def ask(self, organisation, member):
        return ask_for_slot(organisation_id=organisation.pk, about=organisation, by=member)

    def test_the_team_owes_a_date(self, organisation, member, frozen, day):
        step = next_step(self.ask(organisation, member))
        assert (step.rule, step.owner, step.deadline) == (OfferSlot.name, "staff", day(25))
        assert to_name(organisation.name) in step.what

    def test_twice_is_once(self, organisation, member, frozen):
        assert self.ask(organisation, member) == self.ask(organisation, member)
        assert FollowUp.objects.open().count() == 1

    def test_new_slots_answer_the_oldest_first(self, organisation, member, adviser, frozen):
        first = self.ask(organisation, member)
        frozen.advance(timedelta(minutes=1))
        other = MembershipFactory()
        second = self.ask(other.organisation, other.user)
        open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)
        assert mails("slots_opened").get().recipient == member
        assert next_step(first) is None
        assert next_step(second) is not None

    def test_who_receives_nothing_was_not_answered(self, organisation, member, adviser, frozen):
        """The step stays with the team, that calls; the place is offered to the next."""
        first = self.ask(organisation, member)
        mark_address(address=member.email, kind=TroubleKind.BOUNCED)
        frozen.advance(timedelta(minutes=1))
        other = MembershipFactory()
        second = self.ask(other.organisation, other.user)
        open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)
        assert next_step(first) is not None
        assert next_step(second) is None

    def test_booking_answers_the_request(self, organisation, member, book, slots):
        request = self.ask(organisation, member)
        book(slots[0])
        request.refresh_from_db()
        assert request.closed_at is not None
        assert next_step(request) is None

    def test_what_was_open_is_withdrawn_before_it_chose_the_date_is_owed_again(
        self, organisation, member, adviser, frozen
    ):
        first = self.ask(organisation, member)
        open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)
        assert (next_step(first), owe_dates_again()) == (None, 0)
        add_absence(user=adviser, first_day=TUESDAY, last_day=TUESDAY, by=adviser)
        share_the_teams_steps.run()
        share_the_teams_steps.run()
        again = SlotRequest.objects.waiting().get()
        assert next_step(again).rule == OfferSlot.name
        # The first mail, not gone yet, says what is true no more; what opens anew is told anew.
        assert not SlotsOpened().still_wanted(first, member)
        open_slots(adviser=StaffFactory(), day=TUESDAY, starts=time(9), ends=time(9, 20), by=adviser)
        assert mails("slots_opened").count() == 2

    def test_who_has_chosen_since_is_owed_nothing_more(self, organisation, member, adviser, frozen):
        self.ask(organisation, member)
        (slot,) = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)
        booked = book_slot(slot=slot, organisation_id=organisation.pk, about=organisation, by=member)
        assert owe_dates_again() == 0
        withdraw_slot(slot=cancel_booking(slot=booked, by=member), by=adviser)
        assert owe_dates_again() == 0

    def test_who_let_a_fortnight_pass_or_has_left_is_owed_nothing_more(
        self, organisation, member, adviser, frozen
    ):
        self.ask(organisation, member)
        (slot,) = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)
        withdraw_slot(slot=slot, by=adviser)
        with clock.frozen(clock.now() + timedelta(days=15)):
            assert owe_dates_again() == 0
        release_organisation(organisation_id=organisation.pk, by=None)
        assert owe_dates_again() == 0

    def test_an_organisation_that_leaves_is_owed_none(self, organisation, member, frozen):
        request = self.ask(organisation, member)
        release_organisation(organisation_id=organisation.pk, by=None)
        assert not SlotRequest.objects.waiting().exists()
        assert next_step(request) is None

    def test_only_for_ones_own(self, organisation, frozen):
        with pytest.raises(PermissionDenied):
            self.ask(organisation, UserFactory())


@pytest.mark.django_db(transaction=True)
def test_two_organisations_at_once_one_has_the_slot(frozen):
    adviser = StaffFactory()
    slot = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)[0]
    rivals = MembershipFactory.create_batch(2)

    def choose(rival):
        book_slot(slot=slot, organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user)

    results = at_once(*(partial(choose, rival) for rival in rivals))
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert OutgoingMail.objects.filter(notification="agenda.slot_booked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_of_one_organisation_who_choose_at_once_have_one_slot(frozen):
    adviser, first = StaffFactory(), MembershipFactory()
    people = [first.user, MembershipFactory(organisation=first.organisation).user]
    slots = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 40), by=adviser)

    def choose(slot, by):
        book_slot(slot=slot, organisation_id=first.organisation_id, about=first.organisation, by=by)

    results = at_once(*(partial(choose, *one) for one in zip(slots, people, strict=True)))
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert Slot.objects.booked().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_of_one_organisation_are_one(monkeypatch):
    membership, asked = MembershipFactory(), []

    def ask():
        request = ask_for_slot(
            organisation_id=membership.organisation_id, about=membership.organisation, by=membership.user
        )
        asked.append(request)

    pause = Pause(monkeypatch, requests, "owe_slot")
    assert second_during_first(pause, ask, ask) == []
    assert asked == [SlotRequest.objects.get()] * 2
    assert FollowUp.objects.filter(rule=OfferSlot.name).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_and_whoever_asks_meanwhile_are_owed_one_date(monkeypatch, caplog):
    membership, adviser = MembershipFactory(), StaffFactory()
    organisation, by = membership.organisation, membership.user
    with clock.frozen(START):
        ask_for_slot(organisation_id=organisation.pk, about=organisation, by=by)
        (slot,) = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)
        withdraw_slot(slot=slot, by=adviser)
        pause = Pause(monkeypatch, requests, "owe_slot")
        assert second_during_first(pause, owe_dates_again, owe_dates_again) == []
        assert "raised" not in caplog.text
        ask_for_slot(organisation_id=organisation.pk, about=organisation, by=by)
    assert SlotRequest.objects.count() == 2
    assert SlotRequest.objects.waiting().count() == 1


class TestFairness:
    """Anybody can register organisations: nobody takes what the team opens for all."""

    def ask(self, slot, *, user, status="to_check"):
        member = MembershipFactory(user=user, organisation__status=status)
        chosen = {"organisation_id": member.organisation_id, "about": member.organisation}
        return book_slot(slot=slot, by=user, **chosen)

    def test_a_person_has_one_ahead_whatever_their_organisations(self, slots, book, member, adviser):
        organisation = book(slots[0]).booked_for
        with pytest.raises(DomainError, match=f"pour «\u202f{organisation.name}"):
            self.ask(slots[1], user=member, status="checked")
        assert mails("slot_booked").count() == 1

    def test_the_unchecked_hold_a_third_together_and_the_checked_take_the_rest(self, slots, book, adviser):
        assert self.ask(slots[0], user=UserFactory()).is_booked
        with pytest.raises(DomainError, match="gardés pour les organismes déjà vérifiés"):
            self.ask(slots[1], user=UserFactory())
        assert book(slots[1]).is_booked

    def test_the_team_books_for_whom_it_likes(self, slots, adviser):
        for slot in slots:
            organisation = MembershipFactory(organisation__status="to_check").organisation
            values = {"organisation_id": organisation.pk, "about": organisation}
            assert book_slot(slot=slot, by=adviser, **values).is_booked

    def test_an_unchecked_one_moves_its_own(self, slots):
        slot = self.ask(slots[0], user=UserFactory())
        # It holds the whole share: it is shown where it can move to, and no other of the unchecked is.
        assert set(slots[1:]) <= set(free_slots_for(slot.booked_by_organisation_id, by=slot.booked_by))
        newcomer = MembershipFactory(organisation__status="to_check")
        assert not free_slots_for(newcomer.organisation_id, by=newcomer.user)
        assert move_booking(slot=slot, to=slots[2], by=slot.booked_by).is_booked

    def test_nobody_chooses_and_changes_their_mind_all_day(self, slots, book, member, adviser, frozen):
        """Each time the adviser is written to, and whoever waits for a slot is told of one that is gone."""
        for turn in range(MOST_CHOICES - 1):
            cancel_booking(slot=book(slots[turn % 2]), by=member)
            frozen.advance(timedelta(minutes=1))
        slot = book(slots[0])
        with pytest.raises(DomainError, match="revenez demain"):
            move_booking(slot=slot, to=slots[2], by=member)
        cancel_booking(slot=slot, by=member)
        with pytest.raises(DomainError, match="revenez demain"):
            book(slots[2])
        assert mails("slot_taken").count() == MOST_CHOICES
        # The team, on the telephone with them, goes on.
        organisation = member.organisations.get()
        assert book_slot(slot=slots[2], organisation_id=organisation.pk, about=organisation, by=adviser)

    def test_the_next_day_one_chooses_again(self, slots, book, member, frozen):
        for turn in range(MOST_CHOICES):
            cancel_booking(slot=book(slots[turn % 2]), by=member)
        frozen.advance(timedelta(days=1, minutes=1))
        assert book(slots[2]).is_booked
