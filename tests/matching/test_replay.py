"""Past rounds played again on paper: the same under the same weights, told under others, nothing written."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.operations import run_round
from matching.replay import replay
from matching.scoring import SCORE_VERSION, WEIGHTS
from matching.weights import VERSIONS, UnknownWeights, Weighting, read_weighting, weighting_named
from mecenova.calendar import clock
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory

NOVEMBER = datetime(2026, 11, 2, 9, tzinfo=UTC)
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|CREATE|COPY .* FROM STDIN)", re.IGNORECASE | re.DOTALL)


@pytest.fixture
def past(db):
    """Two rounds a month apart, a company that looks at one association a month, two that suit it."""
    with clock.frozen(NOVEMBER) as now:
        near = AssociationFactory(complete=True, organisation__name="Les Voisins", territories=["59"])
        words = AssociationFactory(
            complete=True,
            organisation__name="Les Mots",
            purpose="Des parrains pour des jeunes vers l’emploi, chaque semaine, dans tout le pays. " * 2,
        )
        company = CompanyFactory(policy__monthly_capacity=1)
        NeedFactory(company=company, published=True, territories=["59"], title="Des parrains pour des jeunes")
        run_round()
        now.advance(timedelta(days=30))
        run_round()
        yield near, words


def weighting(**weights):
    return Weighting("essai", {**dict.fromkeys(WEIGHTS, 0.0), **weights})


def test_under_the_same_weights_nothing_differs_and_nothing_is_written(past):
    present = weighting_named(SCORE_VERSION)
    with CaptureQueriesContext(connection) as queries:
        found = replay(date(2026, 11, 1), present, present)
    assert not [query["sql"] for query in queries if WRITES.match(query["sql"])]
    assert found.days == [date(2026, 11, 2), date(2026, 12, 2)]
    assert found.present == found.other
    assert found.present.presented == found.really
    assert len(found.really) == found.kept == 2
    assert (found.otherwise, found.waiting(less=True), found.waiting(less=False)) == (0, [], [])


def test_other_weights_say_who_gains_and_who_loses(past):
    near, words = past
    by_words, by_clarity = weighting(text=1.0), weighting(clarity=1.0)
    found = replay(date(2026, 11, 1), by_words, by_clarity)
    assert set(found.present.waits) == {near.pk, words.pk}
    assert found.present.longest_wait == 30
    assert found.present.median_wait == 15
    assert found.present.waits == {words.pk: 0, near.pk: 30}
    assert found.other.waits == {near.pk: 0, words.pk: 30}
    assert (found.waiting(less=True), found.waiting(less=False)) == ([near.pk], [words.pk])


def test_weights_that_drop_everything_leave_all_waiting(past):
    found = replay(date(2026, 11, 1), weighting_named(SCORE_VERSION), weighting(amount=0.4, skills=0.4))
    assert found.other.presented == frozenset()
    assert found.dropped == found.kept == 2
    assert len(found.waiting(less=False)) == 1
    assert found.other.median_wait == found.other.longest_wait == 30


def test_the_command_says_it_in_french_with_its_limits(past, capsys):
    call_command("replay", "--from", "2026-11-01", "--score", "causes", "--names")
    printed = capsys.readouterr().out
    assert "2 jours de tour depuis le 01/11/2026" in printed
    assert f"score {SCORE_VERSION} contre causes" in printed
    assert "Auraient attendu moins" in printed
    assert "Ce que ce rejeu ne sait pas" in printed


@pytest.mark.django_db
def test_what_cannot_be_played_is_said(capsys, tmp_path):
    with pytest.raises(CommandError, match="choisissez parmi"):
        call_command("replay", "--from", "2026-11-01", "--score", "../inconnu")
    with pytest.raises(CommandError, match="date passée"):
        call_command("replay", "--from", "2999-01-01")
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("replay", "--from", "2026-11-01", "--weights", str(tmp_path / "absent.json"))
    call_command("replay", "--from", "2020-01-01")
    assert "rien à rejouer" in capsys.readouterr().out


@pytest.mark.parametrize(
    "told",
    [
        "[]",
        "{}",
        "pas du JSON",
        '{"version": "x", "weights": []}',
        json.dumps({"version": "x", "weights": {**WEIGHTS, "fame": 0.0}}),
        json.dumps({"version": "x", "weights": dict.fromkeys(WEIGHTS, 1.0)}),
        json.dumps({"version": "x", "weights": {**WEIGHTS, "text": float("nan")}}),
        json.dumps({"version": "x", "weights": {**WEIGHTS, "text": -1, "cause": 1.64}}),
    ],
)
def test_a_hostile_file_of_weights_is_refused(told, tmp_path):
    path = tmp_path / "weights.json"
    path.write_text(told, "utf-8")
    with pytest.raises(UnknownWeights):
        read_weighting(path)


def test_every_registered_version_sums_to_one_and_can_be_written_in_a_file(tmp_path):
    assert len(VERSIONS) > 1
    for weighting_ in VERSIONS.values():
        path = tmp_path / "weights.json"
        path.write_text(json.dumps({"version": weighting_.version, "weights": weighting_.weights}), "utf-8")
        assert read_weighting(path) == weighting_
