"""The documentation can be walked through: every page is listed, every link leads to a file."""

import re

import pytest

from tests.architecture.house import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
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
