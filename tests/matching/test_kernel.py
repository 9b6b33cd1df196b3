"""One score, three ways: pair by pair, over columns, and in the database, on networks drawn at random."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from associations.models import Association
from companies.models import Need, Policy
from matching.allocation import PRESENT_FROM, PRESENT_TEXT_FROM
from matching.kernel import as_bytes, places, read_rows
from matching.kernel.copying import read_lists, statement_of
from matching.ledger import read_month
from matching.models import AssociationProfile, NeedProfile
from matching.network import closed_lists, load
from matching.profiles import (
    asker,
    best_associations,
    best_needs,
    refresh_associations,
    related_masks,
    repair,
    reweigh,
    stops_of,
)
from matching.ranking import rank_changes, rank_everybody
from matching.scoring import score, stopped_by
from mecenova.calendar import clock
from mecenova.reference.models import Audience, Cause, Sector, Skill, Territory
from partnerships.operations import places_left, spend_attention
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory, PolicyFactory

pytestmark = pytest.mark.django_db

CAUSES = ("sport", "handicap", "culture", "education", "solidarite-internationale", "sante")
PLACES = ("59", "62", "R32", "75", "FR", "INT")
KINDS = ("financial", "skills", "in_kind")
TEXTS = (
    "",
    "Fonctionnement",
    "Club de rugby pour les enfants du quartier, avec une école de sport adapté et du matériel",
    "Amicale des anciens, loto et repas, chorale de village et théâtre",
    "Soutien scolaire chaque soir, par des bénévoles, et ateliers de lecture",
    "Football, judo, natation et handisport " * 40,
    "We help deaf children go to school in Lille",
)
ALL = 10_000


def some(chance, values, most):
    return chance.sample(values, chance.randint(0, most))


def draw_association(chance):
    association = AssociationFactory(
        purpose=chance.choice(TEXTS),
        causes=some(chance, CAUSES, 2),
        audiences=some(chance, list(Audience.objects.values_list("slug", flat=True)), 2),
        territories=some(chance, PLACES, 2),
        organisation__department=chance.choice([None, Territory.objects.get(code="59")]),
        refused_kinds=some(chance, KINDS, 1),
        general_interest=chance.choice(["", "no", "declared"]),
        stance=chance.choice(["open", "open", "open", "expert_only"]),
    )
    association.refused_sectors.set(Sector.objects.filter(slug__in=some(chance, ["banque-et-finance"], 1)))
    if chance.random() < 0.5:
        project = ProjectFactory(
            association=association, published=True, title=chance.choice(TEXTS)[:150] or "Un"
        )
        project.territories.set(Territory.objects.filter(code__in=some(chance, PLACES, 1)))
        AskFactory(project=project, amount=chance.choice([500, 5_000, 50_000]))
        if chance.random() < 0.5:
            ask = AskFactory(project=project, kind="skills", amount=None, days=3)
            ask.skills.set(Skill.objects.all()[: chance.randint(0, 3)])
    return association


def draw_need(chance):
    company = CompanyFactory(policy=None)
    policy = PolicyFactory(
        company=company,
        causes=[],
        territories=some(chance, PLACES, 1),
        ticket_max=chance.choice([None, 8_000]),
        general_interest_only=chance.choice([True, False]),
    )
    policy.excluded_causes.set(Cause.objects.filter(slug__in=some(chance, CAUSES, 1)))
    kind = chance.choice(KINDS)
    of_money = kind == "financial"
    need = NeedFactory(
        company=company,
        published=True,
        kind=kind,
        title=chance.choice(TEXTS)[:150] or "Sans titre",
        description=chance.choice(TEXTS),
        causes=some(chance, CAUSES, 3),
        territories=some(chance, PLACES, 2),
        budget_min=chance.choice([None, 0, 1_000]) if of_money else None,
        budget_max=chance.choice([None, 10_000]) if of_money else None,
    )
    need.audiences.set(Audience.objects.all()[: chance.randint(0, 2)])
    need.skills.set(Skill.objects.all()[: chance.randint(0, 2)])
    return need


def one_by_one():
    """By `matching.scoring`: each pair's score, whether it is worth a place, and what stops the others."""
    network = load(Association.objects.open_to_companies(), Need.objects.current())
    found, stops = {}, {side.id: {} for side in network.associations}
    for need in network.needs:
        for side in network.associations:
            stop = stopped_by(need, side, clock.today())
            if stop:
                stops[side.id][stop] = stops[side.id].get(stop, 0) + 1
                continue
            assessment = score(need, side, network.related)
            if assessment.has_theme:
                answers = assessment.parts["text"] >= PRESENT_TEXT_FROM or not need.text.speaks
                worth = answers and assessment.total >= PRESENT_FROM
                found[need.id, side.id] = (assessment.total, worth)
    return network, found, stops


