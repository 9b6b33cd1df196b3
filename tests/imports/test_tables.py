"""Any CSV is read, nothing else is, and one broken row never takes others with it."""

import csv
import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecenova.imports.errors import ImportRefused
from mecenova.imports.lines import LONGEST_LINE
from mecenova.imports.tables import MOST_REPAIRS, Table
from tests.imports.importers import COLUMNS, written


def rows_of(path):
    with Table(path, COLUMNS) as table:
        return [(row.number, row.cells, row.problem) for row in table]


def names_in(path):
    with Table(path, COLUMNS) as table:
        return [row["nom"] for row in table if not row.problem]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "mac_roman", "cp850"]
)
def test_every_dialect_gives_the_same_rows(tmp_path, separator, end, encoding):
    text = end.join(
        [separator.join(["Nom", "Code Postal", "OBJET"]), separator.join(["Été", "75011", "café"]), ""]
    )
    path = written(tmp_path, text.encode(encoding))
    assert rows_of(path) == [(2, ["Été", "75011", "café"], "")]


def test_headers_are_found_by_their_aliases_in_any_order(tmp_path):
    path = written(tmp_path, "Montant;CP;Inconnue;Dénomination;name\n5;69001;x;Les Amis;y\n")
    with Table(path, COLUMNS) as table:
        assert [row["nom"] + row["code_postal"] + row["objet"] for row in table] == ["Les Amis69001"]
        assert table.layout.absent == ["objet"]
        assert (table.layout.unknown, table.layout.repeated) == (["Inconnue"], ["name"])
        assert table.layout.notes == ["les montants ne sont pas lus."]


def test_quoted_line_breaks_stay_in_their_cell_and_lines_keep_their_number(tmp_path):
    path = written(tmp_path, 'nom;objet\nA;"un\r\ndeux ""trois"""\n\n;\nB;x\n')
    assert rows_of(path) == [(2, ["A", 'un\r\ndeux "trois"'], ""), (6, ["B", "x"], "")]


def test_nuls_vanish(tmp_path):
    assert names_in(written(tmp_path, b"no\0m;objet\nLes\0 Amis;\0x\n")) == ["Les Amis"]


def test_a_mix_of_encodings_is_read_line_by_line_and_told(tmp_path):
    path = written(tmp_path, "nom\nThé\n".encode() + "Café\n".encode("cp1252") + b"\x93Cit\xe9\x94 \x81\n")
    with Table(path, COLUMNS) as table:
        assert [row["nom"] for row in table] == ["Thé", "Café", "“Cité” \x81"]
        assert (table.lines.mixed, table.lines.code_page_lines, table.lines.first_code_page_line) == (
            True,
            2,
            3,
        )


FRENCH = "Société d’entraide, à Évreux ; où l’été naît ; ŒUVRE DE L’ÉTÉ ; hôtellerie, français, août, œil"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"),
        ("cp1252", "Windows-1252 (Latin-1)"),
        ("mac_roman", "Macintosh"),
        ("cp850", "MS-DOS (850)"),
    ],
)
@pytest.mark.parametrize("words", FRENCH.split(" ; "))
def test_what_old_spreadsheets_save_is_read_in_french(tmp_path, encoding, told, words):
    """« CSV (Macintosh) » and « CSV (MS-DOS) » are a click away from « CSV » in their window."""
    words = words.replace("’", "'").replace("Œ", "OE").replace("œ", "oe") if encoding == "cp850" else words
    path = written(tmp_path, f"nom\nCoopérative\n{words}\n".encode(encoding))
    with Table(path, COLUMNS) as table:
        assert [row["nom"] for row in table] == ["Coopérative", words]
        assert table.lines.encoding == told


def test_what_a_spreadsheet_adds_is_skipped(tmp_path):
    assert names_in(written(tmp_path, "sep=,\n\nnom,objet,,\nA,x,,\nB,,,\n,,,\n")) == ["A", "B"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf \r\n\n", "vide"),
        (b"PK\x03\x04" + b"x" * 99, "xlsx"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "xls"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (bytes(range(256)) * 9, "pas du texte"),
        (b"n\0o\0m\0;\0" * 9, "pas du texte"),
        (b"a;b\n1;2\n", "«\u202fnom\u202f». Colonnes lues\u00a0: a, b"),
        (b";;;\n1;2;3;4\n", "Colonnes lues\u00a0: aucune"),
        (";".join(f"c{n}" for n in range(10_000)).encode(), "et 9992 autres"),
        (b"x" * (LONGEST_LINE + 9), "démesurée"),
        (b" \n" * (LONGEST_LINE + 9), "vide"),
        (b'"nom;cp\n' + b"a;b\n" * LONGEST_LINE, "guillemets"),
    ],
)
def test_what_is_no_csv_with_its_columns_is_refused_in_french(tmp_path, content, told):
    with pytest.raises(ImportRefused) as refusal:
        Table(written(tmp_path, content), COLUMNS)
    assert told in refusal.value.message
    assert len(refusal.value.message) < 500


def test_folders_and_missing_files_are_refused(tmp_path):
    with pytest.raises(ImportRefused, match="dossier"):
        Table(tmp_path, COLUMNS)
    with pytest.raises(ImportRefused, match="n’existe pas"):
        Table(tmp_path / "absent.csv", COLUMNS)


