"""A visitor who reads is given nothing to keep: a cookie comes with a form to send, and with nothing else."""

import pytest
from django.test import Client
from django.urls import reverse

from infotheque.models import DailyUse
from mecenova.calendar import clock
from tests.infotheque.factories import DocumentFactory, DocumentFileFactory
from tests.security.world import World

# What a visitor fills in and sends: the token that says that the form came from here.
FORMS = {
    "accounts:sign_up",
    "account_login",
    "account_reset_password",
    "infotheque:tip_create",
}
ELSEWHERE = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://ailleurs.example"}, {"Origin": "null"})
HERE = ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {})


def test_reading_sets_no_cookie(world: World):
    given = {}
    for found in world.addresses():
        response = world.client("visitor").get(found.path)
        if response.status_code != 302 and response.cookies:
            given[found.name] = sorted(response.cookies)
    assert given == {name: ["csrftoken"] for name in FORMS}


@pytest.mark.django_db
def test_neither_a_document_nor_what_is_said_of_it_sets_a_cookie():
    """With the token asked for in earnest, as browsers meet it."""
    file = DocumentFileFactory(version__document__published=True)
    document = file.version.document
    visitor = Client(enforce_csrf_checks=True)
    useful = reverse("infotheque:useful", args=[document.pk])
    opened = reverse("infotheque:opened", args=[document.pk])
    gap = reverse("infotheque:gap")
    answers = [
        visitor.get(document.get_absolute_url()),
        visitor.post(opened),
        visitor.post(opened, {"what": "download"}),
        visitor.post(gap, {"q": "zzz introuvable"}),
        visitor.post(useful, {"answer": "yes"}),
        visitor.post(useful, {"answer": "no"}, headers={"HX-Request": "true"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 204, 204, 200, 302, 200]
    thanked = visitor.get(answers[4]["Location"])
    assert "Merci, c’est noté." in thanked.text
    assert not visitor.cookies
    use = DailyUse.objects.get(document=document, day=clock.today())
    assert (use.opened, use.downloaded, use.useful, use.not_useful) == (1, 1, 0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_another_site_sends_no_counts_through_its_readers(client, headers):
    document = DocumentFactory(published=True)
    for name in ("useful", "opened"):
        address = reverse(f"infotheque:{name}", args=[document.pk])
        assert client.post(address, {"answer": "yes"}, headers=headers).status_code == 403
    assert client.post(reverse("infotheque:gap"), {"q": "zzz"}, headers=headers).status_code == 403
    assert not DailyUse.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("headers", HERE, ids=str)
def test_the_pages_of_this_site_and_what_is_no_browser_are_heard(client, headers):
    document = DocumentFactory(published=True)
    address = reverse("infotheque:useful", args=[document.pk])
    assert client.post(address, {"answer": "yes"}, headers=headers).status_code == 302
    assert DailyUse.objects.get().useful == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "most"), [("useful", 30), ("gap", 20)])
def test_without_a_token_the_rate_still_holds(client, name, most):
    """One address says what it wants so many times a minute, and counts once."""
    document = DocumentFactory(published=True)
    address = reverse(f"infotheque:{name}", args=[document.pk] if name == "useful" else [])
    answers = [client.post(address, {"answer": "yes", "q": "zzz"}).status_code for _ in range(most + 1)]
    assert answers[-1] == 429
    assert 429 not in answers[:most]
    assert sum(DailyUse.objects.values_list("useful", flat=True)) <= 1
