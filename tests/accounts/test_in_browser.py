"""The pages of this room in a real browser, on a phone and on a desk."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from accounts import operations
from accounts.enums import Role
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import (
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.browser import DESK, PHONE, assert_accessible, assert_no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def check(page):
    assert_accessible(page)
    assert_no_sideways_scroll(page)


@pytest.fixture
def sign_in(base_url):
    """By a session made beforehand: signing in has its own tests."""

    def enter(page, person):
        client = Client()
        client.force_login(person)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base_url}
        page.context.add_cookies([cookie])

    return enter


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_three_screens_from_visitor_to_registration(new_page, viewport):
    page = new_page(viewport)
    page.goto(reverse("accounts:sign_up"))
    check(page)
    page.get_by_label("Une association").check()
    page.get_by_label("Prénom").fill("Léa")
    page.get_by_label("Nom", exact=True).fill("Roux")
    page.get_by_label("Adresse e-mail").fill("lea@exemple.fr")
    page.get_by_label("Mot de passe").fill("lea")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Prénom")).to_have_value("Léa")
    check(page)
    page.get_by_label("Mot de passe").fill("une lampe dans la nuit")
    page.get_by_role("button", name="Continuer").click()
    check(page)
    code = OutgoingMail.objects.get(address="lea@exemple.fr").subject.split()[0]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Valider le code").click()
    page.wait_for_url("**/inscription/association/")
    check(page)


def test_the_odds_read_before_signing_up_leave_the_page_in_order(page):
    """They come under a heading of their level, and the tab still says where one is."""
    page.goto(reverse("accounts:sign_up"))
    page.get_by_text("Voyez d’abord vos chances réelles").click()
    page.get_by_label("Département").select_option("59")
    page.get_by_role("button", name="Voir mes chances").click()
    expect(page.get_by_role("heading", name="Vos chances")).to_be_visible()
    expect(page).to_have_title("Inscription – Mecenova")
    check(page)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_a_person_and_a_team(new_page, sign_in, viewport):
    manager = MembershipFactory(organisation__name="Association pour l’accompagnement des familles du Rhône")
    MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR)
    InvitationFactory(organisation=manager.organisation, invited_by=manager.user)
    page = new_page(viewport)
    sign_in(page, manager.user)
    for address in (
        reverse("accounts:members", args=[manager.organisation_id]),
        reverse("accounts:person"),
        reverse("accounts:close_account"),
    ):
        page.goto(address)
        check(page)


def test_asking_to_join_and_waiting(page, sign_in):
    person, organisation = UserFactory(), OrganisationFactory(status="unclaimed")
    sign_in(page, person)
    page.goto(reverse("accounts:choose_kind"))
    check(page)
    page.goto(reverse("accounts:claim", args=[organisation.pk]))
    check(page)
    page.get_by_label("Ce que vous y faites").fill("Je suis trésorière.")
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_text("Demande en attente").first).to_be_visible()
    check(page)


def test_an_invitation_opened_by_three_people(new_page, sign_in, expected_console_errors):
    guest = UserFactory()
    invitation = InvitationFactory(email=guest.email, organisation__kind="union")
    for person in (None, UserFactory(), guest):
        page = new_page()
        if person:
            sign_in(page, person)
        page.goto(invitation.get_absolute_url())
        check(page)
    page.get_by_role("button", name="Rejoindre l’équipe").click()
    expect(page.get_by_text("Bienvenue dans l’équipe")).to_be_visible()
    operations.leave(organisation=invitation.organisation, by=guest)
    page.goto(invitation.get_absolute_url())
    check(page)
    expected_console_errors.append("404")
    page.goto("/invitations/rien/")
    check(page)


def test_a_manager_names_another_then_leaves_after_confirming(page, sign_in):
    manager = MembershipFactory(organisation__kind="union")
    MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR, user__first_name="Paul")
    sign_in(page, manager.user)
    page.goto(reverse("accounts:members", args=[manager.organisation_id]))
    page.get_by_role("button", name="Nommer Paul").click()
    expect(page.get_by_text("Le rôle est changé.")).to_be_visible()
    page.get_by_text("Quitter cette équipe").first.click()
    page.get_by_role("button", name="Confirmer").and_(page.get_by_role("button", name="Quitter")).click()
    expect(page.get_by_text("Vous ne faites plus partie de l’équipe")).to_be_visible()
