"""The document of an owed step: on the dashboard and on the page of what it is about, for whoever owes it."""

import pytest
from django.urls import reverse

from associations.followups.profile import CompleteProfile
from associations.followups.projects import FinishProject
from companies.followups import CompletePolicy, FinishNeed
from infotheque.models import Prescription
from infotheque.operations import archive_document, prescribe
from infotheque.places import STEPS, places, step_key
from matching.followups.diagnosis import ChooseAfterDiagnosis
from mecenova.agenda.operations import close, start
from partnerships.followups.introductions import AnswerIntroduction
from partnerships.followups.partnerships import DecideTogether, DidYouTalk
from partnerships.models import Partnership
from partnerships.operations import accept_introduction
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.infotheque.factories import DocumentFactory
from tests.matching.factories import DiagnosisFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
DASHBOARD = reverse("pages:dashboard")


@pytest.fixture
def documents(staff):
    """One of its own for each next step, by the name of its rule."""
    found = {}
    for place in places().values():
        if place.group == STEPS:
            document = DocumentFactory(published=True, title=f"Lire {place.key}")
            prescribe(place=place.key, document=document, by=staff)
            found[place.key] = document
    return found


def project_page():
    project = ProjectFactory(association=AssociationFactory(complete=True))
    start(FinishProject, project)
    return FinishProject, project.association, project.get_absolute_url()


def association_page():
    association = AssociationFactory(complete=True)
    start(CompleteProfile, association.organisation)
    return CompleteProfile, association, association.get_absolute_url()


def association_form():
    rule, association, _ = association_page()
    return rule, association, reverse("associations:edit", args=[association.pk])


def company_page():
    company = CompanyFactory()
    start(CompletePolicy, company.organisation)
    return CompletePolicy, company, company.get_absolute_url()


def need_page():
    need = NeedFactory()
    start(FinishNeed, need)
    return FinishNeed, need.company, need.get_absolute_url()


def introduction_page():
    introduction = IntroductionFactory()
    start(AnswerIntroduction, introduction)
    return AnswerIntroduction, introduction.company, introduction.get_absolute_url()


def partnership_page():
    introduction = IntroductionFactory()
    start(AnswerIntroduction, introduction)
    accept_introduction(introduction=introduction, by=member_of(introduction.company))
    partnership = Partnership.objects.get()
    close(partnership, DidYouTalk)
    step = start(DecideTogether, partnership)
    sides = {side.organisation_id: side for side in (introduction.association, introduction.company)}
    return DecideTogether, sides[step.organisation_id], partnership.get_absolute_url()


def diagnosis_page():
    diagnosis = DiagnosisFactory()
    start(ChooseAfterDiagnosis, diagnosis.project)
    return ChooseAfterDiagnosis, diagnosis.project.association, diagnosis.get_absolute_url()


PAGES = (
    project_page,
    association_page,
    association_form,
    company_page,
    need_page,
    introduction_page,
    partnership_page,
    diagnosis_page,
)


@pytest.mark.parametrize("made", PAGES)
def test_whoever_owes_a_step_finds_its_document_on_the_page_and_on_the_dashboard(
    client, documents, staff, query_count, made
):
    rule, owner, page = made()
    document = documents[step_key(rule.name)]
    asked = f"prescrit=step%3A{rule.name}&amp;organisme={owner.organisation_id}"
    address = f'href="{document.get_absolute_url()}?{asked}"'
    client.force_login(member_of(owner))
    assert address in client.get(page).text
    assert address in client.get(DASHBOARD).text
    with_one = query_count(lambda: client.get(page))
    archive_document(document=document, by=staff)
    assert document.title not in client.get(page).text
    assert query_count(lambda: client.get(page)) == with_one


@pytest.mark.parametrize("made", PAGES)
def test_nobody_else_is_sent_to_read_it(client, documents, staff, made):
    """What is opened from here is counted as that organisation's reading: the team would be refused it."""
    rule, _, page = made()
    title = documents[step_key(rule.name)].title
    for other in (staff, member_of(AssociationFactory(complete=True)), member_of(CompanyFactory())):
        client.force_login(other)
        assert title not in client.get(page).text


def test_the_side_that_waits_has_nothing_to_read_for_it(client, documents):
    introduction = IntroductionFactory()
    start(AnswerIntroduction, introduction)
    client.force_login(member_of(introduction.association))
    page = client.get(introduction.get_absolute_url())
    assert page.status_code == 200
    assert documents[step_key(AnswerIntroduction.name)].title not in page.text


def test_what_several_steps_prescribe_is_shown_once_in_as_many_queries(client, staff, query_count):
    association = AssociationFactory(complete=True)
    document = DocumentFactory(published=True, title="Le même pour tous")
    prescribe(place=step_key(FinishProject.name), document=document, by=staff)
    client.force_login(member_of(association))
    start(FinishProject, ProjectFactory(association=association))
    client.get(DASHBOARD)
    one = query_count(lambda: client.get(DASHBOARD))
    for project in ProjectFactory.create_batch(4, association=association):
        start(FinishProject, project)
    assert client.get(DASHBOARD).text.count(document.title) == 1
    assert query_count(lambda: client.get(DASHBOARD)) == one


def test_nothing_owed_asks_nothing(query_count):
    association = AssociationFactory(complete=True)
    assert query_count(lambda: Prescription.objects.to_read(association.organisation_id)) == 0
