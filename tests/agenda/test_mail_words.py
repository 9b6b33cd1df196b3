"""What the mails of an appointment say: who does what, on which day, whatever is missing."""

import re
from datetime import time, timedelta

import pytest

from mecenova.agenda.models import SlotRequest
from mecenova.agenda.operations import (
    ask_for_slot,
    cancel_booking,
    miss_slot,
    move_booking,
    next_step,
    open_slots,
    run_due,
    withdraw_slot,
)
from mecenova.agenda.operations.appointments import call_off_unheld, hand_over_slot
from mecenova.mail.models import OutgoingMail
from mecenova.ui.figures import long_date
from tests.accounts.factories import StaffFactory
from tests.agenda.conftest import START, TUESDAY
from tests.mail.reading import preheader_of

pytestmark = pytest.mark.django_db

WHEN = "mardi 1er\u00a0décembre 2026 à 14\u00a0h\u00a000"
PHONE = "01 99 00 12 34"


def sent(name, recipient, **about):
    return OutgoingMail.objects.filter(notification=f"agenda.{name}", recipient=recipient, **about).get()


@pytest.fixture
def telephone(organisation):
    organisation.phone = PHONE
    organisation.save()


def promised_to(slot):
    """The day on the page where the organisation reads it."""
    request = SlotRequest.objects.waiting().get(organisation_id=slot.booked_by_organisation_id)
    return f"au plus tard le {long_date(next_step(request).deadline)}"


class TestCalledOff:
    def test_the_day_the_team_has_promised_is_named(self, slots, book, adviser, member):
        """« Sous 2 jours ouvrés » is no date any more when it is read three days later."""
        slot = book(slots[0])
        for one in slots[1:]:
            withdraw_slot(slot=one, by=adviser)
        cancel_booking(slot=slot, by=adviser)
        mail = sent("slot_called_off", member)
        assert mail.subject == f"Annulé\u00a0: votre rendez-vous du {WHEN}"
        assert promised_to(slot) in mail.text
        assert "jours ouvrés" not in mail.text

    def test_a_call_that_nobody_passed_agrees_with_every_reader(self, slots, book, frozen, adviser, member):
        slot = book(slots[0])
        frozen.move_to(slot.ends_at)
        call_off_unheld(slot=slot, by=adviser)
        mail = sent("slot_called_off", member)
        assert mail.subject == f"L’appel du {WHEN} n’a pas eu lieu"


class TestMissed:
    @pytest.fixture
    def missed(self, slots, book, frozen, adviser):
        def act(by=adviser):
            slot = book(slots[0])
            frozen.move_to(slot.ends_at)
            return miss_slot(slot=slot, by=by)

        return act

    def test_the_number_that_was_called_is_said(self, telephone, missed, member):
        missed()
        assert f"au {PHONE}, sans réponse" in sent("slot_missed", member).text

    def test_without_a_number_nobody_pretends_to_have_called(self, missed, member):
        missed()
        text = sent("slot_missed", member).text
        assert "il nous manque un numéro" in text
        assert "sans réponse" not in text

    @pytest.mark.parametrize("phone", ["", PHONE])
    def test_whose_number_is_missing_has_something_to_do(self, slots, missed, organisation, member, phone):
        organisation.phone = phone
        organisation.save()
        for one in slots[1:]:
            withdraw_slot(slot=one, by=one.adviser)
        missed()
        text = sent("slot_missed", member).text
        assert "Aucun autre créneau" in text
        assert ("Vous n’avez rien à faire" in text) == bool(phone)

    def test_the_adviser_reads_whom_to_call_and_what_was_promised(self, telephone, missed, member, adviser):
        slot = missed(by=member)
        text = sent("slot_not_called", adviser).text
        assert PHONE in text
        assert "sous la main" not in text
        assert promised_to(slot) in text


class TestFreeMoments:
    """Whatever becomes of them before somebody has chosen, for how long the team owes a date."""

    SAID = f"d’ici au {long_date(START + timedelta(days=14))}, l’équipe vous en propose un autre"

    def test_are_promised_to_whom_the_team_calls_off(self, slots, book, adviser, member):
        cancel_booking(slot=book(slots[0]), by=adviser)
        assert self.SAID in sent("slot_called_off", member).text

    def test_are_promised_to_who_waited_for_them(self, frozen, organisation, member, adviser):
        ask_for_slot(organisation_id=organisation.pk, about=organisation, by=member)
        open_slots(adviser=adviser, day=TUESDAY, starts=time(9), ends=time(9, 20), by=adviser)
        assert self.SAID in sent("slots_opened", member).text


