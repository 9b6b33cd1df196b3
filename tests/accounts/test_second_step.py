"""The second step of log-in, as whoever has it lives it, and as whoever attacks it finds it."""

import re
from contextlib import suppress

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts import operations
from accounts.enums import Role
from accounts.exports import export_person
from accounts.middleware import WAYS_TO_ONE
from accounts.models import Membership
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.models import TransitionRecord
from tests.accounts.factories import PASSWORD, MembershipFactory, UserFactory
from tests.architecture.test_public_views import all_views

pytestmark = pytest.mark.django_db

LOGIN, CODE = "/compte/login/", "/compte/deux-etapes/authenticate/"
PAGE, MAKING = "/compte/deux-etapes/", "/compte/deux-etapes/totp/activate/"
HOME = "/tableau-de-bord/"


@pytest.fixture(autouse=True)
def _codes_last_as_long_as_a_test(monkeypatch):
    """The thirty seconds of a code do not end between the telephone and the server."""
    counters = list(totp.yield_hotp_counters_from_time())
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter(counters))


def shown_by(secret, *, earlier=0):
    """What the telephone shows now, or showed so many codes ago."""
    (now,) = totp.yield_hotp_counters_from_time()
    return totp.format_hotp_value(totp.hotp_value(secret, now - earlier))


