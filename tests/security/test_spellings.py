"""One address in several spellings: PostgreSQL's UPPER makes an I of « ı » and an S of « ſ »."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts import operations, policies
from accounts.models import User
from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.troubles import mark_address
from tests.accounts.factories import (
    PASSWORD,
    InvitationFactory,
    MembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LOGIN = "/compte/login/"
NAME, LOOK_ALIKE = "association@exemple.fr", "associat\u0131on@exemple.fr"


def log_in(address, password=PASSWORD, network="203.0.113.1"):
    return Client().post(LOGIN, {"login": address, "password": password}, REMOTE_ADDR=network)


def sign_up(address):
    values = {"kind": "association", "first_name": "Léa", "last_name": "Roux", "password1": PASSWORD}
    return Client().post(reverse("accounts:sign_up"), {**values, "email": address})


def test_nobody_signs_up_with_the_look_alike_of_an_address():
    answer = sign_up(LOOK_ALIKE)
    assert answer.status_code == 200
    assert "lettre ordinaire du clavier" in answer.text
    assert not User.objects.exists()


def test_an_account_of_before_shuts_nobody_out():
    """Whoever took the look-alike before it was refused."""
    victim, other = UserFactory(email=NAME), UserFactory(email=LOOK_ALIKE)
    assert log_in(NAME).status_code == 302
    assert User.objects.get_by_natural_key("Association@Exemple.FR") == victim
    assert User.objects.get_by_natural_key(LOOK_ALIKE) == other


def test_another_spelling_is_another_account():
    UserFactory(email=NAME)
    answer = log_in(LOOK_ALIKE)
    assert answer.status_code == 200
    assert "Location" not in answer


def test_wrong_passwords_are_counted_once_for_all_spellings():
    UserFactory(email="isis@exemple.fr")
    for number in range(25):
        log_in("Isis@exemple.fr" if number % 2 else "isis@exemple.fr", "faux", network=f"198.51.100.{number}")
    for spelling in ("isis@exemple.fr", "ISIS@exemple.fr", "i\u017fis@exemple.fr", "\u0131sis@exemple.fr"):
        assert log_in(spelling, network="203.0.113.7").status_code == 200, spelling


def test_no_address_is_changed_for_a_look_alike(client):
    person = UserFactory(email=NAME)
    client.post(LOGIN, {"login": NAME, "password": PASSWORD})
    answer = client.post(reverse("account_email"), {"email": LOOK_ALIKE, "action_add": ""})
    assert "lettre ordinaire du clavier" in answer.text
    assert not EmailAddress.objects.exclude(email=person.email).exists()


def test_no_look_alike_is_invited_nor_left_by_a_visitor(client):
    boss = MembershipFactory()
    client.force_login(boss.user)
    page = reverse("accounts:members", kwargs={"pk": boss.organisation_id})
    answer = client.post(page, {"email": LOOK_ALIKE, "role": "contributor"})
    assert "lettre ordinaire du clavier" in answer.text
    assert not boss.organisation.invitations.exists()


def test_an_invitation_is_for_the_address_written():
    invitation = InvitationFactory(email="mike@iris.fr")
    assert not policies.can_accept_invitation(UserFactory(email="mike@\u0131r\u0131s.fr"), invitation)
    assert policies.can_accept_invitation(UserFactory(email="mike@iris.fr"), invitation)


def test_a_member_s_look_alike_is_no_member():
    boss = MembershipFactory()
    MembershipFactory(organisation=boss.organisation, user__email=LOOK_ALIKE)
    _, written = operations.invite_member(
        organisation=boss.organisation, email=NAME, role="contributor", by=boss.user
    )
    assert written


def test_a_look_alike_that_bounces_stops_nobody_s_mails():
    UserFactory(email=NAME)
    mark_address(address=LOOK_ALIKE, kind=TroubleKind.BOUNCED)
    assert not AddressTrouble.objects.all().about(NAME.upper()).exists()
    mark_address(address=NAME.upper(), kind=TroubleKind.BOUNCED)
    assert AddressTrouble.objects.all().about(NAME).get().address == NAME


def test_what_changes_in_an_account_is_told_to_its_owner(client):
    UserFactory(email=LOOK_ALIKE)
    owner = UserFactory(email=NAME)
    client.post(LOGIN, {"login": NAME, "password": PASSWORD})
    new = "un phare au bout du quai"
    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert OutgoingMail.objects.get().recipient == owner
