"""What a page has just found became part of another record before it was held: a 404, and no fault."""

import pytest
from django.http import Http404
from django.urls import reverse

from accounts.operations import merge_organisations, update_organisation
from associations import policies
from associations.operations import close_project, create_project, update_association
from companies.operations import close_need, update_company
from mecenova.mail.models import AddressTrouble
from mecenova.mail.operations import mend_address
from partnerships.enums import Side
from partnerships.operations import introduce, withdraw_introduction
from tests.accounts.factories import UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


def merged(kept, gone):
    merge_organisations(kept=kept.organisation, gone=gone.organisation, by=None)


ON_AN_ASSOCIATION = {
    "the record": lambda found, project: update_organisation(
        organisation=found.organisation, by=None, name="Les Ponts", postal_code="38000"
    ),
    "its profile": lambda found, project: update_association(association=found, by=None, purpose="Aider."),
    "a new project": lambda found, project: create_project(
        association=found, by=None, title="Un jardin", description="À planter."
    ),
    "its project": lambda found, project: close_project(project=project, by=None),
    "a request": lambda found, project: introduce(
        association=found,
        company=CompanyFactory(),
        kind="money",
        asked_by_side=Side.COMPANY,
        note="",
        by=None,
    ),
}
ON_A_COMPANY = {
    "its profile": lambda found, need: update_company(company=found, by=None, presentation="Nous aidons."),
    "its need": lambda found, need: close_need(need=need, by=None),
}


@pytest.mark.parametrize("act", ON_AN_ASSOCIATION.values(), ids=ON_AN_ASSOCIATION)
def test_an_association(act):
    gone = AssociationFactory()
    project = ProjectFactory(association=gone, published=True)
    merged(AssociationFactory(), gone)
    with pytest.raises(Http404):
        act(gone, project)


@pytest.mark.parametrize("act", ON_A_COMPANY.values(), ids=ON_A_COMPANY)
def test_a_company(act):
    gone = CompanyFactory()
    need = NeedFactory(company=gone, published=True)
    merged(CompanyFactory(), gone)
    with pytest.raises(Http404):
        act(gone, need)


def test_what_two_records_had_in_common_and_one_keeps():
    found = IntroductionFactory()
    type(found).objects.filter(pk=found.pk).delete()
    with pytest.raises(Http404):
        withdraw_introduction(introduction=found, by=None)


def test_the_address_of_a_closed_account():
    trouble = AddressTrouble.objects.create(address="awa@exemple.test", kind="bounced")
    AddressTrouble.objects.all().delete()
    with pytest.raises(Http404):
        mend_address(trouble=trouble, by=None)


def test_whoever_was_at_its_page_reads_that_it_is_not_there(client, monkeypatch):
    person = UserFactory()
    gone = AssociationFactory(members=[person])
    project = ProjectFactory(association=gone, published=True)
    may_close = policies.can_close_project

    def merged_once_asked(reader, found):
        may = may_close(reader, found)
        merged(AssociationFactory(), gone)
        return may

    monkeypatch.setattr(policies, "can_close_project", merged_once_asked)
    client.force_login(person)
    answer = client.post(reverse("associations:project_close", args=[project.pk]), {"note": ""})
    assert answer.status_code == 404
    assert client.get(project.get_absolute_url()).status_code == 200
