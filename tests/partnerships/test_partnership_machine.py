"""Any sequence of verbs and of days: a partnership that is alive has one next step, and no other has any."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.agenda.silence import beside, lacking
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.workflow.errors import DomainError
from partnerships import operations
from partnerships.enums import Side
from partnerships.models import Partnership
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.partnerships.factories import member_of
from tests.stories import Story

SIDE = st.sampled_from(["association", "company"])
LATER = st.none() | st.integers(-10, 400)


class Talks(Story):
    @initialize()
    def begin(self):
        association, company = AssociationFactory(complete=True), CompanyFactory()
        self.people = {"association": member_of(association), "company": member_of(company)}
        self.staff = StaffFactory()
        introduction = operations.introduce(
            association=association,
            company=company,
            kind=Kind.FINANCIAL,
            asked_by_side=Side.ASSOCIATION,
            note="Parlons-en.",
            by=self.people["association"],
        )
        operations.accept_introduction(introduction=introduction, by=self.people["company"])

    def attempt(self, operation, **values):
        self.clock.advance(timedelta(seconds=1))
        try:
            with transaction.atomic():
                operation(partnership=Partnership.objects.get(), **values)
        except (DomainError, PermissionDenied):
            pass

    @rule(side=SIDE, talked=st.booleans())
    def one_side_says_whether_they_talked(self, side, talked):
        self.attempt(operations.report_talk, talked=talked, by=self.people[side])

    @rule(talked=st.booleans())
    def the_team_settles(self, talked):
        self.attempt(operations.settle_talk, talked=talked, by=self.staff, note="Vu.")

    @rule(side=SIDE, ago=st.integers(-2, 30), ends_in=LATER)
    def one_side_says_it_is_signed(self, side, ago, ends_in):
        today = clock.today()
        ends_on = None if ends_in is None else today + timedelta(days=ends_in)
        signed_on = today - timedelta(days=ago)
        self.attempt(operations.agree_partnership, signed_on=signed_on, ends_on=ends_on, by=self.people[side])

    @rule(side=SIDE)
    def one_side_says_it_is_not_signed(self, side):
        self.attempt(operations.contest_signature, note="Pas encore.", by=self.people[side])

    @rule(signed=st.booleans())
    def the_team_settles_a_signature(self, signed):
        signed_on = clock.today() if signed else None
        settled = {"signed_on": signed_on, "ends_on": None, "by": self.staff, "note": "Vu."}
        self.attempt(operations.settle_signature, **settled)

    @rule(side=SIDE, goes_on=st.booleans(), ends_in=LATER)
    def one_side_says_whether_it_goes_on(self, side, goes_on, ends_in):
        ends_on = None if ends_in is None else clock.today() + timedelta(days=ends_in)
        self.attempt(operations.renew_partnership, goes_on=goes_on, ends_on=ends_on, by=self.people[side])

    @rule(side=SIDE)
    def one_side_ends_it(self, side):
        self.attempt(operations.end_partnership, by=self.people[side])

    @rule(side=SIDE, text=st.sampled_from(["Trente jeunes.", " "]))
    def one_side_writes_what_came_of_it(self, side, text):
        self.attempt(operations.reflect, text=text, by=self.people[side])

    @rule(side=SIDE, really=st.sampled_from([False, False, False, True]))
    def one_side_gives_up(self, side, really):
        if really:
            self.attempt(operations.abandon_partnership, by=self.people[side])

    @rule(days=st.sampled_from([1, 3, 5, 8, 16, 40, 95, 370]))
    def days_go_by(self, days):
        self.clock.advance(timedelta(days=days))
        for _ in range(2):
            agenda.run_due()
        assert not FollowUp.objects.all().in_error().exists(), FollowUp.objects.all().in_error()[0].last_error

    @invariant()
    def it_has_one_next_step_while_it_is_alive_and_nothing_open_after(self):
        if not hasattr(self, "story"):
            return
        partnership = Partnership.objects.get()
        of_it = FollowUp.objects.about([partnership])
        assert of_it.steps().count() == int(partnership.is_active), partnership.status
        assert Partnership.objects.active().exists() == partnership.is_active
        if not partnership.is_active:
            assert not of_it.open().exists()
        for name, declared in beside().items():
            assert list(lacking(declared)) == [], name


@pytest.mark.django_db
def test_a_partnership_has_exactly_one_next_step_while_it_is_alive():
    run_state_machine_as_test(
        Talks,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
