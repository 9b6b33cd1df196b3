from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from companies.models import Policy
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from partnerships.enums import Side
from partnerships.models import AttentionEntry, AttentionMonth, Introduction
from partnerships.operations import (
    accept_introduction,
    introduce,
    places_left,
    release_introduction,
    return_attention,
    spend_attention,
    spend_attention_on_many,
)
from partnerships.operations.attention import next_month
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory, PolicyFactory
from tests.partnerships.factories import member_of
from tests.threads import at_once

NOVEMBER = datetime(2026, 11, 23, 9, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_a_place_is_spent_once_for_the_same_association():
    company, association = CompanyFactory(), AssociationFactory()
    first = spend_attention(company=company, association=association, source="suggestion")
    again = spend_attention(company=company, association=association, source="introduction")
    assert first == again
    assert places_left(company) == 2


@pytest.mark.django_db
def test_no_place_is_left_beyond_the_capacity():
    company = CompanyFactory()
    for association in AssociationFactory.create_batch(3):
        assert spend_attention(company=company, association=association, source="suggestion")
    assert spend_attention(company=company, association=AssociationFactory(), source="suggestion") is None
    assert AttentionEntry.objects.count() == 3


def spend(company, associations):
    wanted = {company.pk: [association.pk for association in associations]}
    return spend_attention_on_many(wanted=wanted, source="suggestion")


@pytest.mark.django_db
def test_many_places_are_spent_as_one_by_one(django_assert_max_num_queries):
    company = CompanyFactory()
    held, *others = AssociationFactory.create_batch(5)
    before = spend_attention(company=company, association=held, source="introduction")
    wanted = [others[2], held, others[0], others[2], others[1], others[3]]
    with django_assert_max_num_queries(12):
        found = spend(company, wanted)
    assert set(found) == {(company.pk, each.pk) for each in (held, others[2], others[0])}
    assert found[company.pk, held.pk] == before
    assert places_left(company) == 0
    assert AttentionMonth.objects.get().spent == AttentionEntry.objects.count() == 3
    assert spend(company, wanted).keys() == found.keys()
    assert spend(company, []) == {}


@pytest.mark.django_db
def test_places_of_many_companies_are_spent_in_as_many_queries_as_those_of_one(query_count):
    few, many = CompanyFactory.create_batch(2), CompanyFactory.create_batch(6)
    associations = [each.pk for each in AssociationFactory.create_batch(5)]

    def spend_all(companies):
        wanted = {company.pk: associations[rank % 3 :] for rank, company in enumerate(companies)}
        return query_count(lambda: spend_attention_on_many(wanted=wanted, source="suggestion"))

    assert spend_all(few) == spend_all(many)
    assert {month.spent for month in AttentionMonth.objects.all()} == {3}
    assert AttentionEntry.objects.count() == 24


@pytest.mark.django_db
def test_a_company_without_a_policy_or_with_a_closed_door_has_no_place():
    silent, closed = CompanyFactory(policy=None), CompanyFactory(policy=None)
    PolicyFactory(company=closed, monthly_capacity=0)
    for company in (silent, closed):
        assert spend_attention(company=company, association=AssociationFactory(), source="suggestion") is None
        assert places_left(company) == 0


@pytest.mark.django_db
def test_a_lower_capacity_takes_back_nothing_and_gives_nothing_more():
    company = CompanyFactory()
    for association in AssociationFactory.create_batch(2):
        spend_attention(company=company, association=association, source="suggestion")
    Policy.objects.filter(company=company).update(monthly_capacity=1)
    assert places_left(company) == 0
    assert spend_attention(company=company, association=AssociationFactory(), source="suggestion") is None
    assert AttentionMonth.objects.get().spent == 2


@pytest.mark.django_db
def test_a_new_month_gives_new_places():
    company = CompanyFactory()
    with clock.frozen(NOVEMBER):
        for association in AssociationFactory.create_batch(3):
            spend_attention(company=company, association=association, source="suggestion")
        assert places_left(company) == 0
    with clock.frozen(DECEMBER):
        assert places_left(company) == 3


@pytest.mark.django_db
def test_a_returned_place_goes_to_somebody_else_and_is_returned_once():
    company, association = CompanyFactory(), AssociationFactory()
    spend_attention(company=company, association=association, source="suggestion")
    assert return_attention(company=company, association=association, since=clock.now())
    assert not return_attention(company=company, association=association, since=clock.now())
    assert places_left(company) == 3


def test_a_place_that_another_request_of_the_pair_uses_is_kept(pair):
    first = pair.ask()
    second = pair.ask(need=NeedFactory(company=pair.company, published=True))
    assert places_left(pair.company) == 2
    release_introduction(introduction=first)
    assert places_left(pair.company) == 2
    release_introduction(introduction=second)
    assert places_left(pair.company) == 3


def test_a_place_that_was_answered_is_kept(pair):
    """The company has looked: what comes of another request of the pair does not give that back."""
    accept_introduction(introduction=pair.ask(), by=pair.answerer)
    release_introduction(introduction=pair.ask(need=NeedFactory(company=pair.company, published=True)))
    assert places_left(pair.company) == 2


def test_a_place_goes_back_to_the_month_that_it_was_taken_from(pair):
    with clock.frozen(NOVEMBER):
        asked = pair.ask()
    with clock.frozen(DECEMBER):
        for association in AssociationFactory.create_batch(2):
            spend_attention(company=pair.company, association=association, source="suggestion")
        spend_attention(company=pair.company, association=pair.association, source="suggestion")
        release_introduction(introduction=asked)
        assert places_left(pair.company) == 0
    spent = AttentionMonth.objects.order_by("month").values_list("month__month", "spent")
    assert list(spent) == [(11, 0), (12, 3)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2027, 1, 1), date(2027, 2, 1)),
    ],
)
def test_next_month(day, expected):
    assert next_month(day) == expected


