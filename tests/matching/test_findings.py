"""The figures of a diagnosis against a plain reading of every row, and what is said of them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.models import Company
from matching.advice import three_steps
from matching.explaining import why
from matching.findings import (
    Findings,
    counted_since,
    find,
    in_plain_numbers,
    interest_in,
    others_in_words,
)
from matching.models import Suggestion
from matching.operations import review_quiet
from matching.profiles import repair, reweigh
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from mecenova.ui.figures import long_date
from partnerships.enums import IntroductionStatus, Side
from partnerships.models import Introduction
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.matching.factories import DiagnosisFactory, RoundFactory, SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAYS = st.integers(0, 90)
ROW = st.tuples(
    st.sampled_from(["suggested", "asked"]),
    st.integers(0, 2),
    st.integers(0, 2),
    DAYS,
    st.booleans(),
    st.sampled_from(["", "unclear", "timing"]),
)


def world():
    """Three associations, the first with the project; three companies, with a need each."""
    associations = [AssociationFactory(complete=True) for _ in range(3)]
    project = ProjectFactory(
        association=associations[0], published=True, published_at=NOW - timedelta(days=60)
    )
    AskFactory(project=project)
    needs = [NeedFactory(published=True, company=CompanyFactory()) for _ in range(3)]
    return associations, project, needs


def tell(rows, associations, needs):
    """Write the rows; a pair that the database holds once is written once."""
    run = RoundFactory()
    for what, who, where, days, seen, reason in rows:
        association, need, at = associations[who], needs[where], NOW - timedelta(days=days)
        values = {"seen_at": at if seen else None, "refusal_reason": reason}
        if what == "suggested":
            if Suggestion.objects.filter(association=association, need=need).exists():
                continue
            SuggestionFactory(
                round=run,
                association=association,
                need=need,
                presented_at=at,
                status="declined" if reason else "presented",
                answered_at=at if reason else None,
                **values,
            )
        else:
            IntroductionFactory(
                association=association,
                company=need.company,
                need=need,
                created_at=at,
                requested_at=at,
                status=IntroductionStatus.NO if reason else IntroductionStatus.RELEASED,
                answered_at=at if reason else None,
                **({"retry_on": NOW.date()} if reason else {"released_at": at}),
                **values,
            )


def by_hand(project, since):
    """Row after row, without a clever query."""
    mine = [
        *[row for row in Suggestion.objects.all() if row.presented_at >= since],
        *[row for row in Introduction.objects.all() if row.requested_at >= since],
    ]
    own = [row for row in mine if row.association_id == project.association_id]
    companies = {row.company_id for row in own}
    said = {(row.company_id, row.refusal_reason) for row in own if row.refusal_reason}
    needs = {row.need_id for row in own}
    others = {
        row.association_id
        for row in mine
        if row.association_id != project.association_id
        and (row.company_id in companies or row.need_id in needs)
    }
    return {
        "presented": len(companies),
        "seen": len({row.company_id for row in own if row.seen_at or row.refusal_reason}),
        "answered": len({row.company_id for row in own if row.refusal_reason}),
        "competing": len(others) if companies else None,
        "refusals": dict(Counter(reason for _, reason in said)),
    }


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(ROW, max_size=12))
def test_figures_are_those_of_the_rows(rows):
    with clock.frozen(NOW), transaction.atomic():
        associations, project, needs = world()
        tell(rows, associations, needs)
        since = counted_since(project)
        assert since == project.published_at
        found = find(project, since)
        assert {name: getattr(found, name) for name in by_hand(project, since)} == by_hand(project, since)
        transaction.set_rollback(True)


@pytest.fixture
def project(db):
    project = ProjectFactory(association=AssociationFactory(complete=True), published=True)
    AskFactory(project=project)
    return project


@pytest.mark.parametrize(
    ("policy", "compatible"),
    [
        ({"policy__territories": ["59"]}, 1),
        ({"policy__territories": ["FR"]}, 1),
        ({"policy__territories": ["13"]}, 0),
        ({"policy__territories": ["59"], "policy__causes": ["sport"]}, 0),
        ({"policy__territories": ["59"], "policy__kinds": [Kind.IN_KIND]}, 0),
        ({"policy__territories": ["59"], "policy__monthly_capacity": 0}, 0),
        ({"policy__territories": ["59"], "organisation__status": "left", "organisation__left_at": NOW}, 0),
    ],
)
def test_compatible_companies_are_those_that_could_say_yes(project, policy, compatible):
    CompanyFactory(**policy)
    assert find(project, project.published_at).companies_compatible == compatible
    assert Company.objects.count() == 1


def test_a_released_request_competes_for_its_own_company_only(project):
    mine = IntroductionFactory(association=project.association, project=project)
    IntroductionFactory(company=mine.company)
    SuggestionFactory(association=project.association, project=project)
    SuggestionFactory()
    found = find(project, mine.created_at - timedelta(days=1), mine)
    assert (found.presented, found.competing) == (2, 1)


def test_what_explains_a_request_is_counted_from_it_when_it_is_older(project):
    published, three_days = project.published_at, timedelta(days=3)
    asked = IntroductionFactory(association=project.association, created_at=published - three_days)
    assert counted_since(project, asked) == asked.created_at
    asked.created_at = published + three_days
    assert counted_since(project, asked) == published


def test_a_request_that_ended_as_its_company_left_says_so(project):
    asked = IntroductionFactory(
        association=project.association,
        company__organisation__status="left",
        company__organisation__left_at=NOW,
    )
    found = DiagnosisFactory(project=project, cause="released", introduction=asked)
    assert "a quitté Mecenova" in why(found)


@pytest.mark.parametrize(
    ("values", "interest"),
    [
        ({}, False),
        ({"asked_by_side": Side.COMPANY}, True),
        ({"status": "yes", "answered_at": NOW}, True),
        ({"status": "later", "answered_at": NOW, "later_on": NOW.date()}, True),
        ({"status": "no", "answered_at": NOW, "refusal_reason": "timing", "retry_on": NOW.date()}, False),
    ],
)
def test_interest(db, values, interest):
    with clock.frozen(NOW):
        project = ProjectFactory(published=True)
        IntroductionFactory(association=project.association, project=project, created_at=NOW, **values)
        assert interest_in(project, NOW - timedelta(days=1)) is interest
        assert interest_in(project, NOW + timedelta(days=1)) is False


def test_nobody_is_said_to_have_been_silent_since_before_a_company_asked(project):
    """A request that came to nothing, then a silence."""
    asked_at, reviewed_at = (project.published_at + timedelta(days=days) for days in (40, 45))
    request = {"asked_by_side": Side.COMPANY, "status": "withdrawn", "withdrawn_at": asked_at}
    with clock.frozen(project.published_at + timedelta(days=135)), transaction.atomic():
        IntroductionFactory(association=project.association, project=project, created_at=asked_at, **request)
        assert not review_quiet(project=project, since=project.published_at, turn="1-45")
        assert review_quiet(project=project, since=reviewed_at, turn="1-135")
        found = project.diagnoses.get()
        IntroductionFactory(association=project.association, project=project, asked_by_side=Side.COMPANY)
        assert f"Depuis le {long_date(asked_at)}, aucune entreprise" in why(found)


def test_the_interest_shown_in_another_project_is_not_interest_in_this_one(project):
    other = ProjectFactory(association=project.association, published=True)
    IntroductionFactory(association=project.association, project=other, asked_by_side=Side.COMPANY)
    assert not interest_in(project, project.published_at)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (None, ""),
        (0, "aucune autre association"),
        (1, "quelques autres associations"),
        (4, "quelques autres associations"),
        (5, "5 autres associations"),
    ],
)
def test_a_small_number_of_others_is_not_told(number, said):
    assert others_in_words(number) == said


NOTHING = Findings(0, 0, 0, None, 0)


def keys(project, findings=NOTHING):
    """Once the night's check has written what factories told nobody of."""
    repair()
    reweigh()
    return [step.key for step in three_steps(project, findings)]


