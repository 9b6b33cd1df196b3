"""Any sequence of verbs, on several needs of one company: the promises hold after each."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from companies.enums import NeedStatus
from companies.models import Need
from companies.operations import close_need, create_need, publish_need, set_policy, update_need
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Territory
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import UserFactory
from tests.companies.factories import CompanyFactory
from tests.stories import Story

ALLOWED = {
    "publish": {NeedStatus.DRAFT: NeedStatus.PUBLISHED, NeedStatus.CLOSED: NeedStatus.PUBLISHED},
    "close": {NeedStatus.DRAFT: NeedStatus.CLOSED, NeedStatus.PUBLISHED: NeedStatus.CLOSED},
}


class Needs(Story):
    def __init__(self) -> None:
        super().__init__()
        self.expected: dict = {}

    @initialize()
    def sign_up(self) -> None:
        self.user = UserFactory()
        self.company = CompanyFactory(members=[self.user])
        set_policy(
            company=self.company,
            by=self.user,
            causes=Cause.objects.all()[:1],
            kinds=["in_kind"],
            territories=Territory.objects.all()[:1],
        )

    def pick(self, data):
        in_order = list(self.expected)
        return Need.objects.get(pk=in_order[data.draw(st.integers(0, len(in_order) - 1))])

    @rule(complete=st.booleans(), days=st.one_of(st.none(), st.integers(-3, 40)))
    def create(self, complete, days) -> None:
        deadline = None if days is None else clock.today() + timedelta(days=days)
        need = create_need(
            company=self.company,
            by=self.user,
            kind=Kind.IN_KIND,
            title="Chaises",
            description="Trente chaises",
            goods="Chaises" if complete else "",
            deadline=deadline,
        )
        self.expected[need.pk] = need.status

    @rule(data=st.data())
    def publish(self, data) -> None:
        self.try_verb(data, "publish", publish_need)

    @rule(data=st.data())
    def close(self, data) -> None:
        self.try_verb(data, "close", close_need)

    @rule(
        data=st.data(), days=st.one_of(st.none(), st.integers(-3, 40)), goods=st.sampled_from(["", "Tables"])
    )
    def update(self, data, days, goods) -> None:
        if not self.expected:
            return
        need = self.pick(data)
        deadline = None if days is None else clock.today() + timedelta(days=days)
        try:
            update_need(need=need, by=self.user, deadline=deadline, goods=goods)
        except DomainError:
            assert need.status == NeedStatus.PUBLISHED
            assert not goods or (days is not None and days < 0)

    @rule(capacity=st.integers(0, 2))
    def open_or_close_the_door(self, capacity) -> None:
        policy = self.company.policy
        policy.refresh_from_db()
        set_policy(
            company=self.company,
            by=self.user,
            causes=policy.causes.all(),
            kinds=policy.kinds,
            territories=policy.territories.all(),
            monthly_capacity=capacity,
        )

    def try_verb(self, data, verb, operation) -> None:
        if not self.expected:
            return
        need = self.pick(data)
        target = ALLOWED[verb].get(NeedStatus(need.status))
        past = need.deadline is not None and need.deadline < clock.today()
        ready = verb == "close" or (bool(need.goods) and not past)
        try:
            operation(need=need, by=self.user)
        except DomainError:
            assert target is None or not ready
        else:
            assert target is not None
            assert ready
            self.expected[need.pk] = target

    @invariant()
    def states_are_those_expected(self) -> None:
        assert dict(Need.objects.values_list("pk", "status")) == self.expected

    @invariant()
    def every_open_need_has_one_step_and_closed_ones_none(self) -> None:
        for need in Need.objects.all():
            number = FollowUp.objects.about([need]).steps().count()
            assert number == (0 if need.status == NeedStatus.CLOSED else 1)

    @invariant()
    def the_company_has_one_step(self) -> None:
        if hasattr(self, "company"):
            assert FollowUp.objects.about([self.company.organisation]).steps().count() == 1

    @invariant()
    def only_complete_needs_are_shown(self) -> None:
        assert not Need.objects.published().filter(goods="").exists()


@pytest.mark.django_db
def test_any_sequence_of_verbs():
    several = settings(
        max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Needs, settings=several)
