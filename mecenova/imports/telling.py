"""A report as the page keeps it: plain values, bounded whatever the file holds."""

import csv
import io
from typing import Any

from mecenova.identifiers.spreadsheets import inert
from mecenova.imports.report import MOST_TOLD, Report, Verdict
from mecenova.imports.tables import SEPARATOR_NAMES

LONGEST_CELL = 300
# What of a report holds the words of the file, or the names of records.
_WORDS = ("sample", "reasons", "alike")
_COUNTS = (
    ("read", "lignes lues"),
    ("created", "créées"),
    ("updated", "mises à jour"),
    ("unchanged", "inchangées"),
    ("rejected", "rejetées"),
    ("duplicates", "doublons dans le fichier"),
    ("blank", "lignes vides passées"),
)
_LAYOUT = (
    ("absent", "Colonnes facultatives absentes"),
    ("unknown", "Colonnes inconnues, non lues"),
    ("repeated", "Colonnes écrites deux fois, la première est lue"),
)
VERDICTS = {
    Verdict.CREATED: ("créée", "good"),
    Verdict.UPDATED: ("mise à jour", "info"),
    Verdict.UNCHANGED: ("inchangée", "neutral"),
    Verdict.REJECTED: ("rejetée", "bad"),
}


def counts(report: Report) -> dict[str, int]:
    return {name: getattr(report, name) for name, _ in _COUNTS}


def as_json(report: Report) -> dict[str, Any]:
    separator = SEPARATOR_NAMES.get(report.separator, report.separator)
    return counts(report) | {
        "encoding": report.encoding,
        "separator": separator,
        "seconds": round(report.seconds, 1),
        "columns": [
            [label, [_short(name) for name in getattr(report.layout, what)[:MOST_TOLD]]]
            for what, label in _LAYOUT
            if getattr(report.layout, what)
        ],
        "remarks": [_short(each) for each in (*report.layout.notes, *report.remarks, *report.warnings)],
        "notes": [
            [kind, words.total(), [[_short(word), n] for word, n in words.most_common(MOST_TOLD) if word]]
            for kind, words in sorted(report.notes.items())
        ],
        "alike": [[_short(one), _short(other)] for one, other in report.alike],
        "alike_count": report.alike_count,
        "reasons": [[_short(reason), n] for reason, n in report.reasons.most_common(MOST_TOLD)],
        "sample": [
            {
                "number": row.number,
                "verdict": VERDICTS[row.verdict][0],
                "tone": VERDICTS[row.verdict][1],
                "reason": _short(row.reason),
                "values": [[label, _short(text)] for label, text in row.values if text],
            }
            for row in report.sample
        ],
    }


def figures_alone(told: dict[str, Any]) -> dict[str, Any]:
    """The same report once its file is gone: what was counted, and nothing that was written in a cell."""
    kept = {name: value for name, value in told.items() if name not in _WORDS}
    if "notes" in kept:
        kept["notes"] = [[kind, number, []] for kind, number, _ in kept["notes"]]
    return kept


def as_csv(told: dict[str, Any]) -> str:
    """The report for a spreadsheet, which shows it and runs nothing of it."""
    rows: list[tuple[str, Any]] = [(label, told.get(name, "")) for name, label in _COUNTS]
    rows += [("encodage", told.get("encoding", "")), ("séparateur", told.get("separator", ""))]
    rows += [(label, ", ".join(names)) for label, names in told.get("columns", ())]
    rows += [("à savoir", remark) for remark in told.get("remarks", ())]
    rows += [(f"laissé de côté\u00a0: {kind}", n) for kind, n, _ in told.get("notes", ())]
    rows += [("à comparer", f"{one} / {other}") for one, other in told.get("alike", ())]
    rows += [(f"rejet\u00a0: {reason}", n) for reason, n in told.get("reasons", ())]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(("mesure", "valeur"))
    writer.writerows((inert(str(label)), inert(str(value))) for label, value in rows)
    return f"\ufeff{text.getvalue()}"


def _short(text: str) -> str:
    """Neither endless, nor with the NUL that JSON may hold and PostgreSQL refuses."""
    text = text.replace("\0", "")
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
