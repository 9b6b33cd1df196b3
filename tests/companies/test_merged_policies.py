"""Two records of one company become one: its policy says of each cause one thing."""

import pytest

from accounts.operations import merge_organisations
from companies.models import Policy
from mecenova.reference.models import Cause
from tests.accounts.factories import StaffFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db


def policy_of(company, *, causes, excluded):
    company.policy.causes.set(Cause.objects.filter(slug__in=causes))
    company.policy.excluded_causes.set(Cause.objects.filter(slug__in=excluded))


def slugs(causes):
    return set(causes.values_list("slug", flat=True))


def test_no_cause_is_both_supported_and_excluded():
    """What the record that stays says is kept; no form would take both."""
    kept, gone = CompanyFactory(), CompanyFactory()
    policy_of(kept, causes=["sport"], excluded=["sante"])
    policy_of(gone, causes=["sante", "culture"], excluded=["sport", "logement"])
    merge_organisations(kept=kept.organisation, gone=gone.organisation, by=StaffFactory())
    policy = Policy.objects.get()
    assert (slugs(policy.causes), slugs(policy.excluded_causes)) == (
        {"sport", "culture"},
        {"sante", "logement"},
    )
