from datetime import date
from decimal import Decimal

import pytest

from mecenova.imports import cells
from mecenova.imports.errors import RowRefused

COLOURS = {"rouge": 1, "bleu, clair": 2, "vert": 3}


@pytest.mark.parametrize(
    ("text", "found", "unknown"),
    [
        ("", [], []),
        ("rouge|vert|rouge", [1, 3], []),
        ("vert, rouge ; vert", [3, 1], []),
        ("bleu, clair|mauve", [2], ["mauve"]),
        (" | néant | ", [], []),
    ],
)
def test_lists(text, found, unknown):
    assert cells.listed(text, lambda word: COLOURS.get(word.strip())) == (found, unknown)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), (" 1 200 ", 1200), ("12,0", 12), ("12.00", 12), ("", None), ("NC", None)],
)
def test_whole_numbers(text, number):
    assert cells.whole_number(text, "jours", most=2000) == number


@pytest.mark.parametrize("text", ["douze", "-1", "1e3", "1.5", "1.000", "1,000", "2001", "99999999999999"])
def test_wrong_numbers_name_their_column(text):
    with pytest.raises(RowRefused, match="jours"):
        cells.whole_number(text, "jours", most=2000)


def test_a_number_below_the_least_says_what_to_write():
    with pytest.raises(RowRefused, match="jours\u00a0: «\u202f-5\u202f» est trop petit, écrivez 1 ou plus"):
        cells.whole_number("-5", "jours", least=1, most=2000)


@pytest.mark.parametrize(
    "text", ["2027-03-31", "31/03/2027", "31.3.2027", "31-03-2027", "2027-03-31 00:00:00"]
)
def test_days(text):
    assert cells.day(text, "date_limite") == date(2027, 3, 31)


@pytest.mark.parametrize("text", ["31/02/2027", "demain", "03/2027", "1/2/27", "2027-13-01", "0000-01-01"])
def test_wrong_days_name_their_column(text):
    with pytest.raises(RowRefused, match=r"date_limite|calendrier"):
        cells.day(text, "date_limite")


def test_amounts():
    assert cells.amount("12 500,50 €", "budget") == Decimal("12500.50")
    assert cells.amount("", "budget") is None
    with pytest.raises(RowRefused, match="budget « abc »".replace(" ", ".")):
        cells.amount("abc", "budget")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("75011", "75011"),
        ("1000", "01000"),
        ("75011.0", "75011"),
        ("75 011", "75011"),
        ("2A004", ""),
        ("abc", ""),
    ],
)
def test_postal_codes(text, code):
    assert cells.postal_code(text) == code


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("exemple.fr", "https://exemple.fr"),
        ("http://exemple.fr/a", "http://exemple.fr/a"),
        ("pas un site", ""),
        ("javascript:alert(1)", ""),
        (f"https://exemple.fr/{'a' * 300}", ""),
        ("-", ""),
    ],
)
def test_websites(text, address):
    assert cells.website(text) == address


def test_purposes_are_cleaned_and_each_part_is_said_once():
    assert cells.joined_sentences(" Achat  de\r\nmatériel ; Fonctionnement ; ACHAT de matériel ; ") == (
        "Achat de matériel ; Fonctionnement"
    )
    assert cells.joined_sentences("oui; non") == "oui; non"


def test_long_texts_are_cut_at_a_word():
    assert cells.shortened("un deux trois", 9) == "un deux…"
    assert cells.shortened("court", 9) == "court"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("474010203", "0474010203"),
        ("474010203.0", "0474010203"),
        ("4 74 01 02 03", "04 74 01 02 03"),
        ("33474010203", "+33474010203"),
        ("262262000000", "+262262000000"),
        ("04 74 01 02 03", "04 74 01 02 03"),
        ("+33 4 74 01 02 03", "+33 4 74 01 02 03"),
        ("0262 00 00 00", "0262 00 00 00"),
        ("3615", "3615"),
        ("24 12 34", "24 12 34"),
        ("04 74 01 02 03 (Zoé)", "04 74 01 02 03 (Zoé)"),
        ("NC", ""),
        ("", ""),
    ],
)
def test_telephones_get_back_what_a_spreadsheet_took(text, phone):
    assert cells.phone(text) == phone
