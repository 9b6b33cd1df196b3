"""Two sides that ask each other about the same thing have both said yes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from companies.models import Policy
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.journal import history
from partnerships.enums import IntroductionStatus, Side
from partnerships.models import Introduction, Partnership
from partnerships.notifications import IntroductionAccepted, IntroductionRequested
from partnerships.operations import postpone_introduction
from tests.accounts.threads import at_once


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
    Policy.objects.filter(company=pair.company).update(monthly_capacity=0)
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


@pytest.mark.django_db(transaction=True)
def test_both_at_once_make_one_partnership(pair, company_asks):
    assert [type(each) for each in at_once(pair.ask, company_asks)] == [Introduction, Introduction]
    assert Introduction.objects.get().status == IntroductionStatus.YES
    assert Partnership.objects.count() == 1
