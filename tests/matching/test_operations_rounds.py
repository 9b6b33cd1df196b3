"""Rounds: capacity, fairness, nothing done twice, whoever runs them and however often."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.operations import merge_organisations
from associations.enums import Stance
from associations.models import Association
from companies.models import Policy
from matching.allocation import PRESENT_TEXT_FROM
from matching.enums import ChangedKind, RoundScope, SuggestionStatus
from matching.models import ChangedSubject, Round, Suggestion
from matching.operations import RoundInProgress, note_change, run_round
from matching.operations.rounds import present_best
from matching.profiles import repair, reweigh
from matching.ranking import rank_everybody, rankings_of_needs
from matching.tasks import run_nightly_round, run_small_round
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import deliver_due
from mecenova.reference.models import Cause
from mecenova.workflow.journal import history
from partnerships.models import AttentionEntry, AttentionMonth
from partnerships.operations import places_left
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.threads import at_once

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def need(db):
    """Three places a month, in the Nord, for employment."""
    return NeedFactory(published=True, territories=["59"], title="Des ateliers vers l’emploi des jeunes")


def profiled():
    """What the night's check does: nothing told of what factories make."""
    repair()
    reweigh()


def state():
    """All that a round may write, apart from its own line."""
    return (
        list(Suggestion.objects.order_by("pk").values()),
        list(AttentionEntry.objects.order_by("pk").values()),
        list(OutgoingMail.objects.order_by("pk").values("key", "status", "text")),
    )


@pytest.mark.usefixtures("late_in_the_month")
def test_a_round_presents_the_best_pairs_within_capacity(need):
    AssociationFactory.create_batch(5, complete=True)
    AssociationFactory(purpose="Nous réparons de vieux moteurs.", causes=["culture"], territories=["59"])
    done = run_round()
    assert done.presented == 3
    assert places_left(need.company) == 0
    suggestion = Suggestion.objects.first()
    assert suggestion.score >= 0
    assert suggestion.reasons
    assert suggestion.inputs["cause"] > 0
    assert [line.verb for line in history(suggestion)] == ["present"]


@pytest.mark.usefixtures("late_in_the_month")
def test_who_became_part_of_another_since_it_was_ranked_stops_no_round(need):
    gone, *_ = AssociationFactory.create_batch(4, complete=True)
    profiled()
    best = rank_everybody(deeper={})
    kept = AssociationFactory(organisation__name="La même").organisation
    merge_organisations(kept=kept, gone=gone.organisation, by=StaffFactory())
    round_ = Round.objects.create(scope=RoundScope.FULL, score_version="1", needs=1)
    assert present_best(round_, best.pairs).presented == 3


@pytest.mark.usefixtures("late_in_the_month")
def test_presenting_a_pair_asks_the_database_once_at_most(need):
    """Whether a complete association has a published project: the rest is asked for all at once."""

    def queries(number):
        AssociationFactory.create_batch(number, complete=True)
        need.company.policy.monthly_capacity += number
        need.company.policy.save()
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            assert run_round().presented == number
        Suggestion.objects.all().delete()
        AttentionMonth.objects.all().delete()
        Association.objects.all().delete()
        return len(asked)

    need.company.policy.monthly_capacity = 0
    queries(1)  # What is asked once for all, types of content for one.
    assert queries(12) - queries(2) <= 10


def test_a_cause_alone_is_not_an_answer_to_a_need_that_names_an_action(need):
    """The ranking may hold such a pair; nobody spends a place on it."""
    need.causes.set(Cause.objects.filter(slug="education"))
    association = AssociationFactory(
        complete=True,
        causes=["education"],
        purpose="Le soutien scolaire, chaque soir, pour qui ne peut se payer des cours, dans une salle.",
    )
    (ranking,), _, _ = rankings_of_needs(5)
    assert [candidate.association.id for candidate in ranking.candidates] == [association.pk]
    assert run_round().presented == 0
    need.title, need.description = "Un coup de main", ""
    need.save()
    assert run_round().presented == 1


