"""The pages of slots and of rules in error, attacked."""

import re
import uuid
from datetime import date, time, timedelta

import pytest
from django.core import signing
from django.urls import reverse

from accounts.operations import merge_organisations
from mecenova.agenda.models import FollowUp, Slot, SlotRequest
from mecenova.agenda.operations import ask_for_slot, book_slot, open_slots, run_due, start
from mecenova.agenda.slot_links import SALT, slots_path, token_for, wish_from
from mecenova.ui.figures import day_and_hour
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.agenda.conftest import START
from tests.agenda.rules_for_tests import Broken
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.mail.factories import PersonFactory

pytestmark = pytest.mark.django_db

# Well formed, and nobody's.
NOBODY = "00000000-0000-4000-8000-000000000000"
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def enter(client):
    def act(person):
        client.force_login(person)
        return client

    return act


@pytest.fixture
def membership():
    return MembershipFactory()


@pytest.fixture
def path(membership):
    return slots_path(organisation_id=membership.organisation_id, about=membership.organisation)


@pytest.fixture
def slots(frozen):
    adviser = StaffFactory(first_name="Inès")
    return open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(15), by=adviser)


class TestChoosing:
    def test_a_member_chooses_and_sees_it(self, enter, membership, path, slots):
        page = enter(membership.user)
        assert "mardi 1er\u00a0décembre" in page.get(path).content.decode()
        answer = page.post(path, {"slot": slots[1].pk}, follow=True)
        slots[1].refresh_from_db()
        assert slots[1].booked_by_organisation_id == membership.organisation_id
        assert "1er\u00a0décembre 2026" in answer.content.decode()
        assert "Inès" in answer.text
        assert "Un courriel vous le confirme" in answer.text
        assert "Un rendez-vous est déjà pris" in page.get(path).text

    @pytest.mark.parametrize("about", ["organisation", "project"])
    def test_its_address_stays_good_once_the_record_is_made_part_of_another(self, enter, slots, about):
        """In a mail received before: the slot is booked for the one that stays, and about it."""
        gone, kept = AssociationFactory(members=[person := UserFactory()]), AssociationFactory(complete=True)
        subject = gone.organisation if about == "organisation" else ProjectFactory(association=gone)
        path = slots_path(organisation_id=gone.organisation_id, about=subject)
        team = StaffFactory()
        merge_organisations(kept=kept.organisation, gone=gone.organisation, by=team, numbers_confirmed=True)
        for reader in (team, person):
            assert kept.organisation.name in enter(reader).get(path).text
        enter(person).post(path, {"slot": slots[0].pk})
        slots[0].refresh_from_db()
        assert slots[0].booked_by_organisation_id == kept.organisation_id
        assert slots[0].booked_for == (kept.organisation if about == "organisation" else subject)

    def test_to_anybody_else_the_page_does_not_exist(self, enter, path, slots):
        page = enter(UserFactory())
        assert page.get(path).status_code == 404
        assert page.post(path, {"slot": slots[0].pk}).status_code == 404
        assert page.post(f"{path}demander/").status_code == 404

    @pytest.mark.parametrize("wrong", ["x", "é", "a:b:c", "%00", "." * 300])
    def test_an_invented_address_is_no_address(self, enter, membership, wrong):
        assert enter(membership.user).get(f"/rendez-vous/choisir/{wrong}/").status_code == 404

    @pytest.mark.parametrize(
        "said",
        [
            ["pas-une-clé", "accounts.organisation", NOBODY],
            [NOBODY, "accounts.organisation", NOBODY],
            [NOBODY, "nothing", NOBODY],
            [NOBODY, "gone.gone", NOBODY],
            [],
            7,
            {"a": 1},
        ],
    )
    def test_a_token_of_what_no_longer_is_says_nothing(self, said):
        assert wish_from(signing.dumps(said, salt=SALT)) is None

    def test_a_token_for_another_use_is_refused(self, membership):
        other = signing.dumps([str(membership.organisation_id)], salt="another")
        assert wish_from(other) is None
        good = token_for(organisation_id=membership.organisation_id, about=membership.organisation)
        assert wish_from(good).about == membership.organisation

    @pytest.mark.parametrize("typed", ["", "x", NOBODY, "\u0000"])
    def test_a_wrong_choice_is_said(self, enter, membership, path, slots, typed):
        answer = enter(membership.user).post(path, {"slot": typed})
        assert answer.status_code == 422
        assert answer.context["form"].errors
        assert not Slot.objects.booked().exists()

    def test_one_taken_meanwhile_is_said(self, enter, membership, path, slots):
        rival = MembershipFactory()
        book_slot(
            slot=slots[0], organisation_id=rival.organisation_id, about=rival.organisation, by=rival.user
        )
        answer = enter(membership.user).post(path, {"slot": slots[0].pk})
        assert "vient d’être pris" in answer.content.decode()

    def test_reading_books_nothing(self, enter, membership, path, slots):
        enter(membership.user).get(path, {"slot": slots[0].pk})
        assert not Slot.objects.booked().exists()
        assert not SlotRequest.objects.exists()

    def test_none_free_is_no_dead_end(self, enter, membership, path, frozen):
        page = enter(membership.user)
        assert "Demander un rendez-vous" in page.get(path).content.decode()
        page.post(f"{path}demander/")
        html = page.post(f"{path}demander/", follow=True).content.decode()
        assert SlotRequest.objects.count() == 1
        assert "Votre demande est notée" in html
        assert "Vous proposer un rendez-vous" in html