@pytest.mark.parametrize(
    ("error", "told"),
    [(PermissionError, "droit de lire"), (OSError, "ne s’ouvre pas"), (ValueError, "ne s’ouvre pas")],
)
def test_an_unreadable_file_is_refused(tmp_path, monkeypatch, error, told):
    def refuse(*args, **options):
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImportRefused, match=told):
        Table(tmp_path / "f.csv", COLUMNS)


class _BrokenDisk:
    def read(self, size):
        raise OSError("Input/output error")


def test_a_disk_that_fails_half_way_is_told(tmp_path, monkeypatch):
    with Table(written(tmp_path, "nom\n" + "A\n" * 500_000), COLUMNS) as table:
        whole = table.lines._file
        monkeypatch.setattr(table.lines, "_file", _BrokenDisk())
        with pytest.raises(ImportRefused, match="ne se lit plus"):
            list(table)
        whole.close()


def test_a_pipe_is_read_like_a_file(tmp_path):
    pipe = tmp_path / "tube"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"nom;objet\nA;x\n",))
    writer.start()
    assert names_in(pipe) == ["A"]
    writer.join()


def test_ten_thousand_columns(tmp_path):
    wide = ";".join(["nom", *(f"c{n}" for n in range(9_999))])
    cells = ";".join(["A", *("x" * 9_999)])
    assert names_in(written(tmp_path, f"{wide}\n{cells}\n{cells};de trop\n")) == ["A"]


def test_a_row_of_another_width_is_told_never_guessed(tmp_path):
    path = written(tmp_path, "nom;objet\nA;début\nsuite\nB;x;y\nC;z;;\n")
    assert [(number, problem[:26]) for number, _, problem in rows_of(path)] == [
        (2, ""),
        (3, "cette ligne a 1 colonnes a"),
        (4, "cette ligne a 3 colonnes a"),
        (5, ""),
    ]


@pytest.mark.parametrize(
    "after",
    ['B;x\nC;"y"\nD;z\n', "B;x\nC;y\nD;z\n", "B;x\nC;y\nD;z", 'B;"x\n1"\nC;y\nD;z\n'],
)
def test_a_quote_left_open_costs_its_own_line_only(tmp_path, after):
    path = written(tmp_path, f'nom;objet\nA;"ouvert\n{after}')
    assert names_in(path) == ["B", "C", "D"]
    assert rows_of(path)[0][0] == 2
    assert "guillemet" in rows_of(path)[0][2]


def test_a_quote_bomb_ends_in_bounded_time_and_every_line_is_told(tmp_path):
    lines = 300_000
    path = written(tmp_path, b"nom;objet;x\n" + b'b"c;"d;e\n' * lines)
    with Table(path, COLUMNS) as table:
        rows = list(table)
    assert len(rows) < 2 * MOST_REPAIRS
    assert all(row.problem for row in rows)
    assert rows[-1].problem.endswith(f"à {lines + 1} non lues)") or rows[-1].number == lines + 1


def test_a_hundred_quotes_left_open_cost_their_own_line_and_the_next_costs_what_it_swallows(tmp_path):
    path = written(tmp_path, "nom;objet\n" + 'A;"x\nB;y\n' * 102)
    rows = rows_of(path)
    assert [number for number, _, _ in rows] == [*range(2, 203), 205]
    assert names_in(path) == ["B"] * 101
    assert rows[-2][2].endswith(" (lignes 202 à 204 non lues)")
    assert rows[-1][2] == ""


@pytest.mark.parametrize("told", ["sep=;", "SEP=;", " sep=;", "\n\nsep=;", "sep="])
def test_what_a_spreadsheet_says_of_its_separator_is_neither_read_nor_believed(tmp_path, told):
    path = written(tmp_path, f"{told}\nnom,objet\nA;B,x\n")
    with Table(path, COLUMNS) as table:
        assert [(row["nom"], row["objet"]) for row in table] == [("A;B", "x")]


def test_a_title_that_begins_like_a_separator_is_a_title(tmp_path):
    path = written(tmp_path, "separe,nom\nx,A\n")
    assert names_in(path) == ["A"]


def test_a_line_of_megabytes_is_one_reject(tmp_path):
    path = written(tmp_path, b"nom;objet\nA;" + b"y" * 5_000_000 + b"\nB;x\n")
    assert [(number, bool(problem)) for number, _, problem in rows_of(path)] == [(2, True), (3, False)]


def test_corrected_rejects_come_back_as_they_were(tmp_path):
    rows = "3;le nom manque;'=1+1;'-5\n4;le nom manque;'\tUn nom;\"'\nUn objet\"\n"
    path = written(tmp_path, f"ligne;raison;nom;objet\n{rows}")
    with Table(path, COLUMNS) as table:
        assert [(row["nom"], row["objet"]) for row in table] == [("=1+1", "-5"), ("Un nom", "Un objet")]
        assert table.layout.unknown == []


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('"\n;,'), max_size=20)


@given(st.lists(st.tuples(cell, cell), max_size=20), st.sampled_from(";,\t"))
def test_what_python_writes_is_read_back(tmp_path_factory, rows, separator):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows([("nom", "objet"), *rows])
    path = written(tmp_path_factory.mktemp("csv"), text.getvalue())
    with Table(path, COLUMNS) as table:
        read = [(row["nom"], row["objet"]) for row in table if not row.problem]
        problems = [row for row in table if row.problem]
    assert problems == []
    assert read == [(a.strip(), b.strip()) for a, b in rows if a.strip() or b.strip()]
