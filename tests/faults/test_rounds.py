"""F1 again, in a large round: the workers killed in the middle of a batch, then while they present."""

import pytest
from django.db import connection, transaction

from matching import tasks
from matching.models import Round, RoundBatch, Suggestion
from matching.operations import batches, open_round, run_round
from partnerships.models import AttentionEntry, AttentionMonth
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.faults.processes import all_ready
from tests.faults.servers import eventually

RUGBY = "Club de rugby pour les enfants du quartier, avec une école de rugby adapté et du matériel prêté."


def presented():
    return set(Suggestion.objects.values_list("need_id", "association_id", "score"))


def what_one_round_presents():
    with transaction.atomic():
        run_round()
        found = presented()
        transaction.set_rollback(True)
    return found


def spent():
    return sum(AttentionMonth.objects.values_list("spent", flat=True))


def is_waited_for(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
        return cursor.fetchone()[0] > 0


def kill_at(scene, table, mode):
    """The worker stops at this table, in the middle of what it does, and dies there."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")
        worker = scene.worker()
        all_ready(worker)
        tasks.run_small_round.delay()
        eventually(lambda: is_waited_for(table), f"the worker stands before {table}")
        worker.kill()


@pytest.mark.F1
def test_f1_a_large_round_outlives_its_workers_and_presents_once(scene, monkeypatch):
    monkeypatch.setattr(batches, "NEEDS_OF_A_BATCH", 2)
    for number in range(6):
        # What nobody of the morning says: common words weigh nothing.
        AssociationFactory(complete=True, rna=f"W59990000{number}", purpose=RUGBY, causes=["sport"])
    NeedFactory.create_batch(
        5, published=True, title="Du rugby pour les enfants", causes=["sport"], territories=["59"]
    )
    before = spent()
    expected = what_one_round_presents()
    assert expected
    round_ = open_round()
    assert RoundBatch.objects.count() >= 3
    kill_at(scene, "matching_needprofile", "ACCESS EXCLUSIVE")
    assert not RoundBatch.objects.filter(ranked_at__isnull=False).exists()
    kill_at(scene, "matching_suggestion", "SHARE")
    assert not Suggestion.objects.exists()
    assert spent() == before
    all_ready(scene.worker())
    tasks.run_small_round.delay()
    eventually(lambda: Round.objects.get(pk=round_.pk).finished_at, "the round has ended")
    assert presented() == expected
    assert spent() == before + len(expected)
    for task in (tasks.rank_batches, tasks.run_small_round, tasks.rank_batches):
        task()
    assert presented() == expected
    assert AttentionEntry.objects.filter(source="suggestion").count() == len(expected)
    assert Round.objects.count() == 1
