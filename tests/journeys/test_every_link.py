"""Every link and button that a page offers answers its reader, once those it speaks of have left too."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urldefrag, urljoin

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from lxml import html

from accounts.models import User
from accounts.operations import withdraw_organisation
from associations.models import Association
from companies.models import Company
from mecenova.mail.models import OutgoingMail
from partnerships.answering import give_answer
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

SITE = "http://testserver"
# The administration is Django's; opening a personal link again says « c’est fait », with its own status.
ELSEWHERE = ("/admin/", "/static/", "/lien/", "/compte/logout/")
SEEN_OF_ONE_KIND = 4


@dataclass
class Walk:
    """Everywhere that one reader goes from a page by its links, a few pages of each kind."""

    client: Client
    dead: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)

    def follow(self, *starts: str) -> "Walk":
        known, ahead = set(starts), deque((start, "the start") for start in starts)
        while ahead:
            path, page = ahead.popleft()
            for link in self._open(path, page):
                if link not in known:
                    known.add(link)
                    ahead.append((link, path))
        return self

    def _open(self, path: str, page: str) -> list[str]:
        kind = resolve(path.partition("?")[0]).view_name
        if self.kinds[kind] >= SEEN_OF_ONE_KIND:
            return []
        self.kinds[kind] += 1
        answer = self.client.get(path, follow=True)
        if answer.status_code != 200:
            self.dead.append(f"{answer.status_code} {path} offered by {page}")
        if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
            return []
        document, path = html.fromstring(answer.content), answer.wsgi_request.get_full_path()
        for form in document.forms:
            if form.method == "POST":
                self._send(path, form)
        return list(self._links(path, document))

    def _send(self, path: str, form: html.FormElement) -> None:
        """As it is shown, each of its buttons in turn; what it changes is taken back."""
        address = urldefrag(urljoin(SITE + path, form.get("action", "")))[0].removeprefix(SITE)
        kind = resolve(address.partition("?")[0]).view_name
        buttons = form.xpath(".//button[@name]") or [None]
        for button in buttons:
            named = {} if button is None else {button.get("name"): button.get("value", "")}
            if self.sent[kind] >= SEEN_OF_ONE_KIND:
                return
            self.sent[kind] += 1
            with transaction.atomic():
                # Of its own: signing out must not sign the walker out.
                visitor = Client(raise_request_exception=False)
                visitor.cookies = SimpleCookie(self.client.cookies.output(header="", sep=";"))
                answer = visitor.post(address, {**_as_shown(form), **named})
                transaction.set_rollback(True)
            if answer.status_code not in {200, 204, 302, 409, 422}:
                self.dead.append(f"{answer.status_code} to {address}, whose button is on {path}")

    def _links(self, path: str, document: html.HtmlElement):
        anchors = set(document.xpath("//@id"))
        for href in document.xpath("//a/@href"):
            address, anchor = urldefrag(urljoin(SITE + path, href))
            if href.startswith("#") and anchor not in anchors:
                self.dead.append(f"{href} names nothing in {path}")
            inside = address.removeprefix(SITE)
            if inside.startswith("/") and not inside.startswith(ELSEWHERE):
                yield inside


def _as_shown(form: html.FormElement) -> dict[str, list[str]]:
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in form.form_values():
        values[name].append(value)
    return values


def met(association: Association, company: Company, *, by: User) -> None:
    """Proposed, asked and accepted: whatever two sides can have had with each other."""
    need, project = NeedFactory(company=company), ProjectFactory(association=association)
    SuggestionFactory(need=need, association=association, project=project)
    IntroductionFactory(association=association, company=company, need=need, project=project)
    accepted = IntroductionFactory(association=association, company=company, project=project)
    give_answer(accepted, {"answer": "yes", "note": ""}, by=by)


@pytest.fixture
def people(db) -> dict[str, User]:
    """An association and a company, each of which met one that has left; and the team."""
    people = {"association": UserFactory(), "company": UserFactory(), "team": StaffFactory()}
    staying = AssociationFactory(complete=True, members=[people["association"]])
    giving = CompanyFactory(members=[people["company"]])
    gone = [
        AssociationFactory(complete=True, members=[UserFactory()]),
        CompanyFactory(members=[UserFactory()]),
    ]
    met(gone[0], giving, by=people["company"])
    met(staying, gone[1], by=gone[1].organisation.members.get())
    for left in gone:
        withdraw_organisation(organisation=left.organisation, by=people["team"])
    return people


@pytest.mark.parametrize(
    ("who", "list_of_pairs", "form"),
    [
        ("association", "matching:presentations", "associations:project_close"),
        ("company", "matching:suggestion", "companies:need_close"),
    ],
)
def test_whoever_stays_is_offered_no_dead_link(people, who: str, list_of_pairs: str, form: str):
    client = Client()
    client.force_login(people[who])
    walk = Walk(client).follow(reverse("pages:dashboard"))
    assert {list_of_pairs, "partnerships:introduction", "partnerships:partnership"} <= walk.kinds.keys()
    assert {form, "accounts:withdraw"} <= walk.sent.keys()
    assert walk.dead == []


def test_the_team_is_offered_no_dead_link(people):
    client = Client()
    client.force_login(people["team"])
    left = [reverse("pages:organisation", args=[each.organisation.pk]) for each in _everyone()]
    mails = [reverse("mail:message", args=[mail.pk]) for mail in OutgoingMail.objects.all()[:4]]
    walk = Walk(client).follow(reverse("pages:control_tower"), *left, *mails)
    assert {"pages:basket", "pages:organisation", "partnerships:introduction"} <= walk.kinds.keys()
    assert {"accounts:erase", "associations:note_call", "companies:call"} <= walk.sent.keys()
    assert walk.dead == []


def _everyone() -> list[Association | Company]:
    return [*Association.objects.all(), *Company.objects.all()]


def test_an_old_link_to_who_has_left_says_why_it_leads_nowhere(people):
    client, gone = Client(), Company.objects.get(organisation__status="left")
    client.force_login(people["association"])
    answer = client.get(gone.get_absolute_url())
    assert answer.status_code == 404
    assert "l’organisme a peut-être quitté Mecenova" in answer.text
    assert f'href="{reverse("pages:dashboard")}">Aller à mon tableau de bord' in answer.text
