"""What grows with the years is read page by page, or as its number and the first of it."""

import html
from collections import Counter
from contextlib import contextmanager

import pytest
from django.db.models.signals import post_init
from django.urls import reverse

from associations.models import Project
from companies.models import Need
from matching.enums import SuggestionStatus
from matching.models import Suggestion
from mecenova.calendar import clock
from mecenova.ui.results import PER_PAGE
from partnerships.enums import IntroductionStatus, RefusalReason
from partnerships.models import Introduction
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db
# A page of them, and one more.
MANY = PER_PAGE + 1


def read(client, address, param):
    """Its pages: the first leads to the second at the list's heading, and the second says which it is."""
    first, second = (html.unescape(client.get(address, {param: number}).text) for number in (1, 2))
    assert f'href="?{param}=2#{param}"' in first
    assert "page 2" in second.partition("</title>")[0]
    return first, second


def shown_on(page, rows):
    return [row for row in rows if f'href="{row.get_absolute_url()}"' in page]


def person_of(profile):
    return MembershipFactory(organisation=profile.organisation).user


@pytest.mark.parametrize("reader", ["visitor", "member", "staff"])
def test_the_projects_of_an_association(client, reader):
    association = AssociationFactory(complete=True)
    ProjectFactory.create_batch(MANY, association=association, published=True)
    if reader != "visitor":
        client.force_login(person_of(association) if reader == "member" else StaffFactory())
    addresses = {association.get_absolute_url()}
    if reader == "staff":
        addresses.add(reverse("pages:organisation", args=[association.organisation_id]))
    for address in addresses:
        first, second = read(client, address, "projets")
        rows = Project.objects.newest_first()
        assert (shown_on(first, rows), shown_on(second, rows)) == ([*rows[:PER_PAGE]], [*rows[PER_PAGE:]])


@pytest.mark.parametrize("reader", ["visitor", "member"])
def test_the_needs_of_a_company_on_line(client, reader):
    company = CompanyFactory()
    NeedFactory.create_batch(MANY, company=company, published=True)
    if reader == "member":
        client.force_login(person_of(company))
    pages = read(client, company.get_absolute_url(), "besoins")
    assert [len(shown_on(page, Need.objects.all())) for page in pages] == [PER_PAGE, 1]


def test_the_drafts_of_a_company(client):
    company = CompanyFactory()
    NeedFactory.create_batch(MANY, company=company)
    client.force_login(person_of(company))
    pages = read(client, company.get_absolute_url(), "autres")
    assert [len(shown_on(page, Need.objects.all())) for page in pages] == [PER_PAGE, 1]


def test_the_needs_of_a_company_as_the_team_reads_them(client):
    company = CompanyFactory()
    NeedFactory.create_batch(MANY, company=company)
    client.force_login(StaffFactory())
    pages = read(client, reverse("pages:organisation", args=[company.organisation_id]), "besoins")
    assert [len(shown_on(page, Need.objects.all())) for page in pages] == [PER_PAGE, 1]


@contextmanager
def counted(model):
    """How many rows of this model are read."""
    read = Counter()

    def count(sender, **given):
        read[sender] += 1

    post_init.connect(count, sender=model)
    try:
        yield lambda: read[model]
    finally:
        post_init.disconnect(count, sender=model)


def test_other_suggestions_after_a_no_are_a_number_and_the_first(client):
    declined = SuggestionFactory()
    Suggestion.objects.update(
        status=SuggestionStatus.DECLINED, refusal_reason=RefusalReason.TERRITORY, answered_at=clock.now()
    )
    client.force_login(person_of(declined.company))
    SuggestionFactory.create_batch(MANY, need=declined.need, round=declined.round)
    with counted(Suggestion) as rows:
        assert (
            f"{MANY} autres associations vous sont proposées" in client.get(declined.get_absolute_url()).text
        )
    assert rows() < 6


def test_other_requests_after_a_no_are_a_number_and_the_first(client):
    declined = IntroductionFactory(
        status=IntroductionStatus.NO,
        refusal_reason=RefusalReason.TERRITORY,
        answered_at=clock.now(),
        retry_on=clock.today(),
    )
    client.force_login(person_of(declined.company))
    IntroductionFactory.create_batch(MANY, company=declined.company)
    with counted(Introduction) as rows:
        assert f"{MANY} autres demandes attendent" in client.get(declined.get_absolute_url()).text
    assert rows() < 6
