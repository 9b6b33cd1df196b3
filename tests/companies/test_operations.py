"""Registration, policy and profile: each write, twice, by everybody, with what must not be written."""

import uuid
from contextlib import suppress
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.enums import OrganisationKind, OrganisationStatus, Role
from accounts.models import Membership, Organisation
from accounts.operations import ask_for_changes, check_organisation
from companies import followups
from companies.models import Company, Policy
from companies.operations import (
    OrganisationExists,
    close_need,
    note_activity,
    publish_need,
    record_call,
    register_company,
    set_policy,
    update_company,
    update_need,
)
from companies.signals import company_changed, company_registered
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step, start
from mecenova.calendar import clock
from mecenova.reference.models import Cause, Sector, Territory
from mecenova.workflow.errors import DomainError, SomebodyElses
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db

SIREN = "732829320"


@pytest.fixture
def heard():
    """The signals of this room, in order."""
    said = []

    def hear(signal, **news):
        said.append((signal, news["company"]))

    for signal in (company_registered, company_changed):
        signal.connect(hear)
    yield said
    for signal in (company_registered, company_changed):
        signal.disconnect(hear)


def register(user, **changes):
    values = {"name": "Société Nœud & Cie", "postal_code": "75009", "town": "Paris"}
    return register_company(by=user, **{**values, **changes})


def steps(subject):
    return list(FollowUp.objects.about([subject]).steps())


class TestRegister:
    def test_opens_organisation_profile_policy_and_one_step(self, heard):
        user = UserFactory()
        causes = list(Cause.objects.filter(slug__in=["sante", "sport"]))

        company = register(
            user,
            causes=causes,
            kinds=["financial"],
            territories=[Territory.objects.get(code="75")],
            sector=Sector.objects.first(),
            monthly_capacity=2,
        )

        assert company.organisation.kind == OrganisationKind.COMPANY
        assert company.organisation.status == OrganisationStatus.TO_CHECK
        assert company.organisation.department.code == "75"
        assert Membership.objects.get(organisation=company.organisation).user == user
        assert set(company.policy.causes.all()) == set(causes)
        assert company.policy.monthly_capacity == 2
        assert [step.owner for step in steps(company.organisation)] == [Owner.STAFF]
        assert heard == [(company_registered, company)]

    def test_twice_by_the_same_person_is_one_company(self, heard):
        user = UserFactory()
        assert register(user) == register(user, name="SOCIETE  NOEUD et cie")
        assert Company.objects.count() == 1
        assert len(heard) == 1

    def test_who_went_back_to_correct_the_form_is_heard_until_the_check(self):
        user, key = UserFactory(), uuid.uuid4()
        first = register(user, company_id=key, kinds=["financial"])
        own = {"kinds": ["financial"], "ticket_max": 500, "causes": [], "territories": []}
        set_policy(company=first, by=user, **own)
        owed = FollowUp.objects.count()
        corrected = {
            "name": "Nœud et fils",
            "kinds": ["skills"],
            "monthly_capacity": 7,
            "giver": "foundation",
        }
        causes, towns = [Cause.objects.first()], [Territory.objects.get(code="75")]
        again = register(user, company_id=key, causes=causes, territories=towns, **corrected)
        company = Company.objects.get()
        assert (again, company.pk, FollowUp.objects.count()) == (first, key, owed)
        assert (company.organisation.name, company.giver) == ("Nœud et fils", "foundation")
        policy = company.policy
        assert (policy.kinds, policy.monthly_capacity, policy.ticket_max) == (["skills"], 7, 500)
        assert (list(policy.causes.all()), list(policy.territories.all())) == (causes, towns)
        check_organisation(organisation=company.organisation, by=StaffFactory())
        assert register(user, company_id=key, name="Encore un nom") == first
        assert Organisation.objects.get().name == "Nœud et fils"

    def test_the_key_of_somebody_else_is_refused(self):
        known = register(UserFactory())
        with pytest.raises(SomebodyElses):
            register(UserFactory(), name="Autre nom", company_id=known.pk)

    def test_a_record_of_somebody_else_is_to_be_claimed(self):
        company = register(UserFactory())
        with pytest.raises(OrganisationExists) as refusal:
            register(UserFactory())
        assert refusal.value.organisation == company.organisation
        assert Company.objects.count() == 1

    def test_a_known_siren_is_to_be_claimed_and_nothing_is_left_half_written(self):
        company = register(UserFactory(), siren="732 829 320")
        assert company.siren == SIREN
        with pytest.raises(OrganisationExists) as refusal:
            register(UserFactory(), name="Autre nom", siren=SIREN)
        assert refusal.value.organisation == company.organisation
        assert not company.organisation.__class__.objects.filter(name="Autre nom").exists()

    def test_a_wrong_siren_is_refused(self):
        with pytest.raises(ValidationError):
            register(UserFactory(), siren="732829321")
        assert not Company.objects.exists()

    def test_an_import_has_no_manager_and_no_step_until_somebody_is_there(self):
        company = register(None, status=OrganisationStatus.UNCLAIMED, origin="import")
        assert not company.organisation.memberships.exists()
        assert steps(company.organisation) == []

    @pytest.mark.parametrize("code", ["", "99999", "98000"])
    def test_an_unknown_place_stays_unknown(self, code):
        assert register(UserFactory(), postal_code=code).organisation.department is None


