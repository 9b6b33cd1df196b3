"""What came to nothing is brought together again: not before its date, and for who finds nobody new."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from companies.operations import close_need
from matching.enums import RoundScope, SuggestionStatus
from matching.ledger import read_ledger
from matching.models import Suggestion
from matching.operations import decline_suggestion, mark_seen, run_round, take_interest
from matching.pairs import settled_between
from mecenova.calendar import clock
from mecenova.workflow.journal import history
from partnerships.enums import IntroductionStatus, RefusalReason
from partnerships.models import AttentionEntry
from partnerships.operations import (
    accept_introduction,
    decline_introduction,
    places_left,
    release_introduction,
    withdraw_introduction,
)
from tests.accounts.factories import MembershipFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


@pytest.fixture
def first(now):
    """Presented today to the only company that suits it."""
    need = NeedFactory(
        published=True, deadline=None, territories=["59"], title="Des ateliers vers l’emploi des jeunes"
    )
    member_of(AssociationFactory(complete=True))
    run_round()
    return Suggestion.objects.get(need=need)


@pytest.fixture
def reader(first):
    return MembershipFactory(organisation=first.company.organisation).user


def shown_after(now, days):
    """Whether a round presents it after so many days: how many times it has been, in all."""
    now.move_to(MONDAY + timedelta(days=days))
    run_round()
    return Suggestion.objects.count()


def nothing(suggestion, reader):
    pass


def opened(suggestion, reader):
    mark_seen(suggestion=suggestion, by=reader)


def a_no(suggestion, reader):
    """No such goods this year: a hundred and eighty days."""
    decline_suggestion(suggestion=suggestion, reason=RefusalReason.TIMING, by=reader)


def asked(suggestion, reader):
    return take_interest(suggestion=suggestion, note="Parlons-en.", by=reader)


def asked_yes(suggestion, reader):
    accept_introduction(introduction=asked(suggestion, reader), by=member_of(suggestion.association))


def asked_no(suggestion, reader):
    """The association has no time this season: ninety days."""
    answering = member_of(suggestion.association)
    decline_introduction(introduction=asked(suggestion, reader), reason=RefusalReason.TIMING, by=answering)


def asked_in_vain(suggestion, reader):
    release_introduction(introduction=asked(suggestion, reader))


def withdrawn(suggestion, reader):
    withdraw_introduction(introduction=asked(suggestion, reader), by=reader)


@pytest.mark.parametrize(
    ("answer", "days"),
    [(nothing, 90), (opened, 180), (a_no, 180), (asked_no, 90), (asked_in_vain, 180), (withdrawn, 180)],
)
def test_it_comes_back_on_its_day(first, reader, now, answer, days):
    answer(first, reader)
    assert shown_after(now, days - 1) == 1
    assert shown_after(now, days) == 2
    again = Suggestion.objects.exclude(pk=first.pk).get()
    assert again.status == SuggestionStatus.PRESENTED
    assert again.inputs["again"] is True
    assert "nous vous l’avons déjà proposée" in again.reasons[2]
    # And no third time before as long again.
    assert shown_after(now, days + 60) == 2


@pytest.mark.parametrize("answer", [asked, asked_yes])
def test_a_request_that_waits_and_a_yes_bring_nobody_back(first, reader, now, answer):
    answer(first, reader)
    assert shown_after(now, 400) == 1


def test_a_request_that_never_left_keeps_nobody_apart(first, now):
    """It waited for a place; the company has neither read nor refused it."""
    now.move_to(MONDAY + timedelta(days=90))
    IntroductionFactory(
        company=first.company,
        association=first.association,
        status=IntroductionStatus.WITHDRAWN,
        requested_at=None,
        withdrawn_at=clock.now(),
    )
    assert not len(read_ledger().settled)
    assert settled_between(first.company.pk, first.association.pk) is None


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (asked_no, "Vous avez répondu non à la demande de cette entreprise"),
        (asked_in_vain, "La demande de cette entreprise est restée sans réponse"),
        (withdrawn, "Cette entreprise a retiré sa demande"),
    ],
)
def test_what_came_of_a_company_s_request_is_not_told_as_the_association_s(first, reader, answer, told):
    answer(first, reader)
    assert settled_between(first.company.pk, first.association.pk).told == told


def test_what_nobody_answered_the_first_time_ends(first, now):
    shown_after(now, 90)
    first.refresh_from_db()
    assert first.status == SuggestionStatus.EXPIRED
    assert history(first).last().verb == "expire"
    assert Suggestion.objects.open().count() == 1
    assert first.outcome == "Elle a pris fin sans réponse."


def test_each_time_takes_a_place_of_its_month(first, now):
    before = AttentionEntry.objects.get()
    assert shown_after(now, 90) == 2
    assert AttentionEntry.objects.filter(returned_at__isnull=True).count() == 2
    before.refresh_from_db()
    assert before.returned_at is None
    assert places_left(first.company) == first.company.policy.monthly_capacity - 1


def test_who_finds_a_new_company_is_not_brought_back(first, now):
    now.move_to(MONDAY + timedelta(days=60))
    NeedFactory(
        published=True, deadline=None, territories=["59"], title="Des ateliers vers l’emploi des jeunes"
    )
    run_round()
    assert Suggestion.objects.filter(association=first.association).count() == 2
    # Ninety days after the first; thirty after the second, which is new.
    assert shown_after(now, 100) == 2
    assert shown_after(now, 120) == 3


def test_no_place_no_second_time(first, now):
    first.company.policy.monthly_capacity = 0
    first.company.policy.save()
    assert shown_after(now, 120) == 1
    first.refresh_from_db()
    assert first.status == SuggestionStatus.PRESENTED


def test_a_need_closed_meanwhile_brings_nobody_back(first, reader, now):
    close_need(need=first.need, by=reader)
    assert shown_after(now, 120) == 1
    first.refresh_from_db()
    assert "clos" in first.outcome


def test_a_round_run_twice_brings_nobody_back_twice(first, now):
    assert shown_after(now, 90) == 2
    run_round()
    run_round(scope=RoundScope.CHANGED)
    assert Suggestion.objects.count() == 2


def test_the_first_page_leads_to_the_second(client, first, reader, now):
    shown_after(now, 90)
    client.force_login(reader)
    page = client.get(first.get_absolute_url()).content.decode()
    assert Suggestion.objects.open().get().get_absolute_url() in page
    assert reverse("matching:suggestion_interest", args=[first.pk]) not in page


@pytest.mark.parametrize(
    "answer", [nothing, opened, a_no, asked, asked_yes, asked_no, asked_in_vain, withdrawn]
)
def test_the_round_and_the_page_that_explains_it_agree(first, reader, now, answer):
    answer(first, reader)
    seen = set()
    for days in (0, 89, 90, 91, 179, 180, 181):
        now.move_to(MONDAY + timedelta(days=days))
        apart = bool(len(read_ledger().settled))
        assert apart == (settled_between(first.company.pk, first.association.pk) is not None)
        seen.add(apart)
    assert seen == ({True} if answer in (asked, asked_yes) else {True, False})


def test_what_keeps_a_pair_apart_is_read_at_once_of_one_no_as_of_three(query_count):
    once = SuggestionFactory(declined=True)
    one = query_count(lambda: settled_between(once.company.pk, once.association.pk))
    for _ in range(2):
        need = NeedFactory(company=once.company, published=True)
        SuggestionFactory(declined=True, need=need, association=once.association)
    assert query_count(lambda: settled_between(once.company.pk, once.association.pk)) == one
