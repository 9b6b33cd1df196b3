"""docs/follow-ups.md is the follow-up table of the code: line by line, nothing more, nothing less."""

import inspect
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from mecenova.agenda import rules
from mecenova.mail import notifications

ROOT = Path(__file__).resolve().parents[2]
QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Line:
    days: str
    rule: str
    cls: str
    file: str
    mails: tuple[str, ...]


def table() -> list[Line]:
    lines = []
    for row in (ROOT / "docs/follow-ups.md").read_text().splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if row.startswith("|") and len(cells) == 5 and QUOTED.search(cells[2]):
            (rule,), (cls, file) = QUOTED.findall(cells[2]), QUOTED.findall(cells[3])
            lines.append(Line(cells[0], rule, cls, file, tuple(QUOTED.findall(cells[4]))))
    return lines


TABLE = table()


def registered() -> dict[str, type[rules.Rule]]:
    """The site's own, without those that a test declares for itself."""
    return {rule.name: rule for rule in rules.registered() if not rule.__module__.startswith("tests.")}


def test_every_rule_is_in_the_table_once():
    assert sorted(line.rule for line in TABLE) == sorted(registered())


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.rule)
def test_a_line_says_what_the_rule_does(line):
    rule = registered()[line.rule]
    again = f" +{rule.every}" if rule.every else ""
    assert line.days == ", ".join(map(str, rule.days)) + again
    assert line.cls == rule.__name__
    assert Path(inspect.getfile(rule)) == ROOT / line.file


def test_what_no_rule_counts_is_told_with_its_days():
    told = dict(re.findall(r"\(`([\w.]+)`, ([^)]*)\)", (ROOT / "docs/follow-ups.md").read_text()))
    days = {name: tuple(map(int, re.findall(r"\d+", said))) for name, said in told.items()}
    assert days == {each.name: each.days for each in rules.delays() if not issubclass(each, rules.Rule)}


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.rule)
def test_the_mails_of_a_line_exist(line):
    names = {notification.name for notification in notifications.registered()}
    assert set(line.mails) <= names