@pytest.mark.django_db(transaction=True)
def test_ten_requests_at_once_never_overspend():
    company = CompanyFactory()
    associations = AssociationFactory.create_batch(10)
    given = at_once(
        *(
            partial(spend_attention, company=company, association=association, source="introduction")
            for association in associations
        )
    )
    assert Counter(map(type, given)) == {AttentionEntry: 3, type(None): 7}
    assert AttentionMonth.objects.get().spent == AttentionEntry.objects.count() == 3


class Ledger(RuleBasedStateMachine):
    """Whatever is spent, returned or decided, the ledger never exceeds its month and always adds up."""

    def __init__(self) -> None:
        super().__init__()
        self.company = CompanyFactory()
        member_of(self.company)
        self.associations = AssociationFactory.create_batch(5)
        self.needs = NeedFactory.create_batch(2, company=self.company, published=True)
        self.askers = [member_of(association) for association in self.associations[:2]]

    @rule(index=st.integers(0, 4))
    def spend(self, index: int) -> None:
        spend_attention(company=self.company, association=self.associations[index], source="suggestion")

    @rule(indexes=st.lists(st.integers(0, 4)))
    def spend_many(self, indexes: list[int]) -> None:
        chosen = [self.associations[index] for index in indexes]
        spend(self.company, chosen)

    @rule(index=st.integers(0, 4))
    def give_back(self, index: int) -> None:
        return_attention(company=self.company, association=self.associations[index], since=clock.now())

    @rule(index=st.integers(0, 1), need=st.integers(0, 1))
    def ask(self, index: int, need: int) -> None:
        """Two needs of the company, and associations that ask about both: one place for the pair."""
        with suppress(DomainError):  # The door is closed.
            introduce(
                association=self.associations[index],
                company=self.company,
                need=self.needs[need],
                kind=self.needs[need].kind,
                asked_by_side=Side.ASSOCIATION,
                note="Pouvons-nous en parler ?",
                by=self.askers[index],
            )

    @rule(index=st.integers(0, 1), need=st.integers(0, 1))
    def release(self, index: int, need: int) -> None:
        sent = Introduction.objects.waiting().filter(
            association=self.associations[index], need=self.needs[need]
        )
        for introduction in sent:
            release_introduction(introduction=introduction)

    @invariant()
    def who_waits_for_an_answer_holds_a_place(self) -> None:
        waiting = Introduction.objects.waiting().filter(company=self.company)
        held = AttentionEntry.objects.filter(month__company=self.company, returned_at__isnull=True)
        assert set(waiting.values_list("association", flat=True)) <= set(
            held.values_list("association", flat=True)
        )

    @rule(capacity=st.integers(0, 6))
    def decide(self, capacity: int) -> None:
        Policy.objects.filter(company=self.company).update(monthly_capacity=capacity)

    @precondition(lambda self: AttentionMonth.objects.filter(company=self.company).exists())
    @invariant()
    def adds_up(self) -> None:
        month = AttentionMonth.objects.get(company=self.company)
        held = month.entries.filter(returned_at__isnull=True)
        assert month.spent == held.count() <= month.capacity
        assert places_left(self.company) >= 0
        assert held.values("association").distinct().count() == month.spent
        assert month.month == clock.today().replace(day=1)


class TestLedger(HypothesisCase):
    def test_states(self) -> None:
        run_state_machine_as_test(
            Ledger, settings=hypothesis_settings(max_examples=15, stateful_step_count=12, deadline=None)
        )
