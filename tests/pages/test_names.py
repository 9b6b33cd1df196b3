"""What pages and the simulated year read by name (a rule, a verb, a notification) is what a room writes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.enums import OrganisationEvent
from mecenova.agenda.rules import registered as registered_rules
from mecenova.mail.notifications import registered as registered_notifications
from mecenova.simulation.reading import HUMAN
from mecenova.workflow.machine import registered as registered_workflows
from tests.architecture.house import APPS, ROOT

READERS = (ROOT / "mecenova/pages", ROOT / "mecenova/simulation")
QUERIES = sorted(ROOT.glob("mecenova/**/*.sql"))
# Said in the journal of a request or of a partnership without moving it.
SAID = {"contact", "settle", "report_talk", "reflect"}


def rules() -> set[str]:
    return {rule.name for rule in registered_rules()}


def notifications() -> set[str]:
    return {notification.name for notification in registered_notifications()}


def verbs() -> set[str]:
    moves = {step.verb for workflow in registered_workflows() for step in workflow.transitions}
    return moves | set(OrganisationEvent.values) | SAID


def compared(text: str, column: str) -> set[str]:
    """The literals that a query compares a column with: `= 'a'`, `IN ('a', 'b')`, `CASE column WHEN 'a'`."""
    found = re.findall(rf"\b{column}\s+(?:=|<>|(?:NOT )?IN|WHEN)\s+(\([^)]*\)|'[^']*')", text)
    cases = re.findall(rf"CASE \w+\.{column}(.*?)END", text, re.DOTALL)
    within = [*found, *re.findall(r"WHEN ('[^']*')", " ".join(cases))]
    return {name for part in within for name in re.findall(r"'([^']*)'", part)}


def names_in(path: Path) -> Iterator[str]:
    """Strings of a module that are shaped as a rule's or a notification's name."""
    shaped = re.compile(rf"(?:{'|'.join(sorted({*APPS, 'agenda', 'mail'}))})\.[a-z_]+")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and shaped.fullmatch(node.value):
            yield node.value


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.name)
def test_a_query_names_what_exists(query):
    text = query.read_text()
    assert compared(text, "rule") - rules() == set()
    assert compared(text, "notification") - notifications() == set()
    assert compared(text, "verb") - verbs() == set()


def test_the_promises_are_read_from_rules_verbs_and_mails():
    text = (ROOT / "mecenova/pages/promises.sql").read_text()
    for column in ("rule", "notification", "verb"):
        assert len(compared(text, column)) > 2, column


def test_what_a_person_does_in_the_simulated_year_is_a_verb():
    assert set(HUMAN) - verbs() == set()


def test_modules_name_what_exists():
    named = {name for folder in READERS for path in folder.rglob("*.py") for name in names_in(path)}
    assert named
    assert named - rules() - notifications() == set()
