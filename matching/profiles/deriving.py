"""Profiles are derived by the database from what people wrote: for a few after a change, for all each night.

One statement a side. It writes only what differs and says how many rows did: for all of them, it is the check
and the repair.
"""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection

from matching.models import NATIONAL
from matching.profiles.masks import ALL_KINDS, GENERAL_INTEREST, GIFTS, KIND_BITS, KINDS, SECTOR_SHIFT
from matching.scoring.sides import ABROAD, ABROAD_CAUSE
from matching.scoring.sides import NATIONAL as FRANCE
from mecenova.calendar import clock
from mecenova.reference.enums import TerritoryLevel


def _ranks(table: str) -> str:
    """The bit of each row of a closed list, as `masks` gives it."""
    rank = "row_number() OVER (ORDER BY id) - 1"
    return f"SELECT id, 1::bigint << ({rank})::integer AS bit FROM {table}"  # noqa: S608 (a table of the house)


def _kinds(among: str) -> str:
    """The mask of an array of kinds."""
    return " | ".join(
        f"CASE WHEN '{kind}' = ANY({among}) THEN {bit} ELSE 0 END" for kind, bit in KIND_BITS.items()
    )


_KIND_BIT = " ".join(f"WHEN '{kind}' THEN {bit}" for kind, bit in KIND_BITS.items())
_KIND_RANK = " ".join(f"WHEN '{kind}' THEN {rank}" for rank, kind in enumerate(KINDS))

# As `mecenova.reference.territories.reach` says: places up to what contains them all (commune, département,
# région, France), and down to the départements that a région or France holds.
_LINEAGE = f"""
    SELECT up.owner, up.code, up.id, bool_or(up.stated) AS stated
    FROM (
        SELECT d.owner, v.code, v.id, v.stated
        FROM direct d
        JOIN reference_territory a ON a.id = d.territory_id
        LEFT JOIN reference_territory b ON b.id = a.parent_id
        LEFT JOIN reference_territory c ON c.id = b.parent_id
        LEFT JOIN reference_territory e ON e.id = c.parent_id
        CROSS JOIN LATERAL (VALUES
            (a.code, a.id, true), (b.code, b.id, false), (c.code, c.id, false), (e.code, e.id, false)
        ) AS v(code, id, stated)
        WHERE v.id IS NOT NULL
        UNION ALL
        SELECT d.owner, held.code, held.id, false
        FROM direct d
        JOIN (
            SELECT parent_id AS holder, code, id, level FROM reference_territory
            UNION ALL
            SELECT above.parent_id, under.code, under.id, under.level
            FROM reference_territory under JOIN reference_territory above ON above.id = under.parent_id
        ) AS held ON held.holder = d.territory_id
        WHERE held.level <> '{TerritoryLevel.COMMUNE}'
    ) AS up
    GROUP BY up.owner, up.code, up.id
"""  # noqa: S608 (words of this room only)

