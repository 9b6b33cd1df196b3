"""One need's best associations, found by the database without reading the network.

Two branches, never one condition with OR, which no index serves: the same places, and what is national. Masks
and themes make a shortlist; words, skills and amounts are weighed on those of it that they could bring among
the first.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from matching.models import NATIONAL
from matching.network.keys import theme_bits, theme_ranks, theme_slugs
from matching.network.vocabulary import usual_length
from matching.profiles.masks import KINDS
from matching.profiles.sums import (
    Suits,
    clarity_sql,
    half_sql,
    one_row,
    overlap_sql,
    place_sql,
    real,
    suits,
    text_sql,
    total_sql,
)
from matching.scoring import NEUTRAL, parts
from matching.scoring.lexicon import LENGTH_SHARE, WIDER_PRESENT
from mecenova.calendar import clock

# How many of the best by masks and themes have their words weighed, and no fewer than twice those wanted.
SHORTLIST = 300

# Scores are compared to the fourth decimal.
ROUNDED = 0.0002

# What a text longer than usual is divided by.
_LENGTHY = (
    f"CASE WHEN p.length <= %(usual)s::float8 THEN {real(1)}"
    f" ELSE {real(1)} + {real(LENGTH_SHARE)} * ln(p.length / %(usual)s::float8) END"
)

NEED = """
SELECT p.kind, p.stops, p.causes, p.excluded_causes, p.audiences, p.skills, p.budget_min::float8,
    p.budget_max::float8, p.is_national, p.says_france, array_agg(p.place) AS places, r.terms, r.weights,
    r.heaviest
FROM matching_needprofile p JOIN matching_needreading r USING (need_id)
WHERE p.need_id = %(key)s AND (p.deadline IS NULL OR p.deadline >= %(today)s)
GROUP BY p.need_id, p.kind, p.stops, p.causes, p.excluded_causes, p.audiences, p.skills, p.budget_min,
    p.budget_max, p.is_national, p.says_france, r.need_id
