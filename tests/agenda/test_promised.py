"""A delay told to people is the one in force: the team changes it, and every page and mail follows."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.template import Context, Template
from django.urls import reverse

from accounts.followups import StaffCheck
from mecenova.agenda.delays import promised_in_words
from mecenova.agenda.followups import Escalation
from mecenova.agenda.models import RuleDelay
from mecenova.agenda.operations import set_delay
from mecenova.agenda.rules import delays, registered
from mecenova.calendar import clock
from mecenova.pages.followups import LongIncomplete
from partnerships.followups import AnswerIntroduction
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory

pytestmark = pytest.mark.django_db

ROOMS = ("accounts", "associations", "companies", "infotheque", "matching", "mecenova", "partnerships")
# A promise counted in full letters, or in figures, where people read it.
COPY = re.compile(
    r"(?:un|deux|trois|quatre|cinq|dix|quinze|vingt|trente|quarante-cinq|\d+)\s+jours?\s+ouvr", re.IGNORECASE
)
# The table's own limits.
OF_THE_HOUSE = {"mecenova/agenda/operations/delays.py"}


def test_the_day_promised_not_the_last_of_the_table():
    assert promised_in_words("accounts.staff_check") == "3 jours ouvrés"
    assert promised_in_words("partnerships.answer") == "15 jours ouvrés"
    assert promised_in_words("agenda.offer_slot") == "2 jours ouvrés"


def test_every_delay_has_one():
    assert {Escalation, LongIncomplete} <= set(delays()) - set(registered())
    for delay in delays():
        assert promised_in_words(delay.name)


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


def test_what_no_rule_counts_follows_too(client):
    """The basket's title, its lines, and when a step goes to a lead."""
    client.force_login(StaffFactory())
    tower, basket = reverse("pages:control_tower"), reverse("pages:basket", args=["associations-incompletes"])
    then = clock.now() - timedelta(days=60)
    association = AssociationFactory(organisation__checked_at=then, members=[UserFactory()])
    assert "Fiche incomplète depuis 15 jours ouvrés" in client.get(tower).text
    assert association.organisation.name in client.get(basket).text
    set_delay(rule=LongIncomplete, occurrence=15, days=365, by=StaffFactory())
    set_delay(rule=Escalation, occurrence=2, days=4, by=StaffFactory())
    assert "En retard de 4 jours ouvrés, elle passe aux responsables" in client.get(tower).text
    assert "Fiche incomplète depuis 365 jours calendaires" in client.get(tower).text
    assert association.organisation.name not in client.get(basket).text


@pytest.mark.parametrize("days", ["0", "-1"])
@pytest.mark.parametrize(("delay", "day"), [(Escalation, 2), (LongIncomplete, 15)])
def test_what_no_rule_counts_is_changed_in_the_same_way(client, delay, day, days):
    client.force_login(StaffFactory())
    page = reverse("agenda:delay", args=[delay.name, day])
    assert "au moins un jour" in client.post(page, {"days": days}).text
    assert not RuleDelay.objects.exists()
    assert delay.title.split("’")[0] in client.post(page, {"days": "7"}, follow=True).text
    assert RuleDelay.objects.get().days == 7


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
