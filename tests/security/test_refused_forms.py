"""Every form that each page shows, sent empty: the page that comes back leads to what is to correct."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.views.generic import FormView

from tests.security.world import World

# What the reader types: all the rest of a form (what is hidden, its button) is sent as it came.
TYPED = {"checkbox", "date", "email", "file", "number", "password", "radio", "search", "tel", "text", "url"}


REFUSED = "notice-error error-summary"


@dataclass
class Form:
    """One `<form method="post">`: where it goes, and what it sends when nothing is typed."""

    action: str
    sent: dict[str, str] = field(default_factory=dict)


class Reading(HTMLParser):
    """The ids of a page, its links into itself, its title, its headings and its forms."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.anchors: set[str] = set()
        self.described: set[str] = set()
        self.headings: list[int] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self.feed(text)
        found = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
        self.title = found.group(1) if found else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids[given["id"]] += 1
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "a" and given.get("href", "").startswith("#"):
            self.anchors.add(given["href"][1:])
        for name in ("aria-describedby", "aria-labelledby", "for"):
            self.described.update(given.get(name, "").split())
        if tag == "form" and given.get("method") == "post":
            self._form = Form(given.get("action", ""))
            self.forms.append(self._form)
        if self._form and given.get("name") and tag in {"input", "button", "select", "textarea"}:
            if tag == "button" or (tag == "input" and given.get("type", "text") not in TYPED):
                self._form.sent[given["name"]] = given.get("value", "")
            else:
                self._form.sent.setdefault(given["name"], "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def faults(self) -> list[str]:
        return [
            *(f"{name} is the id of {times}" for name, times in self.ids.items() if times > 1),
            *(f"#{name} leads nowhere" for name in sorted(self.anchors - self.ids.keys())),
            *(f"{name} describes or names nothing" for name in sorted(self.described - self.ids.keys())),
            *(
                f"h{here} follows h{above}"
                for above, here in pairwise([0, *self.headings])
                if here > above + 1
            ),
        ]


def page_of(response: HttpResponse) -> str:
    """The page's text; nothing for a file, a redirection, an empty answer."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return response.content.decode() if is_page and not response.streaming else ""


def refused(client: Client, path: str, form: Form) -> HttpResponse:
    """Sent, and undone: one form leaves the others as they were."""
    with transaction.atomic():
        response = client.post(urljoin(path, form.action), form.sent)
        transaction.set_rollback(True)
    return response


def pages(world: World, client: Client) -> Iterator[tuple[str, str, Reading]]:
    for found in world.addresses():
        if found.name.startswith("admin:"):
            continue
        text = page_of(client.get(found.path))
        if text:
            yield found.name, found.path, Reading(text)


def faults_of(response: HttpResponse) -> list[str]:
    """With a title, or a status, that does not say that a form was refused, when one was.

    The forms of allauth keep its own way, which is 200.
    """
    text = page_of(response)
    page, faults = Reading(text), []
    if REFUSED in text:
        if not page.title.startswith("Erreur"):
            faults.append(f"is called « {page.title} »")
        if response.status_code < 400 and not isinstance(response.context.get("view"), FormView):
            faults.append(f"answers {response.status_code}")
    return [*page.faults(), *faults]


def test_a_refused_form_leads_to_what_is_to_correct(world: World):
    wrong: dict[str, list[str]] = {}
    sent: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for role in ("visitor", "insider", "superuser"):
        client = world.client(role)
        for name, path, page in pages(world, client):
            if faults := page.faults():
                wrong[f"{role}: {name}"] = faults
            for form in page.forms:
                address = urljoin(path, form.action)
                known = (address, tuple(sorted(form.sent.items())))
                if known in sent or address == reverse("account_logout"):
                    continue
                sent.add(known)
                if faults := faults_of(refused(client, path, form)):
                    wrong[f"{role}: {name}, refused by {address}"] = faults
    assert wrong == {}


TOO_LONG = "a" * 9999
BESIDE_OTHERS = {
    "matching:suggestion_interest": {"note": TOO_LONG},
    "matching:suggestion_decline": {"note": TOO_LONG},
    "matching:diagnosis_choose": {"choice": "pause"},
    "partnerships:introduction_withdraw": {"note": TOO_LONG},
    "partnerships:partnership_talk": {},
    "partnerships:partnership_abandon": {"note": TOO_LONG},
    "infotheque:comment": {"text": TOO_LONG},
}


@pytest.mark.parametrize("name", BESIDE_OTHERS)
def test_the_title_says_error_whichever_form_of_the_page_was_refused(world: World, name: str):
    client = world.client("superuser" if name.startswith("infotheque") else "insider")
    response = client.post(world.address(name).path, BESIDE_OTHERS[name])
    assert response.status_code == 422
    assert REFUSED in page_of(response)
    assert faults_of(response) == []


def test_a_form_that_closed_meanwhile_is_in_the_title_too(world: World):
    client = world.client("insider")
    assert client.post(world.address("partnerships:introduction_withdraw").path).status_code == 302
    response = client.post(
        world.address("partnerships:introduction_answer").path, {"answer": "yes", "note": "Volontiers"}
    )
    assert response.status_code == 409
    assert Reading(page_of(response)).title.startswith("Erreur")
