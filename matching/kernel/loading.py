"""Profiles and readings, read into columns in a handful of queries, whatever their number."""

import uuid
from collections.abc import Collection

import numpy as np
from scipy.sparse import csr_array

from matching.kernel.arrays import KIND_RANKS, AskColumns, Associations, Needs
from matching.kernel.copying import UUID, Array, among, except_for, read_rows
from matching.models import NATIONAL
from matching.profiles.masks import KINDS
from matching.scoring.lexicon import WIDER_PRESENT
from mecenova.calendar import clock

_KIND_RANK = " ".join(f"WHEN '{kind}' THEN {rank}" for rank, kind in enumerate(KINDS))
# Dates are the site's own, of the form 2026-11-28: nothing that a person wrote enters these queries.
_OPEN = "(p.paused_until IS NULL OR p.paused_until < '{today}')"
_CURRENT = "(p.deadline IS NULL OR p.deadline >= '{today}')"

_ASSOCIATIONS = """
SELECT p.association_id, p.stops, p.causes, p.spoken_causes, p.audiences, p.is_somewhere, p.is_in_france,
    p.length, p.tells, p.speaks, p.doubted
FROM matching_associationprofile p WHERE p.place = 0 AND {open} AND {among} ORDER BY p.association_id
"""
_PLACES = """
SELECT p.place, p.association_id, p.is_stated FROM matching_associationprofile p
WHERE {open} AND {among} ORDER BY p.place, p.association_id
"""
_ASKS = """
SELECT j.association_id, (CASE a.kind {kinds} END)::smallint,
    coalesce(a.amount, 0)::float8, coalesce(bit_or(ranked.bit), 0)
FROM associations_ask a
JOIN associations_project j ON j.id = a.project_id AND j.status = 'published'
    AND (j.paused_until IS NULL OR j.paused_until < '{today}') AND {among}
LEFT JOIN associations_ask_skills s ON s.ask_id = a.id
LEFT JOIN (
    SELECT id, 1::bigint << (row_number() OVER (ORDER BY id) - 1)::integer AS bit FROM reference_skill
) AS ranked ON ranked.id = s.skill_id
GROUP BY a.id, j.association_id ORDER BY j.association_id
"""
_TERMS = """
SELECT r.association_id, said.key, said.presence
FROM matching_associationreading r CROSS JOIN LATERAL (
    SELECT key, 1::float4 FROM unnest(r.terms) AS key
    UNION ALL SELECT key, {wider}::float4 FROM unnest(r.wider_terms) AS key
) AS said(key, presence)
WHERE {among}
"""
_NEEDS = """
SELECT DISTINCT ON (p.need_id) p.need_id, p.company_id, p.kind, p.stops, p.causes, p.excluded_causes,
    p.audiences, p.skills, coalesce(p.budget_min::float8, 'nan'), coalesce(p.budget_max::float8, 'nan'),
    p.is_national, p.says_france, r.heaviest, r.speaks
FROM matching_needprofile p JOIN matching_needreading r USING (need_id)
WHERE {current} AND {among} ORDER BY p.need_id
"""
_NEED_PLACES = """
SELECT p.need_id, p.place FROM matching_needprofile p
WHERE p.place <> 0 AND {current} AND {among} ORDER BY p.need_id, p.place
"""
_NEED_TERMS = """
SELECT r.need_id, said.key, said.weight
FROM matching_needreading r CROSS JOIN LATERAL unnest(r.terms, r.weights) AS said(key, weight)
WHERE {among}
"""


def load_needs(
    keys: Collection[uuid.UUID] | None = None, *, without: Collection[uuid.UUID] = ()
) -> tuple[Needs, Array]:
    """The current needs, or those among `keys`, and the keys of the terms that their columns stand for."""
    chosen = f"{among('p.need_id', keys)} AND {except_for('p.need_id', without)}"
    given = {"current": _CURRENT.format(today=clock.today()), "among": chosen}
    rows = read_rows(
        _NEEDS.format(**given),
        {
            **{"id": UUID, "company": UUID, "kind": ">i2"},
            **dict.fromkeys(("stops", "causes", "excluded", "audiences", "skills"), ">i8"),
            **{"low": ">f8", "high": ">f8", "national": "?", "france": "?", "heaviest": ">f8", "speaks": "?"},
        },
    )
    ids = _plain(rows["id"])
    said = read_rows(
        _NEED_TERMS.format(among=among("r.need_id", keys)), {"id": UUID, "key": ">i8", "weight": ">f8"}
    )
    said, owners = _owned(said, ids)
    vocabulary, columns = np.unique(_plain(said["key"]), return_inverse=True)
    terms = csr_array(
        (said["weight"].astype(np.float32), (owners, columns)), shape=(len(ids), len(vocabulary))
    )
    needs = Needs(
        ids=ids,
        companies=_plain(rows["company"]),
        kinds=_plain(rows["kind"]),
        stops=_plain(rows["stops"]),
        causes=_plain(rows["causes"]),
        excluded_causes=_plain(rows["excluded"]),
        audiences=_plain(rows["audiences"]),
        skills=_plain(rows["skills"]),
        budget_min=_plain(rows["low"]),
        budget_max=_plain(rows["high"]),
        is_national=_plain(rows["national"]),
        says_france=_plain(rows["france"]),
        places=_places_of(ids, given),
        heaviest=rows["heaviest"].astype(np.float32),
        speaks=_plain(rows["speaks"]),
        terms=terms,
    )
    return needs, vocabulary