class TestCheck:
    def test_the_staff_step_hands_over_to_what_is_missing(self):
        company = register(UserFactory())
        check_organisation(organisation=company.organisation, by=StaffFactory())
        assert [step.rule for step in steps(company.organisation)] == [followups.CompletePolicy.name]

    def test_a_need_published_before_the_check_counts(self):
        user = UserFactory()
        company = CompanyFactory(organisation__status=OrganisationStatus.TO_CHECK, members=[user])
        NeedFactory(company=company, published=True)
        check_organisation(organisation=company.organisation, by=StaffFactory())
        assert [step.rule for step in steps(company.organisation)] == [followups.KeepInTouch.name]

    def test_an_association_has_no_step_of_ours(self):
        organisation = OrganisationFactory(kind="school", status=OrganisationStatus.TO_CHECK)
        check_organisation(organisation=organisation, by=StaffFactory())
        assert not FollowUp.objects.filter(rule__startswith="companies.").exists()


class TestPolicy:
    def test_replaces_everything_and_moves_the_step(self, heard):
        user = UserFactory()
        company = CompanyFactory(policy=None, members=[user])
        health = Cause.objects.get(slug="sante")

        policy = set_policy(
            company=company,
            by=user,
            causes=[health],
            kinds=["skills"],
            territories=[Territory.objects.get(code="FR")],
            ticket_min=Decimal("1000"),
            monthly_capacity=4,
        )
        assert policy.company == company
        assert next_step(company.organisation).rule == followups.PublishNeed.name

        set_policy(company=company, by=user, monthly_capacity=4)
        policy = Policy.objects.get(company=company)
        assert (list(policy.causes.all()), policy.kinds, policy.ticket_min) == ([], [], None)
        assert next_step(company.organisation).rule == followups.CompletePolicy.name
        assert [signal for signal, _ in heard] == [company_changed, company_changed]

    def test_zero_closes_the_door_and_says_so(self):
        user = UserFactory()
        company = CompanyFactory(members=[user])
        set_policy(company=company, by=user, monthly_capacity=0)
        step = next_step(company.organisation)
        assert step.rule == followups.ClosedDoor.name
        assert "fermé sa porte" in step.what

    def test_a_cause_is_not_both_supported_and_excluded(self):
        cause = Cause.objects.first()
        with pytest.raises(DomainError, match="à la fois"):
            set_policy(company=CompanyFactory(), by=None, causes=[cause], excluded_causes=[cause])

    def test_amounts_are_in_order_in_operation_and_database(self):
        company = CompanyFactory()
        with pytest.raises(DomainError, match="plus petit"):
            set_policy(company=company, by=None, ticket_min=Decimal(10), ticket_max=Decimal(9))
        for wrong in ({"ticket_min": -1}, {"ticket_max": -1}, {"ticket_min": 2, "ticket_max": 1}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Policy.objects.filter(company=company).update(**wrong)

    @pytest.mark.parametrize("capacity", [501, 32000])
    def test_capacity_is_bounded_in_the_database(self, capacity):
        with pytest.raises(IntegrityError), transaction.atomic():
            set_policy(company=CompanyFactory(), by=None, monthly_capacity=capacity)

    def test_strangers_are_refused(self):
        for who in (UserFactory(), MembershipFactory().user):
            with pytest.raises(PermissionDenied):
                set_policy(company=CompanyFactory(), by=who)


class TestProfile:
    def test_writes_profile_and_office(self):
        user = UserFactory()
        company = CompanyFactory(members=[user])
        changed = update_company(
            company=company,
            by=user,
            name="Nouveau nom",
            postal_code="69003",
            siren=SIREN,
            presentation="\u202eBonjour\r\n\r\n\r\n\r\nà tous ",
        )
        assert changed.organisation.name == "Nouveau nom"
        assert changed.organisation.department.code == "69"
        assert changed.presentation == "Bonjour\n\nà tous"
        assert changed.siren == SIREN
        assert changed.organisation.town == company.organisation.town

    def test_the_siren_of_another_is_refused_and_nothing_else_is_written(self):
        user = UserFactory()
        CompanyFactory(siren=SIREN)
        company = CompanyFactory(members=[user])
        with pytest.raises(DomainError, match="SIREN"):
            update_company(company=company, by=user, name="Volé", siren=SIREN)
        company.organisation.refresh_from_db()
        assert company.organisation.name != "Volé"

    def test_unknown_fields_are_a_mistake_of_ours(self):
        with pytest.raises(TypeError, match="status"):
            update_company(company=CompanyFactory(), by=None, status="checked")

    def test_corrections_go_back_to_the_staff(self):
        user = UserFactory()
        company = register(user)
        ask_for_changes(organisation=company.organisation, message="Votre SIREN\u202f?", by=StaffFactory())
        update_company(company=company, by=user, siren=SIREN)
        company.organisation.refresh_from_db()
        assert company.organisation.status == OrganisationStatus.TO_CHECK
        assert len(steps(company.organisation)) == 1

    @pytest.mark.parametrize(
        "correct",
        [
            lambda need, by: set_policy(company=need.company, by=by, kinds=["financial"]),
            lambda need, by: update_need(need=need, by=by, title="Dix parrains"),
            lambda need, by: close_need(need=need, by=by),
        ],
        ids=["policy", "need", "need closed"],
    )
    def test_whatever_was_asked_about_goes_back_once_corrected(self, correct):
        company = register(UserFactory())
        organisation = company.organisation
        need, other = (NeedFactory(company=company, published=True) for _ in range(2))
        member = MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR).user
        ask_for_changes(organisation=organisation, message="Précisez.", by=StaffFactory())
        for corrected, by, then in ((need, StaffFactory(), "changes_asked"), (other, member, "to_check")):
            correct(corrected, by)
            organisation.refresh_from_db()
            assert organisation.status == then
        assert [step.rule for step in steps(organisation)] == ["accounts.staff_check"]

    def test_who_left_cannot_be_edited(self):
        user = UserFactory()
        company = CompanyFactory(members=[user], organisation__status=OrganisationStatus.LEFT)
        with pytest.raises(PermissionDenied):
            update_company(company=company, by=user, presentation="x")


