import contextlib
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from mecenova.identifiers.amounts import LARGEST, parse_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12 500,50 €", "12500.50"),
        ("12\u202f500,50\u00a0€", "12500.50"),
        ("12500.5", "12500.50"),
        ("12 500.50", "12500.50"),
        ("12.500,50", "12500.50"),
        ("12.500", "12500.00"),
        ("1.250.000", "1250000.00"),
        ("12’500", "12500.00"),
        ("3000 euros", "3000.00"),
        ("3000EUR", "3000.00"),
        ("22000.0", "22000.00"),
        ("0", "0.00"),
        ("0,5", "0.50"),
        (" 1\t000 ", "1000.00"),
        ("1 000 000 000", "1000000000.00"),
    ],
)
def test_reads_what_people_write(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount_missing"),
        ("€", "amount_missing"),
        ("-5", "amount_negative"),
        ("− 5 000 €", "amount_negative"),
        ("1 000 000 000,01", "amount_too_large"),
        ("9" * 4000, "amount_too_large"),
        ("12,500", "amount_unreadable"),
        ("12,500.50", "amount_unreadable"),
        ("1234.567", "amount_unreadable"),
        ("1 00 000", "amount_unreadable"),
        ("1.000 000", "amount_unreadable"),
        ("1e5", "amount_unreadable"),
        ("NaN", "amount_unreadable"),
        ("Infinity", "amount_unreadable"),
        ("12 k€", "amount_unreadable"),
        ("beaucoup", "amount_unreadable"),
        ("5000 $", "amount_unreadable"),
        ("1_000", "amount_unreadable"),
        ("٣٠٠", "amount_unreadable"),
        ("5 000 à 10 000", "amount_unreadable"),
    ],
)
def test_refuses_what_cannot_be_read_for_sure(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_amount(text)
    assert refused.value.code == code


@given(st.decimals(min_value=0, max_value=LARGEST, places=2))
def test_reads_back_what_the_site_shows(amount: Decimal) -> None:
    shown = f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",") + "\u00a0€"
    assert parse_amount(shown) == amount


@given(st.text())
def test_only_ever_refuses_politely(text: str) -> None:
    with contextlib.suppress(ValidationError):
        assert 0 <= parse_amount(text) <= LARGEST
