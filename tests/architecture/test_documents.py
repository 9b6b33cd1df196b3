"""The documentation can be walked through: every page is listed, every link leads to a file, and what it
names of the code is there."""

import ast
import importlib
import re
from contextlib import suppress
from functools import cache
from uuid import uuid4

import pytest
from django.core.management import get_commands
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from mecenova.pages.service import ASKED
from tests.architecture.house import APPS, ROOT, python_files, tree_of

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
GUIDES = [*PAGES, ROOT / "mecenova/ui/README.md", ROOT / "bench/README.md"]
# `matching.odds`, `mail/outcomes.py`: what stands in code type and begins with a room, or a part of mecenova.
SPAN = re.compile(r"`([\w./]+)(?:\([^`]*\))?`")
BARE = re.compile(r"\w+\.(?:py|txt|csv)")
PARTS = {path.name.removesuffix(".py") for path in (ROOT / "mecenova").iterdir()}
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)")


def leads_to(page):
    return {(page.parent / address).resolve() for address in LINK.findall(page.read_text())}


def test_every_page_is_listed():
    """In one list: of pages, then of decisions."""
    listed = leads_to(DOCS / "README.md")
    assert [page.name for page in DOCS.rglob("*.md") if page not in listed and page.name != "README.md"] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(page):
    assert [str(each) for each in leads_to(page) if not each.exists()] == []


def named_in(page):
    """The files and the dotted names of ours that a page gives in code type; `workflow.py` is of any room."""
    rooms = {*APPS, *PARTS, "mecenova", "tests", "bench", "templates", "static", "docs"}
    return {
        span
        for span in SPAN.findall(page.read_text())
        if re.match(r"(\w+)[./]\w", span) and re.split(r"[./]", span)[0] in rooms and not BARE.fullmatch(span)
    }


@cache
def strings_of_the_code():
    """What is registered under a dotted name (a rule, a mail, a setting) is written so somewhere."""
    return set(re.findall(r'"(\w+\.\w+)"', "".join(path.read_text() for path in python_files())))


def is_there(name):
    if "/" in name:
        return any((ROOT / start / name).exists() for start in ("", "mecenova", "mecenova/pages"))
    return name in strings_of_the_code() or any(
        leads_somewhere(f"{start}{name}") for start in ("", "mecenova.", "mecenova.pages.")
    )


def leads_somewhere(dotted):
    """A module, or what one holds; a model or an enumeration may be named after its room alone."""
    module, _, last = dotted.rpartition(".")
    if (ROOT / dotted.replace(".", "/")).exists() or (ROOT / f"{dotted.replace('.', '/')}.py").exists():
        return True
    for place in (module, f"{module}.models", f"{module}.enums"):
        try:
            if hasattr(importlib.import_module(place), last):
                return True
        except ImportError:
            continue
    return False


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_names_of_the_code_is_there(page):
    assert sorted(name for name in named_in(page) if not is_there(name)) == []


@cache
def taken_by():
    """By the name of a function, the arguments that those of this name take."""
    found = {}
    for path in python_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                every = [*node.args.args, *node.args.kwonlyargs]
                found.setdefault(node.name, []).append({each.arg for each in every})
    return found


def not_taken_in(text):
    """`open_slots(adviser=, day=)`: each argument named is one of the function's."""
    calls = re.findall(r"`(?:[\w.]*\.)?(\w+)\(([^`]*)\)`", text)
    named = [(name, set(re.findall(r"(\w+)=", given))) for name, given in calls]
    return [
        (name, sorted(given))
        for name, given in named
        if given and not any(given <= taken for taken in taken_by().get(name, ()))
    ]


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_gives_to_a_function_is_taken(page):
    assert not_taken_in(page.read_text()) == []


def test_an_argument_that_is_gone_is_seen():
    assert not_taken_in("`register_stays(basket=, subjects=)`") == [
        ("register_stays", ["basket", "subjects"])
    ]
    assert not_taken_in("`register_stays(basket=, why=)`") == []