class TestHandedOver:
    @pytest.fixture
    def handed(self, slots, book):
        other = StaffFactory(first_name="Noé")
        hand_over_slot(slot=book(slots[0]), to=other, by=other)
        return other

    def test_the_former_is_named_as_french_names_are(self, handed, member):
        for reader in (handed, member):
            text = sent("slot_handed_over", reader).text
            assert "à la place d’Inès" in text
            assert "de Inès" not in text

    def test_who_is_to_call_without_a_number_knows_whom_to_ask(self, handed, member):
        assert member.email in sent("slot_handed_over", handed).text

    def test_the_organisation_reads_what_is_missing_and_what_it_can_do(self, handed, member):
        mail = sent("slot_handed_over", member)
        assert mail.subject == f"{handed} vous appellera le {WHEN}"
        assert "Il nous manque votre numéro" in mail.text
        assert "Vous n’avez rien à faire" not in mail.text
        assert "Voir, déplacer ou annuler ce rendez-vous" in mail.text


class TestMoved:
    def test_the_subject_says_that_it_moved(self, slots, book, member):
        moved = move_booking(slot=book(slots[0]), to=slots[2], by=member)
        assert sent("slot_booked", member, subject_id=moved.pk).subject.startswith(
            "Rendez-vous déplacé au mardi"
        )
        assert "à la place de l’ancien moment" in sent("slot_taken", moved.adviser, subject_id=moved.pk).text

    def test_the_former_adviser_reads_where_it_went(self, slots, book, member, adviser):
        other = StaffFactory(first_name="Noé")
        (elsewhere,) = open_slots(adviser=other, day=TUESDAY, starts=time(9), ends=time(9, 20), by=other)
        move_booking(slot=book(slots[0]), to=elsewhere, by=member)
        text = sent("slot_given_back", adviser).text
        assert f"est déplacé au mardi 1er\u00a0décembre 2026 à 9\u00a0h\u00a000, avec {other}" in text

    def test_called_off_is_not_said_to_be_perhaps_elsewhere(self, slots, book, member, adviser):
        cancel_booking(slot=book(slots[0]), by=member)
        text = sent("slot_given_back", adviser).text
        assert "est annulé" in text
        assert "déplacé" not in text


class TestBesideTheSubject:
    """The subject says the day: what mailboxes show after it says something else."""

    def test_no_day_is_said_twice(self, slots, book, frozen, member, adviser):
        slot = move_booking(slot=book(slots[0]), to=slots[2], by=member)
        other = StaffFactory(first_name="Noé")
        slot = hand_over_slot(slot=slot, to=other, by=other)
        frozen.move_to(slot.starts_at - timedelta(days=1))
        run_due()
        cancel_booking(slot=slot, by=member)
        cancel_booking(slot=book(slots[1]), by=adviser)
        mails = list(OutgoingMail.objects.filter(notification__startswith="agenda."))
        assert {mail.notification for mail in mails} == {
            f"agenda.slot_{what}"
            for what in (
                *("booked", "taken", "given_back", "handed_over", "no_longer_yours", "tomorrow"),
                *("called_off", "cancelled"),
            )
        }
        for mail in mails:
            said = re.search(r"\w+ 1er\u00a0décembre 2026 à \d+\u00a0h\u00a0\d\d", mail.subject)
            assert said is None or said[0] not in preheader_of(mail), mail.subject

    def test_the_number_or_that_it_is_missing(self, slots, book, telephone, organisation, member, adviser):
        book(slots[0])
        for notification, reader in (("slot_booked", member), ("slot_taken", adviser)):
            assert PHONE in preheader_of(sent(notification, reader))

    def test_a_missing_number_is_asked_for_at_once(self, slots, book, member):
        book(slots[0])
        assert preheader_of(sent("slot_booked", member)).startswith("Il nous manque votre numéro")
