"""Profiles and readings, read into columns in a handful of queries, whatever their number."""

import uuid
from collections.abc import Collection

import numpy as np
from scipy.sparse import csr_array

from matching.kernel.arrays import ACTS, ANYWHERE, FRANCE, PLACES_FROM, STATES, Asks, Associations, Needs
from matching.kernel.copying import UUID, Array, among, plain, read_lists, read_rows
from matching.models import NATIONAL
from matching.profiles.masks import KINDS
from matching.scoring.lexicon import WIDER_PRESENT
from mecenova.calendar import clock

_KIND_RANK = " ".join(f"WHEN '{kind}' THEN {rank}" for rank, kind in enumerate(KINDS))
# Dates are the site's own, of the form 2026-11-28: nothing that a person wrote enters these queries.
_OPEN = "(p.paused_until IS NULL OR p.paused_until < '{today}')"
_CURRENT = "(p.deadline IS NULL OR p.deadline >= '{today}')"

_ASSOCIATIONS = """
SELECT association_id, p.stops, p.causes, p.spoken_causes, p.audiences, p.is_somewhere, p.is_in_france,
    p.is_stated, p.length, p.tells, p.speaks, p.doubted, r.terms, r.wider_terms
FROM matching_associationprofile p JOIN matching_associationreading r USING (association_id)
WHERE p.place = 0 AND {open} AND {which}
"""
_PLACES = """
SELECT p.place, p.association_id, p.is_stated FROM matching_associationprofile p
WHERE p.place = ANY('{{{places}}}') AND {open} AND {which}
"""
_ASKS = """
SELECT j.association_id, a.id, (CASE a.kind {kinds} END)::smallint,
    coalesce(a.amount, 0)::float8, coalesce(bit_or(ranked.bit), 0)
FROM associations_ask a
JOIN associations_project j ON j.id = a.project_id AND j.status = 'published'
    AND (j.paused_until IS NULL OR j.paused_until < '{today}') AND {which}
LEFT JOIN associations_ask_skills s ON s.ask_id = a.id
LEFT JOIN (
    SELECT id, 1::bigint << (row_number() OVER (ORDER BY id) - 1)::integer AS bit FROM reference_skill
) AS ranked ON ranked.id = s.skill_id
GROUP BY a.id, j.association_id
"""
_NEEDS = """
SELECT DISTINCT ON (p.need_id) p.need_id, p.company_id, p.kind, p.stops, p.causes, p.excluded_causes,
    p.audiences, p.skills, coalesce(p.budget_min::float8, 'nan'), coalesce(p.budget_max::float8, 'nan'),
    p.is_national, p.says_france, r.heaviest, r.speaks, r.terms, r.weights,
    array_agg(p.place::bigint) OVER (PARTITION BY p.need_id)
FROM matching_needprofile p JOIN matching_needreading r USING (need_id)
WHERE {current} AND {which}
"""
# One list to search in, and no OR: the planner then reads the rows of the places alone.
_ACTS_THERE = """association_id IN (
    SELECT there.association_id FROM matching_associationprofile there WHERE there.place = ANY('{{{places}}}')
    UNION ALL
    SELECT unnest('{{{keys}}}'::uuid[])
)"""


def load_needs(
    keys: Collection[uuid.UUID] | None = None, *, companies: Array | None = None
) -> tuple[Needs, Array]:
    """The current needs, or those among `keys` or of these companies, and the keys of the terms that their
    columns stand for."""
    which = f"{among('p.need_id', keys)} AND {among('p.company_id', companies)}"
    given = {"current": _CURRENT.format(today=clock.today()), "which": which}
    rows, lists = read_lists(
        _NEEDS.format(**given),
        {
            **{"id": UUID, "company": UUID, "kind": ">i2"},
            **dict.fromkeys(("stops", "causes", "excluded", "audiences", "skills"), ">i8"),
            **{"low": ">f8", "high": ">f8", "national": "?", "france": "?", "heaviest": ">f8", "speaks": "?"},
        },
        {"terms": ">i8", "weights": ">f8", "places": ">i8"},
        order="id",
    )
    ids = plain(rows["id"])
    (numbers, terms), (_, weights) = lists["terms"], lists["weights"]
    vocabulary, columns = np.unique(terms, return_inverse=True)
    needs = Needs(
        ids=ids,
        companies=plain(rows["company"]),
        kinds=plain(rows["kind"]),
        stops=plain(rows["stops"]),
        causes=plain(rows["causes"]),
        excluded_causes=plain(rows["excluded"]),
        audiences=plain(rows["audiences"]),
        skills=plain(rows["skills"]),
        budget_min=plain(rows["low"]),
        budget_max=plain(rows["high"]),
        is_national=plain(rows["national"]),
        places=_open_to(*lists["places"], rows["france"]),
        heaviest=rows["heaviest"].astype(np.float32),
        speaks=plain(rows["speaks"]),
        terms=csr_array(
            (weights.astype(np.float32), (np.repeat(np.arange(len(ids)), numbers), columns)),
            shape=(len(ids), len(vocabulary)),
        ),
    )
    return needs, vocabulary


