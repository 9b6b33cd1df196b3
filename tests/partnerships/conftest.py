from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from partnerships import operations
from partnerships.enums import Side
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.partnerships.factories import member_of
from tests.partnerships.talking import END, MONDAY, TODAY


@pytest.fixture
def pair(db):
    """An association and a company that could talk, a person on each side, and a way to ask."""
    association = AssociationFactory(complete=True)
    company = CompanyFactory()
    pair = SimpleNamespace(
        association=association,
        company=company,
        need=NeedFactory(company=company, published=True),
        asker=member_of(association),
        answerer=member_of(company),
    )

    def ask(**changes):
        values = {
            "association": pair.association,
            "company": pair.company,
            "need": pair.need,
            "kind": Kind.FINANCIAL,
            "asked_by_side": Side.ASSOCIATION,
            "note": "Pouvons-nous en parler\u202f?",
            "by": pair.asker,
        }
        return operations.introduce(**(values | changes))

    pair.ask = ask
    return pair


@pytest.fixture
def talk(pair):
    """A partnership opened on a Monday, a clock, and short ways to speak for each side."""
    with clock.frozen(MONDAY) as now:
        pair.now = now
        pair.staff = StaffFactory()
        pair.partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)

        def say(person, talked):
            return operations.report_talk(partnership=pair.partnership, talked=talked, by=person)

        def go_to(moment):
            now.move_to(moment)
            agenda.run_due()
            agenda.run_due()
            pair.partnership.refresh_from_db()

        pair.say, pair.go_to = say, go_to
        yield pair


@pytest.fixture
def signed(pair):
    """A partnership in discussion, and short ways to move it."""
    with clock.frozen(MONDAY) as now:
        pair.now = now
        pair.partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)

        def sign(ends_on=END, signed_on=TODAY, by=None):
            return operations.agree_partnership(
                partnership=pair.partnership, signed_on=signed_on, ends_on=ends_on, by=by or pair.asker
            )

        def go_to(day, hour=10):
            now.move_to(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
            agenda.run_due()
            agenda.run_due()
            pair.partnership.refresh_from_db()

        pair.sign, pair.go_to = sign, go_to
        yield pair
