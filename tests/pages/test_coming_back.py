"""The buttons of a list's lines come back to the list as it was: same page, same choices."""

import re
import uuid

import pytest
from django.urls import reverse

from accounts.followups import StaffCheck
from accounts.models import Duplicate
from accounts.operations import find_duplicates
from companies.followups import CallAfterSilence
from infotheque.operations import note_gap
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start
from mecenova.mail.models import AddressTrouble
from mecenova.pages.views import tower
from mecenova.reference.models import Territory
from tests.accounts.factories import OrganisationFactory, UserFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db

SILENT = "entreprises-silencieuses"


def a_step():
    return start(StaffCheck, OrganisationFactory(status="to_check"))


def a_broken_step():
    FollowUp.objects.filter(pk=a_step().pk).update(last_error="ZeroDivisionError: 0", attempts=3)


def an_address_in_trouble():
    user = UserFactory()
    AddressTrouble.objects.create(user=user, address=user.email, kind="bounced")


def two_alike():
    for name in ("Les Lampes du soir", "Les Lampes du soir de Lyon"):
        OrganisationFactory(
            name=name, postal_code="69003", town="Lyon", department=Territory.objects.get(code="69")
        )
    find_duplicates()
    assert Duplicate.objects.exists()


LISTS = {
    "pages:control_tower": ((), a_step),
    "pages:basket": (("associations-a-verifier",), a_step),
    "agenda:errors": ((), a_broken_step),
    "mail:failed": ((), an_address_in_trouble),
    "infotheque:gaps": ((), lambda: note_gap(words="bail solidaire")),
    "accounts:duplicates": ((), two_alike),
}


def actions(page):
    return [
        found.replace("&amp;", "&") for found in re.findall(r'class="post-button"[^>]*action="([^"]+)"', page)
    ]


@pytest.mark.parametrize("name", LISTS)
def test_a_button_of_a_line_comes_back_to_its_list(team, name):
    arguments, fill = LISTS[name]
    fill()
    address = f"{reverse(name, args=arguments)}?pour=tous&page=1"
    (action,) = [each for each in actions(team.get(address).text) if "?" in each]
    assert team.post(action).url == address


def test_on_the_second_page_a_step_taken_on_leaves_it_there(team, monkeypatch):
    monkeypatch.setattr(tower, "PAGE_SIZE", 1)
    for _ in range(2):
        a_step()
    address = reverse("pages:control_tower")
    (action,) = [each for each in actions(team.get(f"{address}?page=2").text) if "prendre" in each]
    back = team.post(action, follow=True)
    assert back.redirect_chain == [(f"{address}?page=2", 302)]
    assert back.context["page_obj"].number == 2


def test_nobody_is_led_to_another_site(team):
    for hostile in (
        "next=https://ailleurs.example/",
        "page=2%0d%0aLocation:%20https://ailleurs.example",
        "//x",
    ):
        answer = team.post(f"{reverse('pages:take_on', args=[a_step().pk])}?{hostile}")
        assert answer.url.startswith(f"{reverse('pages:control_tower')}?")
        assert "\n" not in answer.url


def silent_companies(number):
    for _ in range(number):
        start(CallAfterSilence, CompanyFactory(organisation__status="checked").organisation)


def test_a_refused_note_is_shown_in_its_line_on_the_page_it_was_on(team, monkeypatch):
    monkeypatch.setattr(tower, "PAGE_SIZE", 1)
    silent_companies(2)
    address = f"{reverse('pages:basket', args=[SILENT])}?page=2"
    shown = team.get(address)
    (line,) = shown.context["lines"]
    action = f"{reverse('pages:basket_act', args=[SILENT, line['line'].subject.pk])}?page=2"
    assert f'action="{action}"' in shown.text
    refused = team.post(action, {"note": "x" * 501})
    assert refused.context["refused"] is None
    assert [each["is_refused"] for each in refused.context["lines"]] == [True]
    assert f'action="{action}"' in refused.text
    assert team.get(action, headers={"Accept": "text/html"}).url == address, "reloaded by a phone"
    assert team.post(action, {"note": "Ils rappellent jeudi."}).url == address


def test_a_note_about_nothing_any_more_keeps_the_page_too(team):
    silent_companies(1)
    action = f"{reverse('pages:basket_act', args=[SILENT, uuid.uuid4()])}?page=1"
    assert f'action="{action}"' in team.post(action, {"note": "Ils rappellent jeudi."}).text
