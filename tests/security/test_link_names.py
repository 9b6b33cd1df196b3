"""Every link of every page, heard alone: those of one name lead to one place."""

from collections import defaultdict
from html.parser import HTMLParser

import pytest

from tests.security.test_refused_forms import page_of
from tests.security.world import World

# One mail is told from another of the same subject by the line under it: to whom, and when.
MAILS = {"pages:mails", "pages:organisation", "pages:organisation_mails"}


class Links(HTMLParser):
    """Where each name leads, wherever in the page that is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: defaultdict[str, set[str]] = defaultdict(set)
        self._place = ""
        self._name = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._place, self._name = (dict(attrs).get("href") or "").partition("#")[0], ""

    def handle_data(self, data: str) -> None:
        self._name += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._place:
            self.places[" ".join(self._name.split())].add(self._place)
            self._place = ""

    def shared(self) -> dict[str, set[str]]:
        return {name: places for name, places in self.places.items() if len(places) > 1}


@pytest.mark.parametrize("role", ["visitor", "insider", "superuser"])
def test_links_of_one_name_lead_to_one_place(world: World, role: str):
    client = world.client(role)
    shared = {
        found.name: names
        for found in world.addresses()
        if not found.name.startswith("admin:") and found.name not in MAILS
        if (names := Links(page_of(client.get(found.path))).shared())
    }
    assert shared == {}