"""


def best_associations(need: uuid.UUID, *, limit: int, related: Sequence[int]) -> list[Suits]:
    """The open associations that suit a current need best; none when it is not current.

    `related` are the masks of the causes near each cause, by rank.
    """
    found = one_row(NEED, {"key": need, "today": clock.today()})
    return suits(*statement(found, limit=limit, related=related)) if found else []


def statement(need: Mapping[str, Any], *, limit: int, related: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """The query for a row of NEED, and its parameters."""
    themes, words = _apart(need["terms"], need["weights"])
    half = half_sql(real(need["heaviest"]))
    national = "true" if need["is_national"] else "false"
    values = {
        "cause": "cause",
        "text": f"CASE WHEN said > 0 THEN {text_sql('said / lengthy', half)} ELSE {real(0)} END",
        "place": place_sql("is_somewhere", "is_stated", national),
        "audience": overlap_sql(str(need["audiences"]), "audiences"),
        "clarity": clarity_sql("doubted", "tells"),
    }
    themed = "(cause > 0 OR said > 0)" if need["causes"] else "said > 0"
    exact = {**values, "text": "text", "skills": overlap_sql(str(need["skills"]), "sought")}
    exact["amount"] = f"coalesce(amount, {real(NEUTRAL)})"
    number = max(SHORTLIST, 2 * limit * len(need["places"]))
    low, high = _bounds(need, values, themed, sum(words.values()), half)
    last = f"(SELECT low FROM bounded ORDER BY low DESC OFFSET {limit - 1} LIMIT 1)"  # noqa: S608 (a number)
    sql = f"""
    WITH first AS (
        SELECT * FROM ({_branches(need, themes, related)} OFFSET 0) AS open
        ORDER BY {total_sql(values, themed)} DESC, association_id LIMIT {number}
    ),
    bounded AS MATERIALIZED (SELECT *, {low} AS low, {high} AS high FROM ({_once(need)}) AS once),
    rough AS MATERIALIZED (SELECT * FROM bounded WHERE high >= coalesce({last}, 0) - {real(ROUNDED)}),
    worded AS ({_words(words)}),
    asked AS ({_asks(need)}),
    whole AS (
        SELECT association_id AS id, cause, is_stated, is_somewhere, tells, doubted, audiences, lengthy,
            sought, amount, rough.said + coalesce(worded.said, 0) AS said
        FROM rough LEFT JOIN worded USING (association_id) LEFT JOIN asked USING (association_id)
    ),
    exact AS MATERIALIZED (SELECT *, {values["text"]} AS text FROM whole WHERE {themed})
    SELECT id, round(({total_sql(exact, themed)})::numeric, 4) AS score, text FROM exact
    ORDER BY score DESC, id LIMIT {limit}
    """  # noqa: S608 (numbers only; keys and dates are parameters)
    return sql, _parameters(need, words)


def _bounds(
    need: Mapping[str, Any], values: Mapping[str, str], themed: str, words: float, half: str
) -> tuple[str, str]:
    """What the sum is at least, and at most, before words, skills and amounts are looked at: who cannot
    be among the first is left there. Sharing nothing yet, and perhaps nothing at all, is at least nothing."""
    is_ranged = need["budget_min"] is not None or need["budget_max"] is not None
    unknown = (NEUTRAL, NEUTRAL)
    skills, amount = (0.2, 1.0) if need["skills"] else unknown, (0.0, 1.0) if is_ranged else unknown
    least = {**values, "skills": real(skills[0]), "amount": real(amount[0])}
    most = {**values, "skills": real(skills[1]), "amount": real(amount[1])}
    if words:
        most["text"] = text_sql(f"(said + {real(words)}) / lengthy", half)
    low = f"CASE WHEN {themed} THEN {total_sql(least, themed)} ELSE {real(0)} END"
    return low, total_sql(most, "true" if words else themed)


def _parameters(need: Mapping[str, Any], words: Mapping[int, float]) -> dict[str, Any]:
    return {
        **{name: need[name] for name in ("stops", "excluded_causes", "places")},
        "today": clock.today(),
        "usual": usual_length(),
        "no_theme": theme_bits(()),
        "kind": KINDS[need["kind"]],
        "words": list(words),
        "weights": list(words.values()),
    }


def _apart(terms: Sequence[int], weights: Sequence[float]) -> tuple[dict[int, float], dict[int, float]]:
    """Themes by rank and words by key, with what each weighs."""
    slugs, ranks = theme_slugs(), theme_ranks()
    themes: dict[int, float] = {}
    words: dict[int, float] = {}
    for key, weight in zip(terms, weights, strict=True):
        if key in slugs:
            themes[ranks[slugs[key]]] = weight
        else:
            words[key] = weight
    return themes, words


def _branches(need: Mapping[str, Any], themes: Mapping[int, float], related: Sequence[int]) -> str:
    """Those that nothing stops: in its places, and in all of France for a national need."""
    said = " + ".join(
        f"{real(weight)} * (get_bit(p.themes, {rank})"
        f" + {real(WIDER_PRESENT)} * get_bit(p.wider_themes, {rank}))"
        for rank, weight in themes.items()
    )
    columns = f"""
        p.association_id, p.is_somewhere, p.tells, p.doubted, p.audiences, {_LENGTHY} AS lengthy,
        {_causes(need["causes"], related)} AS cause,
        CASE WHEN p.themes <> %(no_theme)s THEN {said or real(0)} ELSE {real(0)} END AS said
    """
    passes = """
        FROM matching_associationprofile p
        WHERE (p.paused_until IS NULL OR p.paused_until < %(today)s)
          AND p.stops & %(stops)s = 0 AND p.causes & %(excluded_causes)s = 0
    """
    branches = []
    if any(place != NATIONAL for place in need["places"]):
        branches.append(
            f"SELECT {columns}, p.is_stated {passes} AND p.place = ANY(%(places)s) AND p.place > 0"
        )
    if need["is_national"]:
        # A need that names no place shares none, even with an association of all France.
        stated, france = ("p.is_stated", "AND p.is_in_france") if need["says_france"] else ("false", "")
        branches.append(f"SELECT {columns}, {stated} AS is_stated {passes} AND p.place = {NATIONAL} {france}")
    return " UNION ALL ".join(branches)


def _once(need: Mapping[str, Any]) -> str:
    """Who acts in several of its places is one."""
    if len(need["places"]) == 1:
        return "SELECT * FROM first"
    return """
        SELECT association_id, is_somewhere, tells, doubted, audiences, lengthy, cause, said,
            bool_or(is_stated) AS is_stated
        FROM first GROUP BY association_id, is_somewhere, tells, doubted, audiences, lengthy, cause, said
    """


def _words(words: Mapping[int, float]) -> str:
    """What the words that the shortlist says weigh. Most say none: their lists are not opened."""
    if not words:
        return "SELECT NULL::uuid AS association_id, NULL::float8 AS said WHERE false"
    return """
        SELECT r.association_id, sum(w.weight) AS said
        FROM rough JOIN matching_associationreading r USING (association_id)
        CROSS JOIN LATERAL unnest(r.terms) AS t(key)
        JOIN unnest(%(words)s::bigint[], %(weights)s::float8[]) AS w(key, weight) ON w.key = t.key
        WHERE r.terms && %(words)s::bigint[]
        GROUP BY r.association_id
    """


def _causes(mask: int, related: Sequence[int]) -> str:
    """How far the need's causes are shared: half the best, half the mean."""
    fits = [_fit(rank, near) for rank, near in enumerate(related) if mask >> rank & 1]
    if not fits:
        return real(NEUTRAL)
    if len(fits) == 1:
        return fits[0]
    total = " + ".join(fits)
    return f"({real(0.5)} * greatest({', '.join(fits)}) + {real(0.5)} * ({total}) / {len(fits)})"