def confirm(client):
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def set_up(client, person):
    """Through the pages: the secret that was read there, and the codes put aside."""
    client.force_login(person)
    confirm(client)
    secret = client.get(MAKING).context["form"].secret
    answer = client.post(MAKING, {"code": shown_by(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret, client.get(answer["Location"]).context["unused_codes"]


def give_password(email):
    """A browser in which the password was right."""
    client = Client()
    answer = client.post(LOGIN, {"login": email, "password": PASSWORD})
    assert answer["Location"].startswith(CODE)
    return client


def reset_link_of(person):
    text = OutgoingMail.objects.filter(address=person.email).latest("created_at").text
    return re.search(r"http\S+/password/reset/key/\S+", text)[0].rstrip(").")


def reversed_alone(name):
    with suppress(NoReverseMatch):
        return reverse(name)


def is_in(client):
    return client.get(HOME).status_code == 200


@pytest.fixture
def person():
    return MembershipFactory().user


@pytest.fixture
def kept(client, person):
    """The secret and the codes of somebody who has a second step."""
    found = set_up(client, person)
    # The code that made it has served.
    cache.clear()
    return found


class TestLoggingIn:
    def test_the_password_alone_opens_nothing(self, person, kept):
        came = give_password(person.email)
        assert not is_in(came)
        assert came.get(CODE).status_code == 200

    def test_the_code_of_the_telephone_opens_once(self, person, kept):
        secret, _ = kept
        came, another = give_password(person.email), give_password(person.email)
        code = shown_by(secret)
        assert came.post(CODE, {"code": code})["Location"] == reverse("pages:dashboard")
        assert is_in(came)
        assert "à présent" in another.post(CODE, {"code": code}).content.decode()
        assert not is_in(another)

    def test_a_code_put_aside_opens_once(self, person, kept):
        _, codes = kept
        came, another = give_password(person.email), give_password(person.email)
        came.post(CODE, {"code": codes[0]})
        assert is_in(came)
        another.post(CODE, {"code": codes[0]})
        assert not is_in(another)
        another.post(CODE, {"code": codes[1]})
        assert is_in(another)

    @pytest.mark.parametrize("typed", ["", "000000", "١٢٣٤٥٦", "1" * 500, "\0", "'; --"])
    def test_anything_else_is_refused_in_french(self, person, kept, typed):
        came = give_password(person.email)
        answer = came.post(CODE, {"code": typed})
        assert answer.status_code == 200
        assert answer.context["form"].errors["code"]
        assert not is_in(came)

    def test_an_old_code_is_refused(self, person, kept):
        secret, _ = kept
        came = give_password(person.email)
        came.post(CODE, {"code": shown_by(secret, earlier=3)})
        assert not is_in(came)

    def test_codes_are_not_tried_without_end(self, person, kept):
        secret, _ = kept
        came = give_password(person.email)
        for _ in range(6):
            answer = came.post(CODE, {"code": "000000"})
        assert "Attendez cinq minutes" in answer.content.decode()
        assert "Mot de passe oublié" in answer.content.decode()
        came.post(CODE, {"code": shown_by(secret)})
        assert not is_in(came)

    def test_its_owner_learns_once_a_day_that_somebody_tries_codes(self, person, kept):
        told = OutgoingMail.objects.filter(address=person.email, text__contains="codes faux")
        for tries in (5, 3):
            thief = give_password(person.email)
            for _ in range(tries):
                assert not told.exists() or tries == 3
                thief.post(CODE, {"code": "000000"})
        thief.post(CODE, {"code": "000000"})
        assert told.count() == 1
        assert reverse("account_reset_password") in told.get().text

    def test_another_password_ends_the_tries_of_who_had_the_former_one(self, person, kept):
        secret, _ = kept
        thief = give_password(person.email)
        person.set_password("un phare au bout du quai")
        person.save()
        cache.clear()
        assert thief.post(CODE, {"code": shown_by(secret)})["Location"] == LOGIN
        assert not is_in(thief)
        assert "donnez le nouveau" in thief.get(LOGIN).content.decode()

    def test_the_page_of_codes_is_for_whoever_gave_a_password(self, client, person, kept):
        assert Client().get(CODE)["Location"].startswith(LOGIN)
        assert Client().post(CODE, {"code": shown_by(kept[0])})["Location"].startswith(LOGIN)

    def test_another_password_does_not_do_without_it(self, person, kept):
        stranger = Client()
        stranger.post(reverse("account_reset_password"), {"email": person.email})
        page = stranger.get(reset_link_of(person), follow=True)
        new = {"password1": "un phare au bout du quai", "password2": "un phare au bout du quai"}
        stranger.post(page.redirect_chain[-1][0], new)
        answer = stranger.post(LOGIN, {"login": person.email, "password": new["password1"]})
        assert answer["Location"].startswith(CODE)
        assert not is_in(stranger)


class TestKeepingIt:
    def test_nothing_in_the_database_makes_a_code(self, person, kept):
        secret, codes = kept
        rows = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in rows
        assert not any(code in rows for code in codes)

    def test_a_former_key_still_opens_and_is_then_needed_no_more(self, person, kept, settings):
        secret, codes = kept
        former, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-for-tests"
        settings.SECRET_KEY_FALLBACKS = [former]
        first = give_password(person.email)
        first.post(CODE, {"code": shown_by(secret)})
        assert is_in(first)
        settings.SECRET_KEY_FALLBACKS = []
        for code in (codes[0], codes[1]):
            later = give_password(person.email)
            later.post(CODE, {"code": code})
            assert is_in(later)

    def test_a_key_that_is_lost_is_said(self, person, kept, settings):
        settings.SECRET_KEY = "another-key-for-tests"
        came = give_password(person.email)
        assert "La clé du site a changé" in came.post(CODE, {"code": "123456"}).content.decode()
        assert not is_in(came)

    def test_each_change_is_told_to_its_owner(self, client, person, django_capture_on_commit_callbacks):
        told = OutgoingMail.objects.filter(address=person.email)
        with django_capture_on_commit_callbacks(execute=True):
            set_up(client, person)
        assert "est en place" in told.get().text
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("mfa_generate_recovery_codes"))
        assert told.filter(text__contains="nouveaux codes de secours").count() == 1
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("mfa_deactivate_totp"))
        assert told.filter(text__contains="a été retirée").count() == 1
        assert not Authenticator.objects.exists()

    def test_touching_it_asks_who_is_there(self, client, person):
        client.force_login(person)
        assert client.get(MAKING)["Location"].startswith(reverse("account_reauthenticate"))
        _, codes = set_up(client, person)
        later = give_password(person.email)
        later.post(CODE, {"code": codes[0]})
        for name in ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"):
            assert later.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate"))
            later.post(reverse(name))
        assert Authenticator.objects.count() == 2

    def test_a_code_is_as_good_as_the_password(self, client, person, kept):
        later = give_password(person.email)
        later.post(CODE, {"code": kept[1][0]})
        asked = later.get(reverse("mfa_generate_recovery_codes"), follow=True).content.decode()
        way = re.search(r'href="(/compte/deux-etapes/reauthenticate/[^"]*)"', asked)[1].replace("&amp;", "&")
        assert later.post(way, {"code": "000000"}).context["form"].errors
        answer = later.post(way, {"code": shown_by(kept[0])})
        assert answer["Location"] == reverse("mfa_generate_recovery_codes")
        assert later.get(answer["Location"]).status_code == 200

    def test_a_code_tried_too_often_is_told_when_to_try_again(self, client, person):
        client.force_login(person)
        confirm(client)
        client.get(MAKING)
        for _ in range(6):
            answer = client.post(MAKING, {"code": "000000"})
        assert "Attendez cinq minutes" in answer.content.decode()

    def test_a_wrong_code_makes_nothing(self, client, person):
        client.force_login(person)
        confirm(client)
        page = client.get(MAKING)
        answer = client.post(MAKING, {"code": "12 345"})
        assert answer.context["form"].secret == page.context["form"].secret
        assert not Authenticator.objects.exists()

    def test_the_key_stays_the_same_until_it_is_in_place(self, client, person):
        """A telephone reads the page again when one comes back from the application, another tab too."""
        client.force_login(person)
        confirm(client)
        secret = client.get(MAKING).context["form"].secret
        assert client.get(MAKING).context["form"].secret == secret
        client.post(MAKING, {"code": "000000"})
        client.post(MAKING, {"code": shown_by(secret)})
        assert Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()

    def test_the_key_is_another_one_for_the_next_step(self, client, person):
        first, _ = set_up(client, person)
        client.post(reverse("mfa_deactivate_totp"))
        assert client.get(MAKING).context["form"].secret != first

    def test_nor_does_a_row_of_the_sessions_make_a_code(self, client, person, settings):
        client.force_login(person)
        confirm(client)
        secret = client.get(MAKING).context["form"].secret
        assert secret not in str(Session.objects.get(pk=client.session.session_key).get_decoded())
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-key-for-tests"
        assert client.get(MAKING).context["form"].secret == secret
        settings.SECRET_KEY_FALLBACKS = []

    def test_one_click_too_many_leads_where_the_first_did(self, client, person):
        """Neither to the page that takes away what was just made, nor to one that does not exist."""
        client.force_login(person)
        confirm(client)
        sent = {"code": shown_by(client.get(MAKING).context["form"].secret)}
        assert client.post(MAKING, sent)["Location"] == reverse("mfa_view_recovery_codes")
        assert client.post(MAKING, sent)["Location"] == reverse("mfa_view_recovery_codes")
        assert client.get(MAKING)["Location"] == PAGE
        for _ in range(2):
            assert client.post(reverse("mfa_deactivate_totp"))["Location"] == PAGE

    @pytest.mark.parametrize(
        "name", ["mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
    )
    def test_what_is_no_longer_there_leads_to_what_is(self, client, person, name):
        client.force_login(person)
        assert client.get(reverse(name))["Location"] == PAGE

    def test_a_copy_of_ones_data_has_no_secret(self, person, kept):
        secret, _ = kept
        told = str(export_person(person))
        assert "totp" in told
        assert secret not in told
        assert "gAAAA" not in told

    def test_a_closed_account_keeps_none(self, person, kept):
        Membership.objects.update(role=Role.CONTRIBUTOR)
        operations.close_account(person=person, by=person)
        assert not Authenticator.objects.exists()

    def test_no_page_of_it_stays_in_the_browser(self, client, person, kept):
        for address in (PAGE, reverse("mfa_view_recovery_codes"), reverse("mfa_download_recovery_codes")):
            assert "no-store" in client.get(address)["Cache-Control"]
        assert "no-store" in give_password(person.email).get(CODE)["Cache-Control"]


class TestBrowsersThatCameBefore:
    """Opened by the password alone: whoever stole it may be there."""

    def test_are_left_out_of_what_the_team_sees(self, client, staff, settings):
        settings.TEAM_NEEDS_SECOND_STEP = True
        thief = Client()
        thief.post(LOGIN, {"login": staff.email, "password": PASSWORD})
        set_up(client, staff)
        assert thief.get("/equipe/")["Location"].startswith(LOGIN)
        assert "deuxième étape" in thief.get(LOGIN).content.decode()
        assert client.get("/equipe/").status_code == 200

    def test_send_nothing(self, client, staff, settings):
        settings.TEAM_NEEDS_SECOND_STEP = True
        thief = Client()
        thief.force_login(staff)
        set_up(client, staff)
        thief.post("/mes-informations/", {"first_name": "Zoé", "last_name": "Roux"})
        staff.refresh_from_db()
        assert staff.first_name != "Zoé"

    @pytest.mark.parametrize(
        "name", ["mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"]
    )
    def test_neither_take_it_away_nor_read_the_codes(self, client, person, name):
        thief = Client()
        thief.force_login(person)
        confirm(thief)
        _, codes = set_up(client, person)
        answer = thief.get(reverse(name))
        assert answer["Location"].startswith(LOGIN)
        thief.post(reverse(name))
        assert Authenticator.objects.filter(user=person).count() == 2
        assert client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"] == codes

    def test_nor_once_another_has_replaced_it(self, client, staff, settings):
        settings.TEAM_NEEDS_SECOND_STEP = True
        _, codes = set_up(client, staff)
        other = give_password(staff.email)
        other.post(CODE, {"code": codes[0]})
        assert other.get("/equipe/").status_code == 200
        client.post(reverse("mfa_deactivate_totp"))
        set_up(client, staff)
        assert other.get("/equipe/")["Location"].startswith(LOGIN)

    def test_go_on_elsewhere(self, client, person):
        before = Client()
        before.force_login(person)
        set_up(client, person)
        assert is_in(before)

    def test_come_back_by_a_code(self, client, staff, settings):
        settings.TEAM_NEEDS_SECOND_STEP = True
        before = Client()
        before.force_login(staff)
        _, codes = set_up(client, staff)
        asked = before.get("/equipe/")["Location"]
        page = before.post(asked, {"login": staff.email, "password": PASSWORD})
        assert before.post(page["Location"], {"code": codes[0]})["Location"] == "/equipe/"
        assert before.get("/equipe/").status_code == 200


class TestTheTeam:
    @pytest.fixture(autouse=True)
    def _has_to(self, settings):
        settings.TEAM_NEEDS_SECOND_STEP = True

    def test_sees_nothing_until_it_has_one(self, team):
        for address in ("/equipe/", "/", HOME, "/administration/", "/mes-informations/", PAGE):
            answer = team.get(address)
            if address == PAGE:
                assert answer.status_code == 200
            else:
                assert answer["Location"] == MAKING, address

    @pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "delete"])
    def test_no_method_and_no_page_does_without(self, team, method):
        pages = {name: address for name, _ in all_views(get_resolver()) if (address := reversed_alone(name))}
        assert len(pages) > 60
        for name in pages.keys() - WAYS_TO_ONE:
            assert getattr(team, method)(pages[name]).get("Location") == MAKING, name

    def test_sends_nothing_until_it_has_one(self, team, staff):
        was = staff.first_name
        answer = team.post("/mes-informations/", {"first_name": "Zoé", "last_name": "Roux"}, follow=True)
        staff.refresh_from_db()
        assert staff.first_name == was
        assert "Rien n’a été envoyé" in answer.content.decode()

    def test_may_choose_another_password(self, team, staff):
        """Whoever is still logged in and has forgotten theirs cannot say that it is them."""
        team.post(reverse("account_reset_password"), {"email": staff.email})
        page = team.get(reset_link_of(staff), follow=True)
        new = {"password1": "un phare au bout du quai", "password2": "un phare au bout du quai"}
        done = team.post(page.redirect_chain[-1][0], new, follow=True)
        assert "est changé" in done.content.decode()

    def test_may_leave(self, team):
        team.post(reverse("account_logout"))
        assert team.get("/").status_code == 200

    def test_is_told_why_the_password_is_asked_again_before_it(self, team):
        asked = team.get("/equipe/", follow=True).content.decode()
        assert "deuxième étape va protéger votre connexion" in asked
        assert asked.count("Mot de passe oublié") == 1

    def test_works_as_soon_as_it_has(self, client, staff):
        set_up(client, staff)
        assert (
            f'href="{HOME}"'
            in client.get(reverse("mfa_view_recovery_codes")).content.decode().partition("<main")[2]
        )
        assert client.get("/equipe/").status_code == 200

    def test_takes_it_away_only_to_make_another(self, client, staff):
        set_up(client, staff)
        client.post(reverse("mfa_deactivate_totp"))
        assert client.get("/equipe/")["Location"] == MAKING

    def test_others_are_asked_for_nothing(self, client, person):
        assert client.get("/").status_code == 200
        client.force_login(person)
        assert client.get(HOME).status_code == 200


