"""What people's calendars hold after any change: one event for an appointment, none for one that is off."""

from datetime import date, datetime, time, timedelta
from itertools import permutations

import pytest
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import User
from accounts.operations import withdraw_organisation
from mecenova.agenda.calendar_file import Method, calendar_file
from mecenova.agenda.models import Appointment, Slot
from mecenova.agenda.operations import (
    book_slot,
    cancel_booking,
    miss_slot,
    move_booking,
    open_slots,
    withdraw_slot,
)
from mecenova.agenda.operations.appointments import hand_over_slot
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.agenda.calendars import Calendar, read
from tests.agenda.conftest import TUESDAY
from tests.threads import at_once

pytestmark = pytest.mark.django_db
AT_TWO, AT_TWENTY_TO_THREE = "20261201T130000Z", "20261201T134000Z"


@pytest.fixture
def told(frozen, mailoutbox):
    """Told in the day, when all mails leave: what somebody's calendar holds."""

    def act(person):
        frozen.advance(timedelta(minutes=1))
        deliver_due()
        return Calendar(person.email, mailoutbox)

    return act


@pytest.fixture
def booked(slots, book, told, adviser):
    """Both have it in their calendars."""
    slot = book(slots[0])
    told(adviser)
    return slot


@pytest.fixture
def colleague():
    return StaffFactory(first_name="Noé")


class TestBooked:
    def test_both_have_it_each_in_their_words(self, booked, told, member, adviser, organisation):
        assert told(member).hours == told(adviser).hours == [AT_TWO]
        assert told(member).titles == [f"Appel d’{adviser}, équipe Mecenova"]
        assert told(adviser).titles == [f"Appeler {organisation.name}"]

    def test_no_side_reads_the_others_address(self, booked, told, member, adviser):
        for reader, other in ((member, adviser), (adviser, member)):
            (event,) = told(reader).events.values()
            assert not any(other.email in line for line in event["PEOPLE"])

    def test_where_it_is_said(self, booked, told, member, organisation):
        (event,) = told(member).events.values()
        assert event["LOCATION"] == "Par téléphone"
        organisation.phone = "01 99 00 12 34"
        organisation.save()
        booked.refresh_from_db()
        assert read(calendar_file(booked, member))["LOCATION"] == "Par téléphone, 01 99 00 12 34"

    def test_the_hour_is_right_in_summer_and_in_winter(self, slots, book, adviser, member, frozen):
        frozen.move_to(datetime(2027, 3, 22, 10, tzinfo=PARIS))
        for day in (26, 30):
            hours = {"day": date(2027, 3, day), "starts": time(9), "ends": time(9, 20)}
            (slot,) = open_slots(adviser=adviser, by=adviser, **hours)
            slot.booked_at = frozen()
            utc = 8 if day == 26 else 7
            assert read(calendar_file(slot, member))["DTSTART"] == f"202703{day}T0{utc}0000Z"


class TestMoved:
    def test_it_is_the_same_event_elsewhere(self, booked, slots, told, member, adviser, frozen):
        move_booking(slot=booked, to=slots[2], by=member)
        for reader in (member, adviser):
            assert told(reader).hours == [AT_TWENTY_TO_THREE]
        move_booking(slot=slots[2], to=slots[0], by=adviser)
        for reader in (member, adviser):
            assert told(reader).hours == [AT_TWO]

    def test_with_somebody_else_the_former_has_it_no_more(self, booked, told, member, adviser, colleague):
        hours = {"day": TUESDAY, "starts": time(9), "ends": time(9, 20)}
        (elsewhere,) = open_slots(adviser=colleague, by=colleague, **hours)
        move_booking(slot=booked, to=elsewhere, by=member)
        assert told(adviser).hours == []
        assert told(colleague).hours == told(member).hours == ["20261201T080000Z"]

    def test_by_a_colleague_it_is_in_the_calendar_of_who_follows_it(
        self, booked, slots, told, member, organisation
    ):
        other = MembershipFactory(organisation=organisation).user
        move_booking(slot=booked, to=slots[2], by=other)
        assert told(member).hours == []
        assert told(other).hours == [AT_TWENTY_TO_THREE]
        said = OutgoingMail.objects.get(notification="agenda.slot_cancelled")
        assert said.recipient == member
        assert f"{other} a déplacé" in said.text
        assert reverse("agenda:slot", args=[slots[2].pk]) in said.text

    def test_the_place_left_is_another_event_for_whoever_takes_it(self, booked, slots, told, member, adviser):
        move_booking(slot=booked, to=slots[2], by=member)
        rival = MembershipFactory()
        book_slot(
            slot=slots[0], organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user
        )
        assert sorted(told(adviser).hours) == [AT_TWO, AT_TWENTY_TO_THREE]
        assert told(member).events.keys().isdisjoint(told(rival.user).events)


