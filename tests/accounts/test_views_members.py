from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import operations
from accounts.enums import Role
from accounts.models import Invitation, Membership
from accounts.operations.members import INVITATION_LIFE
from accounts.policies import can_manage_members
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import (
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    manager = MembershipFactory()
    return {
        "manager": manager,
        "contributor": MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR),
        "invitation": InvitationFactory(organisation=manager.organisation, invited_by=manager.user),
    }


def page_of(team):
    return reverse("accounts:members", args=[team["manager"].organisation_id])


ACTIONS = {
    "change_role": lambda team: (team["contributor"].pk, {"role": "manager"}),
    "remove_member": lambda team: (team["contributor"].pk, {}),
    "withdraw_invitation": lambda team: (team["invitation"].pk, {}),
    "withdraw": lambda team: (team["manager"].organisation_id, {}),
}


def test_the_link_of_a_mail_leads_to_the_team_once_the_record_is_part_of_another(client, team):
    kept = OrganisationFactory(name="Les Phares")
    address = page_of(team)
    operations.merge_organisations(kept=kept, gone=team["manager"].organisation, by=None)
    client.force_login(team["contributor"].user)
    assert "Les Phares" in client.get(address, follow=True).text
    client.force_login(UserFactory())
    assert client.get(address, follow=True).status_code == 404


class TestWhoMayDoWhat:
    @pytest.mark.parametrize("action", ACTIONS)
    def test_others_objects_do_not_exist(self, client, team, action):
        key, values = ACTIONS[action](team)
        address = reverse(f"accounts:{action}", args=[key])
        for person in (UserFactory(), MembershipFactory().user, team["contributor"].user):
            client.force_login(person)
            assert client.post(address, values).status_code == 404
        assert Membership.objects.filter(organisation=team["manager"].organisation).count() == 2
        assert Invitation.objects.filter(pk=team["invitation"].pk).exists()

    @pytest.mark.parametrize("action", ACTIONS)
    def test_managers_can(self, client, team, action):
        key, values = ACTIONS[action](team)
        client.force_login(team["manager"].user)
        assert client.post(reverse(f"accounts:{action}", args=[key]), values).status_code == 302

    @pytest.mark.parametrize("action", ACTIONS)
    def test_staff_see_the_team_and_run_it_only_where_nobody_does(self, client, team, action):
        key, values = ACTIONS[action](team)
        address = reverse(f"accounts:{action}", args=[key])
        client.force_login(StaffFactory())
        assert client.get(page_of(team)).status_code == 200
        if action != "withdraw":
            assert client.post(address, values).status_code == 404
            team["manager"].user.is_active = False
            team["manager"].user.save()
        assert client.post(address, values).status_code == 302

    @pytest.mark.parametrize("action", [*ACTIONS, "leave"])
    def test_a_link_changes_nothing(self, client, team, action):
        key = ACTIONS[action](team)[0] if action in ACTIONS else team["manager"].organisation_id
        client.force_login(team["manager"].user)
        assert client.get(reverse(f"accounts:{action}", args=[key])).status_code == 405

    def test_the_team_is_seen_by_itself_and_the_staff_only(self, client, team):
        for person, status in (
            (UserFactory(), 404),
            (MembershipFactory().user, 404),
            (team["contributor"].user, 200),
            (team["manager"].user, 200),
            (StaffFactory(), 200),
        ):
            client.force_login(person)
            assert client.get(page_of(team)).status_code == status

    def test_a_contributor_sees_no_invitation_and_cannot_invite(self, client, team):
        client.force_login(team["contributor"].user)
        page = client.get(page_of(team)).content.decode()
        assert team["invitation"].email not in page
        answer = client.post(page_of(team), {"email": "x@exemple.fr", "role": "manager"})
        assert answer.status_code == 404


def test_inviting_from_the_page(client, team):
    client.force_login(team["manager"].user)
    client.post(page_of(team), {"email": "Lea@exemple.fr", "role": "contributor"})
    assert "lea@exemple.fr" in client.get(page_of(team)).content.decode()


def test_inviting_again_says_that_nothing_left_while_the_first_is_good(client, team):
    client.force_login(team["manager"].user)
    again = {"email": "lea@exemple.fr", "role": "contributor"}
    first, second = (client.post(page_of(team), again, follow=True).content.decode() for _ in range(2))
    assert "est partie à lea@exemple.fr" in first
    assert "est partie" not in second
    assert "rien n’est reparti" in second
    assert OutgoingMail.objects.filter(address="lea@exemple.fr").count() == 1
    with clock.frozen(clock.now() + INVITATION_LIFE + timedelta(days=1)):
        assert (
            "est partie à lea@exemple.fr" in client.post(page_of(team), again, follow=True).content.decode()
        )


