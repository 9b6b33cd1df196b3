"""What a package lists in `__all__` is asked of it: what nobody takes stays inside."""

import ast

from tests.architecture.house import APPS, ROOT, relative, tree_of

# Django reads every model from there, and Celery its app.
ASKED_BY_OTHERS = {"mecenova.celery_app", "matching.models.Term", "matching.models.Vocabulary"}
FOLDERS = (*APPS, "mecenova", "tests", "bench")


def packages_and_modules():
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    trees = {path: tree_of(path) for path in paths if "migrations" not in path.parts}
    offers = {path: offered(tree) for path, tree in trees.items() if path.name == "__init__.py"}
    return {name_of(path): (path, names) for path, names in offers.items() if names}, trees


def name_of(path):
    return relative(path.parent).replace("/", ".")


def offered(tree):
    return [
        name.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
        for name in node.value.elts
    ]


def taken_from(packages, tree):
    """`from package import name`, and `package.name` where the package itself was imported."""
    called = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                yield f"{node.module}.{one.name}"
                if (whole := f"{node.module}.{one.name}") in packages:
                    called[one.asname or one.name] = whole
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in called:
            yield f"{called[node.value.id]}.{node.attr}"


def never_asked(packages, trees):
    taken = {
        (package, name)
        for path, tree in trees.items()
        for full in taken_from(packages, tree)
        for package, _, name in [full.rpartition(".")]
        if package in packages and path != packages[package][0]
    }
    return sorted(
        f"{package}.{name}"
        for package, (_, names) in packages.items()
        for name in names
        if (package, name) not in taken
    )


def test_what_a_package_offers_is_asked_of_it():
    assert set(never_asked(*packages_and_modules())) - ASKED_BY_OTHERS == set()


def test_an_offer_that_nobody_takes_is_seen():
    packages, trees = packages_and_modules()
    path, names = packages["companies.operations"]
    packages["companies.operations"] = (path, [*names, "sell_company"])
    assert "companies.operations.sell_company" in never_asked(packages, trees)