class TestOff:
    @pytest.mark.parametrize("by", ["member", "adviser", "colleague"])
    def test_nobody_has_it_any_more(self, booked, told, member, adviser, by, request):
        cancel_booking(slot=booked, by=request.getfixturevalue(by))
        assert told(member).hours == told(adviser).hours == []

    def test_who_called_it_off_is_named_to_whoever_was_to_call(self, booked, told, adviser, colleague):
        withdraw_slot(slot=booked, by=colleague)
        told(adviser)
        said = OutgoingMail.objects.get(notification="agenda.slot_given_back", recipient=adviser)
        assert said.status == MailStatus.SENT
        assert f"{colleague} a annulé" in said.text
        assert "libre pour d’autres" not in said.text

    def test_by_a_colleague_who_had_it_learns_it(self, booked, told, member, organisation):
        other = MembershipFactory(organisation=organisation).user
        cancel_booking(slot=booked, by=other)
        assert told(member).hours == []
        said = OutgoingMail.objects.get(notification="agenda.slot_cancelled")
        assert said.recipient == member
        assert f"{other} a annulé" in said.text

    def test_an_organisation_that_leaves(self, booked, told, adviser, organisation):
        withdraw_organisation(organisation=organisation, by=None)
        assert told(adviser).hours == []

    def test_chosen_again_it_is_another_event(self, booked, book, slots, told, member, adviser):
        cancel_booking(slot=booked, by=member)
        told(member)
        book(slots[0])
        assert told(member).hours == told(adviser).hours == [AT_TWO]

    def test_what_was_missed_stays_where_it_was(self, booked, told, member, adviser, frozen, mailoutbox):
        frozen.move_to(booked.ends_at)
        miss_slot(slot=booked, by=adviser)
        assert told(member).hours == [AT_TWO]
        assert mailoutbox[-1].attachments == []


class TestHandedOver:
    def test_whoever_calls_has_it(self, booked, told, member, adviser, colleague):
        hand_over_slot(slot=booked, to=colleague, by=colleague)
        assert told(adviser).hours == []
        assert told(colleague).hours == [AT_TWO]
        assert told(member).titles == [f"Appel de {colleague}, équipe Mecenova"]

    def test_theirs_again_before_the_mails_leave(self, booked, told, adviser, colleague, frozen):
        frozen.move_to(datetime(2026, 11, 29, 22, tzinfo=PARIS))
        hand_over_slot(slot=booked, to=colleague, by=colleague)
        hand_over_slot(slot=booked, to=adviser, by=colleague)
        frozen.move_to(datetime(2026, 11, 30, 10, tzinfo=PARIS))
        assert told(adviser).hours == [AT_TWO]
        assert told(colleague).hours == []

    def test_called_off_after_it_whoever_was_to_call_is_told(
        self, slots, book, told, member, colleague, frozen
    ):
        frozen.move_to(datetime(2026, 11, 29, 22, tzinfo=PARIS))
        slot = hand_over_slot(slot=book(slots[0]), to=colleague, by=colleague)
        frozen.move_to(datetime(2026, 11, 30, 10, tzinfo=PARIS))
        assert told(colleague).hours == [AT_TWO]
        cancel_booking(slot=slot, by=member)
        assert told(colleague).hours == []


