"""Who may say that somebody is away, on which page, and what it changes."""

from datetime import date, datetime, time
from html import unescape

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
from mecenova.agenda.operations import book_slot, next_step, open_slots
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

    def test_one_day_is_written_once(self, enter, manager):
        answer = enter(manager).post(reverse("accounts:absences"), {**TYPED, "last_day": ""}, follow=True)
        assert "Le 24\u00a0novembre 2026" in answer.text
        absence = Absence.objects.get(user=manager)
        assert absence.first_day == absence.last_day == WEEK["first_day"]

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


class TestAnAdvisersAppointments:
    """Shown before the absence is written, and decided with it."""

    @pytest.fixture
    def adviser(self):
        return StaffFactory(first_name="Inès")

    @pytest.fixture
    def colleague(self):
        return StaffFactory(first_name="Noé")

    @pytest.fixture
    def slot(self, adviser, manager, organisation):
        (slot,) = open_slots(
            adviser=adviser, day=date(2026, 11, 25), starts=time(14), ends=time(14, 20), by=adviser
        )
        return book_slot(slot=slot, organisation_id=organisation.pk, about=organisation, by=manager)

    def send(self, page, adviser, **decided):
        path = reverse("accounts:person_absences", args=[adviser.pk])
        return page.post(path, {**TYPED, **decided}, follow=True)

    def test_are_shown_first_with_who_can_call(self, enter, adviser, colleague, slot, organisation):
        answer = self.send(enter(colleague), adviser)
        html = answer.content.decode()
        assert "pas encore notée" in html
        assert organisation.name in unescape(html)
        assert f"{colleague} appelle à cette heure" in unescape(html)
        assert not Absence.objects.exists()

    def test_are_decided_with_it(self, enter, adviser, colleague, slot):
        page = enter(colleague)
        (name,) = self.send(page, adviser).context["cover"].fields
        answer = self.send(page, adviser, **{name: str(colleague.pk)})
        assert answer.redirect_chain[0][0].endswith("#contenu")
        html = answer.content.decode()
        assert "repris par l’équipe" in html
        slot.refresh_from_db()
        assert slot.adviser == colleague
        assert Absence.objects.get().user == adviser

    def test_alone_that_day_one_reads_why_it_can_only_be_called_off(self, enter, adviser, colleague, slot):
        say_person_away(person=colleague, by=colleague, **WEEK)
        page = enter(colleague)
        answer = self.send(page, adviser)
        assert "Personne d’autre de l’équipe n’est libre à cette heure." in answer.content.decode()
        (name,) = answer.context["cover"].fields
        html = self.send(page, adviser, **{name: "call_off"}).content.decode()
        assert "l’organisme sait comment en avoir un autre" in html

    def test_one_booked_meanwhile_is_asked_and_what_was_decided_is_kept(
        self, enter, adviser, colleague, slot, organisation
    ):
        page = enter(colleague)
        (name,) = self.send(page, adviser).context["cover"].fields
        (late,) = open_slots(
            adviser=adviser, day=date(2026, 11, 26), starts=time(9), ends=time(9, 20), by=adviser
        )
        other = MembershipFactory()
        book_slot(slot=late, organisation_id=other.organisation_id, about=other.organisation, by=other.user)
        answer = self.send(page, adviser, **{name: "call_off"})
        assert answer.status_code == 422
        assert "Dites ce que devient ce rendez-vous." in answer.content.decode()
        assert answer.context["cover"][name].value() == "call_off"
        assert not Absence.objects.exists()

    def test_a_colleague_who_is_free_no_more_is_said_in_words(self, enter, adviser, colleague, slot):
        page = enter(colleague)
        (name,) = self.send(page, adviser).context["cover"].fields
        say_person_away(person=colleague, by=colleague, **WEEK)
        answer = self.send(page, adviser, **{name: str(colleague.pk)})
        (said,) = answer.context["cover"].errors[name]
        assert "n’est plus possible" in said
        assert str(colleague.pk) not in said

    @pytest.mark.parametrize("forged", ["held", "", "personne", "00000000-0000-0000-0000-000000000000"])
    def test_what_cannot_be_is_refused(self, enter, adviser, colleague, slot, forged):
        page = enter(colleague)
        (name,) = self.send(page, adviser).context["cover"].fields
        assert self.send(page, adviser, **{name: forged}).status_code == 422
        assert not Absence.objects.exists()

    def test_of_one_whose_hour_has_come_nothing_is_supposed(self, enter, adviser, colleague, slot):
        page = enter(colleague)
        with clock.frozen(datetime(2026, 11, 25, 15, tzinfo=PARIS)):
            days = {"first_day": "2026-11-25", "last_day": "2026-11-25"}
            cover = self.send(page, adviser, **days).context["cover"]
            (name,) = cover.fields
            assert cover[name].value() == ""
            self.send(page, adviser, **days, **{name: "call_off"})
        slot.refresh_from_db()
        assert slot.was_missed
        html = page.get(slot.get_absolute_url()).content.decode()
        assert "La personne qui devait appeler était absente" in html

    def test_the_tower_leads_there_for_each_colleague(self, enter, adviser, colleague):
        html = enter(colleague).get(reverse("pages:control_tower")).content.decode()
        assert reverse("accounts:person_absences", args=[adviser.pk]) in html


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
