"""What a link of a mail still opens, for whom, and what it says of itself on the way."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from django.urls import reverse

from accounts.models import Membership
from matching.links import CoBuildLink, PauseLink, RewriteLink, WidenLink
from matching.models import Diagnosis
from mecenova.agenda.slot_links import token_for
from mecenova.mail.links import _signer, link_for
from mecenova.mail.unsubscribe import unsubscribe_url
from partnerships.answering import give_answer
from partnerships.links import AnswerLink, TalkLink
from partnerships.models import Introduction, Partnership, TalkReport
from partnerships.talks import TURNS
from tests.accounts.factories import InvitationFactory, MembershipFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.matching.factories import DiagnosisFactory
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
    client.force_login(colleague)
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


def move(person):
    type(person).objects.filter(pk=person.pk).update(email="lea@nouveau.fr")


def test_at_a_former_address_it_neither_shows_nor_acts(client, asked, person, link):
    """Whoever reads that mailbox now is not the person; signed in, it is."""
    move(person)
    for answer in (client.get(link), client.post(link, {"answer": "yes"})):
        assert answer.status_code == 403
        assert "Connectez-vous" in answer.text
        assert asked.note not in answer.text
    asked.refresh_from_db()
    assert asked.is_waiting
    client.force_login(person)
    assert client.post(link, {"answer": "yes"}).status_code == 200


def test_the_case_of_an_address_is_no_change(client, person, asked):
    person.email = person.email.upper()
    assert client.get(link_for(AnswerLink, asked, person)).status_code == 200


def test_made_before_links_said_their_address_it_asks_to_sign_in(client, asked, person, link):
    name = AnswerLink.name
    payload = link.rstrip("/").rpartition("/")[2].partition(":")[2].partition(":")[0]
    former = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))[:-8]
    token = f"{name}:{_signer(name).sign(urlsafe_b64encode(former).decode().rstrip('='))}"
    old = reverse("mail:one_click", args=[token])
    assert client.get(old).status_code == 403
    client.force_login(person)
    assert client.post(old, {"answer": "yes"}).status_code == 200


def test_unsubscribing_does_not_depend_on_the_address(client, person):
    address = unsubscribe_url(person.pk, ["suggestions"])
    move(person)
    answer = client.post(address, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200


@pytest.fixture
def opened(person):
    """A partnership whose sides are asked whether they talked, and a diagnosis: what links are about."""
    waiting = IntroductionFactory(
        company=CompanyFactory(members=[person]), association=AssociationFactory(members=[person])
    )
    give_answer(waiting, {"answer": "yes", "note": ""}, by=person)
    partnership = Introduction.objects.get(pk=waiting.pk).partnership
    Partnership.objects.filter(pk=partnership.pk).update(talk_turn=TURNS[0])
    diagnosis = DiagnosisFactory(project__association=waiting.association)
    return {
        TalkLink: partnership,
        **dict.fromkeys([RewriteLink, WidenLink, CoBuildLink, PauseLink], diagnosis),
    }


@pytest.mark.parametrize("kind", [TalkLink, RewriteLink, WidenLink, CoBuildLink, PauseLink])
def test_of_what_came_later_who_has_left_reads_nothing_and_acts_no_more(client, opened, person, kind):
    address = link_for(kind, opened[kind], person)
    assert client.get(address).status_code == 200
    Membership.objects.filter(user=person).delete()
    sent = {"talked": "yes", "question": "Comment\u202f?", "pause_until": "2027-03-01"}
    for answer in (client.get(address), client.post(address, sent)):
        assert answer.status_code == 404
        assert str(opened[kind]) not in answer.text
    assert not TalkReport.objects.exists()
    assert Diagnosis.objects.open().count() == 1


def test_a_signature_is_worth_nothing_elsewhere(client, opened, person):
    """Each address signs for itself: one is never read as another, in any order."""
    client.force_login(person)
    association = opened[TalkLink].introduction.association
    tokens = {
        "mail:one_click": link_for(TalkLink, opened[TalkLink], person).rstrip("/").rpartition("/")[2],
        "mail:unsubscribe": unsubscribe_url(person.pk, ["learning"]).rstrip("/").rpartition("/")[2],
        "agenda:slots": token_for(
            organisation_id=association.organisation.pk, about=association.organisation
        ),
        "accounts:invitation": InvitationFactory().get_absolute_url().split("/")[2],
    }
    for name in tokens:
        for origin, token in tokens.items():
            expected = 200 if origin == name else 404
            assert client.get(reverse(name, args=[token])).status_code == expected, (name, origin)
    action, _, signed = tokens["mail:one_click"].partition(":")
    for other in ("partnerships.answer", "matching.pause", action + "x"):
        assert client.get(reverse("mail:one_click", args=[f"{other}:{signed}"])).status_code == 404


def test_asking_everybody_is_stopped(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "introduce": "2/h/user"}
    person, waiting = UserFactory(), IntroductionFactory()
    CompanyFactory(members=[person])
    client.force_login(person)
    address = f"{reverse('partnerships:introduction_create')}?association={waiting.association.pk}"
    assert [client.post(address, {"note": ""}).status_code for _ in range(3)] == [422, 422, 429]


def test_a_former_key_still_opens_the_links_already_sent(client, opened, person, settings):
    """A key is changed without a mail losing its link; once the former key is gone, so are they."""
    organisation = opened[TalkLink].introduction.association.organisation
    links = {
        "mail:one_click": link_for(TalkLink, opened[TalkLink], person).rstrip("/").rpartition("/")[2],
        "mail:unsubscribe": unsubscribe_url(person.pk, ["learning"]).rstrip("/").rpartition("/")[2],
        "agenda:slots": token_for(organisation_id=organisation.pk, about=organisation),
        "accounts:invitation": InvitationFactory().get_absolute_url().split("/")[2],
    }
    client.force_login(person)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    for name, token in links.items():
        assert client.get(reverse(name, args=[token])).status_code == 200, name
    settings.SECRET_KEY_FALLBACKS = []
    for name, token in links.items():
        answer = client.get(reverse(name, args=[token]))
        assert answer.status_code == 404 or "/compte/login/" in answer.get("Location", ""), name