class TestCounting:
    def changes(self):
        return Appointment.objects.get().sequence

    def test_what_is_done_twice_is_counted_once(self, booked, slots, member, colleague):
        for _ in range(2):
            hand_over_slot(slot=booked, to=colleague, by=colleague)
        assert self.changes() == 1
        for _ in range(2):
            moved = move_booking(slot=booked if self.changes() == 1 else slots[2], to=slots[2], by=member)
        assert self.changes() == 2
        for _ in range(2):
            cancel_booking(slot=moved, by=colleague)
        assert self.changes() == 3

    def test_mails_read_in_any_order_say_the_same(self, booked, slots, told, member, mailoutbox, frozen):
        move_booking(slot=booked, to=slots[1], by=member)
        told(member)
        move_booking(slot=slots[1], to=slots[2], by=member)
        told(member)
        mine = [mail for mail in mailoutbox if mail.to == [member.email] and mail.attachments]
        assert len(mine) == 3
        for order in permutations(mine):
            assert Calendar(member.email, order).hours == [AT_TWENTY_TO_THREE]
        cancel_booking(slot=slots[2], by=member)
        told(member)
        mine = [mail for mail in mailoutbox if mail.to == [member.email] and mail.attachments]
        assert len(mine) == 4
        for order in permutations(mine):
            assert Calendar(member.email, order).hours == []

    def test_a_booking_of_before_appointments_were_kept_is_the_event_it_was(
        self, booked, slots, member, told
    ):
        Appointment.objects.all().delete()
        former = f"{booked.pk}-{booked.booking}@mecenova"
        assert read(calendar_file(booked, member))["UID"] == former
        moved = move_booking(slot=booked, to=slots[2], by=member)
        event = read(calendar_file(moved, member))
        assert (event["UID"], event["SEQUENCE"]) == (former, "1")


@pytest.mark.django_db(transaction=True)
def test_two_of_the_team_who_act_at_once_count_twice(frozen):
    adviser, *others = StaffFactory.create_batch(3)
    booker = MembershipFactory()
    (slot,) = open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser)
    book_slot(slot=slot, organisation_id=booker.organisation_id, about=booker.organisation, by=booker.user)
    results = at_once(*(lambda one=one: hand_over_slot(slot=slot, to=one, by=one) for one in others))
    assert not [one for one in results if isinstance(one, Exception)]
    assert Appointment.objects.get().sequence == 2


class TestFile:
    def test_through_a_providers_interface_the_file_says_what_it_asks(
        self, slots, book, frozen, mailoutbox, settings
    ):
        """It takes no part beside a text and an HTML: one more would be refused, and the mail never leave."""
        settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
        book(slots[0])
        deliver_due()
        for mail in mailoutbox:
            assert [kind for _, kind in mail.alternatives] == ["text/html"]
            ((_, content, kind),) = mail.attachments
            assert (read(content)["METHOD"], kind) == ("REQUEST", "text/calendar; method=REQUEST")
        assert OutgoingMail.objects.sent().count() == len(mailoutbox) == 2

    def test_on_the_site_it_is_for_whoever_opens_it(self, client, booked, member):
        client.force_login(member)
        answer = client.get(reverse("agenda:slot_calendar", args=[booked.pk]))
        event = read(answer.content.decode())
        assert event["METHOD"] == Method.PUBLISH
        assert [line.partition(";")[0] for line in event["PEOPLE"]] == ["ORGANIZER"]

    def test_the_link_of_a_former_mail_leads_somewhere(self, client, booked, slots, member):
        move_booking(slot=booked, to=slots[2], by=member)
        client.force_login(member)
        answer = client.get(reverse("agenda:slot_calendar", args=[booked.pk]))
        assert answer.headers["Location"] == reverse("pages:dashboard")

    @given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=120))
    @example("Les Œuvres, d’ici; et d’ailleurs \\n " * 4)
    @example('Dite "la Ruche"\r\nEND:VEVENT')
    @example("\x07\x1b\x85\u2028é" * 30)
    def test_whatever_people_are_called(self, name):
        adviser, reader = (User(email=f"{who}@exemple.fr", first_name=name) for who in ("ines", "awa"))
        slot = Slot(adviser=adviser, starts_at=clock.now(), booked_at=clock.now())
        event = read(calendar_file(slot, reader, Method.REQUEST))
        assert event["SUMMARY"].endswith(", équipe Mecenova")
        assert event["PEOPLE"][1].endswith(":mailto:awa@exemple.fr")