def test_an_invitation_whose_sender_no_longer_manages_is_to_be_renewed(client, team, query_count):
    organisation = team["manager"].organisation
    client.force_login(team["manager"].user)
    one = query_count(lambda: client.get(page_of(team)))
    assert "à renouveler" not in client.get(page_of(team)).content.decode()
    senders = {
        "left": UserFactory(),
        "demoted": team["contributor"].user,
        "closed": MembershipFactory(organisation=organisation, user__is_active=False).user,
        "team": StaffFactory(),
    }
    for sender in senders.values():
        InvitationFactory(organisation=organisation, invited_by=sender)
    InvitationFactory(organisation=organisation, invited_by=team["manager"].user, expires_at=clock.now())
    assert client.get(page_of(team)).content.decode().count("à renouveler") == len(senders) + 1
    assert query_count(lambda: client.get(page_of(team))) == one
    for invitation in organisation.invitations.waiting().with_senders():
        assert invitation.sender_may_invite == can_manage_members(invitation.invited_by, organisation)


@pytest.mark.parametrize(
    "typed", ["", "lea", "lea@exemple.fr\r\nBcc:x@exemple.fr", "a" * 300 + "@exemple.fr"]
)
def test_a_wrong_address_is_said(client, team, typed):
    client.force_login(team["manager"].user)
    response = client.post(page_of(team), {"email": typed, "role": "contributor"})
    assert list(response.context["form"].errors) == ["email"]


def test_somebody_already_there_is_said_by_the_form(client, team):
    client.force_login(team["manager"].user)
    response = client.post(page_of(team), {"email": team["contributor"].user.email, "role": "contributor"})
    assert "fait déjà partie" in str(response.context["form"].errors["email"])


def test_the_last_manager_is_told_what_to_do(client, team):
    client.force_login(team["manager"].user)
    page = client.post(
        reverse("accounts:leave", args=[team["manager"].organisation_id]), follow=True
    ).content.decode()
    assert "Il faut au moins une personne responsable" in page
    assert "invitez quelqu’un" in page


def test_leaving_leads_to_the_dashboard(client, team):
    client.force_login(team["contributor"].user)
    response = client.post(reverse("accounts:leave", args=[team["manager"].organisation_id]))
    assert response.url == reverse("pages:dashboard")


def test_a_team_of_ten_costs_no_more_queries(client, team, query_count):
    client.force_login(team["manager"].user)
    few = query_count(lambda: client.get(page_of(team)))
    for _ in range(8):
        MembershipFactory(organisation=team["manager"].organisation)
        InvitationFactory(organisation=team["manager"].organisation, invited_by=team["manager"].user)
    assert query_count(lambda: client.get(page_of(team))) == few


class TestTheInvitationsLink:
    def test_looking_joins_nobody(self, client):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email)
        client.force_login(guest)
        assert client.get(invitation.get_absolute_url()).status_code == 200
        assert not Membership.objects.filter(user=guest).exists()

    def test_replayed_it_says_that_it_has_served(self, client):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email)
        client.force_login(guest)
        for _ in range(2):
            assert client.post(invitation.get_absolute_url()).url == reverse("pages:dashboard")
        assert "déjà servi" in client.get(invitation.get_absolute_url()).content.decode()
        assert Membership.objects.filter(user=guest).count() == 1

    def test_removed_then_replayed_it_does_not_bring_back(self, client):
        guest = UserFactory()
        invitation = InvitationFactory(email=guest.email)
        client.force_login(guest)
        client.post(invitation.get_absolute_url())
        member = Membership.objects.get(user=guest)
        operations.remove_member(membership=member, by=invitation.invited_by)
        assert client.post(invitation.get_absolute_url()).status_code == 200
        assert not Membership.objects.filter(user=guest).exists()

    def test_with_another_account_it_says_whose_it_is(self, client):
        invitation, reader = InvitationFactory(), UserFactory()
        client.force_login(reader)
        page = client.get(invitation.get_absolute_url()).content.decode()
        assert invitation.email in page
        assert f"demandez à {invitation.invited_by} d’inviter {reader.email}" in page
        assert client.post(invitation.get_absolute_url()).status_code == 404

    def test_a_visitor_cannot_accept(self, client):
        assert client.post(InvitationFactory().get_absolute_url()).status_code == 404

    def test_expired_it_says_since_when(self, client):
        invitation = InvitationFactory(expires_at=clock.now() - timedelta(minutes=1))
        assert "n’est plus valable" in client.get(invitation.get_absolute_url()).content.decode()

    @pytest.mark.parametrize(
        "spoil", [lambda a: a[:-3] + "zz/", lambda a: "/invitations/rien/", lambda a: a.upper()]
    )
    def test_altered_it_is_not_found(self, client, spoil):
        assert client.get(spoil(InvitationFactory().get_absolute_url())).status_code == 404

    def test_taken_back_it_is_not_found(self, client):
        invitation = InvitationFactory()
        address = invitation.get_absolute_url()
        operations.withdraw_invitation(invitation=invitation, by=invitation.invited_by)
        assert client.get(address).status_code == 404


def test_the_team_invites_somebody_responsible_first(client):
    organisation = OrganisationFactory()
    client.force_login(StaffFactory())
    address = reverse("accounts:members", args=[organisation.pk])
    assert client.get(address).context["form"]["role"].value() == "manager"
    answer = client.post(address, {"email": "lea@exemple.fr", "role": "contributor"})
    assert answer.status_code == 422
    assert "invitez d’abord une personne responsable" in answer.text
    assert not Invitation.objects.exists()