class TestOneSlot:
    def booked(self, membership, slots):
        return book_slot(
            slot=slots[0],
            organisation_id=membership.organisation_id,
            about=membership.organisation,
            by=membership.user,
        )

    def test_its_calendar_file(self, enter, membership, slots):
        slot = self.booked(membership, slots)
        answer = enter(membership.user).get(reverse("agenda:slot_calendar", args=[slot.pk]))
        assert answer["Content-Type"].startswith("text/calendar")
        assert b"DTSTART:20261201T130000Z\r\nDTEND:20261201T132000Z" in answer.content
        assert answer.content.count(b"\n") == answer.content.count(b"\r\n")

    def test_others_see_nothing(self, enter, membership, slots):
        slot = self.booked(membership, slots)
        page = enter(UserFactory())
        for name in ("slot", "slot_calendar"):
            assert page.get(reverse(f"agenda:{name}", args=[slot.pk])).status_code == 404
        for name in ("cancel_booking", "hold_slot", "miss_slot"):
            assert page.post(reverse(f"agenda:{name}", args=[slot.pk])).status_code == 404
            assert page.get(reverse(f"agenda:{name}", args=[slot.pk])).status_code == 405

    def test_a_member_cancels_and_can_choose_again(self, enter, membership, path, slots):
        slot = self.booked(membership, slots)
        page = enter(membership.user)
        answer = page.post(reverse("agenda:cancel_booking", args=[slot.pk]), follow=True)
        slot.refresh_from_db()
        assert slot.booked_at is None
        assert "Réserver ce moment" in answer.text
        # The link of the mail that confirmed it leads somewhere still; nobody else's does.
        address = reverse("agenda:slot", args=[slot.pk])
        assert "annulé ou déplacé" in page.get(address, follow=True).text
        # Nor does the page left open in another tab.
        for name in ("cancel_booking", "miss_slot"):
            stale = page.post(reverse(f"agenda:{name}", args=[slot.pk]), follow=True)
            assert "Ce rendez-vous a été annulé ou déplacé" in stale.text
        assert enter(UserFactory()).get(address).status_code == 404

    def test_what_is_said_of_who_hears_of_a_cancelling_is_true_at_night(
        self, enter, membership, path, slots, frozen
    ):
        """Nothing leaves for an adviser before the morning."""
        slot = self.booked(membership, slots)
        frozen.move_to(START.replace(hour=22))
        page = enter(membership.user)
        said = "Si un courriel lui avait annoncé ce rendez-vous, celui qui l’annule part "
        for answer in (
            page.get(slot.get_absolute_url()),
            page.post(reverse("agenda:cancel_booking", args=[slot.pk]), follow=True),
        ):
            assert said in answer.text
            assert "tout de suite" not in answer.text
            assert "à 8\u00a0h" in answer.text

    def test_a_member_moves_it(self, enter, membership, path, slots):
        slot = self.booked(membership, slots)
        page = enter(membership.user)
        html = page.get(slot.get_absolute_url()).text
        assert "Déplacer ce rendez-vous" in html
        (again,) = re.findall(r'href="(/rendez-vous/choisir/[^"]+)"', html)
        assert "Déplacer à ce moment" in page.get(again).text
        answer = page.post(again, {"slot": slots[2].pk}, follow=True)
        assert answer.redirect_chain[-1][0] == slots[2].get_absolute_url()
        assert f"L’ancien moment, {day_and_hour(slot.starts_at)}, redevient libre." in answer.text
        slot.refresh_from_db()
        assert slot.booked_at is None

    def test_once_past_it_is_no_dead_end(self, enter, membership, path, slots, frozen):
        slot = self.booked(membership, slots)
        page = enter(membership.user)
        assert "Personne n’a appelé" not in page.get(slot.get_absolute_url()).text
        frozen.move_to(slot.ends_at)
        assert "Personne n’a appelé" in page.get(slot.get_absolute_url()).text
        answer = page.post(reverse("agenda:miss_slot", args=[slot.pk]), follow=True)
        assert "Votre demande est notée" in answer.text
        html = page.get(slot.get_absolute_url()).text
        assert "Cet appel n’a pas eu lieu" in html
        assert f"{membership.user} a dit le" in html

    def test_the_team_says_that_nobody_answered(self, enter, membership, slots, frozen):
        membership.organisation.phone = "01 99 00 12 34"
        membership.organisation.save()
        slot = self.booked(membership, slots)
        frozen.move_to(slot.ends_at)
        page = enter(slot.adviser)
        assert "Personne n’a répondu" in page.get(reverse("agenda:team_slots")).text
        page.post(reverse("agenda:miss_slot", args=[slot.pk]))
        html = page.get(reverse("agenda:team_slots")).text
        assert "Personne n’a répondu" not in html
        # No other slot is free: the team owes it a date.
        assert membership.organisation.name in html
        html = enter(membership.user).get(slot.get_absolute_url()).text
        assert "L’équipe a appelé, sans obtenir de réponse." in html

    def test_called_off_its_page_says_by_whom_and_when(self, enter, membership, slots):
        slot = self.booked(membership, slots)
        page = enter(slot.adviser)
        page.post(reverse("agenda:cancel_booking", args=[slot.pk]))
        html = page.get(slot.get_absolute_url()).text
        assert f"{slot.adviser} l’a annulé le lundi 23\u00a0novembre 2026" in html
        assert f"{membership.organisation.name} le sait par courriel" in html
        html = enter(membership.user).get(slot.get_absolute_url()).text
        assert "L’équipe l’a annulé le lundi 23\u00a0novembre 2026" in html
        assert "Choisir un autre moment" in html

    def test_the_team_that_books_reads_who_is_told(self, enter, membership, path, slots):
        answer = enter(slots[0].adviser).post(path, {"slot": slots[0].pk}, follow=True)
        assert f"Nous l’écrivons à {membership.user}." in answer.text

    def test_a_slot_that_nobody_took_is_withdrawn_without_a_word_of_a_mail(self, enter, slots):
        answer = enter(slots[0].adviser).post(
            reverse("agenda:cancel_booking", args=[slots[0].pk]), follow=True
        )
        assert "Le créneau est retiré." in answer.text
        assert "prévenons" not in answer.text

    def test_a_member_does_not_say_it_was_held(self, enter, membership, slots, frozen):
        slot = self.booked(membership, slots)
        frozen.move_to(slot.ends_at)
        answer = enter(membership.user).post(reverse("agenda:hold_slot", args=[slot.pk]))
        assert answer.status_code == 404

    def test_a_free_slot_is_the_teams_alone(self, enter, membership, slots):
        page = enter(membership.user)
        assert page.get(reverse("agenda:slot", args=[slots[2].pk])).status_code == 404
        assert page.post(reverse("agenda:cancel_booking", args=[slots[2].pk])).status_code == 404