ASSOCIATIONS = f"""
WITH wanted AS MATERIALIZED (
    SELECT a.id, a.paused_until, a.refused_kinds, a.general_interest, o.department_id
    FROM associations_association a
    JOIN accounts_organisation o ON o.id = a.organisation_id
    WHERE o.status = 'checked' AND a.stance <> 'expert_only'
      AND (%(keys)s::uuid[] IS NULL OR a.id = ANY(%(keys)s))
), proposed AS MATERIALIZED (
    SELECT p.id, p.association_id
    FROM associations_project p JOIN wanted w ON w.id = p.association_id
    WHERE p.status = 'published' AND (p.paused_until IS NULL OR p.paused_until < %(today)s)
), causes AS (
    SELECT owner, bit_or(bit) AS mask FROM (
        SELECT association_id AS owner, cause_id FROM associations_association_causes
        JOIN wanted w ON w.id = association_id
        UNION ALL
        SELECT p.association_id, c.cause_id FROM associations_project_causes c
        JOIN proposed p ON p.id = c.project_id
    ) AS said JOIN ({_ranks("reference_cause")}) AS ranked ON ranked.id = said.cause_id
    GROUP BY owner
), audiences AS (
    SELECT owner, bit_or(bit) AS mask FROM (
        SELECT association_id AS owner, audience_id FROM associations_association_audiences
        JOIN wanted w ON w.id = association_id
        UNION ALL
        SELECT p.association_id, c.audience_id FROM associations_project_audiences c
        JOIN proposed p ON p.id = c.project_id
    ) AS said JOIN ({_ranks("reference_audience")}) AS ranked ON ranked.id = said.audience_id
    GROUP BY owner
), sectors AS (
    SELECT s.association_id AS owner, bit_or(ranked.bit << {SECTOR_SHIFT}) AS mask
    FROM associations_association_refused_sectors s
    JOIN wanted w ON w.id = s.association_id
    JOIN ({_ranks("reference_sector")}) AS ranked ON ranked.id = s.sector_id
    GROUP BY s.association_id
), asked AS (
    SELECT p.association_id AS owner, bit_or(CASE a.kind {_KIND_BIT} ELSE 0 END) AS kinds
    FROM associations_ask a JOIN proposed p ON p.id = a.project_id
    GROUP BY p.association_id
), direct AS (
    SELECT association_id AS owner, territory_id FROM associations_association_territories
    JOIN wanted w ON w.id = association_id
    UNION
    SELECT p.association_id, t.territory_id FROM associations_project_territories t
    JOIN proposed p ON p.id = t.project_id
    UNION
    SELECT id, department_id FROM wanted WHERE department_id IS NOT NULL
), lineage AS MATERIALIZED ({_LINEAGE}),
facts AS (
    SELECT w.id AS owner, w.paused_until,
        ({_kinds("w.refused_kinds")})
        | coalesce({ALL_KINDS} & ~asked.kinds, 0)
        | CASE WHEN w.general_interest = 'no' THEN {GIFTS | GENERAL_INTEREST} ELSE 0 END
        | coalesce(sectors.mask, 0) AS stops,
        coalesce(causes.mask, 0) AS causes, coalesce(audiences.mask, 0) AS audiences,
        EXISTS (SELECT FROM lineage l WHERE l.owner = w.id) AS is_somewhere,
        NOT EXISTS (SELECT FROM lineage l WHERE l.owner = w.id)
            OR EXISTS (SELECT FROM lineage l WHERE l.owner = w.id AND l.code = '{FRANCE}') AS is_in_france
    FROM wanted w
    LEFT JOIN asked ON asked.owner = w.id
    LEFT JOIN causes ON causes.owner = w.id
    LEFT JOIN audiences ON audiences.owner = w.id
    LEFT JOIN sectors ON sectors.owner = w.id
), places AS (
    SELECT owner, id AS place, stated FROM lineage WHERE code <> '{FRANCE}'
    UNION ALL
    SELECT f.owner, {NATIONAL}, coalesce(l.stated, false)
    FROM facts f LEFT JOIN lineage l ON l.owner = f.owner AND l.code = '{FRANCE}'
    UNION ALL
    SELECT f.owner, t.id, false
    FROM facts f
    JOIN reference_cause c ON c.slug = '{ABROAD_CAUSE}'
    JOIN ({_ranks("reference_cause")}) AS ranked ON ranked.id = c.id AND f.causes & ranked.bit <> 0
    JOIN reference_territory t ON t.code = '{ABROAD}'
    WHERE f.is_somewhere AND NOT EXISTS (SELECT FROM lineage l WHERE l.owner = f.owner AND l.id = t.id)
), fresh AS MATERIALIZED (
    SELECT p.place, f.owner AS association_id, p.stated AS is_stated, f.is_somewhere, f.is_in_france,
        f.paused_until, f.stops, f.causes, r.spoken_causes, f.audiences, r.themes, r.wider_themes, r.length,
        r.tells, r.speaks, r.doubted
    FROM facts f
    JOIN places p ON p.owner = f.owner
    JOIN matching_associationreading r ON r.association_id = f.owner
), gone AS (
    DELETE FROM matching_associationprofile old
    WHERE (%(keys)s::uuid[] IS NULL OR old.association_id = ANY(%(keys)s))
      AND NOT EXISTS (
          SELECT FROM fresh f WHERE f.place = old.place AND f.association_id = old.association_id
      )
    RETURNING 1
), differing AS MATERIALIZED (
    -- A row that ON CONFLICT only looks at is locked all the same: those that are right are left out before.
    SELECT f.* FROM fresh f
    LEFT JOIN matching_associationprofile old ON old.place = f.place AND old.association_id = f.association_id
    WHERE old.place IS NULL
       OR (old.is_stated, old.is_somewhere, old.is_in_france, old.paused_until, old.stops,
           old.causes, old.spoken_causes, old.audiences, old.themes, old.wider_themes,
           old.length, old.tells, old.speaks, old.doubted)
        IS DISTINCT FROM
          (f.is_stated, f.is_somewhere, f.is_in_france, f.paused_until,
           f.stops, f.causes, f.spoken_causes, f.audiences, f.themes,
           f.wider_themes, f.length, f.tells, f.speaks, f.doubted)
), written AS (
    INSERT INTO matching_associationprofile AS old (
        place, association_id, is_stated, is_somewhere, is_in_france, paused_until, stops, causes,
        spoken_causes, audiences, themes, wider_themes, length, tells, speaks, doubted
    )
    SELECT * FROM differing ORDER BY place, association_id
    ON CONFLICT (place, association_id) DO UPDATE SET
        is_stated = excluded.is_stated, is_somewhere = excluded.is_somewhere,
        is_in_france = excluded.is_in_france, paused_until = excluded.paused_until, stops = excluded.stops,
        causes = excluded.causes, spoken_causes = excluded.spoken_causes, audiences = excluded.audiences,
        themes = excluded.themes, wider_themes = excluded.wider_themes, length = excluded.length,
        tells = excluded.tells, speaks = excluded.speaks, doubted = excluded.doubted
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608 (words of this room only; values are parameters)

NEEDS = f"""
WITH wanted AS MATERIALIZED (
    SELECT n.id, n.company_id, n.kind, n.deadline, n.budget_min, n.budget_max, c.sector_id,
        p.company_id AS policy_id, p.ticket_min, p.ticket_max, p.general_interest_only
    FROM companies_need n
    JOIN companies_company c ON c.id = n.company_id
    JOIN accounts_organisation o ON o.id = c.organisation_id
    LEFT JOIN companies_policy p ON p.company_id = c.id
    WHERE n.status = 'published' AND o.status = 'checked'
      AND (n.deadline IS NULL OR n.deadline >= %(today)s)
      AND (%(keys)s::uuid[] IS NULL OR n.id = ANY(%(keys)s))
), own AS MATERIALIZED (
    SELECT t.need_id AS owner, t.territory_id
    FROM companies_need_territories t JOIN wanted w ON w.id = t.need_id
), stated AS MATERIALIZED (
    SELECT s.owner, t.id, t.code
    FROM (
        SELECT owner, territory_id FROM own
        UNION ALL
        SELECT w.id, t.territory_id
        FROM wanted w JOIN companies_policy_territories t ON t.policy_id = w.policy_id
        WHERE NOT EXISTS (SELECT FROM own WHERE own.owner = w.id)
    ) AS s JOIN reference_territory t ON t.id = s.territory_id
), causes AS (
    SELECT c.need_id AS owner, bit_or(ranked.bit) AS mask
    FROM companies_need_causes c JOIN wanted w ON w.id = c.need_id
    JOIN ({_ranks("reference_cause")}) AS ranked ON ranked.id = c.cause_id GROUP BY c.need_id
), excluded_causes AS (
    SELECT c.policy_id AS owner, bit_or(ranked.bit) AS mask
    FROM companies_policy_excluded_causes c
    JOIN (SELECT DISTINCT policy_id FROM wanted) AS w ON w.policy_id = c.policy_id
    JOIN ({_ranks("reference_cause")}) AS ranked ON ranked.id = c.cause_id GROUP BY c.policy_id
), audiences AS (
    SELECT c.need_id AS owner, bit_or(ranked.bit) AS mask
    FROM companies_need_audiences c JOIN wanted w ON w.id = c.need_id
    JOIN ({_ranks("reference_audience")}) AS ranked ON ranked.id = c.audience_id GROUP BY c.need_id
), skills AS (
    SELECT c.need_id AS owner, bit_or(ranked.bit) AS mask
    FROM companies_need_skills c JOIN wanted w ON w.id = c.need_id
    JOIN ({_ranks("reference_skill")}) AS ranked ON ranked.id = c.skill_id GROUP BY c.need_id
), facts AS (
    SELECT w.*,
        CASE w.kind {_KIND_BIT} ELSE 0 END
        | CASE WHEN w.general_interest_only THEN {GENERAL_INTEREST} ELSE 0 END
        | coalesce((SELECT ranked.bit << {SECTOR_SHIFT} FROM ({_ranks("reference_sector")}) AS ranked
                    WHERE ranked.id = w.sector_id), 0) AS stops,
        EXISTS (SELECT FROM stated s WHERE s.owner = w.id AND s.code = '{FRANCE}') AS says_france,
        NOT EXISTS (SELECT FROM stated s WHERE s.owner = w.id) AS says_nowhere
    FROM wanted w
), places AS (
    SELECT owner, CASE code WHEN '{FRANCE}' THEN {NATIONAL} ELSE id END AS place FROM stated
    UNION ALL
    SELECT id, {NATIONAL} FROM facts WHERE says_nowhere
), fresh AS MATERIALIZED (
    SELECT p.place, f.id AS need_id, f.company_id, f.says_france OR f.says_nowhere AS is_national,
        f.says_france, (CASE f.kind {_KIND_RANK} END)::smallint AS kind, f.stops,
        coalesce(causes.mask, 0) AS causes, coalesce(excluded_causes.mask, 0) AS excluded_causes,
        coalesce(audiences.mask, 0) AS audiences, coalesce(skills.mask, 0) AS skills,
        coalesce(nullif(f.budget_min, 0), f.ticket_min) AS budget_min,
        coalesce(nullif(f.budget_max, 0), f.ticket_max) AS budget_max, f.deadline
    FROM facts f
    JOIN places p ON p.owner = f.id
    LEFT JOIN causes ON causes.owner = f.id
    LEFT JOIN excluded_causes ON excluded_causes.owner = f.policy_id
    LEFT JOIN audiences ON audiences.owner = f.id
    LEFT JOIN skills ON skills.owner = f.id
), gone AS (
    DELETE FROM matching_needprofile old
    WHERE (%(keys)s::uuid[] IS NULL OR old.need_id = ANY(%(keys)s))
      AND NOT EXISTS (SELECT FROM fresh f WHERE f.place = old.place AND f.need_id = old.need_id)
    RETURNING 1
), differing AS MATERIALIZED (
    -- A row that ON CONFLICT only looks at is locked all the same: those that are right are left out before.
    SELECT f.* FROM fresh f
    LEFT JOIN matching_needprofile old ON old.place = f.place AND old.need_id = f.need_id
    WHERE old.place IS NULL
       OR (old.company_id, old.is_national, old.says_france, old.kind, old.stops,
           old.causes, old.excluded_causes, old.audiences, old.skills, old.budget_min,
           old.budget_max, old.deadline)
        IS DISTINCT FROM
          (f.company_id, f.is_national, f.says_france, f.kind, f.stops,
           f.causes, f.excluded_causes, f.audiences, f.skills,
           f.budget_min, f.budget_max, f.deadline)
), written AS (
    INSERT INTO matching_needprofile AS old (
        place, need_id, company_id, is_national, says_france, kind, stops, causes, excluded_causes, audiences,
        skills, budget_min, budget_max, deadline
    )
    SELECT * FROM differing ORDER BY place, need_id
    ON CONFLICT (place, need_id) DO UPDATE SET
        company_id = excluded.company_id, is_national = excluded.is_national,
        says_france = excluded.says_france, kind = excluded.kind, stops = excluded.stops,
        causes = excluded.causes, excluded_causes = excluded.excluded_causes, audiences = excluded.audiences,
        skills = excluded.skills, budget_min = excluded.budget_min, budget_max = excluded.budget_max,
        deadline = excluded.deadline
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608 (words of this room only; values are parameters)


def derive_associations(keys: Collection[uuid.UUID] | None) -> int:
    """Write the profiles of these associations, or of all, as they are now; how many rows differed."""
    return _derive(ASSOCIATIONS, keys)


def derive_needs(keys: Collection[uuid.UUID] | None) -> int:
    """Write the profiles of these needs, or of all, as they are now; how many rows differed."""
    return _derive(NEEDS, keys)


def _derive(sql: str, keys: Collection[uuid.UUID] | None) -> int:
    parameters: dict[str, Any] = {"keys": None if keys is None else list(keys), "today": clock.today()}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.fetchone()[0])
