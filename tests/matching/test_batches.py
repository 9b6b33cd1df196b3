"""A large round in batches: the same pairs as in one, whoever dies meanwhile, however often it is tried."""

import pytest

from accounts.operations import merge_organisations, withdraw_organisation
from associations.enums import Stance
from associations.models import Association
from associations.operations import update_association
from companies.enums import NeedStatus
from companies.models import Need
from companies.operations import close_need
from matching import tasks
from matching.models import Round, RoundBatch, Suggestion
from matching.operations import batches, close_round, open_round, rank_batch, run_round
from partnerships.models import AttentionEntry
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.threads import at_once

# A third of them is enough for everybody, on the first day of a month as on its last.
MONTHLY_CAPACITY = 9


@pytest.fixture
def large(db, monkeypatch):
    """Five needs, of which one worker could rank two."""
    monkeypatch.setattr(batches, "NEEDS_AT_ONCE", 2)
    monkeypatch.setattr(batches, "NEEDS_OF_A_BATCH", 2)
    monkeypatch.setattr(tasks, "send_quickly", lambda task: None)
    AssociationFactory.create_batch(6, complete=True)
    NeedFactory.create_batch(
        5, published=True, territories=["59"], company__policy__monthly_capacity=MONTHLY_CAPACITY
    )


def presented():
    return set(Suggestion.objects.values_list("need_id", "association_id", "score"))


def test_batches_present_what_one_round_would(large):
    run_round()
    at_once_presented = presented()
    Suggestion.objects.all().delete()
    AttentionEntry.objects.all().delete()
    Round.objects.all().delete()
    type(AttentionEntry._meta.get_field("month").related_model.objects.first()).objects.all().delete()
    tasks.run_nightly_round()
    assert RoundBatch.objects.count() == 3
    for _ in range(6):
        tasks.rank_batches()
    assert presented() == at_once_presented != set()
    done = Round.objects.get()
    assert done.finished_at
    assert (done.needs, done.presented) == (5, len(at_once_presented))
    assert not RoundBatch.objects.exists()


def test_every_task_twice_changes_nothing_twice(large):
    tasks.run_nightly_round()
    tasks.run_nightly_round()
    assert (Round.objects.count(), RoundBatch.objects.count()) == (1, 3)
    for _ in range(10):
        tasks.rank_batches()
    before = presented()
    tasks.run_nightly_round()
    for _ in range(10):
        tasks.rank_batches()
    assert presented() == before
    assert Round.objects.count() == 2


def test_nothing_is_presented_before_the_last_batch(large):
    open_round()
    rank_batch()
    assert close_round() is None
    assert not Suggestion.objects.exists()


def test_a_worker_that_dies_leaves_its_batch_to_the_next(large, monkeypatch):
    open_round()
    with monkeypatch.context() as broken:
        broken.setattr(batches, "rank_needs", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rank_batch()
    assert RoundBatch.objects.filter(ranked_at=None).count() == 3
    while rank_batch():
        pass
    assert close_round().presented == 6


def merged(gone, need):
    kept = AssociationFactory(organisation__name="La même")
    merge_organisations(kept=kept.organisation, gone=gone.organisation, by=StaffFactory())


def left(gone, need):
    withdraw_organisation(organisation=gone.organisation, by=None)


def paused(gone, need):
    update_association(association=gone, by=None, stance=Stance.EXPERT_ONLY)


def closed(gone, need):
    close_need(need=need, by=None)


def company_merged(gone, need):
    kept = CompanyFactory(organisation__name="La même").organisation
    merge_organisations(kept=kept, gone=need.company.organisation, by=StaffFactory())


@pytest.mark.parametrize(
    ("meanwhile", "still"), [(merged, 5), (left, 5), (paused, 5), (closed, 6), (company_merged, 6)]
)
def test_what_happens_between_ranking_and_presenting_stops_no_round(large, meanwhile, still):
    gone, need = Association.objects.order_by("pk").first(), Need.objects.order_by("pk").first()
    open_round()
    while rank_batch():
        pass
    meanwhile(gone, need)
    done = close_round()
    assert done.presented == still
    assert not Suggestion.objects.filter(association=gone.pk).exists() or still == 6
    assert not Suggestion.objects.filter(need__status=NeedStatus.CLOSED).exists()


def test_who_leaves_while_the_round_presents_is_not_counted_below_nobody(large, monkeypatch):
    monkeypatch.setattr("matching.operations.rounds.number_open", lambda: 5)
    assert run_round().associations_alone == 0


def test_a_round_that_does_not_end_is_given_up(large, monkeypatch):
    first = open_round()
    monkeypatch.setattr(batches, "GIVEN_UP_AFTER", -batches.GIVEN_UP_AFTER)
    second = open_round()
    assert first != second
    assert not first.batches.exists()
    assert Round.objects.get(pk=first.pk).finished_at is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_batches(monkeypatch):
    monkeypatch.setattr(batches, "NEEDS_OF_A_BATCH", 1)
    AssociationFactory.create_batch(3, complete=True)
    NeedFactory.create_batch(
        2, published=True, territories=["59"], company__policy__monthly_capacity=MONTHLY_CAPACITY
    )
    open_round()
    assert at_once(rank_batch, rank_batch) == [True, True]
    results = at_once(close_round, close_round)
    assert Round.objects.get().presented == Suggestion.objects.count() == 3
    assert any(isinstance(result, Round) for result in results)
