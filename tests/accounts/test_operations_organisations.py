from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from accounts import notifications, operations, signals
from accounts.enums import OrganisationKind, OrganisationStatus, Origin, Role
from accounts.models import Invitation, Membership, Organisation
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.digest import is_wanted
from mecenova.mail.models import OutgoingMail
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError, TransitionRefused
from tests.accounts.factories import (
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.accounts.mails import names_to, sent_to
from tests.threads import at_once

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 5, 8, tzinfo=UTC)


def create(**changes):
    values = {
        "kind": OrganisationKind.ASSOCIATION,
        "name": "Les Lucioles",
        "postal_code": "69003",
        "manager": None,
        "by": None,
    }
    return operations.create_organisation(**{**values, **changes})


class TestCreating:
    def test_whoever_signs_it_up_has_done_what_they_came_for_and_nobody_else_has(self):
        person, other = (UserFactory(wanted_kind="association") for _ in range(2))
        create(manager=person, by=person)
        person.refresh_from_db()
        other.refresh_from_db()
        assert (person.wanted_kind, other.wanted_kind) == ("", "association")

    def test_a_sign_up_has_a_manager_a_department_a_trace_and_a_step_owed_by_the_staff(self):
        person = UserFactory()
        organisation = create(manager=person, by=person, name="  Les \t Lucioles ", postal_code="69 003")
        assert (organisation.name, organisation.postal_code) == ("Les Lucioles", "69003")
        assert organisation.department.code == "69"
        assert Membership.objects.get(organisation=organisation).role == Role.MANAGER
        assert next_step(organisation).owner == Owner.STAFF
        assert [line.verb for line in journal.history(organisation)] == ["create"]

    def test_a_name_is_no_web_address_unless_the_team_or_a_registry_says_so(self):
        person = UserFactory()
        bait = "Compte bloqué\u00a0: https://mal.example/"
        with pytest.raises(DomainError, match="sans adresse de site"):
            create(manager=person, by=person, name=bait)
        organisation = create(name="Jaccede.com")
        member = MembershipFactory(organisation=organisation).user
        kept = {"organisation": organisation, "postal_code": "69003", "by": member}
        operations.update_organisation(**kept, name="Jaccede.com", town="Lyon")
        with pytest.raises(DomainError, match="sans adresse de site"):
            operations.update_organisation(**kept, name=bait)
        operations.update_organisation(**{**kept, "by": StaffFactory()}, name="Autre.org")

    @pytest.mark.parametrize(
        "name", ["Mecenova, service sécurité", "Équipe M\u00e9c\u00e9 Nova", "M\u0435cenova"]
    )
    def test_no_organisation_passes_for_the_site(self, name):
        person = UserFactory()
        with pytest.raises(DomainError, match="celui du site"):
            create(manager=person, by=person, name=name)
        member = MembershipFactory().user
        organisation = member.organisations.get()
        with pytest.raises(DomainError, match="celui du site"):
            operations.update_organisation(
                organisation=organisation, postal_code="69003", by=member, name=name
            )
        assert create(name=name).name == name, "a registry, or the team, writes what is true"

    @pytest.mark.parametrize(
        "twin", ["Les Lucioles", "LES LUCIOLES", "Association les lucioles", "Les  lucioles."]
    )
    def test_the_same_record_is_found_whatever_its_spelling(self, twin):
        first = create()
        with pytest.raises(operations.OrganisationExists) as refused:
            create(name=twin)
        assert refused.value.organisation == first
        assert "Lucioles" in refused.value.message
        assert Organisation.objects.count() == 1

    def test_another_place_or_kind_is_another_record(self):
        create()
        create(postal_code="75011")
        create(kind=OrganisationKind.COMPANY)
        assert Organisation.objects.count() == 3

    @pytest.mark.parametrize("name", ["", "   ", "🌱🌱", "!!!", "\x00", "\u202e"])
    def test_a_name_without_letters_is_refused(self, name):
        with pytest.raises(DomainError, match="lettres"):
            create(name=name)

    def test_a_name_that_is_too_long_is_refused(self):
        with pytest.raises(DomainError, match="trop long"):
            create(name="a" * 251)

    @pytest.mark.parametrize("name", ["ﷺ" * 250, "œ" * 250, "㎏" * 250])
    def test_a_key_longer_than_its_column_is_cut(self, name):
        assert len(create(name=name).name_key) <= 250
        with pytest.raises(operations.OrganisationExists):
            create(name=name)

    @pytest.mark.parametrize(
        "name", ["Les 🌱 Lucioles", "<script>alert(1)</script>", "جمعية النور", "O'Neill & Cie"]
    )
    def test_odd_names_are_kept_as_typed(self, name):
        assert create(name=name).name == name

    @pytest.mark.parametrize(
        ("name", "kept"), [("a\x00b", "a b"), ("abc\u202edef", "abcdef"), ("a\nb", "a b")]
    )
    def test_what_would_disguise_a_name_is_taken_out(self, name, kept):
        assert create(name=name).name == kept

    @pytest.mark.parametrize("code", ["7501", "750111", "2A004", "٧٥٠١١"])
    def test_a_wrong_postal_code_says_what_to_write(self, code):
        with pytest.raises(DomainError, match="75011"):
            create(postal_code=code)

    def test_an_import_owes_nothing_and_leaves_no_line_each(self):
        organisation = create(origin=Origin.IMPORT, status=OrganisationStatus.UNCLAIMED, postal_code="")
        assert next_step(organisation) is None
        assert not journal.history(organisation).exists()
        assert organisation.department is None

    def test_an_import_of_checked_members_is_dated(self):
        assert create(origin=Origin.IMPORT, status=OrganisationStatus.CHECKED).checked_at is not None


