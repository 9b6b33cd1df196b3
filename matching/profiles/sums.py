"""The weighted sum of `matching.scoring` as SQL: every weight and constant is read from there."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from matching.scoring import NEUTRAL, WEIGHTS, WITHOUT_THEME, parts


@dataclass(frozen=True, slots=True)
class Suits:
    """One of the best, with its score and its text part, both from 0 to 1."""

    id: uuid.UUID
    score: float
    text: float


def real(number: float) -> str:
    """A number that the database does not take for a decimal, ten times slower to multiply."""
    return f"{float(number)!r}::float8"


def text_sql(found: str, half: str) -> str:
    """`found`: what the shared words and themes weigh; `half`: what gives half of the part."""
    return f"least({real(1)}, {real(parts.TEXT_SCALE)} * ({found}) / (({found}) + ({half})))"


def half_sql(heaviest: str) -> str:
    return f"{real(parts.TEXT_HALF)} * greatest({real(parts.LIGHTEST)}, {heaviest})"


def overlap_sql(wanted: str, present: str) -> str:
    """Of two masks. Neutral when one side says nothing."""
    return (
        f"CASE WHEN coalesce({wanted}, 0) = 0 OR coalesce({present}, 0) = 0 THEN {real(NEUTRAL)}"
        f" ELSE {real(0.2)} + {real(0.8)} * bit_count(({wanted} & {present})::bit(64))"
        f" / least(bit_count({wanted}::bit(64)), bit_count({present}::bit(64))) END"
    )


def place_sql(somewhere: str, stated: str, national: str) -> str:
    return (
        f"CASE WHEN NOT ({somewhere}) THEN {real(NEUTRAL)} WHEN {stated} THEN {real(1)}"
        f" WHEN {national} THEN {real(0.6)} ELSE {real(0.85)} END"
    )


def clarity_sql(doubted: str, tells: str) -> str:
    return f"CASE WHEN {doubted} THEN {real(0)} WHEN {tells} THEN {real(1)} ELSE {real(NEUTRAL)} END"


def total_sql(values: Mapping[str, str], themed: str) -> str:
    """The sum of the parts given, the others neutral. `themed`: whether the two share a cause or a word.

    Said with few operations: a large network has them made for thousands of rows.
    """
    unsaid = sum(NEUTRAL * weight for name, weight in WEIGHTS.items() if name not in {"theme", *values})
    said = " + ".join(f"{real(WEIGHTS[name])} * ({value})" for name, value in values.items())
    with_theme = f"{real(unsaid + WEIGHTS['theme'])} + {said}"
    return f"CASE WHEN {themed} THEN {with_theme} ELSE {real(WITHOUT_THEME)} * ({real(unsaid)} + {said}) END"


def one_row(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first row by name, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    return dict(zip(names, found, strict=True)) if found else None


def suits(sql: str, parameters: Mapping[str, Any]) -> list[Suits]:
    """The rows (id, score, text) of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Suits(key, float(score), float(text)) for key, score, text in cursor.fetchall()]
