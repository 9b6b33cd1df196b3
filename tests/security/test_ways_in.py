"""Signing in: who can be kept out, who can be written to, and who may give rights."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.core.internal.ratelimit import get_ip
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import PASSWORD, ClaimFactory, OrganisationFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/compte/login/"
# Two proxies: the visitor's own words, then what each of them saw.
FORWARDED = "10.0.0.1, 203.0.113.1, 203.0.113.2"


class Hours:
    """The clock of the limits, which is the machine's own, moved on by hand."""

    def __init__(self):
        self.now = time.time()

    def pass_by(self, minutes):
        self.now += 60 * minutes

    def __call__(self):
        return self.now


@pytest.fixture
def hours(monkeypatch):
    clock = Hours()
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", clock)
    return clock


def try_password(client, person, password, address="192.0.2.1"):
    return client.post(LOGIN, {"login": person.email, "password": password}, REMOTE_ADDR=address)


class TestSigningIn:
    def test_the_admin_has_no_door_of_its_own(self, client):
        staff = StaffFactory()
        answer = client.post(
            reverse("admin:login"),
            {"username": staff.email, "password": PASSWORD, "next": "/administration/"},
        )
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, LOGIN)
        assert "_auth_user_id" not in client.session

    def test_nor_a_change_of_password_of_its_own(self, client):
        """The site's own counts the tries, and writes to whose password it was."""
        staff, new = StaffFactory(is_superuser=True), "un phare au bout du quai"
        client.force_login(staff)
        typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        for answer in (
            client.get("/administration/password_change/"),
            client.post("/administration/password_change/", typed),
        ):
            assert (answer.status_code, answer["Location"]) == (302, reverse("account_change_password"))
        before = staff.password
        client.get(f"/administration/accounts/user/{staff.pk}/password/")
        client.post(f"/administration/accounts/user/{staff.pk}/password/", typed)
        staff.refresh_from_db()
        assert staff.password == before

    def test_to_others_the_admin_is_closed(self, client):
        client.force_login(UserFactory())
        assert client.get(reverse("admin:login")).status_code == 403

    def test_wrong_passwords_stop_whoever_types_them_and_nobody_else(self, client):
        person = UserFactory()
        for _ in range(6):
            try_password(client, person, "faux faux faux")
        stopped = try_password(client, person, PASSWORD)
        assert stopped.status_code == 200
        assert "ou choisissez un autre mot de passe" in stopped.text
        assert try_password(client, person, PASSWORD, address="198.51.100.7").status_code == 302

    def test_who_is_stopped_comes_in_at_once_by_the_way_they_are_told(self, client):
        person, new = UserFactory(), "un phare au bout du quai"
        for _ in range(6):
            try_password(client, person, "faux faux faux")
        here = {"REMOTE_ADDR": "192.0.2.1"}
        client.post(reverse("account_reset_password"), {"email": person.email}, **here)
        (link,) = re.findall(r"http://testserver(\S+/key/\S+)", OutgoingMail.objects.get().text)
        form = client.get(link, follow=True, **here).redirect_chain[-1][0]
        client.post(form, {"password1": new, "password2": new}, **here)
        assert try_password(client, person, new).status_code == 302

    def test_one_network_cannot_try_every_account(self, client):
        people = [UserFactory() for _ in range(11)]
        answers = [try_password(client, person, "faux faux faux") for person in people]
        assert answers[-1].status_code == 200
        assert try_password(client, people[0], PASSWORD).status_code == 200

    def test_many_networks_cannot_try_one_account(self, client):
        """Nor keep its owner out: the browser used last opens, any other once a password is chosen anew."""
        person, other = UserFactory(), UserFactory()
        owner = Client()
        assert try_password(owner, person, PASSWORD).status_code == 302
        owner.post(reverse("account_logout"))
        for number in range(20):
            try_password(client, person, "faux faux faux", address=f"198.51.100.{number}")
        assert try_password(client, person, PASSWORD, address="203.0.113.9").status_code == 200
        assert try_password(Client(), other, PASSWORD, address="203.0.113.9").status_code == 302
        assert try_password(owner, person, PASSWORD).status_code == 302
        new = "un phare au bout du quai"
        client.post(reverse("account_reset_password"), {"email": person.email})
        (link,) = re.findall(r"http://testserver(\S+/key/\S+)", OutgoingMail.objects.get().text)
        form = client.get(link, follow=True).redirect_chain[-1][0]
        client.post(form, {"password1": new, "password2": new})
        assert try_password(Client(), person, new, address="203.0.113.10").status_code == 302

    def test_the_right_password_counts_for_nothing(self, client):
        person = UserFactory()
        for number in range(25):
            door = Client()
            assert try_password(door, person, PASSWORD, address=f"198.51.100.{number}").status_code == 302

    @pytest.mark.parametrize(("proxies", "read"), [(0, "192.0.2.9"), (1, "203.0.113.2"), (2, "203.0.113.1")])
    def test_the_visitor_s_address_is_read_behind_our_proxies_alone(self, rf, settings, proxies, read):
        """What a visitor writes in X-Forwarded-For stands before what proxies add, and is not believed."""
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
        request = rf.get("/", REMOTE_ADDR="192.0.2.9", headers={"X-Forwarded-For": FORWARDED})
        assert get_ip(request) == read

    def test_wrong_passwords_are_counted_whatever_a_visitor_writes_of_where_they_are(self, client, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        person = UserFactory()
        for number in range(6):
            client.post(
                LOGIN,
                {"login": person.email, "password": "faux faux faux"},
                headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.2"},
            )
        answer = client.post(
            LOGIN,
            {"login": person.email, "password": PASSWORD},
            headers={"X-Forwarded-For": "198.51.100.99, 203.0.113.2"},
        )
        assert answer.status_code == 200

    def test_the_session_changes_when_one_signs_in(self, client):
        client.get(LOGIN)
        client.session.save()
        before = client.session.session_key
        try_password(client, UserFactory(email="lea@exemple.fr"), PASSWORD)
        assert client.session.session_key != before

    def test_a_closed_account_does_not_come_back(self, client):
        person = UserFactory(is_active=False)
        try_password(client, person, PASSWORD)
        assert "_auth_user_id" not in client.session

    def test_the_first_superuser_comes_in_with_a_code(self, client):
        """Made by `createsuperuser`, whose address nobody has verified yet."""
        first = User.objects.create_superuser("premiere@mecenova.example", PASSWORD)
        try_password(client, first, PASSWORD)
        code = OutgoingMail.objects.get(address=first.email).subject.split()[0]
        client.post(reverse("account_email_verification_sent"), {"code": code})
        assert client.get("/administration/").status_code == 200


class TestAnOpenBrowser:
    """Somebody at a browser left open reads; the account itself asks the password again."""

    @pytest.fixture
    def person(self, client):
        person = UserFactory(email="lea@exemple.fr")
        client.force_login(person)
        return person

    def confirm(self, client, answer, password):
        """The page that asks it: where it leads once answered."""
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
        assert client.get(answer["Location"]).status_code == 200
        return client.post(answer["Location"], {"password": password})

    @pytest.mark.parametrize(
        ("act", "email"), [("add", "nouvelle"), ("primary", "lea.roux"), ("remove", "lea.roux")]
    )
    def test_no_address_is_touched_without_the_password(self, client, person, act, email):
        EmailAddress.objects.create(user=person, email="lea.roux@exemple.fr", verified=True)
        before = list(EmailAddress.objects.order_by("pk").values())
        sent = {"email": f"{email}@exemple.fr", f"action_{act}": ""}
        answer = client.post(reverse("account_email"), sent)
        assert self.confirm(client, answer, "faux faux faux").status_code == 200
        assert list(EmailAddress.objects.order_by("pk").values()) == before
        assert not OutgoingMail.objects.exists()

    def test_the_account_is_not_closed_without_it_and_closes_with_it(self, client, person):
        close = reverse("accounts:close_account")
        assert client.get(close).status_code == 200
        answer = client.post(close, {"sure": "on"})
        assert self.confirm(client, answer, "faux faux faux").status_code == 200
        person.refresh_from_db()
        assert person.is_active
        assert self.confirm(client, answer, PASSWORD)["Location"] == reverse("pages:home")
        person.refresh_from_db()
        assert not person.is_active

    def test_an_address_that_was_swapped_is_told_whom_to_write_to(self, client, person, settings):
        """A reset would not know it any more."""
        EmailAddress.objects.create(user=person, email="autre@exemple.fr", verified=True)
        page = reverse("account_email")
        answer = client.post(page, {"email": "autre@exemple.fr", "action_primary": ""})
        self.confirm(client, answer, PASSWORD)
        client.post(page, {"email": "lea@exemple.fr", "action_remove": ""})
        mails = OutgoingMail.objects.filter(address="lea@exemple.fr")
        assert len(mails) == 2
        for mail in mails:
            assert f"Écrivez tout de suite à {settings.CONTACT_EMAIL}" in mail.text
            assert reverse("account_reset_password") not in mail.text
        assert OutgoingMail.objects.filter(address="autre@exemple.fr").count() == 1


class TestWritingToOthers:
    def test_an_account_that_exists_is_told_once_a_day(self, client):
        UserFactory(email="lea@exemple.fr")
        values = {"kind": "association", "first_name": "L", "last_name": "R", "password1": PASSWORD}
        for email in ("lea@exemple.fr", "LEA@exemple.fr"):
            client.post(reverse("accounts:sign_up"), {**values, "email": email})
        assert OutgoingMail.objects.count() == 1

    def test_an_unknown_address_is_told_once_a_day(self, client):
        for _ in range(3):
            client.post(reverse("account_reset_password"), {"email": "inconnue@exemple.fr"})
        assert OutgoingMail.objects.count() == 1

    @pytest.mark.parametrize("has_account", [True, False])
    def test_five_reset_links_a_day_and_what_to_do_then(self, client, has_account):
        if has_account:
            UserFactory(email="lea@exemple.fr")
        answers = [
            client.post(reverse("account_reset_password"), {"email": "lea@exemple.fr"}) for _ in range(6)
        ]
        assert OutgoingMail.objects.count() == (5 if has_account else 1)
        assert [answer.status_code for answer in answers] == [302] * 5 + [429]
        assert "revenez demain" in answers[-1].text

    def test_one_network_asks_for_sixty_links_a_day(self, client, hours):
        answers = []
        for number in range(61):
            hours.pass_by(minutes=1)
            sent = {"email": f"inconnue{number}@exemple.fr"}
            answers.append(client.post(reverse("account_reset_password"), sent).status_code)
        assert answers == [302] * 60 + [429]

    @pytest.mark.parametrize("has_account", [True, False])
    def test_five_sign_ups_a_day_for_one_address(self, hours, has_account):
        if has_account:
            UserFactory(email="lea@exemple.fr")
        values = {"kind": "association", "first_name": "L", "last_name": "R", "password1": PASSWORD}
        answers = []
        for _ in range(6):
            hours.pass_by(minutes=1)
            sent = values | {"email": "lea@exemple.fr"}
            answers.append(Client().post(reverse("accounts:sign_up"), sent).status_code)
        assert answers == [302] * 5 + [429]
        assert OutgoingMail.objects.filter(address="lea@exemple.fr").count() <= 2

    def test_logging_in_writes_to_nobody_until_the_address_is_confirmed(self, hours):
        """Signed up by a stranger, an address receives one code, however often its password is given."""
        values = {"kind": "association", "first_name": "L", "last_name": "R", "password1": PASSWORD}
        Client().post(reverse("accounts:sign_up"), values | {"email": "lea@exemple.fr"})
        for _ in range(4):
            hours.pass_by(minutes=1)
            Client().post(LOGIN, {"login": "lea@exemple.fr", "password": PASSWORD})
        assert OutgoingMail.objects.count() == 1

    def test_a_member_adds_few_addresses_a_day(self, client, hours):
        person = UserFactory()
        client.post(LOGIN, {"login": person.email, "password": PASSWORD})
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        answers = []
        for number in range(11):
            hours.pass_by(minutes=1 / 6)
            sent = {"email": f"tiers{number}@exemple.fr", "action_add": ""}
            answers.append(client.post(reverse("account_email"), sent).status_code)
        assert (answers[9], answers[10]) == (302, 429)
        assert OutgoingMail.objects.filter(address__startswith="tiers").count() == 10

    def test_whether_an_address_is_known_is_not_seen(self, client):
        UserFactory(email="lea@exemple.fr")
        known, unknown = (
            client.post(reverse("account_reset_password"), {"email": f"{name}@exemple.fr"})
            for name in ("lea", "inconnue")
        )
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


class TestAnAddressNobodyConfirmed:
    """Whoever signs up another's address, then logs in with the same password, learns nothing."""

    TYPED = "un autre mot de passe"

    def signed_up(self, email):
        values = {"kind": "association", "first_name": "L", "last_name": "R", "password1": self.TYPED}
        Client().post(reverse("accounts:sign_up"), values | {"email": email})

    def logged_in(self, email):
        """What the page answers, up to being told that one tries too often."""
        door = Client()
        return [
            re.sub(r"<address>|[A-Za-z0-9]{64}", "", door.post(LOGIN, sent).text.replace(email, "<address>"))
            for sent in [{"login": email, "password": self.TYPED}] * 6
        ]

    def test_the_page_answers_as_for_somebody_else_s_account(self, hours):
        UserFactory(email="connue@exemple.fr")
        answers = []
        for email in ("connue@exemple.fr", "inconnue@exemple.fr"):
            self.signed_up(email)
            hours.pass_by(minutes=10)
            answers.append(self.logged_in(email))
        assert answers[0] == answers[1]
        assert "confirmez d’abord votre adresse" in answers[0][0]

    def test_as_much_work_is_done(self, hours, monkeypatch):
        """The time of an answer would tell: the same passwords are tried, and as many of them."""
        UserFactory(email="connue@exemple.fr")
        tried = []
        check = User.check_password
        monkeypatch.setattr(User, "check_password", lambda self, raw: tried.append(raw) or check(self, raw))
        counts = []
        for email in ("connue@exemple.fr", "inconnue@exemple.fr"):
            self.signed_up(email)
            tried.clear()
            Client().post(LOGIN, {"login": email, "password": self.TYPED})
            counts.append(len(tried))
        assert counts[0] == counts[1] > 0

    def test_its_owner_comes_in_by_a_link_of_reset(self, client):
        new = "un phare au bout du quai"
        self.signed_up("lea@exemple.fr")
        client.post(reverse("account_reset_password"), {"email": "lea@exemple.fr"})
        mail = OutgoingMail.objects.latest("created_at")
        (link,) = re.findall(r"http://testserver(\S+/key/\S+)", mail.text)
        form = client.get(link, follow=True).redirect_chain[-1][0]
        client.post(form, {"password1": new, "password2": new})
        answer = Client().post(LOGIN, {"login": "lea@exemple.fr", "password": new})
        assert (answer.status_code, answer["Location"]) == (302, "/inscription/association/")


class TestSecretsOfMails:
    def test_a_code_is_read_on_no_page(self, client):
        values = {"kind": "association", "first_name": "L", "last_name": "R", "password1": PASSWORD}
        client.post(reverse("accounts:sign_up"), {**values, "email": "lea@exemple.fr"})
        mail = OutgoingMail.objects.get()
        code = mail.subject.split()[0]
        client.force_login(StaffFactory(is_superuser=True))
        for address in (
            mail.get_absolute_url(),
            reverse("admin:mail_outgoingmail_changelist"),
            reverse("admin:mail_outgoingmail_change", args=[mail.pk]),
        ):
            assert code not in client.get(address).text, address
        searched = client.get(reverse("admin:mail_outgoingmail_changelist"), {"q": code[:3]})
        assert "lea@exemple.fr" not in searched.text


class TestRights:
    @pytest.fixture
    def keeper(self, client):
        """Of the team, with every right that can be given, and no superuser."""
        keeper = StaffFactory()
        keeper.user_permissions.set(Permission.objects.all())
        client.force_login(keeper)
        return keeper

    def test_rights_are_given_by_superusers(self, client, keeper):
        for person in (keeper, UserFactory()):
            rights = (person.is_staff, person.is_superuser)
            client.post(
                reverse("admin:accounts_user_change", args=[person.pk]),
                {
                    "first_name": "N",
                    "last_name": "D",
                    "is_active": "on",
                    "is_staff": "on",
                    "is_superuser": "on",
                },
            )
            person.refresh_from_db()
            assert person.first_name == "N"
            assert (person.is_staff, person.is_superuser) == rights

    def test_a_superuser_is_changed_by_superusers(self, client, keeper):
        above = StaffFactory(is_superuser=True)
        client.post(reverse("admin:accounts_user_change", args=[above.pk]), {"first_name": "N"})
        above.refresh_from_db()
        assert above.is_active

    def test_nobody_gives_themselves_the_address_of_a_superuser(self, client, keeper):
        """Confirmed by hand, an address takes the resets of passwords of its account."""
        above = StaffFactory(is_superuser=True)
        own = EmailAddress.objects.create(user=keeper, email="moi@exemple.fr", verified=False)
        values = {"user": above.pk, "email": "moi@exemple.fr", "verified": "on", "primary": "on"}
        client.post(reverse("admin:account_emailaddress_add"), values | {"email": "autre@exemple.fr"})
        client.post(reverse("admin:account_emailaddress_change", args=[own.pk]), values)
        client.post(reverse("admin:account_emailaddress_delete", args=[own.pk]), {"post": "yes"})
        acted = {"action": "make_verified", "_selected_action": [own.pk]}
        client.post(reverse("admin:account_emailaddress_changelist"), acted)
        own.refresh_from_db()
        assert (own.user, own.verified) == (keeper, False)
        assert not EmailAddress.objects.filter(email="autre@exemple.fr").exists()

    def test_nobody_gives_their_own_group_more_rights(self, client, keeper):
        group = Group.objects.create(name="Relecture")
        keeper.groups.add(group)
        right = Permission.objects.get(codename="delete_user")
        values = {"name": "Relecture", "permissions": [right.pk]}
        client.post(reverse("admin:auth_group_change", args=[group.pk]), values)
        client.post(reverse("admin:auth_group_add"), values | {"name": "Autre"})
        assert not group.permissions.exists()
        assert not Group.objects.filter(name="Autre").exists()

    def test_a_superuser_does(self, client):
        client.force_login(StaffFactory(is_superuser=True))
        client.post(reverse("admin:auth_group_add"), {"name": "Relecture"})
        assert Group.objects.filter(name="Relecture").exists()


def test_a_record_is_claimed_once_however_often_it_is_sent(client):
    person, organisation = UserFactory(), OrganisationFactory(status="unclaimed")
    ClaimFactory(organisation=organisation)
    client.force_login(person)
    address = reverse("accounts:claim", args=[organisation.pk])
    for _ in range(2):
        client.post(address, {"message": "Je suis trésorière."})
    assert person.claims.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_is_hashed_once(client, monkeypatch, known):
    """Argon2 takes a hundred megabytes each time: twice would halve what it takes to tire the site."""
    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(self, *words):
        hashed.append(words)
        return encode(self, *words)

    email = UserFactory().email if known else "personne@exemple.fr"
    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    client.post(reverse("account_login"), {"login": email, "password": "pas le bon"})
    assert len(hashed) == 1