def may_meet(needs: Needs, *, beside: Collection[uuid.UUID] = ()) -> str:
    """Which associations to load for these needs: who acts in their places, or everybody when one of them is
    open to all of France. These associations as well, wherever they act."""
    if needs.is_national.any():
        return among("association_id", None)
    return _ACTS_THERE.format(places=_listed(needs), keys=",".join(key.hex for key in beside))


def load_associations(needs: Needs, vocabulary: Array, which: str) -> Associations:
    """The associations open today among `which`, as needs see them: of their places, those of `needs`; of
    their texts, the terms of `vocabulary`."""
    today = clock.today()
    given = {"open": _OPEN.format(today=today), "which": which, "today": today, "kinds": _KIND_RANK}
    rows, lists = read_lists(
        _ASSOCIATIONS.format(**given),
        {
            "id": UUID,
            **dict.fromkeys(("stops", "causes", "spoken", "audiences"), ">i8"),
            **{"somewhere": "?", "france": "?", "stated": "?"},
            **{"length": ">i4", "tells": "?", "speaks": "?", "doubted": "?"},
        },
        {"terms": ">i8", "wider": ">i8"},
        order="id",
    )
    ids = plain(rows["id"])
    return Associations(
        ids=ids,
        stops=plain(rows["stops"]),
        causes=plain(rows["causes"]),
        spoken_causes=plain(rows["spoken"]),
        audiences=plain(rows["audiences"]),
        is_somewhere=plain(rows["somewhere"]),
        length=plain(rows["length"]),
        tells=plain(rows["tells"]),
        speaks=plain(rows["speaks"]),
        doubted=plain(rows["doubted"]),
        places=_acting(rows, _PLACES.format(places=_listed(needs), **given), needs.places.shape[1]),
        asks=_asks(ids, _ASKS.format(**given)),
        terms=_said(vocabulary, lists["terms"], 1.0) + _said(vocabulary, lists["wider"], WIDER_PRESENT),
    )


def _listed(needs: Needs) -> str:
    named = np.unique(needs.places.indices)
    return ",".join(str(place) for place in (named[named >= PLACES_FROM] - PLACES_FROM).tolist())


def _said(vocabulary: Array, lists: tuple[Array, Array], presence: float) -> csr_array:
    """Associations by terms of the vocabulary: this presence for each that is said."""
    numbers, terms = lists
    columns = np.searchsorted(vocabulary, terms)
    columns[columns == len(vocabulary)] = 0
    known = vocabulary[columns] == terms if len(vocabulary) else np.zeros(len(terms), bool)
    owners = np.repeat(np.arange(len(numbers)), numbers)[known]
    values = np.full(len(owners), presence, np.float32)
    return csr_array((values, (owners, columns[known])), shape=(len(numbers), len(vocabulary)))


def _open_to(numbers: Array, places: Array, says_france: Array) -> csr_array:
    """Needs by places. All of France is one of two, by whether the need says so in words."""
    rows = np.repeat(np.arange(len(numbers)), numbers)
    wide = np.where(says_france[rows], FRANCE, ANYWHERE)
    columns = np.where(places == NATIONAL, wide, places + PLACES_FROM)
    width = max(PLACES_FROM, int(columns.max(initial=0)) + 1)
    return csr_array((np.full(len(rows), ACTS, np.int32), (rows, columns)), shape=(len(numbers), width))


def _acting(found: Array, sql: str, number: int) -> csr_array:
    """So many places by these associations. Everybody is in all of France, but who acts only abroad."""
    rows, owners = _owned(
        read_rows(sql, {"place": ">i4", "id": UUID, "stated": "?"}, order="place, id"), found["id"]
    )
    everybody, inside = np.arange(len(found)), np.flatnonzero(found["france"])
    places = [np.full(len(everybody), ANYWHERE), np.full(len(inside), FRANCE), rows["place"] + PLACES_FROM]
    # A need that names no place shares none, even with an association of all France.
    stated = [np.zeros(len(everybody), bool), found["stated"][inside], rows["stated"]]
    values = (ACTS + STATES * np.concatenate(stated)).astype(np.int32)
    at = (np.concatenate(places), np.concatenate([everybody, inside, owners]))
    return csr_array((values, at), shape=(number, len(found)))


def _asks(ids: Array, sql: str) -> Asks:
    columns = {"id": UUID, "ask": UUID, "kind": ">i2", "amount": ">f8", "skills": ">i8"}
    rows, owners = _owned(read_rows(sql, columns, order="kind, id, ask"), ids)
    shape = len(KINDS), len(ids)
    cells = rows["kind"].astype(np.int64) * len(ids) + owners
    skills = np.zeros(shape, np.int64)
    np.bitwise_or.at(skills.reshape(-1), cells, plain(rows["skills"]))
    told = rows["amount"] > 0
    number = np.bincount(cells[told], minlength=skills.size)
    return Asks(
        skills,
        number.reshape(shape),
        (np.cumsum(number) - number).reshape(shape),
        plain(rows["amount"])[told],
    )


def _owned(rows: Array, ids: Array) -> tuple[Array, Array]:
    """Those of these rows whose `id` is in `ids`, and where it is there."""
    if not len(ids):
        return rows[:0], np.empty(0, np.int64)
    owners = np.searchsorted(ids, rows["id"])
    owners[owners == len(ids)] = 0
    known = ids[owners] == rows["id"]
    return (rows, owners) if known.all() else (rows[known], owners[known])