def load_associations(vocabulary: Array, keys: Collection[uuid.UUID] | None = None) -> Associations:
    """The associations open today, or those among `keys`; of their texts, only the terms of `vocabulary`."""
    today = clock.today()
    given = {"open": _OPEN.format(today=today), "among": among("p.association_id", keys)}
    masks = ("stops", "causes", "spoken", "audiences")
    rows = read_rows(
        _ASSOCIATIONS.format(**given),
        {
            "id": UUID,
            **dict.fromkeys(masks, ">i8"),
            **{"somewhere": "?", "france": "?", "length": ">i4", "tells": "?", "speaks": "?", "doubted": "?"},
        },
    )
    ids = _plain(rows["id"])
    within, stated = _places(ids, given)
    asks = read_rows(
        _ASKS.format(kinds=_KIND_RANK, today=today, among=among("j.association_id", keys)),
        {"id": UUID, "kind": ">i2", "amount": ">f8", "skills": ">i8"},
    )
    return Associations(
        ids=ids,
        stops=_plain(rows["stops"]),
        causes=_plain(rows["causes"]),
        spoken_causes=_plain(rows["spoken"]),
        audiences=_plain(rows["audiences"]),
        is_somewhere=_plain(rows["somewhere"]),
        is_in_france=_plain(rows["france"]),
        length=_plain(rows["length"]),
        tells=_plain(rows["tells"]),
        speaks=_plain(rows["speaks"]),
        doubted=_plain(rows["doubted"]),
        within=within,
        stated=stated,
        asks=_asks(ids, *_owned(asks, ids)),
        terms=_terms(ids, vocabulary, keys),
    )


def _terms(ids: Array, vocabulary: Array, keys: Collection[uuid.UUID] | None) -> csr_array:
    sql = _TERMS.format(wider=WIDER_PRESENT, among=among("r.association_id", keys))
    said, owners = _owned(read_rows(sql, {"id": UUID, "key": ">i8", "presence": ">f4"}), ids)
    terms = _plain(said["key"])
    columns = np.searchsorted(vocabulary, terms)
    columns[columns == len(vocabulary)] = 0
    known = vocabulary[columns] == terms if len(vocabulary) else np.zeros(len(terms), bool)
    return csr_array(
        (said["presence"].astype(np.float32)[known], (owners[known], columns[known])),
        shape=(len(ids), len(vocabulary)),
    )


def _places(ids: Array, given: dict[str, str]) -> tuple[dict[int, Array], dict[int, Array]]:
    rows = read_rows(_PLACES.format(**given), {"place": ">i4", "id": UUID, "stated": "?"})
    rows, owners = _owned(rows, ids)
    places, starts = np.unique(_plain(rows["place"]), return_index=True)
    within = dict(zip(places.tolist(), np.split(owners.astype(np.int32), starts[1:]), strict=False))
    stated = dict(zip(places.tolist(), np.split(_plain(rows["stated"]), starts[1:]), strict=False))
    within.setdefault(NATIONAL, np.empty(0, np.int32))
    stated.setdefault(NATIONAL, np.empty(0, bool))
    return within, stated


def _asks(ids: Array, rows: Array, owners: Array) -> tuple[AskColumns, ...]:
    found = []
    for kind in KIND_RANKS:
        of_kind = rows["kind"] == kind
        skills = np.zeros(len(ids), np.int64)
        np.bitwise_or.at(skills, owners[of_kind], _plain(rows["skills"])[of_kind])
        told = of_kind & (rows["amount"] > 0)
        found.append(AskColumns(skills, owners[told], _plain(rows["amount"])[told]))
    return tuple(found)


def _places_of(ids: Array, given: dict[str, str]) -> list[tuple[int, ...]]:
    rows = read_rows(_NEED_PLACES.format(**given), {"id": UUID, "place": ">i4"})
    rows, owners = _owned(rows, ids)
    found: list[tuple[int, ...]] = [()] * len(ids)
    for owner, place in zip(owners.tolist(), rows["place"].tolist(), strict=True):
        found[owner] = (*found[owner], place)
    return found


def _owned(rows: Array, ids: Array) -> tuple[Array, Array]:
    """Those of these rows whose `id` is in `ids`, and where it is there."""
    if not len(ids):
        return rows[:0], np.empty(0, np.int64)
    owners = np.searchsorted(ids, rows["id"])
    owners[owners == len(ids)] = 0
    known = ids[owners] == rows["id"]
    return (rows, owners) if known.all() else (rows[known], owners[known])


def _plain(column: Array) -> Array:
    """Of its own, in the machine's order of bytes."""
    return np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("="))
