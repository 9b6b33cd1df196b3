"""The pages of this room in a real browser, on a phone and on a desk."""

from datetime import time

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts import operations
from accounts.enums import Role
from mecenova.agenda.operations import book_slot, open_slots
from mecenova.calendar import clock
from mecenova.calendar.working_days import next_working_morning
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import (
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.browser import DESK, PHONE, assert_good

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_three_screens_from_visitor_to_registration(new_page, viewport):
    page = new_page(viewport)
    page.goto(reverse("accounts:sign_up"))
    assert_good(page)
    page.get_by_label("Une association").check()
    page.get_by_label("Prénom").fill("Léa")
    page.get_by_label("Nom", exact=True).fill("Roux")
    page.get_by_label("Adresse e-mail").fill("lea@exemple.fr")
    page.get_by_label("Mot de passe").fill("lea")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Prénom")).to_have_value("Léa")
    assert_good(page)
    page.get_by_label("Mot de passe").fill("une lampe dans la nuit")
    page.get_by_role("button", name="Continuer").click()
    assert_good(page)
    code = OutgoingMail.objects.get(address="lea@exemple.fr").subject.split()[0]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Valider le code").click()
    page.wait_for_url("**/inscription/association/")
    assert_good(page)


def test_the_odds_read_before_signing_up_leave_the_page_in_order(page):
    """They come under a heading of their level, and the tab still says where one is."""
    page.goto(reverse("accounts:sign_up"))
    page.get_by_text("Voyez d’abord vos chances réelles").click()
    page.get_by_label("Département").select_option("59")
    page.get_by_role("button", name="Voir mes chances").click()
    expect(page.get_by_role("heading", name="Vos chances")).to_be_visible()
    expect(page).to_have_title("Inscription – Mecenova")
    assert_good(page)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_a_person_and_a_team(new_page, enter, viewport):
    manager = MembershipFactory(organisation__name="Association pour l’accompagnement des familles du Rhône")
    MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR)
    InvitationFactory(organisation=manager.organisation, invited_by=manager.user)
    page = new_page(viewport)
    enter(page, manager.user)
    for address in (
        reverse("accounts:members", args=[manager.organisation_id]),
        reverse("accounts:person"),
        reverse("accounts:close_account"),
    ):
        page.goto(address)
        assert_good(page)


def test_asking_to_join_and_waiting(page, enter):
    person, organisation = UserFactory(), OrganisationFactory(status="unclaimed")
    enter(page, person)
    page.goto(reverse("accounts:choose_kind"))
    assert_good(page)
    page.goto(reverse("accounts:claim", args=[organisation.pk]))
    assert_good(page)
    page.get_by_label("Ce que vous y faites").fill("Je suis trésorière.")
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_text("Demande en attente").first).to_be_visible()
    assert_good(page)


def test_an_invitation_opened_by_three_people(new_page, enter, expected_console_errors):
    guest = UserFactory()
    invitation = InvitationFactory(email=guest.email, organisation__kind="union")
    for person in (None, UserFactory(), guest):
        page = new_page()
        if person:
            enter(page, person)
        page.goto(invitation.get_absolute_url())
        assert_good(page)
    page.get_by_role("button", name="Rejoindre l’équipe").click()
    expect(page.get_by_text("Bienvenue dans l’équipe")).to_be_visible()
    operations.leave(organisation=invitation.organisation, by=guest)
    page.goto(invitation.get_absolute_url())
    assert_good(page)
    expected_console_errors.append("404")
    page.goto("/invitations/rien/")
    assert_good(page)


def test_a_manager_names_another_then_leaves_after_confirming(page, enter):
    manager = MembershipFactory(organisation__kind="union")
    MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR, user__first_name="Paul")
    enter(page, manager.user)
    page.goto(reverse("accounts:members", args=[manager.organisation_id]))
    page.get_by_role("button", name="Nommer Paul").click()
    expect(page.get_by_text("Le rôle est changé.")).to_be_visible()
    page.get_by_text("Quitter cette équipe").first.click()
    page.get_by_role("button", name="Confirmer").and_(page.get_by_role("button", name="Quitter")).click()
    expect(page.get_by_text("Vous ne faites plus partie de l’équipe")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_an_absence_and_the_appointments_it_breaks_are_noted_by_keyboard(new_page, enter, viewport):
    adviser, colleague = StaffFactory(), StaffFactory()
    booker = MembershipFactory(organisation__name="Association pour l’accompagnement des familles du Rhône")
    day = clock.paris(next_working_morning(clock.today())).date()
    slots = open_slots(adviser=adviser, day=day, starts=time(14), ends=time(14, 20), by=adviser)
    book_slot(
        slot=slots[0], organisation_id=booker.organisation_id, about=booker.organisation, by=booker.user
    )
    page = enter(new_page(viewport), colleague)
    page.goto(reverse("accounts:person_absences", args=[adviser.pk]))
    assert_good(page)
    page.get_by_label("Premier jour").fill(day.isoformat())
    page.get_by_label("Dernier jour").fill(day.isoformat())
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("pas encore notée")
    assert_good(page)
    page.get_by_label("Dernier jour").focus()
    choice = page.get_by_label(booker.organisation.name)
    for _ in range(6):
        page.keyboard.press("Tab")
        if choice.evaluate("field => field === document.activeElement"):
            break
    expect(choice).to_be_focused()
    page.keyboard.press("a")
    expect(choice).to_have_value("call_off")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Noter cette absence et prévenir")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Rendez-vous annulés")).to_be_in_viewport()
    assert_good(page)
