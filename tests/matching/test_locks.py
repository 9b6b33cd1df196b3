"""Suggestions and the companies' months they spend, taken by several at once: nobody waits in a circle."""

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from accounts.operations import merge_organisations, withdraw_organisation
from associations.enums import Stance
from associations.models import Association
from associations.operations import update_association
from companies.enums import NeedStatus
from companies.models import Policy
from companies.operations import close_need, set_policy
from matching import receivers
from matching.enums import DiagnosisCause, SuggestionStatus
from matching.models import Suggestion
from matching.operations import diagnose, rounds, run_round
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from partnerships.enums import AttentionSource, IntroductionStatus
from partnerships.operations import (
    accept_introduction,
    attention,
    introductions,
    merges,
    places_left,
    request_queued,
    spend_attention_on_many,
    withdraw_introduction,
)
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of
from tests.threads import Pause, at_once, second_during_first

pytestmark = pytest.mark.django_db
together = pytest.mark.django_db(transaction=True)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
SPENT_BY = AttentionSource.SUGGESTION


def suggest(association, need, **more):
    """Presented to the need's company, a place spent."""
    suggestion = SuggestionFactory(need=need, association=association, **more)
    spend_attention_on_many(wanted={need.company.pk: [association.pk]}, source=SPENT_BY)
    return suggestion


def looks_at(company, number):
    Policy.objects.filter(company=company).update(monthly_capacity=number)


@pytest.fixture
def needs():
    """Two, by company."""
    found = sorted((NeedFactory(published=True) for _ in range(2)), key=lambda need: need.company.pk)
    for need in found:
        looks_at(need.company, 9)
    return found


@pytest.fixture
def months_held(monkeypatch):
    """Makes whoever comes first stop where it holds its first months."""
    return lambda: Pause(monkeypatch, attention, "_lock_months")


@together
def test_an_association_leaves_while_a_round_spends_the_places_of_the_same_companies(needs, months_held):
    association, other = AssociationFactory(complete=True), AssociationFactory(complete=True)
    for need, key in zip(reversed(needs), sorted(uuid.uuid4() for _ in needs), strict=True):
        suggest(association, need, pk=key)
    errors = second_during_first(
        months_held(),
        lambda: withdraw_organisation(organisation=association.organisation, by=None),
        lambda: spend_attention_on_many(
            wanted={need.company.pk: [other.pk] for need in needs}, source=SPENT_BY
        ),
    )
    assert errors == []
    assert [places_left(need.company) for need in needs] == [8, 8]


@together
def test_an_association_leaves_while_a_company_s_places_are_shared_among_its_requests(needs, months_held):
    association, need = AssociationFactory(complete=True), needs[0]
    member_of(association)
    member_of(need.company)
    suggest(association, need)
    queued = IntroductionFactory(
        association=association,
        company=need.company,
        need=NeedFactory(company=need.company, published=True),
        status=IntroductionStatus.QUEUED,
        requested_at=None,
    )
    errors = second_during_first(
        months_held(),
        lambda: withdraw_organisation(organisation=association.organisation, by=None),
        lambda: request_queued(company=need.company),
    )
    queued.refresh_from_db()
    assert (errors, queued.status) == ([], IntroductionStatus.RELEASED)


@together
def test_two_records_of_an_association_become_one_while_a_round_spends(needs, monkeypatch):
    kept, gone = AssociationFactory(complete=True), AssociationFactory(complete=True)
    other, staff = AssociationFactory(complete=True), StaffFactory()
    for need in reversed(needs):
        for association in (kept, gone):
            spend_attention_on_many(wanted={need.company.pk: [association.pk]}, source=SPENT_BY)
    errors = second_during_first(
        Pause(monkeypatch, merges, "_give_back"),
        lambda: merge_organisations(
            kept=kept.organisation, gone=gone.organisation, by=staff, numbers_confirmed=True
        ),
        lambda: spend_attention_on_many(
            wanted={need.company.pk: [other.pk] for need in needs}, source=SPENT_BY
        ),
    )
    assert errors == []
    assert [places_left(need.company) for need in needs] == [7, 7]


@together
@pytest.mark.parametrize("company_first", [True, False])
def test_a_company_leaves_while_an_association_that_it_was_shown_does(months_held, company_first):
    """Each of its needs closes, and each of its suggestions ends, before its month is held."""
    needs = sorted((NeedFactory(published=True) for _ in range(2)), key=lambda need: need.pk)
    company, association = needs[0].company, AssociationFactory(complete=True)
    type(needs[1]).objects.filter(pk=needs[1].pk).update(company=company)
    looks_at(company, 9)
    needs[1].refresh_from_db()
    suggest(AssociationFactory(complete=True), needs[0])
    suggest(association, needs[1])
    leaving = [
        lambda: withdraw_organisation(organisation=company.organisation, by=None),
        lambda: withdraw_organisation(organisation=association.organisation, by=None),
    ]
    first, second = leaving if company_first else reversed(leaving)
    assert second_during_first(months_held(), first, second) == []
    assert not Suggestion.objects.open().exists()


@pytest.fixture
def first():
    """Presented, and old enough to be presented again to the only company that suits it."""
    with clock.frozen(MONDAY) as now:
        need = NeedFactory(
            published=True, deadline=None, territories=["59"], title="Des ateliers vers l’emploi des jeunes"
        )
        member_of(AssociationFactory(complete=True))
        run_round()
        now.move_to(MONDAY + timedelta(days=90))
        yield Suggestion.objects.get(need=need)


