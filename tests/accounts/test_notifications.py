from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import notifications, operations
from accounts.enums import Role
from accounts.followups import ClaimDecision
from accounts.models import Membership, User
from mecenova.agenda.operations import start
from mecenova.calendar import clock
from mecenova.mail.composition import compose_due
from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.notifications import registered
from mecenova.mail.operations import deliver_due, queue
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.mail.reading import names_told, the_mail, whole

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


def lea():
    return UserFactory(email="lea@exemple.fr", first_name="Léa", last_name="Roux")


def managed():
    return MembershipFactory(user=lea(), organisation__name="Les Lucioles").organisation


def claim_waiting():
    claim = claimed()
    start(ClaimDecision, claim)
    return claim


def claimed(**changes):
    return ClaimFactory(user=lea(), organisation__name="Les Lucioles", **changes)


def changes_asked():
    organisation = managed()
    organisation.status = "to_check"
    organisation.save()
    return operations.ask_for_changes(organisation=organisation, message="Votre RNA.\nMerci", by=None)


def claim_accepted():
    claim = claimed(answer="Bienvenue")
    MembershipFactory(user=claim.user, organisation=claim.organisation)
    return claim


def newcomer():
    return ClaimFactory(organisation=managed(), user__first_name="Paul", user__last_name="Petit")


def invitation_accepted():
    organisation = managed()
    guest = UserFactory(first_name="Paul", last_name="Petit")
    MembershipFactory(organisation=organisation, user=guest, role=Role.CONTRIBUTOR)
    return InvitationFactory(
        organisation=organisation,
        invited_by=User.objects.get(email="lea@exemple.fr"),
        accepted_by=guest,
        accepted_at=clock.now(),
    )


def alone():
    """Of Léa, who has opened an account and stopped there."""
    return UserFactory(email="lea@exemple.fr", first_name="Léa", last_name="Roux", wanted_kind="association")


def invitation_unused():
    return InvitationFactory(
        organisation=managed(),
        email="paul@exemple.fr",
        invited_by=User.objects.get(email="lea@exemple.fr"),
        expires_at=clock.now(),
    )


def waiting_files():
    ClaimFactory(organisation__name="Les Phares")
    OrganisationFactory(name="Les Lucioles", status="to_check")
    return StaffFactory(email="lea@exemple.fr", first_name="Léa")


def address_in_trouble():
    paul = UserFactory(first_name="Paul", last_name="Petit", email="paul@exemple.fr")
    MembershipFactory(user=paul)
    AddressTrouble.objects.create(user=paul, address=paul.email, kind=TroubleKind.BOUNCED)
    return StaffFactory(email="lea@exemple.fr", first_name="Léa")


def withdrawn():
    organisation = managed()
    paul = UserFactory(first_name="Paul", last_name="Petit")
    MembershipFactory(organisation=organisation, user=paul)
    return operations.withdraw_organisation(organisation=organisation, by=paul)


def dormant():
    managed()
    return User.objects.get(email="lea@exemple.fr")


SUBJECTS = {
    notifications.OrganisationChecked: managed,
    notifications.ChangesAsked: changes_asked,
    notifications.ChangesReminder: changes_asked,
    notifications.LastChangesReminder: changes_asked,
    notifications.CheckDelayed: managed,
    notifications.StaffReminder: waiting_files,
    notifications.LeadAlert: waiting_files,
    notifications.AddressReminder: address_in_trouble,
    notifications.ClaimReceived: claim_waiting,
    notifications.ClaimDelayed: claimed,
    notifications.ClaimAccepted: claim_accepted,
    notifications.ClaimRefused: lambda: claimed(answer="Votre nom ne figure nulle part.\nMerci"),
    notifications.NewcomerByClaim: newcomer,
    notifications.OrganisationBack: newcomer,
    notifications.SignUpUnfinished: alone,
    notifications.InvitationAccepted: invitation_accepted,
    notifications.InvitationExpired: invitation_unused,
    notifications.InvitationUndelivered: invitation_unused,
    notifications.RemovedFromTeam: lea,
    notifications.ColleagueLeft: managed,
    notifications.OrganisationWithdrawn: withdrawn,
    notifications.OrganisationsMerged: managed,
    notifications.AccountDormant: dormant,
}
VALUES = {
    "new_date": MONDAY,
    "called_from": MONDAY,
    "organisation_name": "Les Lucioles",
    "by_team": False,
    "is_newcomer": False,
    "person": "Sam Petit",
    "is_last": False,
    "gone_name": "Association Les Lucioles",
}


def test_every_mail_of_the_room_is_read_here():
    assert {cls for cls in registered() if cls.name.startswith("accounts.")} == set(SUBJECTS)


