"""Locks that no row stands for bear a name of their room, and no two pieces of work bear the same.

Those of rows stop nobody who only points at them.
"""

import ast
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection

from mecenova.locks import NUMBER_OF_NAME
from mecenova.rehearsal.making import PREVIEW
from tests.architecture.house import python_files, relative, tree_of

TAKING = {"hold", "hold_if_free", "hold_within", "alone"}
# Where PostgreSQL itself is asked: the house's own module, and a connection apart.
ASKING = {"mecenova/locks.py", "mecenova/rehearsal/making.py"}

# What may be deleted under its lock.
DELETED = {
    "accounts/operations/members.py": 2,
    "accounts/operations/retention.py": 1,
    "infotheque/operations/vocabulary.py": 1,
    "matching/operations/changes.py": 1,
    "mecenova/agenda/attempts.py": 1,
    "mecenova/agenda/operations/absences.py": 1,
    "mecenova/mail/operations.py": 1,
}


def names_taken(tree: ast.Module) -> Iterator[str]:
    """What is given to a lock, as far as « : »: whose it is comes after."""
    said = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in TAKING:
            given = said.get(ast.unparse(call.args[0]), call.args[0])
            given = given.values[0] if isinstance(given, ast.JoinedStr) else given
            yield str(getattr(given, "value", "")).partition(":")[0]


def taken() -> dict[str, set[str]]:
    """Each name, and the files that take it."""
    names = {PREVIEW: {"mecenova/rehearsal/making.py"}}
    for path in python_files():
        tree = tree_of(path)
        if any(isinstance(node, ast.ImportFrom) and node.module == "mecenova.locks" for node in tree.body):
            for name in names_taken(tree):
                names.setdefault(name, set()).add(relative(path))
    return names


def test_each_name_is_of_its_room_and_of_one_file():
    names = taken()
    assert len(names) >= 8
    for name, files in names.items():
        room, _, work = name.partition(".")
        (file,) = files
        assert work, f"{file}: « {name} » is not « room.work »"
        assert room in file.split("/")[:2], f"{file} takes « {name} », which is another room's"


def test_nobody_else_asks_for_a_lock_on_a_number():
    asking = {relative(path) for path in python_files() if "advisory" in path.read_text()}
    assert asking == ASKING


def test_rows_that_stay_are_taken_so_that_others_may_point_at_them():
    """`FOR UPDATE` stops whoever writes a row that points at this one (docs/adr/0014)."""
    closed = Counter(
        relative(path)
        for path in python_files()
        for call in ast.walk(tree_of(path))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".select_for_update")
        if "no_key" not in {given.arg for given in call.keywords}
    )
    assert closed == DELETED


@pytest.mark.django_db
def test_no_two_names_give_one_number():
    numbers = set()
    for name in taken():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {NUMBER_OF_NAME}", [name])
            numbers.add(cursor.fetchone()[0])
    assert len(numbers) == len(taken())