class TestCall:
    def test_restarts_the_sixty_days(self):
        from datetime import UTC, datetime, timedelta

        company = CompanyFactory()
        NeedFactory(company=company, published=True, deadline=None)
        with clock.frozen(datetime(2026, 3, 2, 9, tzinfo=UTC)) as now:
            followups.refresh_step(company.organisation)
            now.advance(timedelta(days=50))
            record_call(company=company, note="Ils cherchent des graphistes", by=StaffFactory())
            (step,) = steps(company.organisation)
            assert step.due_at > now.moment + timedelta(days=58)

    @pytest.mark.parametrize(
        "write",
        [
            lambda company, by: update_company(company=company, by=by, presentation="Nous donnons du temps."),
            lambda company, by: set_policy(company=company, by=by, kinds=["skills"]),
            lambda company, by: publish_need(need=NeedFactory(company=company), by=by),
        ],
        ids=["profile", "policy", "need"],
    )
    def test_a_call_owed_ends_by_the_company_itself_and_by_nobody_in_its_place(self, write):
        member, colleague = UserFactory(), StaffFactory()
        company = CompanyFactory(members=[member])
        NeedFactory(company=company, published=True)
        start(followups.CallAfterSilence, company.organisation)
        owed = next_step(company.organisation)
        with suppress(PermissionDenied):  # The team publishes no need in a company's place.
            write(company, colleague)
        write(company, None)
        assert next_step(company.organisation).pk == owed.pk
        write(company, member)
        assert next_step(company.organisation).rule != followups.CallAfterSilence.name

    def test_only_staff(self):
        user = UserFactory()
        with pytest.raises(PermissionDenied):
            record_call(company=CompanyFactory(members=[user]), note="x", by=user)

    def test_activity_in_another_room_counts(self):
        company = CompanyFactory()
        NeedFactory(company=company, published=True)
        followups.refresh_step(company.organisation)
        (before,) = steps(company.organisation)
        note_activity(company=company)
        (after,) = steps(company.organisation)
        assert (after.rule, after.cycle) == (before.rule, before.cycle + 1)
