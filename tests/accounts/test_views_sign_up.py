"""The three screens, walked by somebody in a hurry, somebody with an account, somebody curious."""

import re
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import PASSWORD, InvitationFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db

SIGN_UP = "/inscription/"
CODE_PAGE = "/compte/confirm-email/"
ANSWERS = {
    "kind": "association",
    "first_name": "Léa",
    "last_name": "Roux",
    "email": "lea@exemple.fr",
    "password1": "une lampe dans la nuit",
}


def code_sent_to(address):
    mail = OutgoingMail.objects.filter(address=address).latest("created_at")
    return mail.subject.split()[0]


def verify(client, address="lea@exemple.fr"):
    return client.post(CODE_PAGE, {"code": code_sent_to(address), "action": "verify"})


@pytest.mark.parametrize(
    ("kind", "third_screen"),
    [("association", "/inscription/association/"), ("company", "/inscription/entreprise/")],
)
def test_the_third_screen_is_the_kind_chosen_on_the_first(client, kind, third_screen):
    response = client.post(SIGN_UP, {**ANSWERS, "kind": kind})
    assert response.url == CODE_PAGE
    assert verify(client).url == third_screen
    person = User.objects.get()
    assert (person.first_name, person.last_name, person.wanted_kind) == ("Léa", "Roux", kind)
    assert EmailAddress.objects.get().verified


def test_the_first_screen_says_that_signing_up_is_not_being_contacted(client):
    page = client.get(SIGN_UP).content.decode()
    assert "S’inscrire n’est pas être contacté" in page
    assert reverse("pages:understand") in page
    assert page.count('type="radio"') == 2


def test_verified_on_another_day_and_device_the_kind_is_remembered(client):
    client.post(SIGN_UP, {**ANSWERS, "kind": "company"})
    EmailAddress.objects.update(verified=True)
    client.cookies.clear()
    response = client.post(
        reverse("account_login"), {"login": "lea@exemple.fr", "password": ANSWERS["password1"]}
    )
    assert response.url == "/inscription/entreprise/"


class TestNobodyLearnsWhoHasAnAccount:
    def walk(self, client, email):
        first = client.post(SIGN_UP, {**ANSWERS, "email": email})
        second = client.get(first.url)
        page = second.content.decode().replace(email, "<address>")
        page = re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", page)
        wrong = client.post(CODE_PAGE, {"code": "ZZZZZZ", "action": "verify"})
        errors = re.findall(r'class="error[^>]*>([^<]*)', wrong.content.decode())
        return first.status_code, first.url, page, wrong.status_code, errors

    def test_the_pages_are_the_same_and_one_mail_leaves_in_each_case(self, client):
        UserFactory(email="connue@exemple.fr")
        known = self.walk(client, "connue@exemple.fr")
        client.cookies.clear()
        unknown = self.walk(client, "inconnue@exemple.fr")
        assert known[2] == unknown[2]
        assert known == unknown
        addresses = sorted(OutgoingMail.objects.values_list("address", flat=True))
        assert addresses == ["connue@exemple.fr", "inconnue@exemple.fr"]

    @pytest.mark.parametrize("typed", ["LEA@EXEMPLE.FR", "Lea@exemple.fr", " lea@exemple.fr "])
    def test_another_spelling_of_a_known_address_makes_no_second_account(self, client, typed):
        UserFactory(email="lea@exemple.fr")
        assert client.post(SIGN_UP, {**ANSWERS, "email": typed}).url == CODE_PAGE
        assert User.objects.count() == 1

    def test_a_hash_is_paid_in_both_cases(self, client, monkeypatch):
        paid = []
        monkeypatch.setattr("accounts.forms.make_password", paid.append)
        UserFactory(email="lea@exemple.fr")
        client.post(SIGN_UP, ANSWERS)
        assert paid == [ANSWERS["password1"]]

    def test_the_password_page_answers_the_same(self, client):
        UserFactory(email="lea@exemple.fr")
        answers = {
            client.post(reverse("account_reset_password"), {"email": email}).url
            for email in ("lea@exemple.fr", "personne@exemple.fr")
        }
        assert len(answers) == 1
        assert OutgoingMail.objects.count() == 2


def test_the_form_sent_twice_one_after_the_other_is_one_account(client):
    client.post(SIGN_UP, ANSWERS)
    assert client.post(SIGN_UP, ANSWERS).url == CODE_PAGE
    assert User.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_form_sent_twice_at_once_is_one_account():
    clients = [Client(), Client()]
    results = at_once(*(lambda c=c: c.post(SIGN_UP, ANSWERS).status_code for c in clients))
    assert User.objects.count() == 1
    assert EmailAddress.objects.count() == 1
    # The second finds its address's limit reached (429) or is told by mail that the account exists.
    assert set(results) <= {302, 429}


