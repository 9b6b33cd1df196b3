"""Who may say that somebody is away, on which page, and what it changes."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.enums import OrganisationStatus, Role
from accounts.operations import (
    check_organisation,
    forget_absence,
    say_organisation_away,
    say_person_away,
)
from mecenova.agenda.models import Absence
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db
WEEK = {"first_day": date(2026, 11, 24), "last_day": date(2026, 11, 30)}
TYPED = {"first_day": "2026-11-24", "last_day": "2026-11-30"}


@pytest.fixture(autouse=True)
def _a_monday():
    with clock.frozen(datetime(2026, 11, 23, 10, tzinfo=PARIS)):
        yield


@pytest.fixture
def enter(client):
    def act(person):
        client.force_login(person)
        return client

    return act


@pytest.fixture
def manager():
    return UserFactory()


@pytest.fixture
def organisation(manager):
    return MembershipFactory(user=manager).organisation


class TestWhoMay:
    def test_oneself_and_the_team(self, manager):
        for by in (manager, StaffFactory()):
            say_person_away(person=manager, by=by, **WEEK)
            Absence.objects.all().delete()
        with pytest.raises(PermissionDenied):
            say_person_away(person=manager, by=UserFactory(), **WEEK)

    def test_managers_and_the_team_for_an_organisation(self, manager, organisation):
        contributor = MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR).user
        for by in (manager, StaffFactory()):
            say_organisation_away(organisation=organisation, by=by, **WEEK)
            Absence.objects.all().delete()
        for by in (contributor, UserFactory()):
            with pytest.raises(PermissionDenied):
                say_organisation_away(organisation=organisation, by=by, **WEEK)

    def test_one_that_left_is_not_away(self, manager):
        gone = MembershipFactory(
            user=manager, organisation=OrganisationFactory(status=OrganisationStatus.LEFT)
        ).organisation
        with pytest.raises(PermissionDenied):
            say_organisation_away(organisation=gone, by=manager, **WEEK)

    def test_what_one_may_say_one_may_take_back(self, manager, organisation):
        own = say_person_away(person=manager, by=manager, **WEEK)
        theirs = say_organisation_away(organisation=organisation, by=manager, **WEEK)
        for absence in (own, theirs):
            with pytest.raises(PermissionDenied):
                forget_absence(absence=absence, by=UserFactory())
            forget_absence(absence=absence, by=manager)
        assert not Absence.objects.exists()


class TestPages:
    def test_ones_own(self, enter, manager, organisation):
        page = enter(manager)
        html = page.post(reverse("accounts:absences"), TYPED, follow=True).content.decode()
        assert "Du 24\u00a0novembre 2026 au 30\u00a0novembre 2026" in html
        assert reverse("accounts:organisation_absences", args=[organisation.pk]) in html
        absence = Absence.objects.get(user=manager)
        page.post(reverse("accounts:forget_absence", args=[absence.pk]))
        assert not Absence.objects.exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"last_day": "2026-11-20"},
            {"first_day": "2026-11-01", "last_day": "2026-11-02"},
            {"last_day": "2028-11-20"},
            {"first_day": ""},
            {"first_day": "demain"},
            {"first_day": "2026-02-30"},
            {"first_day": "\u0000"},
            {"last_day": "99999-01-01"},
        ],
    )
    def test_what_is_refused_is_kept(self, enter, manager, wrong):
        answer = enter(manager).post(reverse("accounts:absences"), {**TYPED, **wrong})
        assert answer.status_code == 422
        assert answer.context["form"].errors
        for name, value in {**TYPED, **wrong}.items():
            assert answer.context["form"][name].value() == value
        assert not Absence.objects.exists()

    def test_the_same_sent_twice_is_said_once(self, enter, manager):
        page = enter(manager)
        page.post(reverse("accounts:absences"), TYPED)
        assert "déjà notée" in page.post(reverse("accounts:absences"), TYPED).content.decode()
        assert Absence.objects.count() == 1

    def test_others_see_nothing(self, enter, manager, organisation):
        absence = say_person_away(person=manager, by=manager, **WEEK)
        page = enter(UserFactory())
        for name, key in (
            ("organisation_absences", organisation.pk),
            ("person_absences", manager.pk),
        ):
            assert page.get(reverse(f"accounts:{name}", args=[key])).status_code == 404
            assert page.post(reverse(f"accounts:{name}", args=[key]), TYPED).status_code == 404
        assert page.post(reverse("accounts:forget_absence", args=[absence.pk])).status_code == 404
        assert page.get(reverse("accounts:forget_absence", args=[absence.pk])).status_code == 405
        assert Absence.objects.said().count() == 1

    def test_a_contributor_does_not_close_the_house(self, enter, organisation):
        contributor = MembershipFactory(organisation=organisation, role=Role.CONTRIBUTOR).user
        path = reverse("accounts:organisation_absences", args=[organisation.pk])
        assert enter(contributor).post(path, TYPED).status_code == 404

    def test_the_team_for_anybody_from_the_organisations_page(self, enter, manager, organisation):
        page = enter(StaffFactory())
        html = page.get(reverse("pages:organisation", args=[organisation.pk])).content.decode()
        path = reverse("accounts:organisation_absences", args=[organisation.pk])
        assert path in html
        assert reverse("accounts:person_absences", args=[manager.pk]) in page.get(path).content.decode()
        page.post(reverse("accounts:person_absences", args=[manager.pk]), TYPED)
        assert Absence.objects.said().get().user == manager


def test_what_an_organisation_owes_waits_for_its_return():
    """From the form to the date shown on its page, and back."""
    company = CompanyFactory(members=[UserFactory()], organisation__status=OrganisationStatus.TO_CHECK)
    organisation = company.organisation
    check_organisation(organisation=organisation, by=StaffFactory())
    before = next_step(organisation).deadline
    absence = say_organisation_away(organisation=organisation, by=organisation.active_members()[0], **WEEK)
    # Five working days away: the 24th to the 27th, and the 30th.
    assert next_step(organisation).deadline > before
    forget_absence(absence=absence, by=organisation.active_members()[0])
    assert next_step(organisation).deadline == before
