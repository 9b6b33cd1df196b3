import pytest

from associations.hints import hints_for
from matching.hints import money_only_hint
from mecenova.reference.enums import Kind
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory


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