def browser(secret="s" * 32):
    """As it was when the form was shown: no session yet, and the cookie that goes with the form."""
    found = Client()
    found.cookies["csrftoken"] = secret
    return found


def lands_on_the_code(response, client):
    """Where the code that was sent opens the door."""
    assert (response.status_code, response.url) == (302, CODE_PAGE)
    assert client.get(CODE_PAGE).status_code == 200
    assert verify(client).url == "/inscription/association/"


def test_a_second_click_before_the_first_is_answered_lands_where_the_code_works(db):
    """Without a script: the browser forgets the first answer, and its session with it."""
    browser().post(SIGN_UP, ANSWERS)
    second = browser()
    lands_on_the_code(second.post(SIGN_UP, ANSWERS), second)
    assert (User.objects.count(), OutgoingMail.objects.filter(text__contains="code").count()) == (1, 1)


def test_a_second_click_on_another_code_sends_no_other(client):
    client.cookies["csrftoken"] = "s" * 32
    client.post(SIGN_UP, ANSWERS)
    cache.clear()
    for _ in range(2):
        response = client.post(CODE_PAGE, {"action": "resend"})
    assert OutgoingMail.objects.count() == 2
    lands_on_the_code(response, client)


def test_a_second_click_with_the_code_is_let_in_too(client):
    client.cookies["csrftoken"] = "s" * 32
    client.post(SIGN_UP, ANSWERS)
    session = client.cookies["sessionid"].value
    assert verify(client).url == "/inscription/association/"
    client.cookies["sessionid"], client.cookies["csrftoken"] = session, "s" * 32
    assert verify(client).url == "/inscription/association/"
    assert client.get("/inscription/association/").status_code == 200


@pytest.mark.parametrize(
    ("secret", "changes"),
    [
        ("t" * 32, {}),
        ("", {}),
        ("s" * 32, {"password1": "une autre lampe la nuit"}),
        ("s" * 32, {"first_name": "Zoé"}),
    ],
)
def test_nobody_else_is_let_in_by_a_second_click(db, secret, changes):
    """Another browser, or another answer: told as whoever signs up an address that somebody has."""
    browser().post(SIGN_UP, ANSWERS)
    other = browser(secret)
    assert other.post(SIGN_UP, {**ANSWERS, **changes}).status_code == 429


def test_a_second_click_much_later_is_another_request(db, monkeypatch):
    browser().post(SIGN_UP, ANSWERS)
    cache.clear()
    late = browser()
    assert late.post(SIGN_UP, ANSWERS).url == CODE_PAGE
    assert verify(late).status_code == 200
    assert OutgoingMail.objects.filter(subject__contains="n’est pas finie").exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_land_on_the_same_page():
    clients = [browser(), browser()]
    answers = at_once(*(lambda c=c: c.post(SIGN_UP, ANSWERS) for c in clients))
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, CODE_PAGE)}
    assert (User.objects.count(), OutgoingMail.objects.count()) == (1, 1)
    assert len({each.cookies["sessionid"].value for each in clients}) == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", "a" * 81),
        ("first_name", "\x00"),
        ("last_name", " "),
        ("first_name", "bloqué https://mal.example/"),
        ("last_name", "mal.example"),
        ("first_name", "Équipe MÉCÉNOVA"),
        ("last_name", "d’IMS"),
        ("email", "pas une adresse"),
        ("email", "a" * 250 + "@exemple.fr"),
        ("email", "a@b\r\nBcc: x@exemple.fr"),
        ("password1", "court"),
        ("password1", "lea@exemple.fr"),
        ("kind", "union"),
        ("kind", ""),
    ],
)
def test_a_wrong_answer_is_named_and_the_rest_is_kept(client, field, typed):
    response = client.post(SIGN_UP, {**ANSWERS, field: typed})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert "Roux" in response.content.decode() or field == "last_name"
    assert not User.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("name", ["Léa 🌱", "<script>alert(1)</script>", "جميلة", "O’Neill", "{{ 7*7 }}"])
def test_odd_names_are_people_too(client, name):
    client.post(SIGN_UP, {**ANSWERS, "first_name": name})
    assert User.objects.get().first_name == name
    assert "<script>" not in OutgoingMail.objects.get().html


