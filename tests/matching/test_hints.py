import pytest

from associations.hints import hints_for
from matching.enums import Choice, DiagnosisCause
from matching.hints import money_only_hint
from matching.operations import choose_after, diagnose
from matching.profiles import repair, reweigh
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.partnerships.factories import IntroductionFactory, member_of


@pytest.fixture
def project(db):
    project = ProjectFactory(association=AssociationFactory(complete=True), published=True)
    AskFactory(project=project)
    return project


def hint_of(project):
    """Once the night's check has written what factories told nobody of."""
    repair()
    reweigh()
    return money_only_hint(project)


def test_a_project_asking_only_for_money_is_told_what_else_would_open(project):
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["59"])
    NeedFactory.create_batch(2, published=True, kind=Kind.IN_KIND, territories=["59"])
    NeedFactory(published=True, kind=Kind.IN_KIND, territories=["13"])
    hint = hint_of(project)
    assert "aucun besoin ouvert ne vous convient aujourd’hui" in hint.text
    assert "2 avec une demande de biens, 1 avec une demande de compétences" in hint.text
    assert hint in hints_for(project)


def test_volunteers_are_asked_for_not_the_work_time_of_employees(project):
    NeedFactory(published=True, kind=Kind.VOLUNTEERING, territories=["59"])
    assert "Ce serait 1 avec une demande de bénévoles." in hint_of(project).text


def test_it_counts_as_the_page_where_it_leads(project, client):
    """A near cause and other words, near by: not counted, since the page does not count them."""
    causes = project.association.causes.all()
    near = Cause.objects.filter(related__in=causes).exclude(pk__in=causes).first()
    others = {"causes": [near.slug], "title": "Un violon", "description": "Des instruments de musique."}
    NeedFactory(published=True, kind=Kind.IN_KIND, territories=["59"], **others)
    assert hint_of(project) is None
    NeedFactory(published=True, kind=Kind.IN_KIND, territories=["59"])
    hint = hint_of(project)
    client.force_login(member_of(project.association))
    page = client.get(hint.url)
    (opening,) = [one for one in page.context["found"].openings if one.kind == Kind.IN_KIND]
    assert page.context["association"] == project.association
    assert f"Ce serait {opening.needs} avec une demande de biens" in hint.text


def test_what_is_proposed_to_nobody_is_not_counted(project):
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["59"])
    project.paused_until = clock.today()
    assert hint_of(project) is None


def test_nothing_to_open_says_nothing(project):
    NeedFactory(published=True, territories=["59"])
    assert hint_of(project) is None


def test_what_the_association_refuses_is_not_advised(project):
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["59"])
    project.association.refused_kinds = [Kind.SKILLS]
    assert hint_of(project) is None


def test_a_project_that_asks_for_more_needs_no_advice(project):
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["59"])
    AskFactory(project=project, kind=Kind.IN_KIND, goods="Dix tables")
    project.refresh_from_db()
    assert hint_of(project) is None


def test_a_released_request_leads_its_association_and_the_team_to_its_diagnosis(project, client):
    introduction = IntroductionFactory(
        association=project.association, project=project, status="released", released_at=clock.now()
    )
    diagnosis = diagnose(project=project, cause=DiagnosisCause.RELEASED, turn="1", introduction=introduction)
    link = f'href="{diagnosis.get_absolute_url()}"'

    def page(reader, subject=introduction):
        client.force_login(reader)
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
