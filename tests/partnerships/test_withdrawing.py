"""Who asked may take a request back: what it gives back, who is told, and what the page says meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.calendar.working_days import next_working_morning
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.ui.figures import long_date
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from partnerships import operations
from partnerships.enums import IntroductionStatus, Side
from partnerships.models import Introduction
from partnerships.operations import places_left, withdraw_introduction
from tests.associations.factories import AssociationFactory
from tests.partnerships.factories import IntroductionFactory, fill_places, member_of
from tests.reading import shown

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def told():
    return OutgoingMail.objects.filter(notification="partnerships.introduction_withdrawn")


def test_the_place_comes_back_the_step_closes_and_twice_is_once(pair):
    before = places_left(pair.company)
    asked = pair.ask()
    assert places_left(pair.company) == before - 1
    for _ in range(2):
        withdraw_introduction(introduction=asked, by=pair.asker, note="Nous avons trouvé.")
    asked.refresh_from_db()
    assert asked.status == IntroductionStatus.WITHDRAWN
    assert places_left(pair.company) == before
    assert agenda.next_step(asked) is None
    assert [line.verb for line in history(asked)].count("withdraw") == 1
    assert told().count() == 1
    # Nothing is in the way of asking again.
    assert pair.ask().status == IntroductionStatus.REQUESTED


def test_the_oldest_request_waiting_for_a_place_takes_it(pair):
    pair.company.policy.monthly_capacity = 1
    pair.company.policy.save()
    first, other = pair.ask(), AssociationFactory(complete=True)
    queued = pair.ask(association=other, by=member_of(other))
    assert queued.status == IntroductionStatus.QUEUED
    withdraw_introduction(introduction=first, by=pair.asker)
    queued.refresh_from_db()
    assert queued.status == IntroductionStatus.REQUESTED


def test_what_waits_for_another_company_goes_on_waiting(pair):
    asked = pair.ask()
    elsewhere = IntroductionFactory(status="queued", requested_at=None)
    member_of(elsewhere.company)
    fill_places(elsewhere.company)
    withdraw_introduction(introduction=asked, by=pair.asker)
    elsewhere.refresh_from_db()
    assert elsewhere.status == "queued"


def test_requests_of_one_moment_wait_in_an_order_that_no_plan_of_the_server_changes(pair):
    pair.company.policy.monthly_capacity = 1
    pair.company.policy.save()
    first, moment = pair.ask(), clock.now()
    others = AssociationFactory.create_batch(4, complete=True)
    queued = [pair.ask(association=other, by=member_of(other)) for other in others]
    # The last key is written last: what is read as it lies would be served the other way round.
    for request in sorted(queued, key=lambda request: request.pk, reverse=True):
        Introduction.objects.filter(pk=request.pk).update(created_at=moment)
    withdraw_introduction(introduction=first, by=pair.asker)
    sent = Introduction.objects.filter(pk__in=[request.pk for request in queued], status="requested")
    assert [request.pk for request in sent] == [min(request.pk for request in queued)]


def test_what_was_still_waiting_for_a_place_gives_none_back_and_tells_nobody(pair):
    fill_places(pair.company)
    queued = pair.ask()
    withdraw_introduction(introduction=queued, by=pair.asker)
    queued.refresh_from_db()
    assert (queued.status, queued.requested_at) == (IntroductionStatus.WITHDRAWN, None)
    assert not told().exists()
    assert agenda.next_step(queued) is None


def test_who_was_told_of_the_request_is_told_that_it_is_withdrawn(pair):
    with clock.frozen(MONDAY) as now:
        asked = pair.ask()
        deliver_due(limit=100, seconds=5)
        now.advance(timedelta(days=1))
        withdraw_introduction(introduction=asked, by=pair.asker, note="Nous avons trouvé.")
        deliver_due(limit=100, seconds=5)
        mail = told().get()
        assert (mail.recipient, mail.status) == (pair.answerer, MailStatus.SENT)
        assert "Nous avons trouvé." in mail.text
        now.advance(timedelta(days=30))
        agenda.run_due()
        assert not OutgoingMail.objects.filter(notification="partnerships.introduction_reminder").exists()


def test_who_had_not_been_told_yet_hears_of_neither(pair):
    with clock.frozen(MONDAY):
        withdraw_introduction(introduction=pair.ask(), by=pair.asker)
        deliver_due(limit=100, seconds=5)
    assert not OutgoingMail.objects.filter(recipient=pair.answerer, status=MailStatus.SENT).exists()


def test_only_the_side_that_asked_and_only_while_it_is_open(pair, client):
    asked = pair.ask()
    with pytest.raises(PermissionDenied):
        withdraw_introduction(introduction=asked, by=pair.answerer)
    address = reverse("partnerships:introduction_withdraw", args=[asked.pk])
    client.force_login(pair.answerer)
    assert client.post(address).status_code == 404
    assert "Retirer ma demande" not in shown(client.get(asked.get_absolute_url()))
    operations.accept_introduction(introduction=asked, by=pair.answerer)
    with pytest.raises(DomainError, match="rien à retirer"):
        withdraw_introduction(introduction=asked, by=pair.asker)
    client.force_login(pair.asker)
    late = client.post(address, {"note": "Nous avons trouvé ailleurs."})
    assert late.status_code == 409
    assert "rien à retirer" in shown(late)
    assert "Nous avons trouvé ailleurs." in shown(late)


@pytest.mark.parametrize("side", Side)
def test_the_page_says_what_comes_without_an_answer_and_when(pair, client, side):
    asker, answerer = (pair.asker, pair.answerer) if side == Side.ASSOCIATION else (pair.answerer, pair.asker)
    asked = pair.ask(asked_by_side=side, by=asker)
    client.force_login(asker)
    page = shown(client.get(asked.get_absolute_url()))
    day = long_date(next_working_morning(clock.paris(agenda.next_step(asked).deadline).date()))
    assert f"la demande est libérée le <strong>{' '.join(day.split())}" in page
    assert ("la place va à une autre association" in page) == (side == Side.ASSOCIATION)
    response = client.post(
        reverse("partnerships:introduction_withdraw", args=[asked.pk]), {"note": "Trouvé."}, follow=True
    )
    assert "a retiré cette demande" in shown(response)
    assert Introduction.objects.get().status == IntroductionStatus.WITHDRAWN
    client.force_login(answerer)
    page = shown(client.get(asked.get_absolute_url()))
    assert "a retiré cette demande" in page
    assert "Envoyer ma réponse" not in page


def test_a_request_postponed_or_queued_says_what_comes_too(pair, client):
    asked = pair.ask()
    operations.postpone_introduction(
        introduction=asked, later_on=clock.today() + timedelta(days=40), by=pair.answerer
    )
    client.force_login(pair.asker)
    assert "La question sera reposée le" in shown(client.get(asked.get_absolute_url()))
    pair.company.policy.monthly_capacity = 1
    pair.company.policy.save()
    other = AssociationFactory(complete=True)
    queued = pair.ask(association=other, by=(person := member_of(other)))
    client.force_login(person)
    assert "part d’elle-même dès qu’une place se libère" in shown(client.get(queued.get_absolute_url()))
