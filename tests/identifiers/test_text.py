"""What people type, on one line: safe, and typeset as it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecenova.identifiers.text import has_web_address, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mécénat ou parrainage\u202f?", "Mécénat ou parrainage\u202f?"),
        ("Le mécénat\u00a0: des mots", "Le mécénat\u00a0: des mots"),
        ("Le mécénat \u00a0 : des mots", "Le mécénat\u00a0: des mots"),
        ("Le mécénat : des mots", "Le mécénat : des mots"),
        ("«\u202fles mots\u202f»", "«\u202fles mots\u202f»"),
        ("deux\u00a0mots\n\net\tun autre\u202f", "deux mots et un autre"),
        ("\u00a0:\u00a0", ":"),
        ("a\x00b\u202ec", "a bc"),
        ("\u3164\u200b\u2800", ""),
        ("Les\u200b Restos\ufeff", "Les Restos"),
    ],
)
def test_no_break_spaces_stay_where_french_has_them(typed, kept):
    assert one_line(typed) == kept


@given(st.text("ab:!? \u00a0\u202f«»\n\t\u202e", max_size=30))
def test_once_is_enough(text):
    line = one_line(text)
    assert one_line(line) == line
    assert line == line.strip()
    assert not any(pair in line for pair in ("  ", "\n", "\t", "\u202e", " \u00a0", "\u00a0\u202f"))


@pytest.mark.parametrize(
    ("name", "carries_one"),
    [
        ("Votre compte est bloqué https://mal.example/x", True),
        ("www.mal.example", True),
        ("MAL.EXAMPLE", True),
        ("mal．example", True),
        ("mal。example", True),
        ("Gagnez t.me/prix", True),
        ("T.ME/PRIX", True),
        ("x.com", True),
        ("J.Dupont", False),
        ("J.P. Dupont", False),
        ("S.O.S. Amitié", False),
        ("St. Exupéry, 1901.", False),
        ("Léa O’Neill-Roux", False),
    ],
)
def test_a_name_that_a_mailbox_would_make_a_link_is_known(name, carries_one):
    assert has_web_address(name) is carries_one
