"""Two sides that ask each other about the same thing have both said yes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from associations.enums import Stance
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.journal import history
from partnerships.enums import IntroductionStatus, Side
from partnerships.models import Introduction, Partnership
from partnerships.notifications import IntroductionAccepted, IntroductionRequested
from partnerships.operations import postpone_introduction
from tests.associations.factories import ProjectFactory
from tests.partnerships.factories import fill_places
from tests.threads import at_once


@pytest.fixture
def company_asks(pair):
    def ask(**changes):
        return pair.ask(
            **({"asked_by_side": Side.COMPANY, "by": pair.answerer, "note": "Parlons-en."} | changes)
        )

    return ask


def told(notification):
    return set(
        OutgoingMail.objects.filter(notification=notification.name).values_list("recipient", flat=True)
    )


def check_accepted(introduction, note):
    introduction.refresh_from_db()
    assert introduction.status == IntroductionStatus.YES
    assert introduction.answer_note == note
    assert agenda.next_step(introduction) is None
    assert agenda.next_step(introduction.partnership) is not None
    assert history(introduction).last().verb == "accept"


def test_the_company_says_yes_by_asking(pair, company_asks):
    asked = pair.ask()
    assert company_asks() == asked
    check_accepted(asked, "Parlons-en.")
    assert told(IntroductionAccepted) == {pair.asker.pk}


def test_the_association_says_yes_by_asking(pair, company_asks):
    asked = company_asks()
    assert pair.ask(note="Avec joie.") == asked
    check_accepted(asked, "Avec joie.")
    assert told(IntroductionAccepted) == {pair.answerer.pk}


def test_who_had_said_later_says_yes_by_asking(pair, company_asks):
    asked = pair.ask()
    postpone_introduction(
        introduction=asked, later_on=clock.today() + timedelta(days=20), by=pair.answerer, note=""
    )
    company_asks()
    check_accepted(asked, "Parlons-en.")


def test_a_company_that_asks_needs_no_place_for_the_request_that_queues(pair, company_asks):
    fill_places(pair.company)
    asked = pair.ask()
    assert asked.status == IntroductionStatus.QUEUED
    company_asks()
    check_accepted(asked, "Parlons-en.")
    assert [line.verb for line in history(asked)] == ["introduce", "request", "accept"]
    assert not told(IntroductionRequested)


def test_asking_twice_is_still_one_request(pair):
    assert pair.ask() == pair.ask()
    assert Introduction.objects.get().status == IntroductionStatus.REQUESTED


def test_the_page_says_what_happened(client, pair, company_asks):
    company_asks()
    client.force_login(pair.asker)
    address = reverse("partnerships:introduction_create") + f"?besoin={pair.need.pk}"
    page = client.post(address, {"note": "Avec joie."}, follow=True).content.decode()
    assert "votre message vaut un oui" in page
    assert "Ouvrir la page du partenariat" in page


@pytest.mark.parametrize("places", [True, False])
def test_a_company_already_asked_can_still_write_and_that_is_a_yes(client, pair, places):
    ProjectFactory(association=pair.association, published=True)
    if not places:
        fill_places(pair.company)
    asked = pair.ask(need=None)
    assert asked.is_queued is not places
    client.force_login(pair.answerer)
    address = reverse("partnerships:introduction_create") + f"?association={pair.association.pk}"
    page = client.get(address).content.decode()
    assert "Cette association vous a déjà écrit" in page
    assert "Votre message vaut un oui" in page
    assert 'name="note"' in page
    assert 'name="kind"' not in page
    assert "Vous avez déjà une demande" not in page
    page = client.post(address, {"note": "Avec joie."}, follow=True).content.decode()
    assert "votre message vaut un oui" in page
    check_accepted(asked, "Avec joie.")


def test_a_company_that_asks_again_reads_that_it_has_asked(client, pair, company_asks):
    asked = company_asks(need=None)
    client.force_login(pair.answerer)
    address = reverse("partnerships:introduction_create") + f"?association={pair.association.pk}"
    page = client.get(address).content.decode()
    assert "Vous avez déjà une demande en cours." in page
    assert asked.get_absolute_url() in page
    assert "vous a déjà écrit" not in page
    assert 'name="note"' not in page


def test_a_company_chooses_among_the_projects_of_the_other_and_is_sent_to_associations(client, pair):
    ProjectFactory(association=pair.association, published=True)
    client.force_login(pair.answerer)
    address = reverse("partnerships:introduction_create") + f"?association={pair.association.pk}"
    page = client.get(address).content.decode()
    assert "Le projet qui vous intéresse" in page
    assert "Votre projet" not in page
    pair.association.stance = Stance.EXPERT_ONLY
    pair.association.save()
    page = client.get(address).content.decode()
    assert "Voir les associations" in page
    assert "Voir les besoins ouverts" not in page


@pytest.mark.django_db(transaction=True)
def test_both_at_once_make_one_partnership(pair, company_asks):
    assert [type(each) for each in at_once(pair.ask, company_asks)] == [Introduction, Introduction]
    assert Introduction.objects.get().status == IntroductionStatus.YES
    assert Partnership.objects.count() == 1


def test_each_side_reads_both_names_where_a_request_is_about_nothing_else(client, pair):
    asked = pair.ask(need=None)
    both = f"{pair.association} et {pair.company}"
    for reader in (pair.asker, pair.answerer):
        client.force_login(reader)
        assert f"<h1>{both}</h1>" in client.get(asked.get_absolute_url()).content.decode()
        assert both in client.get(reverse("pages:dashboard")).content.decode()
