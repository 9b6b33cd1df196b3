"""Names, sizes and habits of the Python sources."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.house import APPS, ROOT, python_files, relative, tree_of

EMPTY_NAMES = re.compile(r"\b(utils|helpers|common|core|services|managers)(\.py)?$")
LONGEST_FILE = {"models": 400, "operations": 300, "views": 300, "forms": 300}
LONGEST_FUNCTION = 40
LONGEST_TEST_FILE = 500
THE_CLOCK = "mecenova/calendar/clock.py"
# Names of columns, as other people's files spell them.
HEADING = re.compile(r"[\w' ]+")
# Narrow before ; ! ? and inside « », wide before : as `mecenova.ui.typography` writes the templates.
WRONG_SPACE = re.compile("\u00a0[;!?»]|«\u00a0|\u202f:")
FRENCH_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|aujourd)'[^\W\d]", re.IGNORECASE)


def docstrings(tree: ast.Module) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, owners) and node.body]
    firsts = [node.body[0] for node in nodes if isinstance(node.body[0], ast.Expr)]
    return {id(first.value) for first in firsts}


def clock_readings(tree: ast.Module) -> Iterator[str]:
    """Calls and field options that read a clock of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id
            if (owner, node.attr) in {("timezone", "now"), ("timezone", "localdate"), ("date", "today")}:
                yield f"{owner}.{node.attr}"
            if owner == "datetime" and node.attr in {"now", "utcnow", "today"}:
                yield f"{owner}.{node.attr}"
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            yield node.arg


def status_writings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else targets
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
            yield node.lineno
        updates = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update"
        if updates and any(keyword.arg == "status" for keyword in node.keywords):
            yield node.lineno


def function_lengths(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Lines of each function's body: neither its arguments nor its docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = [each for each in node.body if not isinstance(getattr(each, "value", None), ast.Constant)]
            yield node.name, (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def kind_of(path: Path) -> str:
    """`operations` for operations.py and for operations/<noun>.py."""
    return path.parent.name if path.parent.name in {*LONGEST_FILE, "imports"} else path.stem


def test_a_module_is_named_for_what_it_holds():
    assert [relative(path) for path in python_files() if EMPTY_NAMES.search(path.name)] == []
    assert [relative(path) for path in python_files() if EMPTY_NAMES.search(path.parent.name)] == []


def test_files_stay_short():
    lengths = {path: len(path.read_text().splitlines()) for path in python_files()}
    too_long = {
        relative(path): n for path, n in lengths.items() if n > LONGEST_FILE.get(kind_of(path), 10_000)
    }
    tests = {relative(path): len(path.read_text().splitlines()) for path in python_files("tests")}
    too_long |= {name: n for name, n in tests.items() if n > LONGEST_TEST_FILE}
    assert too_long == {}, "split by noun, not by number"


def test_functions_stay_short():
    lengths = {
        f"{relative(path)}:{name}": lines
        for path in python_files()
        for name, lines in function_lengths(tree_of(path))
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_there_is_one_clock():
    found = {relative(path): list(clock_readings(tree_of(path))) for path in python_files()}
    found.pop(THE_CLOCK)
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_a_day_begins_where_the_clock_says():
    midnight = re.compile(r"(?<![\w.])time(?:\.min\b|\((?:0(?:, 0)?)?\))")
    assert [relative(path) for path in python_files() if midnight.search(path.read_text())] == []


def test_a_state_changes_in_operations_only():
    found = {
        relative(path): list(status_writings(tree_of(path)))
        for path in python_files(*APPS, "mecenova/pages", "mecenova/demo")
        if kind_of(path) != "operations"
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_who_listens_to_a_signal_says_so_in_one_way():
    """A module is read once: what listens needs no name of its own, and `@receiver` is where it is seen."""
    other = re.compile(r"dispatch_uid|\.connect\(receiver")
    assert [relative(path) for path in python_files() if other.search(path.read_text())] == []


def test_views_ask_questions_by_name():
    views = [path for path in python_files() if kind_of(path) == "views"]
    assert [relative(path) for path in views if re.search(r"\bQ\(", path.read_text())] == []


def test_french_literals_use_the_typographic_apostrophe():
    found = []
    for path in python_files():
        tree = tree_of(path)
        known = docstrings(tree)
        for node in ast.walk(tree):
            literal = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in known
            if not literal or (kind_of(path) == "imports" and HEADING.fullmatch(node.value)):
                continue
            if FRENCH_ELISION.search(node.value):
                found.append(f"{relative(path)}:{node.lineno}: {node.value[:60]}")
    assert found == []


def test_french_literals_use_the_space_of_their_sign():
    found = [
        f"{relative(path)}:{node.lineno}: {node.value[:60]}"
        for path in python_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRONG_SPACE.search(node.value)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("from django.utils import timezone\nx = timezone.now()", clock_readings),
        ("import datetime\nx = datetime.date.today()", clock_readings),
        ("at = DateTimeField(auto_now=True)", clock_readings),
        ("need.status = 'closed'", status_writings),
        ("Need.objects.filter(pk=1).update(status='closed')", status_writings),
    ],
)
def test_a_planted_habit_is_seen(source, seen):
    assert list(seen(ast.parse(source)))


def test_the_root_holds_what_the_house_needs():
    wanted = ("manage.py", "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", ".ci/run")
    assert [name for name in wanted if not (ROOT / name).exists()] == []


def test_addresses_are_compared_by_equality():
    """Folding finds two people in one address: mecenova/identifiers/emails.py says how."""
    folded = re.compile(r"(?:email|address)__i(?:exact|contains|startswith)")
    fields = re.compile(r"\bEmailField\(")
    found = [relative(path) for path in python_files() if folded.search(path.read_text())]
    bare = [relative(path) for path in python_files() if fields.search(path.read_text())]
    assert (found, bare) == ([], [])
