import threading

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import operations
from accounts.enums import Role
from accounts.models import Membership, User
from accounts.operations import users
from accounts.operations.organisations import hold
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.operations import deliver_due, mark_address
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import (
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.threads import Pause, at_once, second_during_first, until_another_waits

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


def test_closing_is_confirmed_once_to_the_address_that_leaves():
    person = UserFactory(email="lea@exemple.fr")
    for _ in range(2):
        operations.close_account(person=person, by=person)
    mail = OutgoingMail.objects.get()
    assert (mail.address, mail.recipient, mail.confidential) == ("lea@exemple.fr", None, True)
    deliver_due()
    mail.refresh_from_db()
    assert mail.status == MailStatus.SENT


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


def test_closing_leaves_everybody_else_as_they_were():
    member = MembershipFactory(role=Role.CONTRIBUTOR)
    other = MembershipFactory(organisation=member.organisation)
    taken = InvitationFactory(email=other.user.email, accepted_by=other.user, accepted_at=clock.now())
    operations.close_account(person=member.user, by=member.user)
    assert Membership.objects.filter(pk=other.pk).exists()
    assert EmailAddress.objects.filter(user=other.user).exists()
    taken.refresh_from_db()
    assert taken.email == other.user.email


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


def test_a_closed_account_waits_for_nothing_and_receives_nothing_else(mailoutbox):
    person = UserFactory()
    operations.claim_organisation(
        organisation=OrganisationFactory(status="unclaimed"), message="Moi", by=person
    )
    operations.close_account(person=person, by=person)
    deliver_due()
    assert [mail.subject for mail in mailoutbox] == ["Votre compte Mecenova est fermé"]
    assert not FollowUp.objects.open().exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("through", ["team", "claim"])
def test_closing_an_account_takes_organisations_first(through):
    """Else it would hold the person while whoever holds the organisation wants to name that person."""
    person, organisation = UserFactory(), OrganisationFactory(status="unclaimed")
    if through == "team":
        MembershipFactory(user=person, organisation=organisation, role=Role.CONTRIBUTOR)
    else:
        operations.claim_organisation(organisation=organisation, message="Moi", by=person)
    is_held = threading.Event()

    @transaction.atomic
    def names_the_person():
        hold([organisation.pk])
        is_held.set()
        until_another_waits()
        journal.record(organisation, "rename", organisation.status, organisation.status, person)

    def closes():
        is_held.wait()
        return operations.close_account(person=person, by=person)

    assert {str(result) for result in at_once(names_the_person, closes)} == {"None", str(person)}
    assert not User.objects.get(pk=person.pk).is_active
    assert not Membership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_changing_a_name_stops_nobody_from_naming_the_person():
    person, organisation = UserFactory(), OrganisationFactory()
    with transaction.atomic():
        operations.update_person(person=person, first_name="Léa", last_name="Roux", by=person)

        def names_the_person():
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            return journal.record(organisation, "rename", "", "", person).by

        assert at_once(names_the_person) == [person]


def test_a_closed_account_leaves_no_address_in_trouble():
    """Neither the one it had, nor a former one, nor a step to mend them."""
    person = UserFactory(email="lea@exemple.fr")
    mark_address(address="Lea@exemple.fr", kind="bounced")
    AddressTrouble.objects.create(user=person, address="ancienne@exemple.fr", kind="bounced")
    other = AddressTrouble.objects.create(user=UserFactory(), address="autre@exemple.fr", kind="bounced")
    operations.close_account(person=person, by=person)
    assert list(AddressTrouble.objects.all()) == [other]
    assert not FollowUp.objects.open().exists()


@pytest.mark.django_db(transaction=True)
def test_the_administration_brings_no_account_back_that_closes_meanwhile(monkeypatch):
    """Its page had read everything before: what the form did not change is as the closing left it."""
    team = MembershipFactory().organisation
    person = MembershipFactory(organisation=team, role=Role.CONTRIBUTOR).user
    admin = Client()
    admin.force_login(StaffFactory(is_superuser=True))
    page = reverse("admin:accounts_user_change", args=[person.pk])
    typed = {"first_name": "Corrigé", "last_name": person.last_name, "is_active": "on"}
    pause = Pause(monkeypatch, users, "write_farewell")
    errors = second_during_first(
        pause,
        lambda: operations.close_account(person=person, by=person),
        lambda: admin.post(page, typed),
    )
    now = User.objects.get(pk=person.pk)
    assert (errors, now.first_name) == ([], "Corrigé")
    assert now.is_closed
    assert not now.is_active
    assert not now.has_usable_password()


def test_the_administration_writes_what_it_changed_and_says_so():
    person, root = UserFactory(), StaffFactory(is_superuser=True)
    read = User.objects.get(pk=person.pk)
    person.set_password("un phare sur la mer")
    person.save()
    operations.write_account(person=read, changes={"last_name": "Roux", "is_active": False}, by=root)
    now = User.objects.get(pk=person.pk)
    assert (now.last_name, now.is_active) == ("Roux", False)
    assert now.check_password("un phare sur la mer")
    line = journal.history(person).get()
    assert (line.verb, line.source, line.target, line.by) == ("write_account", "active", "inactive", root)
    assert line.note == "nom, compte actif"


def test_the_administration_opens_no_closed_account_again(client):
    """Its page may have been opened before: the box is ticked there."""
    person = UserFactory()
    operations.close_account(person=person, by=person)
    client.force_login(StaffFactory(is_superuser=True))
    page = reverse("admin:accounts_user_change", args=[person.pk])
    typed = {"first_name": "Corrigé", "last_name": person.last_name, "is_active": "on"}
    assert client.post(page, typed).status_code == 302
    person.refresh_from_db()
    assert (person.first_name, person.is_active) == ("Corrigé", False)


@pytest.mark.django_db
def test_the_address_of_the_team_is_no_name():
    keeper = StaffFactory(first_name="", last_name="")
    assert str(keeper) == "l’équipe"