@together
def test_a_need_closes_while_a_round_presents_the_same_pair_again(first, months_held):
    assert second_during_first(months_held(), run_round, lambda: close_need(need=first.need, by=None)) == []
    first.refresh_from_db()
    assert first.status == SuggestionStatus.EXPIRED


@pytest.fixture
def alone():
    """One need, and one association that suits it: the round presents it, unless the need closes."""
    need = NeedFactory(
        published=True, deadline=None, territories=["59"], title="Des ateliers vers l’emploi des jeunes"
    )
    looks_at(need.company, 9)
    member_of(AssociationFactory(complete=True))
    return need


@together
@pytest.mark.parametrize("when", ["ranked", "presented", "closing"])
def test_a_need_closes_while_a_round_presents(alone, monkeypatch, months_held, when):
    """Before, in the middle, or not quite yet: nobody stays suggested to a need that is closed."""

    def close():
        close_need(need=alone, by=None)

    if when == "ranked":
        errors = second_during_first(Pause(monkeypatch, rounds, "rank_everybody"), run_round, close)
    elif when == "presented":
        errors = second_during_first(months_held(), run_round, close)
    else:
        errors = second_during_first(Pause(monkeypatch, receivers, "expire_suggestions"), close, run_round)
    alone.refresh_from_db()
    assert (errors, alone.status) == ([], NeedStatus.CLOSED)
    assert not Suggestion.objects.open().exists()
    assert Suggestion.objects.count() == (1 if when == "presented" else 0)
    assert places_left(alone.company) == 9


def leave(association):
    withdraw_organisation(organisation=association.organisation, by=None)


def pause(association):
    until = clock.today() + timedelta(days=30)
    update_association(association=association, by=None, stance=Stance.PAUSED, paused_until=until)


@together
@pytest.mark.parametrize("act", [leave, pause])
def test_an_association_leaves_or_pauses_while_a_round_presents_it(alone, months_held, act):
    """What the round writes then may be answered by nobody, and ends the next night at the latest."""
    association = Association.objects.get()
    assert second_during_first(months_held(), run_round, lambda: act(association)) == []
    assert not Suggestion.objects.wanted().exists()
    run_round()
    assert not Suggestion.objects.open().exists()
    assert places_left(alone.company) == 9


@together
def test_what_no_need_stops_is_presented(alone):
    assert run_round().presented == 1


@together
def test_a_round_waits_for_nobody_who_holds_what_it_would_replace(first):
    """And shows the pair again at the next one, when it still has a reason."""

    def impatient_round():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return run_round().presented

    with transaction.atomic():
        list(Suggestion.objects.select_for_update().filter(pk=first.pk))
        assert at_once(impatient_round) == [0]
    assert run_round().presented == 1
    first.refresh_from_db()
    assert first.status == SuggestionStatus.EXPIRED


def test_an_association_leaves_and_the_place_on_which_nobody_looked_goes_to_the_next(needs):
    association, need = AssociationFactory(complete=True), needs[0]
    looks_at(need.company, 1)
    suggestion = suggest(association, need)
    waiting = IntroductionFactory(
        company=need.company, need=need, status=IntroductionStatus.QUEUED, requested_at=None
    )
    member_of(need.company)
    member_of(waiting.association)
    withdraw_organisation(organisation=association.organisation, by=None)
    for each in (suggestion, waiting):
        each.refresh_from_db()
    assert suggestion.status == SuggestionStatus.EXPIRED
    assert waiting.status == IntroductionStatus.REQUESTED


@pytest.fixture
def waits_for_its_choice():
    """An association, taken before its company: it has a partnership, a project that waits after a released
    request, and two requests to that company, one sent and the other in the queue."""
    with clock.frozen(MONDAY):
        association, company = AssociationFactory(complete=True), CompanyFactory()
        while association.organisation_id > company.organisation_id:
            company = CompanyFactory()
        project = ProjectFactory(association=association, published=True)
        AskFactory(project=project)
        accepted = IntroductionFactory(association=association, project=project)
        accept_introduction(introduction=accepted, by=member_of(accepted.company))
        released = IntroductionFactory(
            association=association,
            project=project,
            status=IntroductionStatus.RELEASED,
            released_at=MONDAY,
        )
        assert diagnose(project=project, cause=DiagnosisCause.RELEASED, introduction=released)
        sent = IntroductionFactory(association=association, company=company)
        queued = IntroductionFactory(
            association=association, company=company, status=IntroductionStatus.QUEUED, requested_at=None
        )
        member_of(company)
        yield SimpleNamespace(project=project, company=company, sent=sent, queued=queued)


@together
def test_a_company_takes_more_requests_while_their_association_withdraws_another(
    waits_for_its_choice, monkeypatch
):
    """What leaves the queue is written without waiting for the organisation that asked."""
    waiting = waits_for_its_choice
    asker, answerer = member_of(waiting.sent.association), member_of(waiting.company)
    policy = waiting.company.policy

    def look_at_more():
        set_policy(
            company=waiting.company,
            by=answerer,
            causes=list(policy.causes.all()),
            kinds=policy.kinds,
            territories=list(policy.territories.all()),
            monthly_capacity=9,
        )

    errors = second_during_first(
        Pause(monkeypatch, introductions, "spend_attention"),
        look_at_more,
        lambda: withdraw_introduction(introduction=waiting.sent, by=asker),
    )
    for each in (waiting.sent, waiting.queued):
        each.refresh_from_db()
    assert errors == []
    assert waiting.sent.status == IntroductionStatus.WITHDRAWN
    assert waiting.queued.status == IntroductionStatus.REQUESTED
    assert next_step(waiting.project).rule == "matching.choose_after"