class TestUpdating:
    def test_the_department_follows_the_postal_code_and_the_key_follows_the_name(self):
        organisation = create()
        found = operations.update_organisation(
            organisation=organisation, by=None, name="Les Phares", postal_code="29200", town="Brest"
        )
        assert (found.name_key, found.department.code, found.town) == ("les phares", "29", "Brest")

    def test_becoming_another_record_is_refused_and_changes_nothing(self):
        create(name="Les Phares")
        organisation = create()
        with pytest.raises(operations.OrganisationExists):
            operations.update_organisation(
                organisation=organisation, by=None, name="Les phares", postal_code="69003"
            )
        organisation.refresh_from_db()
        assert organisation.name == "Les Lucioles"

    def test_a_checked_organisation_that_takes_another_name_leaves_a_trace(self):
        organisation, staff = create(), StaffFactory()
        operations.check_organisation(organisation=organisation, by=staff)
        values = {"organisation": organisation, "by": staff, "postal_code": "69003"}
        for name in ("Les Lucioles", "Les Phares", "Les Phares"):
            operations.update_organisation(name=name, **values)
        lines = list(journal.history(organisation).filter(verb="rename"))
        assert [line.note for line in lines] == [
            "«\u202fLes Lucioles\u202f» est devenu «\u202fLes Phares\u202f»."
        ]
        assert (lines[0].by, lines[0].source, lines[0].target) == (staff, "checked", "checked")

    def test_before_the_check_the_name_is_only_a_draft(self):
        organisation = create()
        operations.update_organisation(
            organisation=organisation, by=None, name="Les Phares", postal_code="69003"
        )
        assert not journal.history(organisation).filter(verb="rename").exists()

    def test_a_stranger_cannot(self):
        with pytest.raises(PermissionDenied):
            operations.update_organisation(
                organisation=create(), by=UserFactory(), name="X", postal_code="69003"
            )


class TestChecking:
    def test_checking_tells_the_house_and_the_managers_once(self):
        person, staff, heard = UserFactory(), StaffFactory(), []
        organisation = create(manager=person, by=person)

        def listen(organisation, **_):
            heard.append(organisation)

        signals.organisation_checked.connect(listen)
        for _ in range(2):
            checked = operations.check_organisation(organisation=organisation, by=staff)
        signals.organisation_checked.disconnect(listen)
        assert checked.is_checked
        assert checked.checked_at
        assert heard == [organisation]
        assert names_to(person.email) == ["accounts.organisation_checked"]
        assert not FollowUp.objects.open().filter(rule="accounts.staff_check").exists()

    @pytest.mark.parametrize("make", [UserFactory, lambda: MembershipFactory().user])
    def test_only_staff_check(self, make):
        with pytest.raises(PermissionDenied):
            operations.check_organisation(organisation=create(), by=make())

    def test_staff_do_not_judge_their_own_organisation(self):
        staff = StaffFactory()
        organisation = create(manager=staff, by=staff)
        with pytest.raises(PermissionDenied):
            operations.check_organisation(organisation=organisation, by=staff)
        with pytest.raises(PermissionDenied):
            operations.ask_for_changes(organisation=organisation, message="Rien.", by=staff)

    @pytest.mark.parametrize("make", [UserFactory, lambda: MembershipFactory().user])
    def test_only_staff_ask_for_changes(self, make):
        with pytest.raises(PermissionDenied):
            operations.ask_for_changes(organisation=create(), message="Votre RNA.", by=make())

    def test_one_that_left_is_not_checked(self):
        with pytest.raises(TransitionRefused):
            operations.check_organisation(organisation=OrganisationFactory(status="left"), by=StaffFactory())

    def test_asking_for_changes_then_sending_back_hands_the_step_over_each_time(self):
        person, staff = UserFactory(), StaffFactory()
        organisation = create(manager=person, by=person)
        operations.ask_for_changes(organisation=organisation, message="Il manque\r\n votre RNA.", by=staff)
        assert (next_step(organisation).owner, next_step(organisation).organisation_id) == (
            Owner.ORGANISATION,
            organisation.pk,
        )
        organisation.refresh_from_db()
        assert organisation.what_is_asked() == "Il manque\n votre RNA."
        mail = sent_to(person.email)[0]
        assert "Il manque\n> votre RNA." in mail.text
        for _ in range(2):
            organisation = operations.resubmit_organisation(organisation=organisation, by=person)
        assert organisation.status == OrganisationStatus.TO_CHECK
        assert next_step(organisation).owner == Owner.STAFF
        verbs = [line.verb for line in journal.history(organisation)]
        assert verbs == ["create", "ask_for_changes", "resubmit"]

    def test_asked_a_second_time_it_is_told_a_second_time(self):
        person, staff = UserFactory(), StaffFactory()
        organisation = create(manager=person, by=person)
        for message in ("Votre RNA.", "Votre adresse."):
            operations.ask_for_changes(organisation=organisation, message=message, by=staff)
            operations.resubmit_organisation(organisation=organisation, by=person)
        assert names_to(person.email) == ["accounts.changes_asked"] * 2
        assert "Votre adresse." in sent_to(person.email)[1].text

    @pytest.mark.parametrize("message", ["", "  \n ", "\x00"])
    def test_a_request_without_words_is_refused(self, message):
        with pytest.raises(DomainError, match="corriger"):
            operations.ask_for_changes(organisation=create(), message=message, by=StaffFactory())

    def test_a_stranger_cannot_send_back(self):
        organisation = OrganisationFactory(status=OrganisationStatus.CHANGES_ASKED)
        with pytest.raises(PermissionDenied):
            operations.resubmit_organisation(organisation=organisation, by=UserFactory())

    def test_sending_back_a_checked_one_is_refused(self):
        membership = MembershipFactory()
        with pytest.raises(TransitionRefused):
            operations.resubmit_organisation(organisation=membership.organisation, by=membership.user)


