import pytest
from django.urls import reverse

from accounts.models import User
from tests.accounts.factories import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/mes-informations/"
CLOSE = "/mes-informations/fermer/"


def test_a_visitor_sees_nothing(client):
    assert client.get(PAGE).status_code == client.post(CLOSE, {"sure": "on"}).status_code == 302


def test_writing_ones_name(client):
    person = UserFactory()
    client.force_login(person)
    client.post(
        PAGE, {"first_name": "Léa", "last_name": "Roux", "email": "autre@exemple.fr", "is_staff": "on"}
    )
    person.refresh_from_db()
    assert (person.first_name, person.is_staff) == ("Léa", False)
    assert person.email != "autre@exemple.fr"


@pytest.mark.parametrize("typed", ["", "  ", "\u202e", "a" * 300])
def test_a_wrong_name_is_said_and_nothing_changes(client, typed):
    person = UserFactory(first_name="Léa")
    client.force_login(person)
    response = client.post(PAGE, {"first_name": typed, "last_name": "Roux"})
    assert list(response.context["form"].errors) == ["first_name"]
    person.refresh_from_db()
    assert person.first_name == "Léa"


def test_the_page_lists_ones_teams(client):
    member = MembershipFactory()
    client.force_login(member.user)
    assert reverse("accounts:members", args=[member.organisation_id]) in client.get(PAGE).content.decode()


def test_a_change_of_password_leads_to_where_it_is_said_done(client):
    client.force_login(UserFactory())
    new = "un phare au bout du quai"
    answers = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    response = client.post(reverse("account_change_password"), answers, follow=True)
    assert response.redirect_chain[-1][0] == PAGE
    assert "mot de passe" in response.content.decode().lower()


def test_closing_asks_to_be_sure(client):
    person = UserFactory()
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(CLOSE)
    assert client.post(CLOSE, {}).status_code == 200
    assert User.objects.get(pk=person.pk).is_active
    assert client.post(CLOSE, {"sure": "on"}).url == reverse("pages:home")
    assert not User.objects.get(pk=person.pk).is_active
    assert client.get(PAGE).status_code == 302


def test_the_last_manager_is_told_why_not_and_where_to_go(client):
    member, other = MembershipFactory(), MembershipFactory()
    MembershipFactory(organisation=other.organisation, user=member.user)
    client.force_login(member.user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(CLOSE).content.decode()
    assert reverse("accounts:members", args=[member.organisation_id]) in page
    assert member.organisation.name in page
    assert reverse("accounts:members", args=[other.organisation_id]) not in page
    assert "au moins une personne responsable" in client.post(CLOSE, {"sure": "on"}).content.decode()


@pytest.mark.parametrize(("is_staff", "kept"), [(False, "Camille"), (True, "Équipe Mecenova")])
def test_only_the_team_bears_the_name_of_the_site(client, is_staff, kept):
    person = UserFactory(is_staff=is_staff)
    client.force_login(person)
    client.post(reverse("accounts:person"), {"first_name": "Équipe Mecenova", "last_name": "Roux"})
    person.refresh_from_db()
    assert person.first_name == kept
