"""Records that a file brings, many at a time: found by kind, name and postal code, created, checked."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.conf import settings

from accounts.enums import OrganisationKind, OrganisationStatus
from accounts.models import Membership, Merge, Organisation, User
from accounts.models.organisation import ERASED_KEY, record_key
from accounts.operations.duplicates import duplicates_brought
from accounts.operations.naming import erased_trace
from accounts.workflow import ORGANISATION
from mecenova.calendar import clock
from mecenova.imports.report import MOST_TOLD, Report
from mecenova.workflow import journal
from mecenova.workflow.machine import NEW

RecordKey = tuple[str, str]


def key_of(name: str, postal_code: str) -> RecordKey:
    """Two rows with this key are one organisation (of one kind)."""
    return record_key(name), postal_code


def lock_records(*, kind: OrganisationKind, keys: Collection[RecordKey]) -> dict[RecordKey, Organisation]:
    """The records that exist, held until the end of the transaction, always in the same order."""
    named = Organisation.objects.filter(kind=kind, name_key__in={name for name, _ in keys})
    found = named.order_by("pk").select_for_update(no_key=True)
    known = {key: each for each in found if (key := (each.name_key, each.postal_code)) in keys}
    if not (missing := set(keys) - known.keys()):
        return known
    return _erased(kind, missing) | _by_former_key(kind, missing) | known


def _erased(kind: OrganisationKind, keys: Collection[RecordKey]) -> dict[RecordKey, Organisation]:
    """Those that were erased, as somebody asked: what has left stays away, and its name is not in the row."""
    erased = Organisation.objects.filter(kind=kind, name_key__startswith=f"{ERASED_KEY} ").order_by("pk")
    by_trace = {each.name_key.split()[1]: each for each in erased}
    if not by_trace:
        return {}
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    traced = ((key, erased_trace(kind, *key, secret=secret)) for key in keys for secret in secrets)
    return {key: by_trace[trace] for key, trace in traced if trace in by_trace}


def _by_former_key(kind: OrganisationKind, keys: Collection[RecordKey]) -> dict[RecordKey, Organisation]:
    """A file goes on naming a record as it was before it was merged: it is the one that was kept."""
    merges = Merge.objects.filter(gone_kind=kind, gone_name_key__in={name for name, _ in keys})
    kept = {
        (merge.gone_name_key, merge.gone_postal_code): merge.kept_id
        for merge in merges
        if (merge.gone_name_key, merge.gone_postal_code) in keys
    }
    rows = Organisation.objects.filter(pk__in=kept.values()).order_by("pk").select_for_update(no_key=True)
    held = {each.pk: each for each in rows}
    return {key: held[pk] for key, pk in kept.items() if pk in held}


def with_members(organisations: Iterable[Organisation]) -> set[uuid.UUID]:
    """Those that somebody answers for: what their members wrote is theirs."""
    return set(
        Membership.objects.filter(organisation__in=organisations).values_list("organisation", flat=True)
    )


def create_records(*, organisations: Sequence[Organisation], by: User | None) -> None:
    """Enter new records. IntegrityError when somebody else has just entered one: the caller looks again."""
    Organisation.objects.bulk_create(organisations)
    journal.record_many(organisations, "create", NEW, by, note="Import")


def update_records(*, organisations: Sequence[Organisation]) -> None:
    """Write what a file added about the place and how to reach it."""
    fields = ("town", "department", "website", "phone")
    Organisation.objects.bulk_update(organisations, fields, batch_size=500)


def check_records(*, organisations: Sequence[Organisation], by: User | None) -> None:
    """Unclaimed records become checked members, as when a whole network moves in.

    Nobody is written to. The rooms above open the steps that follow, in bulk: no signal per record.
    """
    moment = clock.now()
    for organisation in organisations:
        organisation.status = ORGANISATION.target("check", organisation.status)
        organisation.checked_at = moment
    Organisation.objects.filter(pk__in=[each.pk for each in organisations]).update(
        status=OrganisationStatus.CHECKED, checked_at=moment
    )
    journal.record_many(organisations, "check", OrganisationStatus.UNCLAIMED, by, note="Import")


def compare_brought(*, since: datetime, report: Report) -> None:
    """Say which records entered since then look like another, by the measure of every night."""
    pairs = duplicates_brought(since=since)
    report.alike_count = pairs.count()
    report.alike = [(_in_brief(pair.first), _in_brief(pair.second)) for pair in pairs[:MOST_TOLD]]


def _in_brief(organisation: Organisation) -> str:
    place = f"{organisation.postal_code} {organisation.town}".strip()
    return f"{organisation.name}, {place}" if place else organisation.name