def test_there_are_always_three_steps_on_three_subjects(project):
    assert keys(project) == ["words", "kind", "needs"]
    assert keys(project, Findings(0, 0, 0, None, 7)) == ["write", "words", "kind"]


def test_what_companies_said_comes_first_then_what_opens_most(project):
    NeedFactory(published=True, territories=["59"])
    NeedFactory.create_batch(2, published=True, kind=Kind.SKILLS, territories=["59"])
    NeedFactory(published=True, territories=["13"])
    assert keys(project) == ["needs", "kind", "place"]
    said = Findings(3, 3, 3, 0, 0, {"unclear": 2, "territory": 1})
    assert keys(project, said) == ["words", "place", "needs"]


def test_the_gain_is_counted(project):
    NeedFactory(published=True, territories=["59"])
    NeedFactory.create_batch(2, published=True, kind=Kind.SKILLS, territories=["59"])
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["13"])
    repair()
    reweigh()
    text = {step.key: step.text for step in three_steps(project, NOTHING)}
    assert "2 besoins ouverts de plus vous conviendraient" in text["kind"]
    assert "1 besoin ouvert vous convient" in text["needs"]


def test_a_step_counts_what_the_page_it_leads_to_lists(project, client):
    """Needs of a near cause, near by, in other words: the page lists none, the step says nothing."""
    causes = project.association.causes.all()
    near = Cause.objects.filter(related__in=causes).exclude(pk__in=causes).first()
    others = {"causes": [near.slug], "title": "Un violon", "description": "Des instruments de musique."}
    NeedFactory.create_batch(3, published=True, territories=["59"], **others)
    assert "needs" not in keys(project)[:2]
    NeedFactory(published=True, territories=["59"])
    found = {step.key: step for step in three_steps(project, NOTHING)}["needs"]
    client.force_login(member_of(project.association))
    page = client.get(found.path)
    assert page.context["association"] == project.association
    assert in_plain_numbers(len(page.context["rows"]), "besoin ouvert", "besoins ouverts") in found.text