def test_a_second_round_the_same_day_changes_nothing(need):
    AssociationFactory.create_batch(2, complete=True)
    other = NeedFactory(published=True, territories=["59"], company=need.company)
    NeedFactory(published=True, territories=["59"])
    run_round()
    before = state()
    run_round()
    assert state() == before
    assert Suggestion.objects.count() == 2
    assert other.company == need.company


def test_the_next_day_goes_on_where_the_first_stopped(need):
    AssociationFactory.create_batch(2, complete=True)
    other = NeedFactory(published=True, territories=["59"])
    with clock.frozen(MONDAY) as now:
        run_round()
        now.advance(timedelta(days=1))
        run_round()
    assert Suggestion.objects.count() == 4
    assert Suggestion.objects.filter(need=other).count() == 2


def test_the_longest_waiting_passes_first_when_two_are_equal(need):
    recent, old = AssociationFactory.create_batch(2, complete=True)
    old.organisation.checked_at -= timedelta(days=30)
    old.organisation.save()
    need.company.policy.monthly_capacity = 1
    need.company.policy.save()
    run_round()
    assert Suggestion.objects.get().association == old
    assert recent.suggestions.count() == 0


def test_an_association_is_presented_once_a_day(need):
    NeedFactory(published=True, territories=["59"])
    association = AssociationFactory(complete=True)
    run_round()
    assert association.suggestions.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"stance": Stance.EXPERT_ONLY},
        {"organisation__status": "to_check", "organisation__checked_at": None},
        {"organisation__status": "unclaimed", "organisation__checked_at": None},
        {"refused_kinds": ["financial"]},
        {"general_interest": "no"},
    ],
)
def test_who_must_not_be_solicited_is_not(need, changes):
    AssociationFactory(complete=True, **changes)
    assert run_round().presented == 0


def test_a_published_project_speaks_for_its_association(need):
    project = ProjectFactory(published=True)
    AskFactory(project=project, amount=8000)
    run_round()
    suggestion = Suggestion.objects.get()
    assert suggestion.project == project
    assert suggestion.inputs["amount"] == 1.0


def test_nobody_is_shown_again_before_the_date_of_a_no(need):
    with clock.frozen(MONDAY) as now:
        refused = SuggestionFactory(need=need, declined=True)
        NeedFactory(company=need.company, published=True, territories=["59"])
        now.advance(timedelta(days=40))
        run_round()
    assert refused.association.suggestions.count() == 1


def test_a_closed_door_gets_nothing(need):
    need.company.policy.monthly_capacity = 0
    need.company.policy.save()
    AssociationFactory(complete=True)
    assert run_round().presented == 0


def test_no_need_or_no_association_is_a_round_that_ends(db):
    assert run_round().presented == 0
    NeedFactory(published=True)
    assert run_round().presented == 0


def test_the_presentation_restarts_the_90_days(need):
    association = AssociationFactory(complete=True)
    ProjectFactory(association=association, published=True)
    AskFactory(project=association.projects.get())
    run_round()
    assert agenda.next_step(association.organisation).rule == "associations.presentation"


# The small round


def test_a_small_round_without_news_writes_nothing(need):
    AssociationFactory(complete=True)
    assert run_round(scope=RoundScope.CHANGED) is None
    assert not Round.objects.exists()


def test_a_small_round_looks_only_at_what_changed(need):
    changed, other = AssociationFactory.create_batch(2, complete=True)
    profiled()
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=changed.pk)
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=changed.pk)
    assert run_round(scope=RoundScope.CHANGED).presented == 1
    assert changed.suggestions.count() == 1
    assert other.suggestions.count() == 0
    assert not ChangedSubject.objects.exists()


@pytest.mark.usefixtures("late_in_the_month")
def test_a_changed_company_has_all_its_needs_looked_at(need):
    AssociationFactory.create_batch(2, complete=True)
    profiled()
    note_change(kind=ChangedKind.COMPANY, subject_id=need.company.pk)
    assert run_round(scope=RoundScope.CHANGED).presented == 2


