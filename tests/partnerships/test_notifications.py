"""Whole mails, as their readers get them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.operations import withdraw_organisation
from companies.operations import close_need
from mecenova.agenda import operations as agenda
from mecenova.mail.models import OutgoingMail
from partnerships import operations
from tests.associations.factories import ProjectFactory

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def named(pair):
    """Names that stay the same from run to run, and are hard to print."""
    pair.association.organisation.name = "L’Atelier d’à côté & Cie <b>"
    pair.association.organisation.save()
    pair.company.organisation.name = "Fondation Œuvres *vives*"
    pair.company.organisation.save()
    pair.need.title = "Des parrains pour des jeunes"
    pair.need.save()
    return pair


def texts():
    """All mails, oldest first, their signed links and keys blanked."""
    found = OutgoingMail.objects.order_by("created_at", "notification", "key")
    blank = re.compile(r"/lien/\S+|[0-9a-f]{8}-[0-9a-f-]{27}")
    return [f"{mail.notification}\n{mail.subject}\n\n{blank.sub('…', mail.text)}" for mail in found]


@pytest.mark.django_db
def test_the_mails_of_a_silence(named, frozen_clock, snapshot):
    with frozen_clock(MONDAY) as now:
        named.ask()
        for _ in range(22):
            now.advance(timedelta(days=1))
            agenda.run_due()
        assert texts() == snapshot


@pytest.mark.django_db
def test_the_mails_of_a_queue(named, frozen_clock, snapshot):
    with frozen_clock(MONDAY):
        named.company.policy.monthly_capacity = 0
        named.company.policy.save()
        named.ask()
        assert texts() == snapshot


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["yes", "later", "no"])
def test_the_mails_of_an_answer(named, frozen_clock, snapshot, answer):
    with frozen_clock(MONDAY) as now:
        introduction = named.ask()
        now.advance(timedelta(hours=1))
        values = {
            "introduction": introduction,
            "by": named.answerer,
            "note": "Bien reçu\u00a0!\n# Pas un titre",
        }
        if answer == "yes":
            operations.accept_introduction(**values)
        elif answer == "later":
            operations.postpone_introduction(later_on=date(2027, 1, 11), **values)
        else:
            operations.decline_introduction(reason="kind", **values)
        now.advance(timedelta(days=30))
        agenda.run_due()
        assert texts() == snapshot


@pytest.mark.django_db
@pytest.mark.parametrize("gone", ["association", "company"])
def test_the_mails_of_a_departure(named, frozen_clock, snapshot, gone):
    with frozen_clock(MONDAY) as now:
        named.ask()
        now.advance(timedelta(hours=1))
        withdraw_organisation(organisation=getattr(named, gone).organisation, by=None)
        assert texts() == snapshot


@pytest.mark.django_db
def test_the_mails_of_a_need_that_closes_first(named, frozen_clock, snapshot):
    with frozen_clock(MONDAY) as now:
        named.company.policy.monthly_capacity = 0
        named.company.policy.save()
        named.ask()
        now.advance(timedelta(hours=1))
        close_need(need=named.need, by=named.answerer)
        assert texts() == snapshot


@pytest.mark.django_db
def test_the_mails_of_an_abandonment(named, frozen_clock, snapshot):
    with frozen_clock(MONDAY) as now:
        partnership = operations.accept_introduction(introduction=named.ask(), by=named.answerer)
        now.advance(timedelta(hours=1))
        operations.abandon_partnership(partnership=partnership, by=named.answerer, note="Plus de budget.")
        assert texts() == snapshot


@pytest.mark.django_db
def test_a_request_about_a_need_names_the_project_that_answers_it(named):
    project = ProjectFactory(association=named.association, published=True, title="Un atelier du soir")
    introduction = named.ask(project=project)
    mail = OutgoingMail.objects.get(notification="partnerships.introduction_requested")
    assert "«\u202fUn atelier du soir\u202f»" in mail.text
    partnership = operations.accept_introduction(introduction=introduction, by=named.answerer)
    assert partnership.title == introduction.heading == named.need.title