def test_what_a_module_names_beside_it_is_there():
    """`report.py`, said of a neighbour or of any room."""
    names = {path.name for path in python_files()}
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in python_files()
        for name in re.findall(r"`(\w+\.py)`", path.read_text())
        if name not in names
    }
    assert missing == set()


def test_a_page_that_the_code_names_is_there():
    """`docs/adr/0014`, by the beginning of its name, or whole."""
    named = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in [*python_files(), *python_files("tests", "bench")]
        for name in re.findall(r"\bdocs/[\w/-]+(?:\.md)?", path.read_text())
    }
    assert len(named) > 10
    assert sorted(one for one in named if not any(ROOT.glob(f"{one[1]}*"))) == []


def test_a_name_that_is_gone_is_seen():
    for gone in ("matching/gone.py", "mail.gone", "partnerships.operations.gone", "accounts.Gone"):
        assert not is_there(gone), gone
    assert {"mail.outcomes", "accounts.Organisation", "agenda.repair"} <= {
        name for page in GUIDES for name in named_in(page)
    }


def leads_to_a_page(address):
    """What stands for a key, or for a provider, may be any."""
    for one in (str(uuid4()), "mailgun"):
        with suppress(Resolver404):
            return bool(resolve(re.sub(r"<[^>]+>|IDENTIFIANT", one, address)))
    return False


def is_a_page(name):
    """Whatever its address takes."""
    try:
        reverse(name)
    except NoReverseMatch as refused:
        return "with no arguments" in str(refused)
    return True


COMMANDS = {*get_commands(), "help"}
TARGETS = set(re.findall(r"(?m)^([a-z][\w-]*):", (ROOT / "Makefile").read_text()))
TESTS = {path.name for path in (ROOT / "tests").rglob("test_*.py")}


def told_and_gone(text):
    """Addresses, pages, commands, targets of make and tests."""
    named = (
        (r"`(/[a-z][^`\s]*/)`", leads_to_a_page),
        (rf"`((?:{'|'.join([*APPS, 'agenda', 'imports', 'mail', 'pages'])}):[a-z_]+)`", is_a_page),
        (r"manage\.py ([a-z_]+)", COMMANDS.__contains__),
        (r"(?m)(?:^|`)make ([a-z][\w-]*)", TARGETS.__contains__),
        (r"\b(test_\w+\.py)", TESTS.__contains__),
    )
    return sorted({name for shape, is_so in named for name in re.findall(shape, text) if not is_so(name)})


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_leads_to_is_there(page):
    assert told_and_gone(page.read_text()) == []


def test_what_is_told_and_gone_is_seen():
    gone = (
        "`/equipe/gone/<key>/`",
        "`mail:gone`",
        "`manage.py gone_too`",
        "`make gone-as-well`",
        "test_gone.py",
    )
    found = ["/equipe/gone/<key>/", "gone-as-well", "gone_too", "mail:gone", "test_gone.py"]
    assert told_and_gone(" ".join(gone)) == found
    assert told_and_gone("`/equipe/organismes/<key>/`, `mail:message`, `manage.py match`, `make check`") == []


def rows_of(page):
    return [row.strip("| ").split(" | ") for row in (DOCS / page).read_text().splitlines() if row[:1] == "|"]


def test_each_promise_names_what_proves_it():
    (title, *_, proof), _, *promises = rows_of("promises.md")
    assert (title, proof) == ("promise", "proved by")
    assert [promise for promise, *_, proof in promises if not re.search(r"`tests/[\w/]+\.py`", proof)] == []


def test_each_fault_is_told_and_done():
    told = {name for name, *_ in rows_of("faults.md") if name[:1] == "F"}
    tests = "".join(path.read_text() for path in (ROOT / "tests/faults").glob("test_*.py"))
    declared = re.findall(r"(?m)^    (F\d+):", (ROOT / "tests/faults/pytest.ini").read_text())
    assert told == set(declared) == set(re.findall(r"@pytest\.mark\.(F\d+)", tests))


def test_each_part_that_may_fail_says_what_to_do():
    told = [part for part, *_ in rows_of("running.md")]
    assert [name for name in ASKED if not any(part.startswith(name) for part in told)] == []