class TestTeamSlots:
    def test_opens_shows_and_withdraws(self, enter, frozen, query_count):
        staff = StaffFactory()
        page, path = enter(staff), reverse("agenda:team_slots")
        typed = {"adviser": staff.pk, "day": "2026-12-01", "starts": "14:00", "ends": "15:00", "minutes": 20}
        page.post(path, typed)
        assert Slot.objects.count() == 3
        answer = page.post(path, typed)
        assert "déjà ouverts" in answer.content.decode()
        assert answer.context["form"]["day"].value() == "2026-12-01"
        few = query_count(lambda: page.get(path))
        page.post(path, {**typed, "starts": "08:00", "ends": "12:00"})
        assert query_count(lambda: page.get(path)) <= few
        slot = Slot.objects.first()
        page.post(reverse("agenda:cancel_booking", args=[slot.pk]))
        slot.refresh_from_db()
        assert slot.cancelled_at is not None

    def test_who_waits_is_named_with_a_number_and_the_teams_step_leads_there(
        self, enter, frozen, query_count
    ):
        page, path = enter(StaffFactory()), reverse("agenda:team_slots")

        def wait(**given):
            organisation = MembershipFactory(organisation=OrganisationFactory(**given)).organisation
            return ask_for_slot(organisation_id=organisation.pk, about=organisation, by=StaffFactory())

        request = wait(name="Les Mains vertes", phone="01 99 00 12 34")
        assert request.get_absolute_url() == f"{path}#demandes"
        assert request.get_absolute_url() in page.get(reverse("pages:control_tower")).text
        html = page.get(path).text
        assert 'id="demandes"' in html
        assert "Les Mains vertes" in html
        assert '<a href="tel:0199001234">01 99 00 12 34</a>' in html
        few = query_count(lambda: page.get(path))
        for _ in range(5):
            wait(phone="")
        assert query_count(lambda: page.get(path)) == few

    @pytest.mark.parametrize(
        "wrong",
        [
            {"day": "demain"},
            {"day": "2026-13-45"},
            {"day": "0001-01-01"},
            {"day": "9999-12-31"},
            {"starts": "25:99"},
            {"minutes": "0"},
            {"minutes": "-5"},
            {"adviser": str(uuid.uuid4())},
            {"adviser": "x"},
        ],
    )
    def test_what_is_wrong_is_said(self, enter, frozen, wrong):
        staff = StaffFactory()
        typed = {"adviser": staff.pk, "day": "2026-12-01", "starts": "14:00", "ends": "15:00", "minutes": 20}
        answer = enter(staff).post(reverse("agenda:team_slots"), {**typed, **wrong})
        assert answer.status_code == 422
        assert answer.context["form"].errors
        assert not Slot.objects.exists()

    def test_is_for_the_team_alone(self, enter):
        page = enter(UserFactory())
        assert page.get(reverse("agenda:team_slots")).status_code == 404
        assert page.post(reverse("agenda:team_slots"), {}).status_code == 404


