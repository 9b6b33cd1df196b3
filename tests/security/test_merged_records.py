"""Two records were made one: every address, as those who knew the one that is gone open it again."""

from urllib.parse import urlsplit

import pytest

from accounts.models import Organisation
from accounts.operations import merge_organisations
from partnerships.models import Introduction
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.partnerships.factories import IntroductionFactory
from tests.security.test_walks import ACTS
from tests.security.world import Address, World

pytestmark = pytest.mark.django_db
# The admin refuses before it looks for what is gone.
REFUSED = {301, 302, 403, 404, 405}
ROLES = ("visitor", "stranger", "contributor", "manager", "company", "insider", "staff", "superuser")
# The one that is gone owes nothing: its steps lead to those that are left.
STEPS_THAT_ARE_OVER = {("pages:hand_over", 302)}


def merge_all(world: World) -> set[str]:
    """An association, one still to check and a company are made part of others; the keys of what is gone.

    The association that stays had asked the same company about the same need.
    """
    introduction = Introduction.objects.get(pk=world.keys["partnerships:introduction"]["pk"])
    hidden = Organisation.objects.get(pk=world.keys["pages:organisation"]["pk"])
    kept = AssociationFactory(complete=True)
    IntroductionFactory(association=kept, company=introduction.company, need=introduction.need)
    gone = [(kept, introduction.association), (kept, hidden.association)]
    gone.append((CompanyFactory(), introduction.company))
    for one, other in gone:
        merge_organisations(
            kept=one.organisation,
            gone=other.organisation,
            by=world.people["staff"],
            numbers_confirmed=True,
        )
    return {str(key) for _, other in gone for key in (other.pk, other.organisation_id)}


@pytest.mark.parametrize("role", ROLES)
def test_each_address_of_the_one_that_is_gone_leads_on_or_exists_no_more(world: World, role: str):
    """What was about it answers as before: it is about the one that stays."""
    client, known = world.client(role), list(world.addresses())

    def answers() -> dict[Address, int]:
        return {found: client.get(found.path).status_code for found in known}

    before = answers()
    gone = merge_all(world)
    its_own = {found for found in known if any(key in urlsplit(found.path).path for key in gone)}
    asking_for_it = {found for found in known if any(key in found.path for key in gone)} - its_own
    after = answers()
    assert {found: after[found] for found in its_own if after[found] not in REFUSED} == {}
    assert {found: after[found] for found in asking_for_it if after[found] not in REFUSED | {200}} == {}
    moved = {found for found in known if after[found] != before[found]} - its_own - asking_for_it
    assert {(found.name, after[found]) for found in moved} <= STEPS_THAT_ARE_OVER
    written = {found: client.post(found.path).status_code for found in its_own if found.name in ACTS}
    assert {found: status for found, status in written.items() if status not in {302, 404}} == {}
