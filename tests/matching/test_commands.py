"""match and explain_match: what they print is what is stored."""

import csv
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from matching.models import Round, Suggestion
from matching.operations import run_round
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory

COLUMNS = ["need", "company", "association", "rank", "score", "reasons", "presented"]


@pytest.fixture
def network(db):
    need = NeedFactory(published=True, territories=["59"], title="Des ateliers vers l’emploi")
    return need, AssociationFactory.create_batch(5, complete=True)


def lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.usefixtures("late_in_the_month")
def test_match_runs_a_round_and_says_what_it_did(network, capsys):
    call_command("match")
    assert "1 besoin, 5 paires compatibles, 3 nouvelles suggestions" in capsys.readouterr().out
    assert Suggestion.objects.count() == 3


@pytest.mark.usefixtures("late_in_the_month")
def test_one_of_each_is_said_in_the_singular(db, capsys):
    NeedFactory(published=True, territories=["59"], title="Des ateliers vers l’emploi")
    AssociationFactory(complete=True)
    call_command("match", dry_run=True)
    assert "1 besoin, 1 association, 1 paire compatible." in capsys.readouterr().out
    call_command("match")
    assert "1 besoin, 1 paire compatible, 1 nouvelle suggestion, " in capsys.readouterr().out


@pytest.mark.usefixtures("late_in_the_month")
def test_the_export_ranks_before_capacity(network, tmp_path):
    path = tmp_path / "ranking.csv"
    call_command("match", export=path, per_need=4)
    found = lines(path)
    assert list(found[0]) == COLUMNS
    assert [line["rank"] for line in found] == ["1", "2", "3", "4"]
    assert [line["presented"] for line in found].count("oui") >= 2
    assert found[0]["reasons"].endswith(".")


def test_a_dry_run_only_ranks(network, tmp_path, capsys):
    path = tmp_path / "ranking.csv"
    call_command("match", dry_run=True, export=path)
    call_command("match", dry_run=True)
    assert len(lines(path)) == 5
    assert not Round.objects.exists()
    assert "Rien n’a été présenté" in capsys.readouterr().out


def test_the_same_ranking_twice_is_the_same_file(network, tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    call_command("match", dry_run=True, export=one)
    call_command("match", dry_run=True, export=other)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r@"])
def test_no_cell_is_a_formula(network, tmp_path, start):
    _, associations = network
    organisation = associations[0].organisation
    organisation.name = f"{start}HYPERLINK(1)"
    organisation.save()
    path = tmp_path / "ranking.csv"
    call_command("match", dry_run=True, export=path)
    named = [line["association"] for line in lines(path) if "HYPERLINK" in line["association"]]
    assert named
    assert all(name.startswith("'") for name in named)


def test_a_file_that_cannot_be_written_is_told(network, tmp_path):
    with pytest.raises(CommandError, match="Impossible d’écrire"):
        call_command("match", dry_run=True, export=tmp_path / "missing" / "ranking.csv")
    with pytest.raises(CommandError, match="au moins 1"):
        call_command("match", dry_run=True, per_need=0)


def test_changed_with_nothing_changed(network, capsys):
    call_command("match", changed=True)
    assert "Rien n’a changé" in capsys.readouterr().out


def test_explain_prints_the_stored_sum(network, capsys):
    run_round()
    suggestion = Suggestion.objects.first()
    call_command("explain_match", str(suggestion.need_id), str(suggestion.association_id))
    printed = capsys.readouterr().out
    total = next(line for line in printed.splitlines() if line.startswith("Score"))
    assert Decimal(total.split(":")[1].strip()) == suggestion.score
    terms = [line.rpartition("=")[2] for line in printed.splitlines() if " × " in line]
    assert sum(Decimal(term.strip()) for term in terms) == pytest.approx(
        suggestion.score, abs=Decimal("0.001")
    )
    for reason in suggestion.reasons:
        assert reason in printed


def test_explain_names_the_filter(network, capsys):
    need, associations = network
    associations[0].refused_kinds = ["financial"]
    associations[0].save()
    call_command("explain_match", need.title.upper(), associations[0].organisation.name)
    assert "refuse cette forme" in capsys.readouterr().out


def test_explain_says_when_it_cannot_tell_who(network):
    with pytest.raises(CommandError, match="Aucune fiche"):
        call_command("explain_match", "inconnu", "inconnue")
