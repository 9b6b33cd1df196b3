from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mecenova.calendar import clock
from mecenova.mail.links import LinkAltered, LinkExpired, OneClick, link_for, read, register_link
from tests.mail.factories import PersonFactory
from tests.mail.links_for_tests import Answer, Other

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return PersonFactory()


@pytest.fixture
def subject():
    return PersonFactory(last_name="Attend")


@pytest.fixture
def link(person, subject):
    return link_for(Answer, subject, person)


def token_of(link):
    return unquote(link.rstrip("/").rpartition("/")[2])


@pytest.fixture
def stranger():
    """A browser nobody has signed in with, as strict as a real one."""
    return Client(enforce_csrf_checks=True)


def is_unchanged(subject):
    subject.refresh_from_db()
    return subject.last_name == "Attend"


class TestToken:
    def test_says_who_what_and_until_when(self, person, subject):
        with clock.frozen(clock.now().replace(microsecond=0)) as now:
            read_link = read(token_of(link_for(Answer, subject, person)))
            assert (read_link.user_id, read_link.subject_id) == (person.pk, subject.pk)
            assert read_link.expires_at == now() + timedelta(days=30)

    def test_of_an_unknown_action_is_refused_before_it_is_sent(self, person, subject):
        assert link_for(Answer.name, subject, person).startswith("http")
        with pytest.raises(LookupError):
            link_for("tests.unknown", subject, person)

    def test_is_absolute(self, link):
        assert link.startswith("http://testserver/lien/tests.answer:")

    def test_expires(self, person, subject):
        with clock.frozen(clock.now().replace(microsecond=0)) as now:
            token = token_of(link_for(Answer, subject, person))
            now.advance(timedelta(days=30, seconds=-1))
            read(token)
            now.advance(timedelta(seconds=1))
            with pytest.raises(LinkExpired):
                read(token)

    def test_of_one_action_is_worth_nothing_to_another(self, link):
        with pytest.raises(LinkAltered):
            read(token_of(link).replace(Answer.name, Other.name))

    def test_any_single_change_is_seen(self, link):
        token = token_of(link)
        for position in range(len(token)):
            other = "A" if token[position] != "A" else "B"
            with pytest.raises(LinkAltered):
                read(token[:position] + other + token[position + 1 :])

    @given(st.text(max_size=200))
    def test_any_noise_is_altered(self, noise):
        for token in (noise, f"{Answer.name}:{noise}"):
            with pytest.raises(LinkAltered):
                read(token)

    def test_names_are_unique_and_say_their_app(self):
        with pytest.raises(ValueError, match="Two one-click"):
            register_link(type("Twin", (OneClick,), {"name": Answer.name}))
        with pytest.raises(ValueError, match="reads app"):
            register_link(type("Nameless", (OneClick,), {"name": "x"}))


class TestPage:
    def test_opening_shows_and_changes_nothing(self, stranger, link, subject):
        for method in (stranger.get, stranger.head, stranger.get):
            response = method(link)
            assert response.status_code == 200
        assert "Répondre à Camille" in response.text
        assert "Votre mot" in response.text
        assert is_unchanged(subject)

    def test_sending_the_form_acts_without_an_account(self, stranger, link, subject):
        response = stranger.post(link, {"note": "Oui"}, headers={"origin": "null"})
        assert response.status_code == 200
        assert "Votre réponse est partie." in response.text
        assert not is_unchanged(subject)
        assert "sessionid" not in response.cookies

    def test_sent_twice_says_what_happened(self, stranger, link, subject):
        stranger.post(link, {"note": "Oui"})
        for response in (stranger.post(link, {"note": "Non"}), stranger.get(link)):
            assert response.status_code == 410
            assert "Vous avez déjà répondu, hier." in response.text
        subject.refresh_from_db()
        assert subject.first_name == "Oui"

    def test_nothing_leaks_the_address(self, stranger, link):
        for response in (stranger.get(link), stranger.post(link, {"note": "Oui"}), stranger.get(link)):
            assert response["Referrer-Policy"] == "no-referrer"
            assert "no-store" in response["Cache-Control"]
            assert response["X-Robots-Tag"] == "noindex"

    def test_a_form_with_errors_keeps_what_was_typed(self, stranger, link, subject):
        response = stranger.post(link, {"note": ""})
        assert response.status_code == 422
        assert "obligatoire" in response.text
        assert is_unchanged(subject)

    def test_a_refused_transition_is_said_beside_the_form(self, stranger, link, subject):
        response = stranger.post(link, {"note": "impossible"})
        assert response.status_code == 409
        assert "Cette action n’est plus possible." in response.text
        assert "impossible" in response.text

    def test_somebody_answered_a_moment_before(self, stranger, link):
        response = stranger.post(link, {"note": "trop tard"})
        assert response.status_code == 410
        assert "Vous avez déjà répondu" in response.text

    def test_forbidden_to_this_person(self, stranger, link, subject):
        assert stranger.post(link, {"note": "interdit"}).status_code == 404
        assert is_unchanged(subject)

    def test_altered(self, stranger, link):
        response = stranger.get(f"{link[:-3]}xx/")
        assert response.status_code == 404
        assert "incomplet" in response.text

    def test_expired(self, stranger, link, subject):
        with clock.frozen(clock.now() + timedelta(days=31)):
            for response in (stranger.get(link), stranger.post(link, {"note": "Oui"})):
                assert response.status_code == 410
                assert "durée limitée" in response.text
        assert is_unchanged(subject)

    def test_of_somebody_who_left(self, stranger, link, person, subject):
        person.is_active = False
        person.save()
        assert stranger.post(link, {"note": "Oui"}).status_code == 404
        assert is_unchanged(subject)

    def test_about_what_no_longer_exists(self, stranger, link, subject):
        subject.delete()
        assert stranger.get(link).status_code == 404

    def test_opened_by_somebody_else_who_is_signed_in(self, client, link, subject):
        client.force_login(PersonFactory())
        response = client.post(link, {"note": "Oui"})
        assert response.status_code == 404
        assert "autre personne" in response.text
        assert is_unchanged(subject)

    def test_opened_by_the_same_person_signed_in(self, client, link, person):
        client.force_login(person)
        assert client.post(link, {"note": "Oui"}).status_code == 200

    def test_too_many_answers_from_one_place(self, stranger, link, settings):
        statuses = [stranger.post(link, {"note": ""}).status_code for _ in range(31)]
        assert statuses == [422] * 30 + [429]
        assert stranger.get(link).status_code == 200
