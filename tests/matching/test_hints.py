import pytest

from associations.hints import hints_for
from matching.enums import Choice, DiagnosisCause
from matching.hints import money_only_hint
from matching.operations import choose_after, diagnose
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.partnerships.factories import IntroductionFactory, member_of


@pytest.fixture
def project(db):
    project = ProjectFactory(association=AssociationFactory(complete=True), published=True)
    AskFactory(project=project)
    return project


def test_a_project_asking_only_for_money_is_told_what_else_would_open(project):
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["59"])
    NeedFactory(published=True, kind=Kind.IN_KIND, territories=["FR"])
    NeedFactory(published=True, kind=Kind.IN_KIND, territories=["13"])
    NeedFactory(published=True, kind=Kind.IN_KIND, territories=["59"], causes=["sport"])
    hint = money_only_hint(project)
    assert "2 besoins ouverts offrent aussi" in hint.text
    assert "aucun besoin ouvert n’en donne" in hint.text
    assert hint in hints_for(project)


def test_nothing_to_open_says_nothing(project):
    NeedFactory(published=True, territories=["59"])
    assert money_only_hint(project) is None


def test_what_the_association_refuses_is_not_advised(project):
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["59"])
    project.association.refused_kinds = [Kind.SKILLS]
    assert money_only_hint(project) is None


def test_a_project_that_asks_for_more_needs_no_advice(project):
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["59"])
    AskFactory(project=project, kind=Kind.IN_KIND, goods="Dix tables")
    project.refresh_from_db()
    assert money_only_hint(project) is None


def test_a_released_request_leads_its_association_and_the_team_to_its_diagnosis(project, client):
    introduction = IntroductionFactory(
        association=project.association, project=project, status="released", released_at=clock.now()
    )
    diagnosis = diagnose(project=project, cause=DiagnosisCause.RELEASED, turn="1", introduction=introduction)
    link = f'href="{diagnosis.get_absolute_url()}"'

    def page(reader, subject=introduction):
        client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(subject.get_absolute_url()).content.decode()

    own = member_of(project.association)
    assert link in page(own)
    assert link in page(StaffFactory())
    assert "/diagnostics/" not in page(member_of(introduction.company))
    assert "Le dernier point" not in page(own, project)
    choose_after(diagnosis=diagnosis, choice=Choice.REWRITE, by=own)
    assert link in page(own)
    assert "Le dernier point" in page(own, project)
    assert link in page(own, project)
    assert "/diagnostics/" not in page(member_of(introduction.company), project)
