import pytest
from django.urls import reverse

from accounts import operations
from accounts.models import Claim
from tests.accounts.factories import (
    ClaimFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def address(organisation):
    return reverse("accounts:claim", args=[organisation.pk])


@pytest.fixture
def organisation():
    return OrganisationFactory(status="unclaimed")


def test_a_visitor_is_asked_to_sign_in(client, organisation):
    assert client.get(address(organisation)).url.startswith(reverse("account_login"))


def test_asking_then_seeing_what_happens_next(client, organisation):
    client.force_login(UserFactory())
    assert organisation.name in client.get(address(organisation)).content.decode()
    assert client.post(address(organisation), {"message": "Trésorière"}).url == address(organisation)
    page = client.get(address(organisation)).content.decode()
    assert "Demande en attente" in page
    assert "Vérifier le lien de la personne avec l’organisme" in page


def test_sent_twice_it_is_one_request(client, organisation):
    client.force_login(UserFactory())
    for _ in range(2):
        client.post(address(organisation), {"message": "Trésorière"})
    assert Claim.objects.count() == 1


@pytest.mark.parametrize("message", ["", "   ", "\x00", "a" * 1001])
def test_words_are_needed_and_what_was_typed_is_kept(client, organisation, message):
    client.force_login(UserFactory())
    response = client.post(address(organisation), {"message": message})
    assert response.status_code == 422
    assert "message" in response.context["form"].errors
    assert message.strip("\x00 ") in response.content.decode()
    assert not Claim.objects.exists()


def test_once_refused_the_answer_is_shown_and_one_may_ask_again(client):
    claim = ClaimFactory()
    operations.refuse_claim(claim=claim, answer="Il manque une preuve <b>écrite</b>.", by=StaffFactory())
    client.force_login(claim.user)
    page = client.get(address(claim.organisation)).content.decode()
    assert "Il manque une preuve &lt;b&gt;écrite&lt;/b&gt;." in page
    client.post(address(claim.organisation), {"message": "Voici le PV"})
    assert Claim.objects.waiting().count() == 1


def test_what_others_asked_is_not_shown(client, organisation):
    ClaimFactory(organisation=organisation, message="Le secret des autres")
    client.force_login(UserFactory())
    assert "Le secret des autres" not in client.get(address(organisation)).content.decode()


@pytest.mark.parametrize("asked", ["before", "after"])
def test_the_link_of_a_mail_serves_once_the_record_is_part_of_another(client, organisation, asked):
    """Whoever waits follows their request there, whoever was writing it sends it."""
    kept, person = OrganisationFactory(name="Les Phares"), UserFactory()
    client.force_login(person)
    if asked == "before":
        client.post(address(organisation), {"message": "Trésorière"})
    operations.merge_organisations(kept=kept, gone=organisation, by=None)
    if asked == "after":
        client.post(address(organisation), {"message": "Trésorière"})
    page = client.get(address(organisation), follow=True).text
    assert "Demande en attente" in page
    assert "Les Phares" in page
    assert Claim.objects.get().organisation == kept


def test_a_member_is_taken_to_the_dashboard(client):
    member = MembershipFactory()
    client.force_login(member.user)
    assert client.get(address(member.organisation)).url == reverse("pages:dashboard")


def test_too_many_requests_are_stopped(client):
    client.force_login(UserFactory())
    answers = [
        client.post(address(OrganisationFactory(status="unclaimed")), {"message": "Moi"}).status_code
        for _ in range(11)
    ]
    assert answers == [302] * 10 + [429]
