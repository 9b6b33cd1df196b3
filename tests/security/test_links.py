"""What a link of a mail still opens, for whom, and what it says of itself on the way."""

import pytest
from django.urls import reverse

from accounts.models import Membership
from mecenova.mail.links import link_for
from partnerships.links import AnswerLink
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.companies.factories import CompanyFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def asked(person):
    return IntroductionFactory(company=CompanyFactory(members=[person]))


@pytest.fixture
def link(asked, person):
    return link_for(AnswerLink, asked, person)


def test_who_has_left_the_team_reads_nothing_of_it(client, asked, person, link):
    assert asked.note in client.get(link).text
    Membership.objects.filter(user=person).delete()
    for answer in (client.get(link), client.post(link, {"answer": "yes"})):
        assert answer.status_code == 404
        assert asked.note not in answer.text
    asked.refresh_from_db()
    assert asked.is_waiting


def test_a_closed_account_opens_nothing(client, asked, person, link):
    person.is_active = False
    person.save()
    assert client.get(link).status_code == 404


def test_of_one_person_in_the_browser_of_another(client, asked, link):
    colleague = MembershipFactory(organisation=asked.company.organisation).user
    client.force_login(colleague, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(link, {"answer": "yes"}).status_code == 404


def test_used_twice_it_says_what_happened(client, asked, link):
    assert client.post(link, {"answer": "yes"}).status_code == 200
    assert client.post(link, {"answer": "no", "reason": "territory"}).status_code == 410
    asked.refresh_from_db()
    assert asked.status == "yes"


def test_the_address_is_told_to_nobody_and_kept_nowhere(client, link):
    answer = client.get(link)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_opens_no_session(client, link):
    client.post(link, {"answer": "yes"})
    assert client.get(reverse("pages:dashboard")).status_code == 302


def test_asking_everybody_is_stopped(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "introduce": "2/h/user"}
    person, waiting = UserFactory(), IntroductionFactory()
    CompanyFactory(members=[person])
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    address = f"{reverse('partnerships:introduction_create')}?association={waiting.association.pk}"
    assert [client.post(address, {"note": ""}).status_code for _ in range(3)] == [422, 422, 429]