def test_a_small_round_weighs_nothing_for_companies_without_a_place_today(need):
    """Their places open in three: until then what changed waits for a full round, which looks at all."""
    need.company.policy.monthly_capacity = 1
    need.company.policy.save()
    AssociationFactory(complete=True)
    assert run_round().presented == 1
    changed = AssociationFactory(complete=True)
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=changed.pk)
    done = run_round(scope=RoundScope.CHANGED)
    assert (done.needs, done.pairs, done.presented) == (0, 0, 0)


def test_a_full_round_empties_the_queue(need):
    note_change(kind=ChangedKind.NEED, subject_id=need.pk)
    run_round()
    assert not ChangedSubject.objects.exists()


# Digests


def test_one_digest_a_day_and_person_whatever_the_number_of_companies(need):
    person = UserFactory()
    need.company.organisation.memberships.create(user=person)
    other = NeedFactory(published=True, territories=["59"])
    other.company.organisation.memberships.create(user=person)
    AssociationFactory.create_batch(6, complete=True)
    with clock.frozen(MONDAY) as now:
        run_round()
        assert OutgoingMail.objects.filter(notification="matching.suggestions_digest").count() == 1
        assert not Suggestion.objects.undigested().exists()
        deliver_due()
        late = AssociationFactory(complete=True)
        need.company.policy.monthly_capacity = 20
        need.company.policy.save()
        note_change(kind=ChangedKind.ASSOCIATION, subject_id=late.pk)
        run_round(scope=RoundScope.CHANGED)
        assert OutgoingMail.objects.count() == 1
        assert Suggestion.objects.undigested().get().association == late
        now.advance(timedelta(days=1))
        run_round()
        assert OutgoingMail.objects.count() == 2
        assert not Suggestion.objects.undigested().exists()


def test_a_company_without_a_person_keeps_its_news_for_the_first_one(need):
    AssociationFactory(complete=True)
    with clock.frozen(MONDAY) as now:
        run_round()
        assert Suggestion.objects.undigested().count() == 1
        need.company.organisation.memberships.create(user=UserFactory())
        now.advance(timedelta(days=1))
        run_round()
    assert OutgoingMail.objects.count() == 1


# Who, and two at once


def test_only_the_system_and_staff_run_rounds(need):
    with pytest.raises(PermissionDenied):
        run_round(by=UserFactory())
    assert run_round(by=StaffFactory())


@pytest.mark.usefixtures("late_in_the_month")
@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_never_exceed_capacity():
    need = NeedFactory(published=True, territories=["59"])
    AssociationFactory.create_batch(8, complete=True)
    results = at_once(run_round, run_round)
    assert all(isinstance(result, Round | RoundInProgress) for result in results), results
    assert Suggestion.objects.count() == 3
    assert places_left(need.company) == 0


@pytest.mark.django_db(transaction=True)
def test_a_round_interrupted_leaves_nothing_behind(monkeypatch):
    NeedFactory(published=True, territories=["59"])
    association = AssociationFactory(complete=True)
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)
    monkeypatch.setattr("matching.operations.rounds._send_digests", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_round(scope=RoundScope.CHANGED)
    assert not Suggestion.objects.exists()
    assert not AttentionEntry.objects.exists()
    assert ChangedSubject.objects.count() == 1


def test_tasks_run_twice_change_nothing_twice(need):
    association = AssociationFactory(complete=True)
    profiled()
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)
    run_small_round()
    before = state()
    run_small_round()
    run_nightly_round()
    run_nightly_round()
    assert state() == before
    assert Suggestion.objects.get().status == SuggestionStatus.PRESENTED


@pytest.mark.django_db(transaction=True)
def test_a_change_during_a_round_waits_for_the_next_and_nobody_waits_for_the_round():
    NeedFactory(published=True, territories=["59"])
    association = AssociationFactory(complete=True)
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)

    def change_meanwhile():
        note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)

    with transaction.atomic():
        run_round(scope=RoundScope.CHANGED)
        assert at_once(change_meanwhile) == [None]
    assert ChangedSubject.objects.count() == 1