def _fit(rank: int, near: int) -> str:
    bit = 1 << rank
    certain = f"CASE WHEN p.doubted THEN {real(parts.DOUBTED)} ELSE {real(1)} END"
    return (
        f"(CASE WHEN p.causes & {bit} <> 0 THEN {certain} * CASE"
        f" WHEN p.spoken_causes & {bit} <> 0 THEN {real(parts.CONFIRMED)}"
        f" WHEN p.speaks THEN {real(parts.UNCONFIRMED)} ELSE {real(parts.DECLARED)} END"
        f" WHEN p.spoken_causes & {bit} <> 0 THEN {certain} * {real(parts.SPOKEN)}"
        f" WHEN p.causes & {near} <> 0 THEN {real(parts.NEAR)} ELSE {real(0)} END)"
    )


def _asks(need: Mapping[str, Any]) -> str:
    """What the shortlist's published projects ask for in the need's own kind."""
    low, high = need["budget_min"], need["budget_max"]
    if not need["skills"] and low is None and high is None:
        return (
            "SELECT NULL::uuid AS association_id, NULL::bigint AS sought, NULL::float8 AS amount WHERE false"
        )
    fits = []
    if low:
        fits.append(f"WHEN a.amount < {low} THEN a.amount::float8 / {real(low)}")
    if high:
        fits.append(f"WHEN a.amount > {high} THEN {real(high)} / a.amount::float8")
    fit = f"CASE WHEN a.amount IS NULL OR a.amount = 0 THEN NULL {' '.join(fits)} ELSE {real(1)} END"
    amount = "NULL::float8" if low is None and high is None else f"max({fit})"
    return f"""
        SELECT j.association_id, bit_or(ranked.bit) AS sought, {amount} AS amount
        FROM rough JOIN associations_project j USING (association_id)
        JOIN associations_ask a ON a.project_id = j.id AND a.kind = %(kind)s
        LEFT JOIN associations_ask_skills s ON s.ask_id = a.id
        LEFT JOIN (
            SELECT id, 1::bigint << (row_number() OVER (ORDER BY id) - 1)::integer AS bit FROM reference_skill
        ) AS ranked ON ranked.id = s.skill_id
        WHERE j.status = 'published' AND (j.paused_until IS NULL OR j.paused_until < %(today)s)
        GROUP BY j.association_id
    """  # noqa: S608 (words of this room only; values are parameters)