def test_a_need_already_written_to_is_not_to_be_answered_again(project):
    need = NeedFactory(published=True, territories=["59"])
    IntroductionFactory(association=project.association, company=need.company, need=need)
    assert all(step.label != "Voir les besoins pour vous" for step in three_steps(project, NOTHING))


def test_a_reason_that_is_the_company_s_promises_no_need(project):
    found = three_steps(project, Findings(1, 1, 1, 0, 0, {"values": 1}))[0]
    assert (found.key, found.label) == ("company", "Voir tous les besoins")


def test_what_is_refused_is_never_advised(project):
    project.association.refused_kinds = [Kind.SKILLS]
    NeedFactory(published=True, kind=Kind.SKILLS, territories=["59"])
    assert all("compétences" not in step.text for step in three_steps(project, NOTHING))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"causes": ["sport", "sante"], "territories": ["59", "62", "R11"]},
        {"causes": ["sport"], "territories": ["FR"]},
        {"causes": [], "territories": []},
        {"causes": ["sport"], "territories": ["R11"]},
        {"causes": ["sport"], "territories": ["R32"]},
        {"causes": ["sport"], "territories": ["FR"], "organisation__department": None},
    ],
)
def test_the_list_it_leads_to_holds_the_companies_that_it_counts(client, db, said):
    """Several causes, places and kinds as well as one; none behind a closed door, and none unclaimed."""
    project = ProjectFactory(association=AssociationFactory(complete=True, **said), published=True)
    AskFactory(project=project)
    AskFactory(project=project, kind=Kind.SKILLS, days=3)
    for causes, places, kinds in product(
        (["sport"], ["sante"], ["education"], ["culture"]),
        (["59"], ["62"], ["FR"], ["R32"], ["13"], ["75"]),
        ([Kind.FINANCIAL], [Kind.SKILLS], [Kind.IN_KIND]),
    ):
        CompanyFactory(policy__causes=causes, policy__territories=places, policy__kinds=kinds)
    everything = {"policy__causes": ["sport", "education"], "policy__territories": ["59"]}
    CompanyFactory(**everything, policy__monthly_capacity=0)
    CompanyFactory(**everything, organisation__status="unclaimed")
    findings = find(project, NOW)
    assert findings.companies_compatible
    (step,) = [one for one in three_steps(project, findings) if one.key == "write"]
    assert f"{findings.companies_compatible} soutiennent" in step.text.replace("\u00a0", " ")
    page = client.get(step.path)
    assert page.context["page_obj"].paginator.count == findings.companies_compatible


def test_companies_to_write_to_are_on_the_page_where_it_leads(project, client):
    CompanyFactory(policy__kinds=[Kind.IN_KIND])
    findings = Findings(presented=0, seen=0, answered=0, competing=None, companies_compatible=1)
    (step,) = [one for one in three_steps(project, findings) if one.key == "write"]
    assert f"forme={Kind.FINANCIAL}" in step.path
    page = client.get(step.path)
    assert page.context["page_obj"].paginator.count == find(project, NOW).companies_compatible
    assert client.get("/entreprises/").context["page_obj"].paginator.count > 0


def test_a_guide_is_looked_for_by_what_it_is_about(project):
    findings = Findings(presented=0, seen=0, answered=0, competing=None, companies_compatible=0)
    (step,) = [one for one in three_steps(project, findings) if one.label == "Trouver un guide"]
    assert step.path.startswith("/infotheque/?q=")


def test_an_incomplete_profile_is_named(project):
    project.association.purpose = ""
    project.association.save()
    first = three_steps(project, NOTHING)[0]
    assert first.key == "profile"
    assert "votre mission" in first.text


def test_figures_cost_the_same_whatever_the_rows(project, query_count):
    def read():
        three_steps(project, find(project, project.published_at - timedelta(days=1)))

    def grow():
        need = NeedFactory(published=True, territories=["59"])
        SuggestionFactory(round=run, need=need, association=project.association, refusal_reason="")
        SuggestionFactory(round=run, need=need)
        IntroductionFactory(association=project.association, company=need.company, need=need)

    run = RoundFactory()
    grow()
    few = query_count(read)
    for _ in range(6):
        grow()
    assert query_count(read) <= few + 2