class TestErrors:
    @pytest.fixture
    def broken(self, frozen):
        for person in PersonFactory.create_batch(2, first_name="Ada", last_name="Lovelace"):
            start(Broken, person)
        frozen.advance(timedelta(days=1))
        run_due()
        return FollowUp.objects.all().in_error()

    def test_tells_the_rule_the_subject_and_the_error(self, enter, broken):
        html = enter(StaffFactory()).get(reverse("agenda:errors")).content.decode()
        assert "ZeroDivisionError" in html
        assert "Ada Lovelace" in html
        assert "ZeroDivisionError: broken" not in html

    def test_again_now(self, enter, broken, frozen):
        page, row = enter(StaffFactory()), broken.first()
        page.post(reverse("agenda:retry", args=[row.pk]))
        row.refresh_from_db()
        assert (row.lease_until, row.attempts) == (None, 0)
        assert row.last_error
        assert FollowUp.objects.all().due(frozen()).get() == row

    def test_again_is_not_for_what_works(self, enter, frozen):
        row = start(Broken, PersonFactory())
        enter(StaffFactory()).post(reverse("agenda:retry", args=[row.pk]))
        row.refresh_from_db()
        assert row.attempts == 0
        assert enter(StaffFactory()).post(reverse("agenda:retry", args=[uuid.uuid4()])).status_code == 404

    def test_is_for_the_team_alone(self, enter, broken):
        page = enter(UserFactory())
        assert page.get(reverse("agenda:errors")).status_code == 404
        assert page.post(reverse("agenda:retry", args=[broken.first().pk])).status_code == 404
        assert enter(StaffFactory()).get(reverse("agenda:retry", args=[broken.first().pk])).status_code == 405

    def test_costs_the_same_however_many(self, enter, broken, frozen, query_count):
        page = enter(StaffFactory())
        few = query_count(lambda: page.get(reverse("agenda:errors")))
        for person in PersonFactory.create_batch(10):
            start(Broken, person)
        frozen.advance(timedelta(days=2))
        run_due()
        assert query_count(lambda: page.get(reverse("agenda:errors"))) <= few


def test_organisations_of_a_name_with_html_are_shown_as_text(enter, frozen):
    membership = MembershipFactory(organisation=OrganisationFactory(name="<b>Gras</b>"))
    path = slots_path(organisation_id=membership.organisation_id, about=membership.organisation)
    assert "<b>Gras" not in enter(membership.user).get(path).content.decode()


def test_an_unchecked_organisation_asks_for_a_date_when_its_share_is_taken(client, slots, frozen):
    pages = []
    for slot in slots[:2]:
        member = MembershipFactory(organisation__status="to_check")
        client.force_login(member.user)
        path = slots_path(organisation_id=member.organisation_id, about=member.organisation)
        pages.append(client.get(path).text)
        client.post(path, {"slot": slot.pk})
    assert "Réserver ce moment" in pages[0]
    assert "gardés pour les organismes déjà vérifiés" in pages[1]
    assert "Demander un rendez-vous" in pages[1]
