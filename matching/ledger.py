"""What a round must respect: places left, who has waited longest, what was shown or settled before."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import numpy as np

from matching.allocation import Ledger, Met, Month, Waits
from matching.kernel import UUID, Array, among, read_rows, statement_of
from matching.models.suggestions import AFTER_SILENCE, UNOPENED
from mecenova.calendar import clock
from partnerships.enums import OPEN_STATUSES, IntroductionStatus, Side
from partnerships.models import RefusalStep
from partnerships.operations import places_this_month

# Beyond so many associations everybody's rows are read: that is quicker than naming them.
NAMED = 5_000

# Nothing that a person wrote enters these queries: keys, and the site's own dates.
_WAITS = """
SELECT a.id, greatest(0, {today} - (greatest(last.at, o.at) AT TIME ZONE '{zone}')::date),
    greatest(0, {today} - (o.at AT TIME ZONE '{zone}')::date),
    coalesce((last.at AT TIME ZONE '{zone}')::date >= {today}, false)
FROM associations_association a
CROSS JOIN LATERAL (
    SELECT coalesce(checked_at, created_at) AS at FROM accounts_organisation o WHERE o.id = a.organisation_id
) AS o
{last}
WHERE {who}
"""
# Of a few it is asked one by one, of everybody it is counted once.
_LAST_OF_EACH = """CROSS JOIN LATERAL (
    SELECT max(presented_at) AS at FROM matching_suggestion WHERE association_id = a.id
) AS last"""
_LAST_OF_ALL = """LEFT JOIN (
    SELECT association_id, max(presented_at) AS at FROM matching_suggestion GROUP BY 1
) AS last ON last.association_id = a.id"""
# Of each pair: whether a need was shown the association, or its company is not to be shown it now.
_MET = "SELECT need_id, association_id, true FROM matching_suggestion WHERE {between} UNION ALL {settled}"
# A need's kind may change after a no whose reason belonged to the former one: see `asked_again_on`.
_SETTLED = """
SELECT company_id, association_id, false FROM matching_suggestion
WHERE (status = 'interested' OR status = 'presented'
        AND (presented_at AT TIME ZONE '{zone}')::date
            + CASE WHEN seen_at IS NULL THEN {unopened} ELSE {silent} END > {today})
    AND {between}
UNION ALL
SELECT s.company_id, s.association_id, false FROM matching_suggestion s
JOIN companies_need n ON n.id = s.need_id
CROSS JOIN LATERAL (
    SELECT coalesce(
        nullif(max(retry_after_days) FILTER (WHERE kind = n.kind), 0),
        nullif(max(retry_after_days) FILTER (WHERE kind = ''), 0),
        max(retry_after_days)
    ) AS days FROM partnerships_refusalstep
    WHERE reason = s.refusal_reason AND asked_by_side = 'association'
) AS delay
WHERE s.status = 'declined' AND (s.answered_at AT TIME ZONE '{zone}')::date + delay.days > {today}
    AND {between}
UNION ALL
SELECT company_id, association_id, false FROM partnerships_introduction
WHERE (status IN ({under_way}) OR status = 'no' AND retry_on > {today}
        OR status = 'released' AND (released_at AT TIME ZONE '{zone}')::date + {silent} > {today})
    AND {between}
"""


def read_ledger(associations: Array | None = None, *, month: Month | None = None) -> Ledger:
    """The state of things between all companies and these associations (or all); `month` if already read."""
    named = associations if associations is not None and len(associations) <= NAMED else None
    given = {
        "today": f"date '{clock.today()}'",
        "zone": clock.PARIS.key,
        "between": among("association_id", named),
        "who": among("a.id", named),
        "last": _LAST_OF_ALL if named is None else _LAST_OF_EACH,
        "under_way": ", ".join(f"'{status}'" for status in (*OPEN_STATUSES, IntroductionStatus.YES)),
        "silent": AFTER_SILENCE.days,
        "unopened": UNOPENED.days,
    }
    columns = {"id": UUID, "waited": ">i4", "known": ">i4", "presented": "?"}
    waits = read_rows(_WAITS.format(**given), columns, order="id")
    met = read_rows(
        _MET.format(settled=_SETTLED.format(**given), **given),
        {"one": UUID, "other": UUID, "shown": "?"},
        order="one, other",
    )
    return Ledger(
        today=clock.today(),
        month=month or read_month(),
        waits=Waits(waits["id"], waits["waited"].astype(np.int64), waits["known"].astype(np.int64)),
        presented_today=waits["id"][waits["presented"]],
        shown=_met(met[met["shown"]]),
        settled=_met(met[~met["shown"]]),
    )


def read_month() -> Month:
    """This month's places of every company."""
    columns = {"company": UUID, "capacity": ">i4", "unspent": ">i4"}
    rows = read_rows(statement_of(places_this_month()), columns, order="company")
    return Month(rows["company"], rows["capacity"].astype(np.int64), rows["unspent"].astype(np.int64))


def _met(rows: Array) -> Met:
    return Met(rows["one"], rows["other"])


def delays_after_no() -> dict[tuple[str, str], int]:
    """Days before an association's pair is tried again, by reason and kind of support; kind "" for any."""
    steps = RefusalStep.objects.filter(asked_by_side=Side.ASSOCIATION).order_by()
    delays = steps.values_list("reason", "kind", "retry_after_days")
    return {(reason, kind): days for reason, kind, days in delays}


def asked_again_on(at: datetime, reason: str, kind: str, delays: Mapping[tuple[str, str], int]) -> date:
    """The day from which a company that said no at this moment may be asked again.

    A need's kind may change after a no whose reason belonged to the former one: then its longest delay.
    """
    of_reason = {known: days for (name, known), days in delays.items() if name == reason}
    days = of_reason.get(kind) or of_reason.get("") or max(of_reason.values())
    return clock.paris(at).date() + timedelta(days=days)
