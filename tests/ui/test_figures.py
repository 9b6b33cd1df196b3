from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import engines

from mecenova.ui import figures

MISSING = '<span class="missing">non renseigné</span>'


@pytest.mark.parametrize(
    ("octets", "shown"),
    [(0, "0 octet"), (1023, "1023 octets"), (1024, "1 Ko"), (1536, "1,5 Ko"), (20 * 1024 * 1024, "20 Mo")],
)
def test_weights_are_in_the_units_of_the_forms(octets, shown):
    assert figures.size(octets).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "0\u00a0€"),
        (12500, "12\u202f500\u00a0€"),
        (Decimal("12500.50"), "12\u202f500,50\u00a0€"),
        (Decimal("0.05"), "0,05\u00a0€"),
        (Decimal("1.999"), "2\u00a0€"),
        (-1200, "−1\u202f200\u00a0€"),
        ("1000000", "1\u202f000\u202f000\u00a0€"),
        (None, MISSING),
        ("", MISSING),
        ("beaucoup", MISSING),
    ],
)
def test_euros(amount: object, shown: str) -> None:
    assert figures.euros(amount) == shown


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2026, 12, 1), "mardi 1er\u00a0décembre 2026"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "lundi 23\u00a0novembre 2026"),
        (None, MISSING),
        ("hier", MISSING),
    ],
)
def test_long_dates_are_in_paris_time(day: object, shown: str) -> None:
    assert figures.long_date(day) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, MISSING),
        ("  ", MISSING),
        ([], MISSING),
        (0, "0"),
        (False, "non"),
        (True, "oui"),
        (["a", "<b>"], "a, &lt;b&gt;"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_a_missing_value_is_said_and_zero_is_a_value(value: object, shown: str) -> None:
    assert figures.or_missing(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0\u00a0jour"),
        (1, "1\u00a0jour"),
        (45, "45\u00a0jours"),
        (timedelta(days=3), "3\u00a0jours"),
        (None, MISSING),
    ],
)
def test_days(value: object, shown: str) -> None:
    assert figures.days(value) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (1, "1\u00a0minute"),
        (45, "45\u00a0minutes"),
        (90, "1\u00a0heure et demie"),
        (170, "3\u00a0heures"),
        (305, "5\u00a0heures"),
    ],
)
def test_lengths(minutes: int, shown: str) -> None:
    assert figures.length(minutes) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 sortie"), (1, "1 sortie"), (2, "2 sorties"), (Decimal("1.5"), "1,5 sortie"), ("0", "0 sortie")],
)
def test_nought_is_singular_in_french(number: object, shown: str) -> None:
    source = "{{ number }} sortie{{ number|pluralize }}"
    assert engines["django"].from_string(source).render({"number": number}) == shown


def test_a_list_is_counted_and_endings_are_chosen() -> None:
    source = '{{ lines|pluralize:"est prête,sont prêtes" }}'
    template = engines["django"].from_string(source)
    assert [template.render({"lines": lines}) for lines in ([], ["a"], ["a", "b"])] == [
        "est prête",
        "est prête",
        "sont prêtes",
    ]


def test_hour_in_paris() -> None:
    assert figures.hour(datetime(2026, 7, 1, 12, 5, tzinfo=UTC)) == "14\u00a0h\u00a005"
    assert figures.hour(None) == MISSING


def test_the_filters_are_builtins() -> None:
    source = (
        "{{ 5|euros }}, {{ 2|jours }}, {{ day|date_longue }}, {{ day|date_courte }}, {{ 1200|nombre }}, "
        "{{ nothing|ou_non_renseigne }}"
    )
    shown = engines["django"].from_string(source).render({"day": date(2026, 1, 1), "nothing": None})
    assert shown.split(", ") == [
        "5\u00a0€",
        "2\u00a0jours",
        "jeudi 1er\u00a0janvier 2026",
        "1er\u00a0janvier 2026",
        "1\u202f200",
        MISSING,
    ]


def test_a_moment_is_told_with_its_hour_and_the_first_of_a_month_as_people_say_it() -> None:
    moment = datetime(2026, 12, 1, 13, 5, tzinfo=UTC)
    assert figures.day_and_hour(moment) == "mardi 1er\u00a0décembre 2026 à 14\u00a0h\u00a005"
    assert figures.day_and_hour(None) == figures.missing()
