"""What the page of an appointment that will not be says, days after its mail, and what came since."""

import pytest
from django.urls import reverse

from mecenova.agenda.models import SlotRequest
from mecenova.agenda.operations import cancel_booking, miss_slot, next_step, withdraw_slot
from mecenova.ui.figures import day_and_hour, long_date
from tests.accounts.factories import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, member):
    def read(slot):
        client.force_login(member)
        return client.get(slot.get_absolute_url()).text

    return read


def test_where_the_team_owes_a_date_the_reader_owes_nothing(slots, book, adviser, page):
    slot = book(slots[0])
    for one in slots[1:]:
        withdraw_slot(slot=one, by=adviser)
    cancel_booking(slot=slot, by=adviser)
    read = page(slot)
    promised = next_step(SlotRequest.objects.waiting().get()).deadline
    assert f"vous en propose un autre au plus tard le {long_date(promised)}" in read
    assert "Choisir un autre moment" not in read


def test_what_was_chosen_since_is_named(slots, book, adviser, page):
    slot = book(slots[0])
    cancel_booking(slot=slot, by=adviser)
    assert "Choisir un autre moment" in page(slot)
    chosen = book(slots[2])
    read = page(slot)
    assert f'href="{chosen.get_absolute_url()}">{day_and_hour(chosen.starts_at)}' in read
    assert "Choisir un autre moment" not in read


def test_nobody_pretends_to_have_called_without_a_number(slots, book, adviser, frozen, page):
    slot = book(slots[0])
    frozen.move_to(slot.ends_at)
    miss_slot(slot=slot, by=adviser)
    read = page(slot)
    assert "aucun numéro à appeler" in read
    assert "sans obtenir de réponse" not in read


def test_once_the_hour_has_come_no_number_is_asked_for(slots, book, frozen, page):
    slot = book(slots[0])
    assert "Il manque un numéro" in page(slot)
    frozen.move_to(slot.ends_at)
    read = page(slot)
    assert "Personne n’a appelé" in read
    assert "Il manque un numéro" not in read


def test_the_absences_of_ines_are_not_those_of_de_ines(client, adviser):
    client.force_login(StaffFactory())
    read = client.get(reverse("accounts:person_absences", args=[adviser.pk])).text
    assert f"Absences d’{adviser}" in read
    assert "Absences de Inès" not in read


def test_whoever_must_sign_in_to_follow_a_link_is_told_why(slots, book, client):
    slot = book(slots[0])
    read = client.get(slot.get_absolute_url(), follow=True).text
    assert "la page demandée s’ouvre aussitôt" in read
    assert "la page demandée" not in client.get("/compte/login/").text
