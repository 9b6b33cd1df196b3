"""Where a record is, once another is made part of it: one place, of the one or of the other."""

import pytest

from accounts.models import Organisation
from accounts.operations.merges import fill_office
from mecenova.reference.models import Territory
from tests.accounts.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def at(code: str, town: str, department: str) -> Organisation:
    found = Territory.objects.filter(code=department).first()
    return OrganisationFactory.build(postal_code=code, town=town, department=found)


@pytest.mark.parametrize(
    ("said", "learned"),
    [
        (("", "", ""), ("59000", "Lille", "59")),
        (("59000", "", "59"), ("59000", "Lille", "59")),
        (("", "", "59"), ("59000", "Lille", "59")),
        (("", "LILLE", ""), ("", "LILLE", "59")),
        # Elsewhere, by what is known: nothing of the other place is taken.
        (("69003", "", "69"), ("69003", "", "69")),
        (("59100", "", "59"), ("59100", "", "59")),
        (("", "", "69"), ("", "", "69")),
        (("", "Lyon", ""), ("", "Lyon", "")),
    ],
)
def test_the_town_of_one_never_stands_beside_the_code_of_the_other(said, learned):
    kept, gone = at(*said), at("59000", "Lille", "59")
    fill_office(kept, gone)
    department = kept.department.code if kept.department else ""
    assert (kept.postal_code, kept.town, department) == learned
