"""What a round must respect: places left, who has waited longest, what was shown or settled before."""

import numpy as np

from matching.allocation import Ledger, Met, Month, Waits
from matching.kernel import UUID, Array, among, read_rows, statement_of
from matching.models.suggestions import AFTER_SILENCE, UNOPENED
from matching.sharing import LONGEST_COUNTED
from mecenova.calendar import clock
from partnerships.enums import OPEN_STATUSES, IntroductionStatus
from partnerships.operations import places_this_month

# Beyond so many associations everybody's rows are read: that is quicker than naming them.
NAMED = 20_000

# Nothing that a person wrote enters these queries: keys, and the site's own dates.
_KNOWN = """
SELECT a.id, greatest(0, {today} - (coalesce(o.checked_at, o.created_at) AT TIME ZONE '{zone}')::date)
FROM associations_association a JOIN accounts_organisation o ON o.id = a.organisation_id
WHERE {who}
"""
# What was shown, the days since, and whether its company is not to be shown the association now. What became
# an introduction counts no more by itself: the introduction does. A need's kind may change after a no whose
# reason belonged to the former one: see `AfterNo`. One that a pause ended after a look stays a silence.
_SHOWN = """
SELECT s.need_id, s.company_id, s.association_id, {today} - (s.presented_at AT TIME ZONE '{zone}')::date,
    CASE s.status
        WHEN 'interested' THEN s.introduction_id IS NULL
        WHEN 'presented' THEN (s.presented_at AT TIME ZONE '{zone}')::date
            + CASE WHEN s.seen_at IS NULL THEN {unopened} ELSE {silent} END > {today}
        WHEN 'declined' THEN (s.answered_at AT TIME ZONE '{zone}')::date + (
            SELECT coalesce(
                nullif(max(retry_after_days) FILTER (WHERE r.kind = n.kind), 0),
                nullif(max(retry_after_days) FILTER (WHERE r.kind = ''), 0),
                max(retry_after_days)
            ) FROM partnerships_refusalstep r
            WHERE reason = s.refusal_reason AND asked_by_side = 'association'
        ) > {today}
        WHEN 'expired' THEN s.seen_at IS NOT NULL AND n.status = 'published'
            AND (s.presented_at AT TIME ZONE '{zone}')::date + {silent} > {today}
        ELSE false
    END
FROM matching_suggestion s JOIN companies_need n ON n.id = s.need_id
WHERE {between}
"""
# Who is put in touch already, or may not be yet, with or without a suggestion. A request that ended without
# an answer, or that who asked withdrew, is a silence; one that never left is not.
_INTRODUCED = """
SELECT company_id, association_id FROM partnerships_introduction
WHERE (status IN ({under_way}) OR status = 'no' AND retry_on > {today}
        OR requested_at IS NOT NULL
            AND (coalesce(released_at, withdrawn_at) AT TIME ZONE '{zone}')::date + {silent} > {today})
    AND {between}
"""
# For how many days each company has a need that takes answers, but those that have one without a date.
_ANSWERS_FOR = """
SELECT company_id, max(deadline) - {today} FROM companies_need
WHERE status = 'published' AND (deadline IS NULL OR deadline >= {today})
GROUP BY company_id HAVING bool_and(deadline IS NOT NULL)
"""
# Nobody reads there today: its places are kept for its return.
_AWAY = """
SELECT c.id AS company FROM companies_company c
WHERE EXISTS (
    SELECT FROM agenda_absence a
    WHERE a.organisation_id = c.organisation_id AND {today} BETWEEN a.first_day AND a.last_day
)
"""


def read_ledger(associations: Array | None = None, *, month: Month | None = None) -> Ledger:
    """The state of things between all companies and these associations (or all); `month` if already read."""
    named = associations if associations is not None and len(associations) <= NAMED else None
    given = {
        "today": f"date '{clock.today()}'",
        "zone": clock.PARIS.key,
        "between": among("association_id", named),
        "who": among("a.id", named),
        "under_way": ", ".join(f"'{status}'" for status in (*OPEN_STATUSES, IntroductionStatus.YES)),
        "silent": AFTER_SILENCE.days,
        "unopened": UNOPENED.days,
    }
    pair = {"company": UUID, "association": UUID}
    known = read_rows(_KNOWN.format(**given), {"id": UUID, "days": ">i4"}, order="id")
    columns = {"need": UUID, **pair, "days": ">i4", "settled": "?"}
    shown = read_rows(_SHOWN.format(**given), columns, order="association, need")
    introduced = read_rows(_INTRODUCED.format(**given), pair, order="association, company")
    settled = shown[shown["settled"]]
    return Ledger(
        today=clock.today(),
        month=month or read_month(),
        waits=_waits(known, shown),
        presented_today=np.unique(shown["association"][shown["days"] <= 0]),
        shown=Met(shown["need"], shown["association"]),
        settled=Met(*(np.concatenate([settled[side], introduced[side]]) for side in pair)),
    )


def _waits(known: Array, shown: Array) -> Waits:
    """Days since each could first be presented, or since it last was."""
    waits = Waits(known["id"], known["days"].astype(np.int64), known["days"].astype(np.int64))
    np.minimum.at(waits.waited, waits.rows_of(shown["association"]), np.maximum(0, shown["days"]))
    return waits


def read_month() -> Month:
    """This month's places of every company; of one that is away, none is left."""
    columns = {"company": UUID, "capacity": ">i4", "unspent": ">i4"}
    rows = read_rows(statement_of(places_this_month()), columns, order="company")
    ending = read_rows(
        _ANSWERS_FOR.format(today=f"date '{clock.today()}'"),
        {"company": UUID, "days": ">i4"},
        order="company",
    )
    away = read_rows(_AWAY.format(today=f"date '{clock.today()}'"), {"company": UUID}, order="company")
    left = rows["unspent"].astype(np.int64)
    left[np.intersect1d(rows["company"], away["company"], return_indices=True)[1]] = 0
    answers_for = np.full(len(rows), LONGEST_COUNTED)
    _, own, found = np.intersect1d(rows["company"], ending["company"], return_indices=True)
    answers_for[own] = ending["days"][found]
    return Month(rows["company"], rows["capacity"].astype(np.int64), left, answers_for)