def test_an_address_can_ask_for_another_code(client):
    client.post(SIGN_UP, ANSWERS)
    first = code_sent_to("lea@exemple.fr")
    cache.clear()
    client.post(CODE_PAGE, {"action": "resend"})
    assert OutgoingMail.objects.count() == 2
    assert client.post(CODE_PAGE, {"code": first, "action": "verify"}).status_code == 200
    assert verify(client).url == "/inscription/association/"


def test_another_code_too_soon_is_told_how_long_to_wait_and_leads_back(client):
    client.post(SIGN_UP, ANSWERS)
    client.post(CODE_PAGE, {"action": "resend"})
    response = client.post(CODE_PAGE, {"action": "resend"})
    page = response.content.decode()
    assert response.status_code == 429
    assert "Dix secondes" in page
    assert f'href="{CODE_PAGE}"' in page
    assert "un quart d’heure" in client.get(CODE_PAGE).content.decode()


def test_too_many_sign_ups_from_one_place_are_stopped(client):
    for number in range(20):
        client.post(SIGN_UP, {**ANSWERS, "email": f"{number}@exemple.fr"})
        client.cookies.clear()
    assert client.post(SIGN_UP, {**ANSWERS, "email": "encore@exemple.fr"}).status_code == 429


@pytest.mark.parametrize("method", ["get", "post"])
def test_allauths_own_address_leads_to_ours(client, method):
    response = getattr(client, method)("/compte/signup/?next=/besoins/", ANSWERS if method == "post" else {})
    assert response.url.startswith(SIGN_UP)
    assert "next=%2Fbesoins%2F" in response.url
    assert not User.objects.exists()


def test_somebody_signed_in_is_taken_where_they_stopped(client):
    client.force_login(UserFactory(wanted_kind="company"))
    assert client.get(SIGN_UP).url == "/inscription/entreprise/"


@pytest.mark.parametrize("way", [SIGN_UP, "/compte/login/", "/administration/login/"])
@pytest.mark.parametrize("unreadable", ["http://[", "http://[::1", "http://a]b"])
def test_an_address_to_go_on_to_that_cannot_be_read_breaks_no_page(client, way, unreadable):
    assert client.get(way, {"next": unreadable}, follow=True).status_code == 200


def test_nobody_is_sent_to_another_site(client):
    client.post(SIGN_UP + "?next=https://mal.example/", {**ANSWERS, "next": "https://mal.example/"})
    assert verify(client).url == "/inscription/association/"


def test_whoever_wants_a_record_comes_back_to_claim_it(client):
    record = AssociationFactory(organisation__status="unclaimed")
    claim = reverse("accounts:claim", args=[record.organisation_id])
    page = client.get(record.get_absolute_url()).content.decode()
    assert f"{reverse('account_login')}?next={claim}" in page
    login = client.get(reverse("account_login"), {"next": claim}).content.decode()
    assert f"{SIGN_UP}?next={quote(claim)}" in login.replace("%2F", "/")
    client.post(SIGN_UP, {**ANSWERS, "next": claim})
    assert verify(client).url == claim
    assert record.organisation.name in client.get(claim).content.decode()


class TestInvited:
    def test_a_new_person_signs_up_and_comes_back_to_the_invitation(self, client):
        invitation = InvitationFactory(email="lea@exemple.fr")
        address = invitation.get_absolute_url()
        assert f"{SIGN_UP}?next=" in client.get(address).content.decode()
        page = client.get(SIGN_UP, {"next": address})
        assert "kind" not in page.context["form"].fields
        assert 'value="lea@exemple.fr"' in page.content.decode()
        answers = {name: value for name, value in ANSWERS.items() if name != "kind"}
        client.post(SIGN_UP, {**answers, "next": address})
        assert verify(client).url == address
        assert client.post(address).url == reverse("pages:dashboard")
        assert Membership.objects.get(user__email="lea@exemple.fr").organisation == invitation.organisation

    def test_somebody_known_signs_in_and_comes_back(self, client):
        guest = UserFactory()
        address = InvitationFactory(email=guest.email).get_absolute_url()
        response = client.post(
            reverse("account_login"), {"login": guest.email, "password": PASSWORD, "next": address}
        )
        assert response.url == address
        assert "Rejoindre l’équipe" in client.get(address).content.decode()

    def test_an_altered_invitation_gives_the_ordinary_form(self, client):
        address = InvitationFactory().get_absolute_url()
        page = client.get(SIGN_UP, {"next": address[:-2] + "x/"})
        assert "kind" in page.context["form"].fields


def test_the_page_that_leads_to_both_kinds_takes_no_form(client):
    client.force_login(UserFactory())
    assert client.post(reverse("accounts:choose_kind")).status_code == 405
