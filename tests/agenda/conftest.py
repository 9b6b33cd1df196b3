from datetime import date, datetime, time

import pytest

from mecenova.agenda.operations import book_slot, open_slots
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.agenda import rules_for_tests
from tests.mail.factories import PersonFactory

# A Monday with a quiet fortnight behind it.
START = datetime(2026, 11, 23, 10, tzinfo=PARIS)
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def frozen():
    with clock.frozen(START) as stopped:
        yield stopped


@pytest.fixture
def subject(db):
    return PersonFactory()


@pytest.fixture
def acted():
    rules_for_tests.acted.clear()
    return rules_for_tests.acted


@pytest.fixture
def day():
    """`day(24, 11)`: that day at nine, in Paris."""
    return lambda number, month=11, year=2026: datetime(year, month, number, 9, tzinfo=PARIS)


@pytest.fixture
def adviser():
    return StaffFactory(first_name="Inès")


@pytest.fixture
def member():
    return UserFactory()


@pytest.fixture
def organisation(member):
    return MembershipFactory(user=member, organisation=OrganisationFactory(kind="company")).organisation


@pytest.fixture
def slots(adviser, frozen):
    return open_slots(adviser=adviser, day=TUESDAY, starts=time(14), ends=time(15), by=adviser)


@pytest.fixture
def book(organisation, member):
    def act(slot, by=member, about=organisation):
        return book_slot(slot=slot, organisation_id=organisation.pk, about=about, by=by)

    return act
