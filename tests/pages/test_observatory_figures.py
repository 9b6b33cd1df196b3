"""The database's medians and shares against a patient reader, and what is published against what is whole."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, Organisation
from associations.enums import ProjectStatus
from associations.models import Ask, Association, Project
from associations.readiness import is_complete
from companies.models import Company
from matching.models import Suggestion
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.pages.observatory import deserts
from mecenova.pages.observatory.figures import FIGURES, PERIOD, compute
from mecenova.pages.observatory.hiding import FEWEST
from mecenova.pages.observatory.report import make
from mecenova.reference.enums import Kind
from mecenova.reference.models import Territory
from mecenova.workflow.models import TransitionRecord
from partnerships.models import Introduction
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.pages.waiting import Network

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
settings_here = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def percentile(values, part):
    values, rank = sorted(values), part * (len(values) - 1)
    low = int(rank)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (rank - low)


def first(subject, verbs):
    lines = TransitionRecord.objects.filter(subject_id=subject.pk, verb__in=verbs).order_by("at")
    return lines.values_list("at", flat=True).first()


def seconds(start, end):
    return (end - start).total_seconds() if end else None


class Reader:
    """(figure, dimension, key) -> [(seconds or None, missed)], row after row."""

    def __init__(self):
        self.found = defaultdict(list)
        self.signed_up()
        self.asked()
        self.eligible()

    def note(self, figure, organisation, kinds, wait, missed=False):
        department = organisation.department
        region = department.parent if department and department.parent.level == "region" else department
        code = department.code if department else ""
        keys = {("all", ""), ("department", code), ("region", region.code if region else "")}
        keys |= {("cause", slug) for slug in self.causes(organisation) or [""]}
        keys |= {("kind", kind) for kind in kinds or [""]}
        for dimension, key in keys:
            self.found[figure, dimension, key].append((wait, missed))

    def causes(self, organisation):
        profile = Association.objects.filter(organisation=organisation).first()
        return [cause.slug for cause in profile.causes.all()] if profile else []

    def signed_up(self):
        members = set(Membership.objects.values_list("organisation", flat=True))
        for one in Organisation.objects.filter(
            origin="sign_up", created_at__gte=NOW - PERIOD, pk__in=members
        ):
            mails = OutgoingMail.objects.filter(subject_id=one.pk, sent_at__isnull=False).order_by("sent_at")
            welcome = mails.values_list("sent_at", flat=True).first()
            look = first(one, ("check", "ask_for_changes"))
            self.note("answer", one, [one.kind], seconds(one.created_at, welcome))
            self.note("check", one, [one.kind], seconds(one.created_at, look))

    def asked(self):
        for one in Introduction.objects.with_parties().filter(requested_at__gte=NOW - PERIOD):
            answer = first(one, ("accept", "postpone", "decline"))
            missed = answer is None and first(one, ("release",)) is not None
            wait = seconds(one.requested_at, answer)
            self.note("introduction", one.association.organisation, [one.kind], wait, missed)

    def eligible(self):
        since = NOW - timedelta(days=90)
        for one in Association.objects.open_to_companies().filter(organisation__checked_at__lte=since):
            if is_complete(one):
                shown = Suggestion.objects.filter(association=one, presented_at__gt=since).exists()
                asks = Ask.objects.filter(project__association=one, project__status=ProjectStatus.PUBLISHED)
                kinds = set(asks.values_list("kind", flat=True))
                self.note("attention", one.organisation, kinds, None, not shown)


@settings_here
@given(seed=st.integers(0, 10**6))
def test_a_reader_of_every_row_finds_the_same(seed):
    with clock.frozen(NOW), transaction.atomic():
        network = Network(seed, organisations=30, introductions=25)
        for project in Project.objects.all()[: seed % 9]:
            AskFactory(project=project, kind=Kind.IN_KIND, goods="Des livres")
        groups, expected = compute().groups, Reader().found
        assert set(groups) == set(expected)
        for key, cases in expected.items():
            waits = [wait for wait, _ in cases if wait is not None]
            found = groups[key]
            assert (found.counted, found.ended) == (len(cases), len(waits))
            assert found.missed == sum(missed for _, missed in cases)
            if waits:
                assert found.half == pytest.approx(percentile(waits, 0.5))
                assert found.nine_in_ten == pytest.approx(percentile(waits, 0.9))
        assert network.organisations
        transaction.set_rollback(True)


@settings_here
@given(seed=st.integers(0, 10**6), size=st.integers(5, 120))
def test_no_published_table_tells_of_a_handful(seed, size):
    """Each table against its whole twin: what is shown is large, and what is left out of a total is too."""
    with clock.frozen(NOW), transaction.atomic():
        Network(seed, organisations=size, introductions=size)
        reports = make()
        public, whole = reports.public, reports.team
        for slug, table in public.tables.items():
            if slug.startswith("promesses"):
                continue
            for line in table.lines:
                assert int(line.values[0]) >= FEWEST
            twin = {line.key: line for line in whole.tables[slug].lines if not line.inside}
            outside = [line for line in table.lines if not line.inside]
            if table.total and outside and not slug.endswith(("-cause", "attention-forme")):
                rest = int(table.total.values[0]) - sum(int(line.values[0]) for line in outside)
                assert rest == 0 or rest >= FEWEST
            if slug.startswith("attention"):
                for line in (*table.lines, *([table.total] if table.total else [])):
                    counted, missed = (int(value) for value in line.values)
                    assert missed == 0 or missed >= FEWEST
                    assert counted == missed or counted - missed >= FEWEST
            _inside_is_covered(table)
            assert {line.key for line in outside} <= set(twin)
        _none_is_left_out_within(public, "deserts", "manque-territoire")
        _none_is_left_out_within(public, "manque-territoire", "attention-territoire")
        _none_is_left_out_within(public, "deserts", "attention-territoire")
        _none_is_left_out_within(public, "manque-cause", "attention-cause")
        for shown in public.promises:
            for count in (shown.month, shown.year, *(month.count for month in shown.months)):
                assert count.settled == 0 or count.settled >= FEWEST
        transaction.set_rollback(True)


def _none_is_left_out_within(report, wide, narrow):
    """Associations of the narrower table are among those of the wider one: the others are no handful."""
    there = {(line.key, line.inside): int(line.values[0]) for line in report.tables[wide].lines}
    for line in report.tables[narrow].lines:
        left = there[line.key, line.inside] - int(line.values[0])
        assert left == 0 or left >= FEWEST


@pytest.mark.parametrize(("drafts", "is_told"), [(0, True), (1, False), (4, False), (5, True)])
def test_incomplete_profiles_are_not_counted_by_subtraction(drafts, is_told):
    """Open associations are on the map, the complete among them miss companies: one more is one, by name."""
    AssociationFactory.create_batch(6, complete=True)
    AssociationFactory.create_batch(drafts, purpose="")
    Organisation.objects.update(checked_at=clock.now() - timedelta(days=100))
    report = make().public
    assert report.tables["deserts"].lines
    for slug in ("manque-territoire", "attention-territoire"):
        assert bool(report.tables[slug].lines) == is_told
    assert bool(report.shortage) == is_told


@pytest.mark.parametrize(("newcomers", "is_told"), [(0, True), (1, False), (5, True)])
def test_nor_are_those_just_checked(newcomers, is_told):
    AssociationFactory.create_batch(6, complete=True, causes=["sport"])
    Organisation.objects.update(checked_at=clock.now() - timedelta(days=100))
    AssociationFactory.create_batch(newcomers, complete=True, causes=["sport"])
    report = make().public
    assert report.tables["manque-territoire"].lines
    for side in ("territoire", "cause"):
        table = report.tables[f"attention-{side}"]
        assert (bool(table.lines), bool(table.total)) == (is_told, is_told)
    (headline,) = (one for one in report.headlines if one.slug == "attention")
    assert bool(headline.value) == is_told
    assert make().team.tables["attention-cause"].total


def _inside_is_covered(table):
    """The départements of a région leave nought or five of it unseen."""
    region, left = None, 0
    for line in (*table.lines, None):
        if line is None or not line.inside:
            if region is not None and left != int(region.values[0]):
                assert left == 0 or left >= FEWEST
            region, left = line, int(line.values[0]) if line else 0
        else:
            left -= int(line.values[0])


def test_a_place_counts_the_needs_that_name_it_its_region_or_a_town_of_it():
    nord = Territory.objects.get(code="59")
    for _ in range(5):
        AssociationFactory(complete=True)
    town = Territory.objects.create(code="59350", level="commune", name="Lille", parent=nord)
    for places in (["59"], ["R32"], [town], ["FR"], [], ["75"], ["59", "62"]):
        codes = [
            place if isinstance(place, Territory) else Territory.objects.get(code=place) for place in places
        ]
        NeedFactory(published=True, territories=codes)
    NeedFactory(territories=["59"])
    NeedFactory(published=True, territories=["59"], company__policy__monthly_capacity=0)
    NeedFactory(published=True, territories=["FR"], company__policy__monthly_capacity=0)
    figures = compute()
    found = deserts.compute(figures.places)
    assert (found.departments["59"].associations, found.departments["59"].needs) == (5, 4)
    assert found.departments["62"].needs == 2
    assert found.regions["R32"].needs == 4
    assert found.departments["59"].per_hundred == 80
    assert found.nationwide == 2


@pytest.mark.parametrize(
    ("associations", "needs", "rank"),
    [(10, 0, 0), (0, 0, 0), (100, 1, 1), (100, 9, 1), (100, 10, 2), (100, 25, 3), (100, 49, 3), (10, 5, 4)],
)
def test_the_classes_of_the_map(associations, needs, rank):
    assert deserts.Ground(associations, needs).rank == rank


def test_a_new_association_is_owed_nothing_yet():
    with clock.frozen(NOW):
        for age in (89, 91):
            association = AssociationFactory(
                complete=True, organisation__checked_at=NOW - timedelta(days=age)
            )
            ProjectFactory(association=association, published=True)
        assert compute().total("attention").counted == 1


def test_a_thousand_rows_take_no_more_queries(query_count):
    few = query_count(lambda: make().public)
    with clock.frozen(NOW):
        Network(4, organisations=300, introductions=300)
        assert query_count(lambda: make().public) == few
    assert few <= 18
    assert Company.objects.exists()


def test_every_figure_has_its_definition_and_tables():
    report = make().public
    assert all(figure.definition.endswith(".") for figure in FIGURES.values())
    assert {f"{slug}-{side}" for slug in FIGURES for side in ("cause", "territoire", "forme")} < set(
        report.tables
    )
