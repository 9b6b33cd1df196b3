"""What somebody wrote to be run by the spreadsheet of whoever opens the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecenova.identifiers.spreadsheets import FORMULA_STARTS, inert, inert_line


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_formula_is_text(start):
    assert inert(f"{start}cmd|' /C calc'!A0").startswith("'")


@pytest.mark.parametrize("text", ["", "Les Amis", "12", "l’été = bientôt", "'déjà"])
def test_what_is_no_formula_is_left_alone(text):
    assert inert(text) == text


@given(st.text())
def test_no_cell_begins_like_a_formula(text):
    assert not inert(text).startswith(FORMULA_STARTS)
    assert not inert_line(text).startswith(FORMULA_STARTS)
    assert "\n" not in inert_line(text)