class TestLostForGood:
    def test_the_team_takes_it_away_and_it_is_told_and_written(self, person, kept, staff):
        assert operations.take_away_second_step(person=person, by=staff)
        assert not operations.take_away_second_step(person=person, by=staff)
        (line,) = TransitionRecord.objects.filter(subject_id=person.pk, verb="take_away_second_step")
        assert line.by == staff
        told = OutgoingMail.objects.filter(address=person.email, text__contains="L’équipe a retiré")
        assert told.count() == 1
        came = Client()
        came.post(LOGIN, {"login": person.email, "password": PASSWORD})
        assert is_in(came)

    def test_nobody_else_does(self, client, person, kept, staff):
        colleague, root = UserFactory(is_staff=True), UserFactory(is_staff=True, is_superuser=True)
        set_up(Client(), colleague)
        above = UserFactory(is_superuser=True)
        for target, by in (
            (above, staff),
            (person, person),
            (person, UserFactory()),
            (colleague, staff),
            (root, root),
        ):
            with pytest.raises(PermissionDenied):
                operations.take_away_second_step(person=target, by=by)
        assert Authenticator.objects.filter(user__in=[person, colleague]).count() == 4
        assert operations.take_away_second_step(person=colleague, by=root)

    def test_it_is_done_from_the_administration(self, client, person, kept):
        root = UserFactory(is_staff=True, is_superuser=True)
        client.force_login(root)
        chosen = {"action": "take_away_second_steps", "_selected_action": [str(person.pk), str(root.pk)]}
        answer = client.post(reverse("admin:accounts_user_changelist"), chosen, follow=True).content.decode()
        assert "retirée, un courriel le lui dit" in answer
        assert "pas à soi-même" in answer
        assert not Authenticator.objects.exists()

    def test_its_secrets_are_not_in_the_administration(self, client, person, kept):
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        for row in Authenticator.objects.all():
            page = client.get(reverse("admin:mfa_authenticator_change", args=[row.pk]))
            assert page.status_code == 200
            assert "gAAAA" not in page.content.decode()
        guessed = client.get("/administration/mfa/authenticator/?data__secret__startswith=g")
        assert guessed.status_code in (302, 400)