def over_columns():
    best = rank_everybody(depth=ALL)
    pairs = best.pairs
    keys = zip(pairs.need_ids(), pairs.association_ids(), strict=True)
    values = zip(pairs.score.tolist(), pairs.worth.tolist(), strict=True)
    found = dict(zip(keys, values, strict=True))
    assert len(found) == len(pairs) == best.number_compatible
    return found


def in_the_database(network):
    related = related_masks(closed_lists())
    from_needs = {
        (need.id, each.id): each.score
        for need in network.needs
        for each in best_associations(need.id, limit=ALL, related=related)
    }
    from_associations = {
        (each.id, side.id): each.score
        for side in network.associations
        for each in best_needs(asker(side, closed_lists()), limit=ALL, related=related)
    }
    return from_needs, from_associations


@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_three_agree(monkeypatch, chance):
    with transaction.atomic():
        for _ in range(9):
            draw_association(chance)
        for _ in range(7):
            draw_need(chance)
        columns = over_columns()
        monkeypatch.setattr(places, "RECTANGLE_COSTS", 0)
        assert over_columns() == columns
        monkeypatch.undo()
        network, pairs, stops = one_by_one()
        assert columns.keys() == pairs.keys()
        for key, (total, worth) in pairs.items():
            assert columns[key][0] == pytest.approx(total, abs=1.1e-4)
            assert columns[key][1] == worth or min(abs(total - PRESENT_FROM), 1) < 1e-4
        for found in in_the_database(network):
            assert found.keys() == pairs.keys()
            for key, total in found.items():
                assert total == pytest.approx(pairs[key][0], abs=1.1e-4)
        for need in network.needs:
            whole = best_associations(need.id, limit=ALL, related=related_masks(closed_lists()))
            for few in (1, 3):
                assert (
                    best_associations(need.id, limit=few, related=related_masks(closed_lists()))
                    == whole[:few]
                )
        for side in network.associations:
            assert stops_of(asker(side, closed_lists())) == stops[side.id]
        assert repair() == 0
        transaction.set_rollback(True)


def test_of_several_asks_the_one_that_suits_best_counts():
    others = AssociationFactory.create_batch(2, complete=True)
    for association, amounts in zip(others, ((500, 5_000, 50_000), (700,)), strict=True):
        for amount in amounts:
            project = ProjectFactory(association=association, published=True)
            AskFactory(project=project, amount=amount)
    NeedFactory(published=True, territories=["59"], budget_min=4_000, budget_max=6_000)
    columns = over_columns()
    _, pairs, _ = one_by_one()
    assert {key: pytest.approx(total, abs=1.1e-4) for key, (total, _) in pairs.items()} == {
        key: total for key, (total, _) in columns.items()
    }
    assert len(set(columns.values())) == 2


def test_a_list_cut_keeps_the_first_of_equals():
    for _ in range(5):
        AssociationFactory(complete=True)
    NeedFactory(published=True, territories=["59"])
    whole, cut = rank_everybody().pairs, rank_everybody(depth=3).pairs
    assert len(set(whole.score.tolist())) == 1
    assert cut.association_ids() == whole.association_ids()[:3] == sorted(whole.association_ids())[:3]


def test_what_is_stored_follows_what_is_written():
    association = AssociationFactory(complete=True)
    NeedFactory(published=True, territories=["59"])
    assert repair() > 0
    assert repair() == 0
    association.causes.add(Cause.objects.get(slug="sport"))
    assert repair() > 0
    association.purpose = "Un club de rugby"
    association.save()
    before = AssociationProfile.objects.filter(association=association).values_list(
        "spoken_causes", flat=True
    )[0]
    refresh_associations([association.pk])
    after = AssociationProfile.objects.filter(association=association).values_list(
        "spoken_causes", flat=True
    )[0]
    assert before != after
    assert repair() == 0


@pytest.mark.parametrize("places", [["59", "62"], ["FR"], []])
def test_a_small_round_ranks_what_changed_as_a_full_one_would(places):
    associations = AssociationFactory.create_batch(4, complete=True)
    need = NeedFactory(published=True, territories=places)
    NeedFactory(published=True, territories=["59"])
    everybody = told(rank_everybody().pairs)
    changed = told(rank_changes({associations[0].pk}, {need.pk}).pairs)
    assert (
        changed
        == {pair for pair in everybody if pair[0] == need.pk or pair[1] == associations[0].pk}
        != everybody
    )


