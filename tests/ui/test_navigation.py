"""The header leads to pages that exist, and marks the one being read."""

import pytest
from django.urls import reverse

from mecenova.ui import navigation

TABLES = [navigation.PUBLIC, navigation.SIGNED_IN, navigation.STAFF, navigation.VISITOR]


@pytest.mark.parametrize("table", TABLES)
def test_every_entry_leads_somewhere(table: tuple[tuple[str, str], ...]) -> None:
    assert len(navigation.entries(table, "")) == len(table)


def test_the_page_being_read_is_marked_with_the_pages_under_it() -> None:
    here = reverse("associations:list") + "0123/"
    current = [entry.label for entry in navigation.entries(navigation.PUBLIC, here) if entry.current]
    assert current == ["Associations"]


def test_a_page_this_installation_lacks_is_left_out() -> None:
    assert navigation.entries((("Défis", "challenges:list"),), "/") == []
