"""One association's best needs, and what stops the others, found by the database without reading the needs.

The association is given as `matching.scoring` sees it: one that nobody has checked yet is told the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from matching.models import NATIONAL
from matching.network.keys import key_of, key_of_theme
from matching.network.places import ClosedLists
from matching.profiles.masks import (
    ALL_KINDS,
    GENERAL_INTEREST,
    GIFTS,
    KIND_BITS,
    KINDS,
    SECTOR_SHIFT,
    Bits,
    bits_of,
    mask,
)
from matching.profiles.sums import (
    Suits,
    clarity_sql,
    half_sql,
    overlap_sql,
    place_sql,
    real,
    suits,
    text_sql,
    total_sql,
)
from matching.scoring import NEUTRAL, AssociationSide, parts
from matching.scoring.sides import ABROAD
from matching.scoring.sides import NATIONAL as FRANCE
from mecenova.calendar import clock
from mecenova.reference.models import Territory

# Needs of companies that look at nobody for now: read, and answered by no one.
CLOSED = """
    SELECT behind.id FROM companies_need behind JOIN companies_policy door USING (company_id)
    WHERE behind.status = 'published' AND door.monthly_capacity = 0
"""


@dataclass(frozen=True, slots=True)
class Asker:
    """An association as masks and rows of territories, beside its side of a pair."""

    side: AssociationSide
    refused: int
    unasked: int
    sectors: int
    causes: int
    spoken_causes: int
    audiences: int
    places: list[int]
    stated: list[int]
    skills: Mapping[str, int]

    @property
    def stops(self) -> int:
        doubtful = self.side.general_interest == "no"
        return self.refused | self.unasked | self.sectors | (GIFTS | GENERAL_INTEREST if doubtful else 0)

    @property
    def is_in_france(self) -> bool:
        return not self.side.place_known or FRANCE in self.side.reach


def asker(side: AssociationSide, lists: ClosedLists) -> Asker:
    """The masks of this association."""
    return askers([side], lists)[0]


def askers(sides: Sequence[AssociationSide], lists: ClosedLists) -> list[Asker]:
    """The masks of each, in the same order; one query for all, where one names a commune."""
    rows = {**lists.keys.get("place", {}), FRANCE: NATIONAL}
    if communes := {code for side in sides for code in _cells(side)} - rows.keys():
        rows.update(Territory.objects.filter(code__in=communes).values_list("code", "pk"))
    bits = bits_of(lists)
    return [_asker(side, bits, rows) for side in sides]


def _cells(side: AssociationSide) -> set[str]:
    return {*side.reach, ABROAD} if side.acts_abroad else set(side.reach)


def _asker(side: AssociationSide, bits: Bits, rows: Mapping[str, int]) -> Asker:
    asked = sum(KIND_BITS[kind] for kind in {ask.kind for ask in side.asks})
    skills: dict[str, int] = {}
    for ask in side.asks:
        skills[ask.kind] = skills.get(ask.kind, 0) | mask(ask.skills, bits.skills)
    return Asker(
        side=side,
        refused=sum(KIND_BITS[kind] for kind in side.refused_kinds),
        unasked=ALL_KINDS & ~asked if side.asks else 0,
        sectors=mask(side.refused_sectors, bits.sectors) << SECTOR_SHIFT,
        causes=mask(side.causes, bits.causes),
        spoken_causes=mask(side.text.causes, bits.causes),
        audiences=mask(side.audiences, bits.audiences),
        places=sorted(rows[code] for code in _cells(side)),
        stated=sorted(rows[code] for code in side.places),
        skills=skills,
    )


def best_needs(
    found: Asker, *, limit: int, related: Sequence[int], total_from: float = 0, text_from: float = 0
) -> list[Suits]:
    """The current needs that nothing stops and that share something with it, best first: from this total on,
    and from this text part on when they name an action. `related`: as for one need."""
    sql, parameters = statement(found, related=related)
    sql = f"""
        SELECT id, score, text FROM ({sql}) AS found
        WHERE score >= %(total_from)s AND (text >= %(text_from)s OR NOT speaks)
        ORDER BY score DESC, id LIMIT {limit}
    """  # noqa: S608 (words of this room only; values are parameters)
    return suits(sql, {**parameters, "total_from": total_from, "text_from": text_from})


def suited_by_kind(
    found: Asker, *, related: Sequence[int], total_from: float, text_from: float
) -> dict[str, int]:
    """How many current needs of each kind of support suit it, by the same measure."""
    sql, parameters = statement(found, related=related)
    sql = f"""
        SELECT kind, count(*) FROM ({sql}) AS found
        WHERE score >= %(total_from)s AND (text >= %(text_from)s OR NOT speaks) GROUP BY kind
    """  # noqa: S608 (words of this room only; values are parameters)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, "total_from": total_from, "text_from": text_from})
        return {KINDS[kind]: number for kind, number in cursor.fetchall()}


def stops_of(found: Asker) -> dict[str, int]:
    """How many current needs each filter stops, the first that does in the order of `matching.scoring`."""
    known, doubtful = found.side.place_known, found.side.general_interest == "no"
    sql = f"""
    WITH current AS (
        SELECT need_id, stops, excluded_causes, is_national, says_france,
            bool_or(place > 0 AND place = ANY(%(places)s)) AS is_there
        FROM matching_needprofile
        WHERE (deadline IS NULL OR deadline >= %(today)s) AND need_id NOT IN ({CLOSED})
        GROUP BY need_id, stops, excluded_causes, is_national, says_france
    ), stopped AS (
        SELECT CASE
            WHEN stops & {found.refused} <> 0 THEN 'refused_kind'
            WHEN stops & {found.unasked} <> 0 THEN 'kind'
            WHEN {_flag(doubtful)} AND stops & {GIFTS | GENERAL_INTEREST} <> 0 THEN 'general_interest'
            WHEN excluded_causes & {found.causes} <> 0 THEN 'excluded_cause'
            WHEN stops & {found.sectors} <> 0 THEN 'refused_sector'
            WHEN NOT {_flag(known)} AND NOT is_national THEN 'territory_unknown'
            WHEN {_flag(known)} AND NOT is_there AND NOT (is_national AND NOT says_france)
                AND NOT (says_france AND {_flag(found.is_in_france)}) THEN 'territory'
        END AS name FROM current
    )
    SELECT name, count(*) FROM stopped WHERE name IS NOT NULL GROUP BY name
    """  # noqa: S608 (numbers only)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"places": found.places, "today": clock.today()})
        return dict(cursor.fetchall())


def statement(found: Asker, *, related: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """All that nothing stops, scored; rows are (id, score, text, speaks, kind)."""
    themed = "(causes <> 0 AND cause > 0) OR text > 0"
    side = found.side
    values = {
        "cause": "cause",
        "text": "text",
        "place": place_sql(_flag(side.place_known), "is_stated", "is_national"),
        "audience": overlap_sql("audiences", str(found.audiences)),
        "skills": overlap_sql("skills", _by_kind(found.skills)),
        "amount": _amounts(side),
        "clarity": clarity_sql(_flag(bool(side.text.doubts)), _flag(side.text.told)),
    }
    said = f"coalesce(said, {real(0)}) * {real(side.text.density)}"
    sql = f"""
    WITH open AS MATERIALIZED ({_branches(found)}),
    once AS (
        SELECT need_id, kind, causes, audiences, skills, budget_min, budget_max, is_national,
            bool_or(is_stated) AS is_stated, {_causes(found, related)} AS cause
        FROM open
        GROUP BY need_id, kind, causes, audiences, skills, budget_min, budget_max, is_national
    ),
    worded AS (
        SELECT r.need_id, sum(w.weight * t.presence) AS said
        FROM once JOIN matching_needreading r USING (need_id)
        CROSS JOIN LATERAL unnest(r.terms, r.weights) AS w(key, weight)
        JOIN unnest(%(terms)s::bigint[], %(presences)s::float8[]) AS t(key, presence) ON t.key = w.key
        GROUP BY r.need_id
    ),
    weighed AS (
        SELECT once.*, r.speaks, {text_sql(said, half_sql("r.heaviest"))} AS text
        FROM once JOIN matching_needreading r USING (need_id) LEFT JOIN worded USING (need_id)
    )
    SELECT need_id AS id, round({total_sql(values, themed)}::numeric, 4) AS score, text, speaks, kind
    FROM weighed
    WHERE {themed}
    """  # noqa: S608 (numbers only; keys and dates are parameters)
    return sql, _parameters(found)


def _parameters(found: Asker) -> dict[str, Any]:
    text = found.side.text
    terms = {key_of(stem): presence for stem, presence in text.terms.items()}
    terms.update((key_of_theme(slug), presence) for slug, presence in text.themes.items())
    return {
        **{name: getattr(found, name) for name in ("stops", "causes", "places", "stated")},
        "today": clock.today(),
        "terms": list(terms),
        "presences": list(terms.values()),
    }


def _branches(found: Asker) -> str:
    columns = """
        p.need_id, p.kind, p.causes, p.audiences, p.skills, p.budget_min::float8, p.budget_max::float8,
        p.is_national
    """
    passes = f"""
        FROM matching_needprofile p
        WHERE (p.deadline IS NULL OR p.deadline >= %(today)s)
          AND p.stops & %(stops)s = 0 AND p.excluded_causes & %(causes)s = 0
          AND p.need_id NOT IN ({CLOSED})
    """
    france = "" if found.is_in_france else "AND NOT p.says_france"
    stated = f"p.says_france AND {NATIONAL} = ANY(%(stated)s)"
    return f"""
        SELECT {columns}, p.place = ANY(%(stated)s) AS is_stated {passes}
            AND p.place = ANY(%(places)s) AND p.place > 0
        UNION ALL
        SELECT {columns}, {stated} AS is_stated {passes} AND p.place = {NATIONAL} {france}
    """


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _by_kind(masks: Mapping[str, int]) -> str:
    cases = " ".join(f"WHEN {KINDS.index(kind)} THEN {mask}" for kind, mask in masks.items() if mask)
    return f"(CASE kind {cases} ELSE 0 END)" if cases else "0"


def _amounts(side: AssociationSide) -> str:
    """The best of the association's asks of the need's kind."""
    cases = []
    for kind in sorted({ask.kind for ask in side.asks if ask.amount}):
        fits = ", ".join(
            f"CASE WHEN budget_min > {real(amount)} THEN {real(amount)} / budget_min"
            f" WHEN budget_max > 0 AND budget_max < {real(amount)} THEN budget_max / {real(amount)}"
            f" ELSE {real(1)} END"
            for amount in sorted({float(ask.amount) for ask in side.asks_for(kind) if ask.amount})
        )
        cases.append(f"WHEN kind = {KINDS.index(kind)} THEN greatest({fits})")
    if not cases:
        return real(NEUTRAL)
    unsaid = f"WHEN budget_min IS NULL AND budget_max IS NULL THEN {real(NEUTRAL)}"
    return f"CASE {unsaid} {' '.join(cases)} ELSE {real(NEUTRAL)} END"


def _causes(found: Asker, related: Sequence[int]) -> str:
    """How far a need's causes are shared: half the best, half the mean; neutral when it says none."""
    fits = {rank: _fit(found, rank, near) for rank, near in enumerate(related)}
    cases = [
        f"CASE WHEN causes & {1 << rank} <> 0 THEN {real(fit)} ELSE {real(0)} END"
        for rank, fit in fits.items()
        if fit
    ]
    if not cases:
        return f"CASE WHEN causes = 0 THEN {real(NEUTRAL)} ELSE {real(0)} END"
    mean = f"({' + '.join(cases)}) / bit_count(causes::bit(64))"
    return (
        f"CASE WHEN causes = 0 THEN {real(NEUTRAL)}"
        f" ELSE {real(0.5)} * greatest({', '.join(cases)}) + {real(0.5)} * {mean} END"
    )


def _fit(found: Asker, rank: int, near: int) -> float:
    declared, spoken = found.causes >> rank & 1, found.spoken_causes >> rank & 1
    certain = parts.DOUBTED if found.side.text.doubts else 1.0
    if declared:
        silent = parts.UNCONFIRMED if found.side.text.speaks else parts.DECLARED
        return certain * (parts.CONFIRMED if spoken else silent)
    if spoken:
        return certain * parts.SPOKEN
    return parts.NEAR if found.causes & near else 0.0
