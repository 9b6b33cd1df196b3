"""A delay told to people is the one in force: the team changes it, and every page and mail follows."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.urls import reverse

from accounts.followups import StaffCheck
from mecenova.agenda.delays import promised_in_words
from mecenova.agenda.operations import set_delay
from mecenova.agenda.rules import registered
from partnerships.followups import AnswerIntroduction
from tests.accounts.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

ROOMS = ("accounts", "associations", "companies", "infotheque", "matching", "mecenova", "partnerships")
# A promise counted in full letters, or in figures, where people read it.
COPY = re.compile(
    r"(?:un|deux|trois|quatre|cinq|dix|quinze|vingt|trente|quarante-cinq|\d+)\s+jours?\s+ouvr", re.IGNORECASE
)
# Not in the team's table: when a late step goes to a lead (`ESCALATED_AFTER`), and the table's own limits.
OF_THE_HOUSE = {
    "templates/mail/agenda/steps_escalated.md",
    "templates/pages/control_tower.html",
    "mecenova/agenda/operations/sharing.py",
    "mecenova/agenda/operations/delays.py",
}


def test_the_day_promised_not_the_last_of_the_table():
    assert promised_in_words("accounts.staff_check") == "3 jours ouvrés"
    assert promised_in_words("partnerships.answer") == "15 jours ouvrés"
    assert promised_in_words("agenda.offer_slot") == "2 jours ouvrés"


def test_every_rule_has_one():
    for rule in registered():
        assert promised_in_words(rule.name)


def test_no_rule_of_this_name():
    with pytest.raises(LookupError):
        promised_in_words("accounts.no_such_rule")


def test_pages_and_mails_follow_what_the_team_decides(client):
    set_delay(rule=AnswerIntroduction, occurrence=15, days=20, by=StaffFactory())
    set_delay(rule=StaffCheck, occurrence=3, days=1, by=StaffFactory())
    home = client.get(reverse("pages:home")).text
    assert home.count("20 jours ouvrés") == 2
    assert "15 jours" not in home
    client.force_login(UserFactory())
    for page in ("associations:register", "companies:register"):
        assert "sous 1 jour ouvré." in client.get(reverse(page)).text
    tag = Template('{% load delays %}{% promised "accounts.staff_check" %}')
    assert tag.render(Context()) == "1 jour ouvré"


def test_no_text_keeps_a_copy_of_a_delay(settings):
    house = Path(settings.BASE_DIR)
    texts = [*house.glob("templates/**/*.html"), *house.glob("templates/**/*.md")]
    texts += [
        path for room in ROOMS for path in (house / room).rglob("*.py") if "migrations" not in path.parts
    ]
    copies = {
        str(path.relative_to(house))
        for path in texts
        if COPY.search(path.read_text()) and "demo" not in path.parts and "shelf" not in path.parts
    }
    assert copies <= OF_THE_HOUSE
