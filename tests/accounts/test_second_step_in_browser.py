"""A second step set up, lost and taken away, on a phone and on a desk."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse
from playwright.sync_api import expect

from tests.accounts.factories import PASSWORD, MembershipFactory, StaffFactory
from tests.browser import DESK, PHONE, assert_good

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shown_by(monkeypatch):
    """What the telephone shows: another code each time one is read, which lasts until the next."""
    counters = list(totp.yield_hotp_counters_from_time())
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter(counters))

    def shown(secret):
        counters[0] += 1
        return totp.format_hotp_value(totp.hotp_value(secret, counters[0]))

    return shown


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_from_setting_up_to_taking_away(new_page, enter, shown_by, viewport):
    member = MembershipFactory().user
    page = enter(new_page(viewport), member)
    page.goto(reverse("accounts:person"))
    page.get_by_role("link", name="Connexion en deux étapes").click()
    assert_good(page)
    page.get_by_role("link", name="La mettre en place").click()
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    assert_good(page)
    secret = page.get_by_role("definition").inner_text()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Mettre en place").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_good(page)
    page.get_by_label("Code").fill(shown_by(secret))
    page.get_by_role("button", name="Mettre en place").click()
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    assert_good(page)
    kept = page.locator("main code").first.inner_text()
    page.get_by_role("link", name="En faire de nouveaux").click()
    assert_good(page)
    page.get_by_role("link", name="Garder les anciens").click()
    assert_good(page)
    page.goto(reverse("account_logout"))
    page.locator("main").get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous avez quitté votre compte")).to_be_visible()
    page.goto(reverse("account_login"))
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Deuxième étape")).to_be_visible()
    assert_good(page)
    page.get_by_label("Code").fill(kept)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/tableau-de-bord/")
    page.goto(reverse("mfa_deactivate_totp"))
    page.get_by_role("link", name="Donner plutôt un code").click()
    assert_good(page)
    page.get_by_label("Code").fill(shown_by(secret))
    page.get_by_role("button", name="Confirmer").click()
    assert_good(page)
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_role("link", name="La mettre en place")).to_be_visible()


def test_the_team_is_led_to_it(page, enter, shown_by, settings):
    settings.TEAM_NEEDS_SECOND_STEP = True
    enter(page, StaffFactory())
    page.goto(reverse("pages:control_tower"))
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text("L’équipe voit les dossiers de tous")).to_be_visible()
    assert_good(page)
    page.get_by_label("Code").fill(shown_by(page.get_by_role("definition").inner_text()))
    page.get_by_role("button", name="Mettre en place").click()
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    page.goto(reverse("pages:control_tower"))
    expect(page.get_by_role("heading", name="Tour de contrôle")).to_be_visible()
