"""The public lists ask the database as often for one row as for a thousand, and seldom."""

import pytest
from django.urls import reverse

from accounts.enums import OrganisationKind, OrganisationStatus
from accounts.models import Organisation
from accounts.models.organisation import record_key
from associations.models import Association
from companies.enums import NeedStatus
from companies.models import Company, Need, Policy
from infotheque.enums import DocumentStatus
from infotheque.models import Document
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Territory

pytestmark = pytest.mark.django_db
LISTS = ("associations:list", "companies:list", "companies:need_list", "infotheque:list")
MOST_QUERIES = 12


def organisations(kind, numbers):
    return Organisation.objects.bulk_create(
        Organisation(
            kind=kind,
            name=f"Le Fil {kind} {number}",
            name_key=record_key(f"Le Fil {kind} {number}"),
            postal_code=f"{59000 + number % 900}",
            department=Territory.objects.get(code="59"),
            status=OrganisationStatus.CHECKED,
            checked_at=clock.now(),
        )
        for number in numbers
    )


def link(model, relation, owners, values):
    """Every owner holds every value."""
    through = getattr(model, relation).through
    owner, value = (field.attname for field in through._meta.fields if field.is_relation)
    through.objects.bulk_create(
        through(**{owner: one.pk, value: other.pk}) for one in owners for other in values
    )


def fill(numbers):
    """As many associations, companies, needs and documents, each with causes and places."""
    causes = list(Cause.objects.all()[:3])
    places = list(Territory.objects.filter(code__in=("59", "62")))
    associations = Association.objects.bulk_create(
        Association(organisation=one, purpose="Ateliers.") for one in organisations("association", numbers)
    )
    companies = Company.objects.bulk_create(
        Company(organisation=one) for one in organisations(OrganisationKind.COMPANY, numbers)
    )
    policies = Policy.objects.bulk_create(Policy(company=one, kinds=[Kind.SKILLS]) for one in companies)
    needs = Need.objects.bulk_create(
        Need(
            company=one,
            kind=Kind.FINANCIAL,
            title="Des parrains",
            status=NeedStatus.PUBLISHED,
            published_at=clock.now(),
        )
        for one in companies
    )
    documents = Document.objects.bulk_create(
        Document(
            title=f"Guide {number}",
            kind="guide",
            link="https://exemple.example/",
            status=DocumentStatus.PUBLISHED,
            published_at=clock.now(),
        )
        for number in numbers
    )
    for model, rows in ((Association, associations), (Policy, policies), (Need, needs)):
        link(model, "causes", rows, causes)
        link(model, "territories", rows, places)
    link(Document, "causes", documents, causes)


def test_one_row_or_a_thousand(client, query_count):
    def counts():
        return {name: query_count(lambda name=name: client.get(reverse(name))) for name in LISTS}

    fill(range(1))
    counts()
    one = counts()
    fill(range(1, 1000))
    thousand = counts()
    assert Association.objects.count() == Need.objects.count() == 1000
    assert max(thousand.values()) <= MOST_QUERIES
    assert thousand == one
