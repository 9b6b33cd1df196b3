from types import SimpleNamespace

import pytest

from mecenova.reference.enums import Kind
from partnerships import operations
from partnerships.enums import Side
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.partnerships.factories import member_of


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
