"""Answering a suggestion: once, by the company, and what it sets in motion."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.operations import withdraw_organisation
from companies.followups import CallAfterSilence
from companies.models import Policy
from companies.operations import close_need
from matching.enums import SuggestionStatus
from matching.links import what_interest_did
from matching.models import Suggestion
from matching.operations import decline_suggestion, expire_suggestions, mark_seen, run_round, take_interest
from matching.operations.answers import still_shown
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from partnerships.enums import AttentionSource, IntroductionStatus, RefusalReason, Side
from partnerships.followups import AnswerIntroduction
from partnerships.models import AttentionEntry, Introduction
from partnerships.operations import (
    accept_introduction,
    decline_introduction,
    introduce,
    places_left,
    postpone_introduction,
    release_introduction,
    spend_attention,
)
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, fill_places
from tests.threads import at_once


def member(organisation):
    return MembershipFactory(organisation=organisation).user


@pytest.fixture
def suggestion(db):
    """Of an association that somebody answers for."""
    made = SuggestionFactory()
    member(made.association.organisation)
    return made


@pytest.fixture
def person(suggestion):
    return member(suggestion.company.organisation)


def request_of(suggestion):
    """The association suggested asks about the same need."""
    return introduce(
        association=suggestion.association,
        company=suggestion.company,
        need=suggestion.need,
        kind=suggestion.need.kind,
        asked_by_side=Side.ASSOCIATION,
        note="Bonjour",
        by=member(suggestion.association.organisation),
    )


@pytest.mark.parametrize(
    "answer", [partial(take_interest, note=""), partial(decline_suggestion, reason="timing")]
)
def test_a_company_that_answers_is_called_no_more_about_its_silence(suggestion, person, answer):
    organisation = suggestion.company.organisation
    agenda.start(CallAfterSilence, organisation)
    answer(suggestion=suggestion, by=person)
    step = agenda.next_step(organisation)
    assert step is None or step.rule != CallAfterSilence.name


def test_interest_makes_the_association_the_one_who_answers(suggestion, person):
    introduction = take_interest(suggestion=suggestion, note="Parlons-en.", by=person)
    suggestion.refresh_from_db()
    assert suggestion.status == SuggestionStatus.INTERESTED
    assert suggestion.introduction == introduction
    assert introduction.answering_side == Side.ASSOCIATION
    assert introduction.status == IntroductionStatus.REQUESTED
    assert agenda.next_step(introduction).organisation_id == suggestion.association.organisation_id
    assert history(suggestion).last().by == person


def test_interest_spends_no_second_place(person, suggestion):
    before = places_left(suggestion.company)
    take_interest(suggestion=suggestion, note="Parlons-en.", by=person)
    assert places_left(suggestion.company) == before


def test_interest_in_who_has_already_asked_is_a_yes(suggestion, person):
    asked = request_of(suggestion)
    assert take_interest(suggestion=suggestion, note="Parlons-en.", by=person) == asked
    for each in (asked, suggestion):
        each.refresh_from_db()
    assert (asked.status, asked.answer_note) == (IntroductionStatus.YES, "Parlons-en.")
    assert (suggestion.status, suggestion.introduction) == (SuggestionStatus.INTERESTED, asked)
    assert [line.verb for line in history(suggestion)] == ["take_interest"]
    assert "votre message vaut un oui" in what_interest_did(asked)


def told(name):
    """In a mail of its own, or in the letter of the week."""
    return [
        *OutgoingMail.objects.filter(notification=name),
        *DigestLine.objects.filter(notification=name),
    ]


def test_a_no_to_who_has_already_asked_is_the_answer_to_its_request(suggestion, person):
    asked = request_of(suggestion)
    for _ in range(2):
        decline_suggestion(suggestion=suggestion, reason=RefusalReason.TIMING, by=person, note="Entre nous.")
    for each in (asked, suggestion):
        each.refresh_from_db()
    assert (suggestion.status, suggestion.introduction) == (SuggestionStatus.DECLINED, asked)
    assert (asked.status, asked.refusal_reason) == (IntroductionStatus.NO, RefusalReason.TIMING)
    assert asked.answer_note == "", "the note of a suggestion is for the team"
    assert agenda.next_step(asked) is None
    assert told("partnerships.introduction_declined")
    assert not told("matching.suggestion_declined")


def test_a_no_is_also_for_the_request_that_waits_for_a_place(suggestion, person):
    fill_places(suggestion.company)
    asked = request_of(suggestion)
    assert asked.status == IntroductionStatus.QUEUED
    decline_suggestion(suggestion=suggestion, reason=RefusalReason.TIMING, by=person)
    asked.refresh_from_db()
    assert asked.status == IntroductionStatus.NO


def test_a_no_leaves_what_was_asked_about_another_need(suggestion, person):
    other = NeedFactory(company=suggestion.company, published=True)
    asked = IntroductionFactory(association=suggestion.association, company=suggestion.company, need=other)
    decline_suggestion(suggestion=suggestion, reason=RefusalReason.TIMING, by=person)
    asked.refresh_from_db()
    assert asked.status == IntroductionStatus.REQUESTED
    assert told("matching.suggestion_declined")


def test_a_no_to_its_request_is_the_answer_to_the_suggestion(suggestion, person):
    asked = request_of(suggestion)
    decline_introduction(introduction=asked, reason=RefusalReason.TERRITORY, by=person)
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.refusal_reason, suggestion.introduction) == (
        SuggestionStatus.DECLINED,
        RefusalReason.TERRITORY,
        asked,
    )
    assert not told("matching.suggestion_declined")


def test_a_yes_to_its_request_is_the_answer_to_the_suggestion(suggestion, person):
    asked = request_of(suggestion)
    accept_introduction(introduction=asked, by=person)
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.introduction) == (SuggestionStatus.INTERESTED, asked)
    assert suggestion.outcome == "Vous avez demandé une mise en relation. Acceptée."
    assert suggestion.interest_said == "Vous avez accepté sa demande de mise en relation"


def test_later_to_its_request_leaves_the_suggestion_open(suggestion, person):
    asked = request_of(suggestion)
    postpone_introduction(introduction=asked, later_on=clock.today() + timedelta(days=20), by=person)
    suggestion.refresh_from_db()
    assert suggestion.is_open
    decline_suggestion(suggestion=suggestion, reason=RefusalReason.TIMING, by=person)
    asked.refresh_from_db()
    assert asked.status == IntroductionStatus.NO


@pytest.mark.usefixtures("late_in_the_month")
def test_a_suggestion_that_expires_leaves_the_place_that_a_request_uses(suggestion, person):
    spend_attention(company=suggestion.company, association=suggestion.association, source="suggestion")
    asked = introduce(
        association=suggestion.association,
        company=suggestion.company,
        need=NeedFactory(company=suggestion.company, published=True),
        kind=suggestion.need.kind,
        asked_by_side=Side.ASSOCIATION,
        note="Bonjour",
        by=MembershipFactory(organisation=suggestion.association.organisation).user,
    )
    expire_suggestions(need=suggestion.need)
    assert places_left(suggestion.company) == 2
    release_introduction(introduction=asked)
    assert places_left(suggestion.company) == 3


def test_interest_twice_is_the_same_introduction(suggestion, person):
    first = take_interest(suggestion=suggestion, note="Parlons-en.", by=person)
    assert take_interest(suggestion=suggestion, note="Encore.", by=person) == first
    assert Introduction.objects.count() == 1


def test_a_no_carries_its_reason(suggestion, person):
    decline_suggestion(suggestion=suggestion, reason=RefusalReason.TERRITORY, by=person, note="Trop loin.")
    decline_suggestion(suggestion=suggestion, reason=RefusalReason.TERRITORY, by=person)
    suggestion.refresh_from_db()
    assert suggestion.refusal_reason == RefusalReason.TERRITORY
    assert [line.verb for line in history(suggestion)] == ["decline"]


@pytest.mark.parametrize("reason", ["", "because", RefusalReason.NO_VOLUNTEERS, RefusalReason.TRANSPORT])
def test_a_no_without_a_known_reason_is_refused(suggestion, person, reason):
    with pytest.raises(DomainError, match="raison"):
        decline_suggestion(suggestion=suggestion, reason=reason, by=person)


def test_an_answer_cannot_be_changed_for_another(suggestion, person):
    decline_suggestion(suggestion=suggestion, reason=RefusalReason.AMOUNT, by=person)
    with pytest.raises(DomainError):
        take_interest(suggestion=suggestion, note="Finalement oui.", by=person)
    with pytest.raises(DomainError):
        decline_suggestion(suggestion=suggestion, reason=RefusalReason.VALUES, by=person)
    assert not Introduction.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "staff", "association"])
def test_nobody_answers_for_the_company(suggestion, who):
    user = {
        "stranger": UserFactory,
        "staff": StaffFactory,
        "association": lambda: member(suggestion.association.organisation),
    }[who]()
    with pytest.raises(PermissionDenied):
        take_interest(suggestion=suggestion, note="Oui.", by=user)
    with pytest.raises(PermissionDenied):
        decline_suggestion(suggestion=suggestion, reason=RefusalReason.AMOUNT, by=user)
    assert not mark_seen(suggestion=suggestion, by=user)


def test_seen_once_and_no_other(suggestion, person):
    other = SuggestionFactory(need=suggestion.need)
    assert mark_seen(suggestion=suggestion, by=person)
    assert not mark_seen(suggestion=suggestion, by=person)
    assert Suggestion.objects.get(seen_at__isnull=False) == suggestion
    shown = still_shown(company=suggestion.company, association=other.association)
    assert shown == [other.presented_at]


def test_opening_the_link_of_an_ended_suggestion_looks_at_nothing(suggestion, person):
    """Its place was given back: it would count as used, and the pair as looked at today."""
    parties = {"company": suggestion.company, "association": suggestion.association}
    SuggestionFactory(association=suggestion.association)  # To another company, which is another place.
    expire_suggestions(need=suggestion.need)
    assert not mark_seen(suggestion=suggestion, by=person)
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.seen_at) == (SuggestionStatus.EXPIRED, None)
    assert still_shown(**parties) == []


@pytest.fixture
def waiting(suggestion, person):
    """Two requests to the company, about its other need and the one that closes; its places are taken."""
    company = suggestion.company
    Policy.objects.filter(company=company).update(monthly_capacity=1)
    assert spend_attention(
        company=company, association=suggestion.association, source=AttentionSource.SUGGESTION
    )
    queued = {"company": company, "status": IntroductionStatus.QUEUED, "requested_at": None}
    about_it = IntroductionFactory(need=suggestion.need, **queued)
    other = IntroductionFactory(need=NeedFactory(company=company, published=True), **queued)
    for introduction in (about_it, other):
        member(introduction.association.organisation)
    return about_it, other


def test_the_place_that_closing_a_need_gives_back_is_the_oldest_request_s_at_once(suggestion, waiting):
    about_it, other = waiting
    close_need(need=suggestion.need, by=None)
    for introduction in waiting:
        introduction.refresh_from_db()
    assert about_it.status == IntroductionStatus.RELEASED, "nothing can come of it"
    assert other.status == IntroductionStatus.REQUESTED
    assert agenda.next_step(other).rule == AnswerIntroduction.name
    assert places_left(suggestion.company) == 0
    assert AttentionEntry.objects.filter(returned_at=None).get().association == other.association


def test_a_place_that_was_looked_at_is_nobody_else_s(suggestion, waiting, person):
    mark_seen(suggestion=suggestion, by=person)
    close_need(need=suggestion.need, by=None)
    waiting[1].refresh_from_db()
    assert waiting[1].status == IntroductionStatus.QUEUED


def test_a_company_that_leaves_is_asked_nothing_more(suggestion, waiting):
    withdraw_organisation(organisation=suggestion.company.organisation, by=None)
    for introduction in waiting:
        introduction.refresh_from_db()
        assert introduction.status == IntroductionStatus.RELEASED
        assert "request" not in [line.verb for line in history(introduction)]


@pytest.mark.usefixtures("late_in_the_month")
def test_closing_the_need_expires_what_waits_and_gives_back_unseen_places(db):
    need = NeedFactory(published=True, territories=["59"])
    AssociationFactory.create_batch(3, complete=True)
    run_round()
    seen, answered, _ = Suggestion.objects.order_by("pk")
    person = member(need.company.organisation)
    mark_seen(suggestion=seen, by=person)
    decline_suggestion(suggestion=answered, reason=RefusalReason.TIMING, by=person)
    assert places_left(need.company) == 0
    close_need(need=need, by=None)
    assert places_left(need.company) == 1
    assert sorted(Suggestion.objects.values_list("status", flat=True)) == ["declined", "expired", "expired"]
    expire_suggestions(need=need)
    assert places_left(need.company) == 1


@pytest.mark.django_db(transaction=True)
def test_yes_and_no_at_the_same_instant_give_one_answer():
    suggestion = SuggestionFactory()
    member(suggestion.association.organisation)
    one, other = member(suggestion.company.organisation), member(suggestion.company.organisation)
    results = at_once(
        lambda: take_interest(suggestion=suggestion, note="Oui.", by=one),
        lambda: decline_suggestion(suggestion=suggestion, reason=RefusalReason.KIND, by=other),
    )
    assert sum(isinstance(result, DomainError) for result in results) == 1
    suggestion.refresh_from_db()
    assert (suggestion.status == SuggestionStatus.INTERESTED) == Introduction.objects.exists()


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("suggestion_score_between_0_and_1", {"score": "1.1"}),
        ("suggestion_score_between_0_and_1", {"score": "-0.1"}),
        ("suggestion_answered_has_date", {"status": "interested"}),
        ("suggestion_answered_has_date", {"answered_at": clock.now()}),
        ("suggestion_declined_has_reason", {"status": "declined", "answered_at": clock.now()}),
        ("suggestion_declined_has_reason", {"refusal_reason": "amount"}),
    ],
)
def test_the_database_refuses_what_makes_no_sense(suggestion, constraint, wrong):
    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        Suggestion.objects.filter(pk=suggestion.pk).update(**wrong)


def test_a_pair_waits_for_one_answer_at_a_time(suggestion):
    with pytest.raises(IntegrityError, match="open_once_per_need"), transaction.atomic():
        SuggestionFactory(need=suggestion.need, association=suggestion.association)
