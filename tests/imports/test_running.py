"""The loop: every row counted once, batches whole, memory bounded, rejects kept and never overwritten."""

import csv
import os
import tracemalloc
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mecenova.imports import running
from mecenova.imports.commands import ImportCommand
from mecenova.imports.errors import ImportRefused
from mecenova.imports.report import CREATED, MOST_KEPT, Notes, Outcome, Report, figure
from mecenova.imports.running import run_import
from mecenova.imports.seen import Seen
from mecenova.imports.telling import as_json
from tests.imports.importers import Shelf, written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("elsewhere")]

CONTENT = "nom;objet\nA;x\nB;\n;z\nA;x\nA;y\nRefusée;t\n;\n"


def figures(report):
    return report.read, report.created, report.updated, report.unchanged, report.rejected


def rejects_in(path):
    return list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))


def test_every_row_is_counted_once(tmp_path):
    report = run_import(written(tmp_path, CONTENT), Shelf(), commit=True)
    assert figures(report) == (6, 2, 1, 1, 2)
    assert (report.balances, report.duplicates, report.blank) == (True, 2, 1)
    assert report.notes == {"sans objet": {"": 1}}
    assert dict(report.reasons) == {"le nom manque": 1, "refusée à l’écriture": 1}


def test_the_rules_of_an_importer_are_told_in_each_report_and_are_its_own(tmp_path):
    class Ruled(Shelf):
        remarks = ("une fiche du même nom est complétée.",)

    first, second = (
        run_import(written(tmp_path, CONTENT, name), Ruled(), commit=True) for name in ("un.csv", "deux.csv")
    )
    first.remarks.append("ce que ce fichier seul a appris.")
    assert second.remarks == ["une fiche du même nom est complétée."]
    assert Ruled.remarks == ("une fiche du même nom est complétée.",)
    assert Ruled.remarks[0] in as_json(second)["remarks"]
    assert run_import(written(tmp_path, CONTENT, "trois.csv"), Shelf(), commit=True).remarks == []


@pytest.mark.parametrize("size", [1, 2, 500])
def test_duplicates_are_seen_across_batches(tmp_path, monkeypatch, size):
    monkeypatch.setattr(running, "BATCH_ROWS", size)
    report = run_import(written(tmp_path, CONTENT), Shelf(), commit=True)
    assert (figures(report), report.duplicates) == ((6, 2, 1, 1, 2), 2)


def test_heavy_rows_make_small_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "BATCH_CHARACTERS", 1000)
    shelf = Shelf()
    run_import(written(tmp_path, "nom;objet\n" + f"A;{'x' * 900}\n" * 9), shelf, commit=True)
    assert max(shelf.batches) == 2


def test_each_batch_is_as_long_as_its_importer_says_its_refused_rows_among_them(tmp_path):
    class Short(Shelf):
        batch_rows = 2

    shelf = Short()
    run_import(written(tmp_path, "nom;objet\nA;x\n;x\nB;x\nC;x\nD;x\nE;x\n"), shelf, commit=True)
    assert shelf.batches == [1, 2, 2]


def test_rejects_keep_line_reason_and_columns_with_formulas_disarmed(tmp_path, elsewhere):
    path = written(tmp_path, 'nom;objet\n;=HYPERLINK("x")\nRefusée;+33\nA;"ouvert\n;@x\n;1;2\n')
    run_import(path, Shelf(), commit=True)
    header, *rows = rejects_in(elsewhere / "fichier.csv.rejets.csv")
    assert header == ["ligne", "raison", "nom", "objet"]
    assert [(row[0], row[1][:11], row[2:]) for row in rows] == [
        ("2", "le nom manq", ["", '\'=HYPERLINK("x")']),
        ("3", "refusée à l", ["Refusée", "'+33"]),
        ("4", "un guilleme", ['A;"ouvert']),
        ("5", "le nom manq", ["", "'@x"]),
        ("6", "cette ligne", ["", "1", "2"]),
    ]


def test_rejects_are_never_overwritten(tmp_path, elsewhere):
    path = written(tmp_path, CONTENT)
    for _ in range(3):
        run_import(path, Shelf(), commit=False)
    assert sorted(os.listdir(elsewhere)) == [f"fichier.csv.rejets{n}.csv" for n in ("-2", "-3", "")]
    taken = written(tmp_path, "précieux", "choisi.csv")
    shelf = Shelf()
    with pytest.raises(ImportRefused, match="existe déjà"):
        run_import(path, shelf, commit=True, rejects=taken)
    with pytest.raises(ImportRefused, match="autre dossier"):
        run_import(path, shelf, commit=True, rejects=tmp_path / "absent" / "r.csv")
    assert (taken.read_text(), shelf.kept) == ("précieux", {})


def test_without_rejects_no_file_is_left(tmp_path, elsewhere):
    report = run_import(written(tmp_path, "nom\nA\n"), Shelf(), commit=True)
    assert (report.rejects, os.listdir(elsewhere)) == (None, [])


def test_an_import_killed_before_its_first_reject_leaves_no_file(tmp_path, elsewhere):
    class Looks(Shelf):
        def write(self, parsed, met):
            seen.append(os.listdir(elsewhere))
            return super().write(parsed, met)

    seen = []
    run_import(written(tmp_path, CONTENT), Looks(), commit=True)
    assert seen == [[]]
    assert os.listdir(elsewhere) == ["fichier.csv.rejets.csv"]


def test_each_row_is_told_before_its_turn(tmp_path):
    class Expects(Shelf):
        def parse(self, row, notes):
            told.append(f"parse {row.number}")
            return super().parse(row, notes)

        def expect(self, row):
            told.append(f"expect {row.number}")

    told = []
    run_import(written(tmp_path, "nom;objet\nA;x\n;y\nB;z\n"), Expects(), commit=True)
    assert told == ["parse 2", "expect 3", "parse 3", "expect 4", "parse 4"]