# Whose turn it is, over the month


def test_a_month_s_places_open_in_three(need):
    """A company reads a short list three times a month; what is left unspent waits for the next."""
    AssociationFactory.create_batch(5, complete=True)
    with clock.frozen(datetime(2026, 11, 30, 9, tzinfo=UTC)) as now:
        AssociationFactory.create_batch(1, complete=True)
        now.advance(timedelta(days=1))
        shown = [run_round().presented]
        for days in (1, 8, 1, 10):
            now.advance(timedelta(days=days))
            shown.append(run_round().presented)
    assert shown == [1, 0, 0, 1, 1]


def test_a_full_round_says_how_fairly_attention_is_shared(need):
    long_open, recent, other = AssociationFactory.create_batch(3, complete=True)
    with clock.frozen(MONDAY):
        for association, days in ((long_open, 200), (recent, 95), (other, 10)):
            association.organisation.checked_at = MONDAY - timedelta(days=days)
            association.organisation.save()
        Policy.objects.filter(company=need.company).update(monthly_capacity=1)
        done = run_round()
    assert Suggestion.objects.get().association == long_open
    assert (done.compatible, done.in_time, done.longest_wait) == (3, 2, 95)
    assert done.servable == 2
    assert done.gini == Decimal("0.500")
    assert done.score_share == 1
    assert done.in_time_share == pytest.approx(2 / 3)


def test_a_small_round_says_nothing_of_the_whole_network(need):
    association = AssociationFactory(complete=True)
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)
    done = run_round(scope=RoundScope.CHANGED)
    assert (done.compatible, done.in_time_share, done.gini) == (None, None, None)


def test_a_weak_pair_is_shown_to_who_would_otherwise_wait_too_long(need):
    """A cause and a place only: not before sixty days without anything better."""
    need.causes.set(Cause.objects.filter(slug="education"))
    association = AssociationFactory(
        complete=True,
        causes=["education"],
        purpose="Le soutien scolaire, chaque soir, pour qui ne peut se payer des cours, dans une salle.",
    )
    with clock.frozen(MONDAY) as now:
        association.organisation.checked_at = MONDAY - timedelta(days=59)
        association.organisation.save()
        assert run_round().presented == 0
        now.advance(timedelta(days=1))
        assert run_round().presented == 1
    suggestion = Suggestion.objects.get()
    assert suggestion.inputs["waited"] == 60
    assert suggestion.inputs["text"] < PRESENT_TEXT_FROM


@pytest.mark.parametrize(
    ("deadlines", "presented"),
    [([4], 6), ([10], 6), ([11], 2), ([None], 2), ([5, 10], 6), ([5, 11], 2), ([5, None], 2)],
    ids=["its last day", "over", "still there", "for ever", "all over", "one still there", "one for ever"],
)
def test_a_company_whose_needs_are_over_by_the_next_opening_is_asked_while_they_last(
    db, deadlines, presented
):
    """Six places, two of them open from the 1st to the 10th."""
    with clock.frozen(datetime(2026, 12, 4, 9, tzinfo=UTC)):
        first, *others = [None if day is None else date(2026, 12, day) for day in deadlines]
        title = "Des ateliers vers l’emploi des jeunes"
        need = NeedFactory(published=True, territories=["59"], title=title, deadline=first)
        Policy.objects.filter(company=need.company).update(monthly_capacity=6)
        for other in others:
            NeedFactory(published=True, company=need.company, territories=["59"], title=title, deadline=other)
        # Neither a draft nor what is over already keeps it open.
        NeedFactory(company=need.company, deadline=None)
        NeedFactory(published=True, company=need.company, deadline=date(2026, 12, 3))
        AssociationFactory.create_batch(9, complete=True)
        assert run_round().presented == presented
        assert run_round().presented == 0