@pytest.mark.parametrize("notification", SUBJECTS, ids=lambda cls: cls.name)
def test_the_whole_mail(notification, snapshot):
    with clock.frozen(MONDAY):
        subject = SUBJECTS[notification]()
        OutgoingMail.objects.all().delete()
        queue(notification, subject, context=None if notification.weekly else VALUES)
        mail = the_mail(notification, address="lea@exemple.fr")
    text = whole(mail)
    for identifier in {str(subject.pk), str(getattr(subject, "organisation_id", subject.pk))}:
        text = text.replace(identifier, "<id>")
    assert text == snapshot


HOSTILE = "[Gagnez](https://mal.example) <b>x</b> **gras** 🌱"


@pytest.mark.parametrize("notification", [notifications.ClaimReceived, notifications.ClaimRefused])
def test_a_hostile_name_is_only_text(notification):
    claim = ClaimFactory(organisation__name=HOSTILE, answer=HOSTILE, user__first_name=HOSTILE)
    queue(notification, claim)
    mail = OutgoingMail.objects.get()
    assert HOSTILE in mail.text
    assert 'href="https://mal.example"' not in mail.html
    assert "<b>" not in mail.html


def test_a_company_is_not_spoken_to_as_an_association():
    company = MembershipFactory(organisation__kind="company").organisation
    queue(notifications.OrganisationChecked, company)
    assert "jamais plus d’associations" in OutgoingMail.objects.get().text


def test_whoever_has_left_the_team_receives_nothing_any_more(mailoutbox):
    manager = MembershipFactory(organisation__status="to_check")
    MembershipFactory(organisation=manager.organisation)
    with clock.frozen(MONDAY):
        operations.check_organisation(organisation=manager.organisation, by=StaffFactory())
        operations.leave(organisation=manager.organisation, by=manager.user)
        deliver_due()
    assert [mail.to for mail in mailoutbox] != []
    assert all(manager.user.email not in mail.to for mail in mailoutbox)


def removed_then_back(manager, colleague):
    operations.remove_member(membership=colleague, by=manager.user)
    MembershipFactory(organisation=manager.organisation, user=colleague.user)
    return colleague.user


def left_then_back(manager, colleague):
    operations.leave(organisation=manager.organisation, by=colleague.user)
    MembershipFactory(organisation=manager.organisation, user=colleague.user)
    return manager.user


def invited_then_removed(manager, colleague):
    guest = UserFactory()
    invitation = InvitationFactory(
        organisation=manager.organisation, email=guest.email, invited_by=manager.user
    )
    member = operations.accept_invitation(invitation=invitation, by=guest)
    operations.remove_member(membership=member, by=manager.user)
    return manager.user


def let_in_then_removed(manager, colleague):
    claim = ClaimFactory(organisation=manager.organisation)
    operations.accept_claim(claim=claim, by=StaffFactory())
    operations.remove_member(membership=Membership.objects.get(user=claim.user), by=manager.user)
    return manager.user


@pytest.mark.parametrize(
    "undo", [removed_then_back, left_then_back, invited_then_removed, let_in_then_removed]
)
def test_what_is_so_no_more_as_its_mail_leaves_is_not_told(undo, mailoutbox):
    manager = MembershipFactory()
    colleague = MembershipFactory(organisation=manager.organisation, role=Role.CONTRIBUTOR)
    with clock.frozen(MONDAY - timedelta(days=1)) as now:
        person = undo(manager, colleague)
        assert names_told(recipient=person) != []
        now.move_to(MONDAY)
        compose_due()
        deliver_due()
    assert [mail.subject for mail in mailoutbox if person.email in mail.to] == []


def test_a_contributor_is_not_written_to_in_the_managers_place():
    organisation = OrganisationFactory(status="to_check")
    MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR)
    operations.check_organisation(organisation=organisation, by=StaffFactory())
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("notification", [notifications.StaffReminder, notifications.LeadAlert])
def test_a_mail_names_the_oldest_files_and_counts_the_others(notification):
    """Somebody back after a strike has hundreds: the mail stays one that is read."""
    OrganisationFactory.create_batch(notifications.NAMED + 36, status="to_check")
    ClaimFactory.create_batch(notifications.NAMED + 1)
    OrganisationFactory(name="Les Lucioles", status="to_check", created_at=MONDAY.replace(year=2020))
    queue(notification, StaffFactory())
    text = OutgoingMail.objects.get().text
    assert text.count(", depuis le ") == 2 * notifications.NAMED
    assert "Les Lucioles" in text
    assert "et 37 autres" in text
    assert "et 1 autre" in text
    assert reverse("pages:basket", args=["revendications"]) in text
