"""What is called of a room's operations, and writes, takes its arguments by name and is whole or nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, python_files, tree_of

Name = tuple[str, str]

WRITES = {"create", "bulk_create", "bulk_update", "delete", "save", "get_or_create", "update_or_create"}
# The words that operations are made of: said inside their transaction, of a rule or a mail and its subject.
WORDS = {"mecenova.agenda.operations.follow_ups", "mecenova.mail.operations"}
# The one operation that stands among them.
OF_THE_TEAM = {("mecenova.agenda.operations.follow_ups", "retry_now")}


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def is_of_operations(module: str) -> bool:
    return "operations" in module.split(".")[1:]


class House:
    """Every module's functions, and which of them a name means there."""

    def __init__(self, trees: dict[str, ast.Module]) -> None:
        self.trees = trees
        self.functions = {
            (module, node.name): node
            for module, tree in trees.items()
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }
        self.imported = {
            (module, alias.asname or alias.name): (node.module, alias.name)
            for module, tree in trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        self.calls = {one: self._called_by(one) for one in self.functions}
        self.writers = self._writers()

    def meant(self, module: str, node: ast.AST) -> Name | None:
        """The function of ours that this is, as `name` or as `module.name`."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            home = self._module_called(module, node.value.id)
            return self._followed(home, node.attr) if home else None
        return self._followed(module, node.id) if isinstance(node, ast.Name) else None

    def _module_called(self, module: str, name: str) -> str | None:
        parent, child = self.imported.get((module, name), ("", ""))
        return f"{parent}.{child}" if f"{parent}.{child}" in self.trees else None

    def _followed(self, module: str, name: str) -> Name | None:
        beyond: set[Name] = set()
        while (module, name) not in self.functions:
            # A package names the modules within it as its own.
            if (module, name) in beyond or (module, name) not in self.imported:
                return None
            beyond.add((module, name))
            module, name = self.imported[module, name]
        return module, name

    def _called_by(self, function: Name) -> set[Name]:
        calls = (node for node in ast.walk(self.functions[function]) if isinstance(node, ast.Call))
        found = {self.meant(function[0], call.func) for call in calls}
        return {one for one in found if one}

    def _writers(self) -> set[Name]:
        """What writes, or calls what does."""
        found = {one for one, node in self.functions.items() if writes_itself(node)}
        while more := {one for one, called in self.calls.items() if called & found} - found:
            found |= more
        return found

    def is_whole(self, function: Name, beyond: frozenset[Name] = frozenset()) -> bool:
        """In a transaction of its own, or made of what is: a sweep takes its rows one by one."""
        node = self.functions[function]
        if any("atomic" in ast.unparse(each) for each in [*node.decorator_list, *withs(node)]):
            return True
        parts = self.calls[function] & self.writers - beyond - {function}
        return not writes_itself(node) and all(self.is_whole(one, beyond | {function}) for one in parts)

    def called_from_outside(self) -> Iterator[Name]:
        """Operations that something else than operations names."""
        for module, tree in self.trees.items():
            if is_of_operations(module):
                continue
            for node in ast.walk(tree):
                found = self.meant(module, node)
                if found and is_of_operations(found[0]):
                    yield found

    def crooked(self) -> set[str]:
        found = set()
        for one in set(self.called_from_outside()):
            if (one[0] in WORDS and one not in OF_THE_TEAM) or one not in self.writers:
                continue
            given = self.functions[one].args
            if given.posonlyargs or given.args:
                found.add(f"{'.'.join(one)} takes arguments by their place")
            if not self.is_whole(one):
                found.add(f"{'.'.join(one)} can be cut in two")
        return found


def writes_itself(node: ast.FunctionDef) -> bool:
    return any(
        call.func.attr in WRITES or (call.func.attr == "update" and bool(call.keywords) and not call.args)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    )


def withs(node: ast.FunctionDef) -> Iterator[ast.expr]:
    for each in ast.walk(node):
        if isinstance(each, ast.With):
            yield from (item.context_expr for item in each.items)


def test_an_operation_takes_its_arguments_by_name_and_is_whole():
    house = House({module_of(path): tree_of(path) for path in python_files()})
    assert len({one for one in house.called_from_outside() if one in house.writers}) > 100
    assert house.crooked() == set()


def test_who_acts_is_never_told_by_its_place():
    """Even between the pieces of an operation: a person beside another person is easily taken for them."""
    house = House({module_of(path): tree_of(path) for path in python_files()})
    found = {
        ".".join(one)
        for one, node in house.functions.items()
        if is_of_operations(one[0])
        and not one[1].startswith("_")
        and any(each.arg == "by" for each in node.args.args)
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("@transaction.atomic\ndef close(*, need, by): need.save()", set()),
        (
            "def sweep(*, needs): _close(needs[0])\n@transaction.atomic\ndef _close(need): need.save()",
            set(),
        ),
        ("@transaction.atomic\ndef close(need, by): need.save()", {"takes arguments by their place"}),
        ("def close(*, need, by): need.save()", {"can be cut in two"}),
        ("def close(*, need, by): _close(need)\ndef _close(need): need.save()", {"can be cut in two"}),
        ("def is_closed(need): return need.closed_at is not None", set()),
    ],
)
def test_a_planted_operation_is_seen(source, told):
    operations = ast.parse(source)
    name = operations.body[0].name
    views = ast.parse(f"from needs import operations\noperations.{name}(1)")
    house = House({"needs.operations": operations, "needs.views": views})
    assert house.crooked() == {f"needs.operations.{name} {one}" for one in told}
