import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts import operations
from accounts.enums import Role
from accounts.models import Membership, User
from mecenova.agenda.models import FollowUp
from mecenova.mail.operations import deliver_due
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_verified_user_signs_in_at_once(client):
    operations.create_verified_user(
        email="Lea@Exemple.FR", password="une lampe dans la nuit", first_name="Léa", last_name="Roux"
    )
    assert client.login(email="lea@exemple.fr", password="une lampe dans la nuit")
    assert EmailAddress.objects.get().verified


def test_an_address_is_one_person_whatever_its_case():
    UserFactory(email="lea@exemple.fr")
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="LEA@exemple.fr").save()


@pytest.mark.parametrize(
    ("typed", "kept"), [("Léa\u202e", "Léa"), (" Jean \n Luc ", "Jean Luc"), ("a" * 300, "a" * 80)]
)
def test_people_write_their_own_name(typed, kept):
    person = UserFactory()
    assert (
        operations.update_person(person=person, first_name=typed, last_name="Roux", by=person).first_name
        == kept
    )


def test_nobody_writes_somebody_else():
    for verb, values in (
        (operations.update_person, {"first_name": "X", "last_name": "Y"}),
        (operations.close_account, {}),
    ):
        with pytest.raises(PermissionDenied):
            verb(person=UserFactory(), by=StaffFactory(), **values)


def test_closing_leaves_every_team_erases_the_address_and_signs_out(client):
    member = MembershipFactory(role=Role.CONTRIBUTOR)
    address = member.user.email
    client.force_login(member.user)
    operations.close_account(person=member.user, by=member.user)
    person = User.objects.get(pk=member.user.pk)
    assert not Membership.objects.filter(user=person).exists()
    assert not EmailAddress.objects.filter(user=person).exists()
    assert not User.objects.filter(email=address).exists()
    assert not client.login(email=address, password="une lampe dans la nuit")
    assert client.get("/mes-informations/").status_code == 302
    assert UserFactory(email=address)


def test_the_last_manager_keeps_the_account_and_every_team():
    last = MembershipFactory()
    other = MembershipFactory(user=last.user, role=Role.CONTRIBUTOR)
    with pytest.raises(DomainError, match="responsable"):
        operations.close_account(person=last.user, by=last.user)
    last.user.refresh_from_db()
    assert last.user.is_active
    assert Membership.objects.filter(pk=other.pk).exists()


def test_staff_accounts_are_closed_elsewhere():
    staff = StaffFactory()
    with pytest.raises(DomainError, match="administration"):
        operations.close_account(person=staff, by=staff)


def test_a_closed_account_waits_for_nothing_and_receives_nothing(mailoutbox):
    person = UserFactory()
    operations.claim_organisation(
        organisation=OrganisationFactory(status="unclaimed"), message="Moi", by=person
    )
    operations.close_account(person=person, by=person)
    deliver_due()
    assert mailoutbox == []
    assert not FollowUp.objects.open().exists()