def test_a_change_on_one_side_only_is_ranked_however_often_needs_were_shown():
    association, need = AssociationFactory(complete=True), NeedFactory(published=True, territories=["59"])
    everybody = told(rank_everybody().pairs)
    shown = {need.pk: 3}
    assert told(rank_changes({association.pk}, (), deeper=shown).pairs) == everybody != set()
    assert told(rank_changes((), {need.pk}, deeper=shown).pairs) == everybody
    assert told(rank_changes((), (), deeper=shown).pairs) == set()


def told(pairs):
    return set(zip(pairs.need_ids(), pairs.association_ids(), pairs.score.tolist(), strict=True))


def test_nothing_is_kept_of_who_left_or_closed():
    association, need = AssociationFactory(complete=True), NeedFactory(published=True)
    repair()
    type(association).objects.filter(pk=association.pk).update(stance="expert_only")
    need.deadline = clock.today() - timedelta(days=1)
    need.save()
    repair()
    assert not AssociationProfile.objects.exists()
    assert not NeedProfile.objects.exists()


def test_a_repair_locks_nothing_that_is_right():
    AssociationFactory(complete=True)
    NeedFactory(published=True)
    repair()
    reweigh()
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, xmax::text FROM matching_associationprofile")
        before = cursor.fetchall()
        repair()
        cursor.execute("SELECT xmin::text, xmax::text FROM matching_associationprofile")
        assert cursor.fetchall() == before


def test_a_null_is_refused_rather_than_lost():
    with pytest.raises(ValueError, match="null"):
        read_rows("SELECT NULL::bigint", {"number": ">i8"}, order="number")
    for lists in ("NULL::bigint[]", "ARRAY[1, NULL]::bigint[]"):
        with pytest.raises(ValueError, match="null"):
            read_lists(f"SELECT 1, {lists}", {"number": ">i4"}, {"terms": ">i8"}, order="number")


def test_lists_are_read_with_their_lengths():
    sql = "SELECT n, ARRAY[-n, 1 << n]::bigint[], ARRAY[n / 2.0]::float8[] FROM generate_series(1, 3) AS n"
    sql += " UNION ALL SELECT 0, '{}', '{}'"
    rows, lists = read_lists(sql, {"n": ">i4"}, {"whole": ">i8", "real": ">f8"}, order="n")
    assert rows["n"].tolist() == [0, 1, 2, 3]
    assert [each.tolist() for each in lists["whole"]] == [[0, 2, 2, 2], [-1, 2, -2, 4, -3, 8]]
    assert [each.tolist() for each in lists["real"]] == [[0, 1, 1, 1], [0.5, 1.0, 1.5]]


def test_a_list_shorter_than_a_round_looks_is_whole_whatever_was_shown_before():
    """What `run_round` rests on when few associations changed: only changed needs are looked at further."""
    some = [each.pk for each in AssociationFactory.create_batch(3, complete=True)]
    changed, other = (NeedFactory(published=True, territories=["59"]).pk for _ in range(2))
    rank_everybody()
    few = rank_changes(set(some[:2]), {changed}, depth=2, deeper={changed: 1})
    assert told(few.pairs) == told(
        rank_changes(set(some[:2]), {changed}, depth=2, deeper={changed: 1, other: 9}).pairs
    )
    assert {need for need, _, _ in told(few.pairs)} == {changed, other}


def test_a_company_that_said_nothing_has_no_place_and_each_has_its_own():
    said, silent = CompanyFactory(), CompanyFactory()
    Policy.objects.filter(company__in=[said, silent]).delete()
    Policy.objects.create(company=said, monthly_capacity=6)
    spend_attention(company=said, association=AssociationFactory(), source="suggestion")
    month = read_month().of(as_bytes([said.pk, silent.pk, uuid.uuid4()]))
    assert (month.capacity.tolist(), month.left.tolist()) == ([6, 0, 0], [5, 0, 0])
    assert month.open_on(date(2026, 1, 1)).tolist() == [1, 0, 0]
    assert [places_left(company) for company in (said, silent)] == [5, 0]
    Policy.objects.all().delete()
    assert read_month().of(as_bytes([said.pk])).left.tolist() == [0]


def test_a_statement_is_written_out_whatever_the_connection_s_cursors(db, monkeypatch):
    """Rehearsals bind their values on the server: their cursors write no statement."""
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "cursor_factory", ServerBindingCursor)
    rows = Cause.objects.filter(slug="l'un").values_list("pk")
    assert "'l''un'" in statement_of(rows)