class TestLeaving:
    def test_who_had_accepted_an_invitation_still_had(self):
        manager, guest = MembershipFactory(), UserFactory()
        values = {"organisation": manager.organisation, "invited_by": manager.user}
        taken = InvitationFactory(**values, accepted_by=guest, accepted_at=clock.now())
        InvitationFactory(**values)
        elsewhere = InvitationFactory()
        operations.withdraw_organisation(organisation=manager.organisation, by=manager.user)
        assert set(Invitation.objects.all()) == {taken, elsewhere}

    def test_leaving_closes_what_was_open_and_takes_invitations_back(self):
        person, heard = UserFactory(), []
        organisation = create(manager=person, by=person)
        InvitationFactory(organisation=organisation, invited_by=person)

        def listen(organisation, **_):
            heard.append(organisation)

        signals.organisation_left.connect(listen)
        for _ in range(2):
            left = operations.withdraw_organisation(organisation=organisation, by=person)
        signals.organisation_left.disconnect(listen)
        assert (left.status, bool(left.left_at)) == (OrganisationStatus.LEFT, True)
        assert next_step(organisation) is None
        assert heard == [organisation]
        assert not organisation.invitations.exists()

    @pytest.mark.parametrize("by_the_team", [False, True])
    def test_the_rest_of_its_people_are_told_once(self, by_the_team):
        organisation = OrganisationFactory()
        manager, contributor, closed = (
            MembershipFactory(organisation=organisation, role=role, user__is_active=active).user
            for role, active in ((Role.MANAGER, True), (Role.CONTRIBUTOR, True), (Role.MANAGER, False))
        )
        by = StaffFactory(first_name="Odile") if by_the_team else manager
        with clock.frozen(MONDAY):
            for _ in range(2):
                operations.withdraw_organisation(organisation=organisation, by=by)
            assert deliver_due() == {Delivery.SENT: 2 if by_the_team else 1}
        assert names_to(contributor.email) == ["accounts.organisation_withdrawn"]
        assert names_to(manager.email) == (["accounts.organisation_withdrawn"] if by_the_team else [])
        assert not names_to(closed.email)
        author = "L’équipe Mecenova" if by_the_team else manager.get_full_name()
        (mail,) = sent_to(contributor.email)
        assert f"{author} a retiré" in mail.text
        assert "Odile" not in mail.text

    def test_back_before_the_mail_leaves_nobody_is_told_that_it_left(self):
        member, staff = MembershipFactory(), StaffFactory()
        organisation = operations.withdraw_organisation(organisation=member.organisation, by=staff)
        claim = operations.claim_organisation(
            organisation=organisation, message="Une erreur.", by=member.user
        )
        operations.accept_claim(claim=claim, by=staff)
        mail = OutgoingMail.objects.get(notification="accounts.organisation_withdrawn")
        organisation.refresh_from_db()
        assert not is_wanted(notifications.OrganisationWithdrawn(), organisation, mail.recipient)

    @pytest.mark.parametrize("role", [None, Role.CONTRIBUTOR])
    def test_only_managers_and_staff_can(self, role):
        organisation, person = OrganisationFactory(), UserFactory()
        if role:
            MembershipFactory(organisation=organisation, user=person, role=role)
        with pytest.raises(PermissionDenied):
            operations.withdraw_organisation(organisation=organisation, by=person)


@pytest.mark.django_db(transaction=True)
def test_two_people_entering_one_organisation_at_once_make_one_record():
    people = [UserFactory(), UserFactory()]
    results = at_once(*(lambda person=person: create(manager=person, by=person) for person in people))
    assert Organisation.objects.count() == 1
    assert Membership.objects.count() == 1
    assert sorted(isinstance(result, operations.OrganisationExists) for result in results) == [False, True]