def test_a_corrected_rejects_file_can_be_brought_back(tmp_path, elsewhere):
    run_import(written(tmp_path, "nom;objet\n;-5\n"), Shelf(), commit=True)
    path = Path("fichier.csv.rejets.csv")
    path.write_text(path.read_text("utf-8-sig").replace("manque;;", "manque;Corrigée;"), "utf-8-sig")
    shelf = Shelf()
    report = run_import(path, shelf, commit=True)
    assert (report.rejected, shelf.kept) == (0, {"corrigee": "-5"})


@pytest.mark.parametrize("content", ["nom;objet\n", "nom;objet\n;\n\n"])
def test_titles_alone_are_refused(tmp_path, content):
    with pytest.raises(ImportRefused, match="titres de colonnes"):
        run_import(written(tmp_path, content), Shelf(), commit=True)


def test_memory_does_not_grow_with_the_file(tmp_path):
    peaks = []
    for rows in (20_000, 100_000):
        path = written(tmp_path, b"nom;objet\n" + b"".join(b"N%d;%s\n" % (n, b"x" * 60) for n in range(rows)))
        shelf = Shelf()
        shelf.kept = _Forgetful()
        tracemalloc.start()
        run_import(path, shelf, commit=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3


class _Forgetful(dict):
    def __setitem__(self, key, value):
        pass


text = st.text(max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(text, text), min_size=1, max_size=30))
def test_the_balance_always_holds(tmp_path, rows):
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows([("nom", "objet"), *rows])
    shelf = Shelf()
    try:
        first = run_import(path, shelf, commit=True)
    except ImportRefused as refusal:
        assert "titres" in refusal.message or "texte" in refusal.message  # noqa: PT017
        return
    second = run_import(path, shelf, commit=True)
    assert first.balances
    assert second.balances
    assert (second.read, second.rejected, second.created) == (first.read, first.rejected, 0)


@given(st.binary(max_size=300))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_are_a_surprise(tmp_path, junk):
    path = written(tmp_path, b"nom;objet\n" + junk)
    try:
        assert run_import(path, Shelf(), commit=True).balances
    except ImportRefused as refusal:
        assert refusal.message.endswith((".", "?"))  # noqa: PT017


def test_reasons_and_words_are_bounded():
    report = Report("fiches", "f.csv", commit=True)
    for number in range(MOST_KEPT * 3):
        report.count(Outcome.rejected(f"raison {number}"))
        notes = Notes([("mot inconnu", f"mot {number}")])
        report.count(CREATED, notes)
    assert len(report.reasons) <= MOST_KEPT + 1
    assert len(report.notes["mot inconnu"]) <= MOST_KEPT + 1
    assert report.reasons.total() == report.notes["mot inconnu"].total() == MOST_KEPT * 3


def test_figures_are_aligned_with_narrow_spaces():
    report = Report("fiches", "f.csv", commit=False, read=8366, created=8360, unchanged=4, rejected=2)
    lines = list(report.lines())
    assert figure(1234567) == "1\u202f234\u202f567"
    shown = [line for line in lines if line.startswith(("lignes lues", "  créées", "  rejetées"))]
    assert len({len(line) for line in shown}) == 1
    assert "8\u202f366 = 8\u202f360 + 0 + 4 + 2" in lines
    assert "Essai" in lines[1]


def test_keys_are_remembered_outside_memory():
    with Seen() as seen:
        seen.add(f"clé {number}" for number in range(5000))
        assert seen.among({"clé 7", "clé 5001", "\ud800"}) == {"clé 7"}


class ShelfCommand(ImportCommand):
    importer_class = Shelf


def test_a_trial_is_rolled_back_and_says_so(tmp_path, capsys, django_user_model):
    class Writing(Shelf):
        def write(self, parsed, met):
            django_user_model.objects.create_user(email="essai@exemple.fr")
            return super().write(parsed, met)

    path = written(tmp_path, CONTENT)
    with transaction.atomic():
        run_import(path, Writing(), commit=False)
    assert not django_user_model.objects.filter(email="essai@exemple.fr").exists()
    call_command(ShelfCommand(), str(path))
    told = capsys.readouterr()
    assert "rien n’est écrit" in told.out
    assert told.err == ""


def test_failures_are_told_with_what_is_kept(tmp_path, monkeypatch):
    class Failing(Shelf):
        def write(self, parsed, met):
            if len(self.batches) == 2:
                raise OperationalError("secret")
            return super().write(parsed, met)

    class FailingCommand(ImportCommand):
        importer_class = Failing

    monkeypatch.setattr(running, "BATCH_ROWS", 2)
    path = str(written(tmp_path, "nom\n" + "\n".join(f"N{n}" for n in range(9))))
    with pytest.raises(CommandError, match=r"4 premières lignes.*4 écrites.*reprend") as failure:
        call_command(FailingCommand(), path, "--commit")
    assert "secret" not in str(failure.value)
    with pytest.raises(CommandError, match="Rien n’est écrit"):
        call_command(FailingCommand(), path)
    with pytest.raises(CommandError, match=r"dossier.*Rien n’est écrit"):
        call_command(ShelfCommand(), str(tmp_path), "--commit")


def test_a_terminal_sees_progress(tmp_path):
    class Terminal:
        def __init__(self):
            self.text = ""

        def isatty(self):
            return True

        def write(self, text):
            self.text += text

        def flush(self):
            pass

    screen = Terminal()
    call_command(ShelfCommand(), str(written(tmp_path, CONTENT)), stderr=screen)
    assert "100%" in screen.text
    assert screen.text.rstrip("\n").endswith("\033[2K")
