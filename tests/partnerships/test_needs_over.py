"""A need closes, or its last day passes, while requests about it wait for a place."""

import html
from datetime import UTC, date, datetime, timedelta

import pytest

from associations.enums import Stance
from companies.operations import close_need
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from partnerships import operations
from partnerships.enums import IntroductionStatus, RefusalReason
from partnerships.models import Introduction
from partnerships.operations import spend_attention
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def full(pair):
    """No place is left in the month of the request: every one waits."""
    ask = pair.ask

    def ask_when_full(**changes):
        set_capacity(pair, 1)
        spend_attention(company=pair.company, association=AssociationFactory(), source="introduction")
        return ask(**changes)

    pair.ask = ask_when_full
    return pair


def set_capacity(pair, places):
    pair.company.policy.monthly_capacity = places
    pair.company.policy.save()


def told():
    found = OutgoingMail.objects.filter(notification="partnerships.introduction_need_over")
    return list(found.values_list("recipient", flat=True))


def state_of(introduction):
    introduction.refresh_from_db()
    return introduction.status


def sent():
    return OutgoingMail.objects.filter(notification="partnerships.introduction_requested").exists()


def test_closing_a_need_ends_what_waited_for_a_place_and_tells_who_asked(full):
    introduction = full.ask()
    close_need(need=full.need, by=full.answerer)
    assert state_of(introduction) == IntroductionStatus.RELEASED
    assert introduction.was_never_sent
    assert told() == [full.asker.pk]
    assert agenda.next_step(introduction) is None
    assert not sent()


def test_what_was_sent_already_is_still_answered(pair):
    introduction = pair.ask()
    close_need(need=pair.need, by=pair.answerer)
    assert state_of(introduction) == IntroductionStatus.REQUESTED
    assert told() == []


def test_the_place_goes_to_the_next_when_the_last_day_has_passed(full):
    with clock.frozen(MONDAY) as now:
        full.need.deadline = clock.today() + timedelta(days=1)
        full.need.save()
        first = full.ask()
        other = AssociationFactory(complete=True)
        second = full.ask(
            association=other, by=member_of(other), need=NeedFactory(company=full.company, published=True)
        )
        now.advance(timedelta(days=3))
        set_capacity(full, 2)
        assert operations.request_queued(company=full.company) == 1
        assert (state_of(first), state_of(second)) == (
            IntroductionStatus.RELEASED,
            IntroductionStatus.REQUESTED,
        )
        assert told() == [full.asker.pk]
        assert operations.places_left(full.company) == 0


def test_a_postponed_request_that_ends_leaves_its_place_to_the_next_at_once(pair):
    with clock.frozen(datetime(2026, 11, 2, 9, tzinfo=UTC)) as now:
        set_capacity(pair, 1)
        postponed, other = pair.ask(), AssociationFactory(complete=True)
        queued = pair.ask(association=other, by=member_of(other), need=None)
        operations.postpone_introduction(
            introduction=postponed, later_on=date(2026, 11, 16), by=pair.answerer
        )
        close_need(need=pair.need, by=pair.answerer)
        assert state_of(queued) == IntroductionStatus.QUEUED
        now.move_to(datetime(2026, 11, 16, 10, tzinfo=UTC))
        agenda.run_due()
        assert state_of(postponed) == IntroductionStatus.RELEASED
        assert state_of(queued) == IntroductionStatus.REQUESTED


def test_without_a_place_it_ends_all_the_same_and_once(full):
    with clock.frozen(MONDAY) as now:
        full.need.deadline = clock.today()
        full.need.save()
        introduction = full.ask()
        now.advance(timedelta(days=10))
        agenda.run_due()
        agenda.run_due()
        assert state_of(introduction) == IntroductionStatus.RELEASED
        assert told() == [full.asker.pk]


def test_a_request_without_a_need_goes_on_waiting(full):
    introduction = full.ask(need=None)
    operations.request_queued(company=full.company)
    assert state_of(introduction) == IntroductionStatus.QUEUED


def made_expert(full):
    full.association.stance = Stance.EXPERT_ONLY
    full.association.save()


def paused(full):
    full.association.stance = Stance.PAUSED
    full.association.paused_until = clock.today() + timedelta(days=30)
    full.association.save()


def told_no(full):
    IntroductionFactory(
        association=full.association,
        company=full.company,
        status=IntroductionStatus.NO,
        refusal_reason=RefusalReason.TIMING,
        answered_at=clock.now(),
        retry_on=clock.today() + timedelta(days=90),
    )


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (made_expert, "présente comme experte seulement"),
        (paused, "est en pause jusqu’au"),
        (told_no, "a répondu non à votre demande"),
    ],
)
def test_a_request_that_could_not_be_made_today_takes_no_place_and_says_why(full, client, happens, why):
    introduction = full.ask()
    other = AssociationFactory(complete=True)
    behind = full.ask(association=other, by=member_of(other))
    happens(full)
    set_capacity(full, 2)
    assert operations.request_queued(company=full.company) == 1
    assert state_of(introduction) == IntroductionStatus.QUEUED
    assert state_of(behind) == IntroductionStatus.REQUESTED
    assert agenda.next_step(introduction) is not None
    client.force_login(full.asker)
    assert why in html.unescape(client.get(introduction.get_absolute_url()).content.decode())


def test_the_team_does_not_call_for_what_was_never_sent(full):
    full.ask()
    close_need(need=full.need, by=full.answerer)
    assert not Introduction.objects.released().exists()


def test_the_page_says_why_and_what_to_do(full, client):
    introduction = full.ask()
    close_need(need=full.need, by=full.answerer)
    client.force_login(full.asker)
    page = client.get(introduction.get_absolute_url()).content.decode()
    assert "Le besoin a pris fin avant qu’une place se libère" in page
    assert "n’a pas répondu" not in page


def test_the_mail_says_why_and_what_to_do(full):
    full.ask()
    close_need(need=full.need, by=full.answerer)
    mail = OutgoingMail.objects.get(notification="partnerships.introduction_need_over")
    assert full.need.title in mail.subject
    assert "À faire maintenant" in mail.text
    assert "/besoins/" in mail.text
