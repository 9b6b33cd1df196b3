"""The ledger of a company's attention: a place is spent once, under a lock on (company, month)."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from associations.models import Association
from companies.models import Company, Policy
from mecenova.calendar import clock
from partnerships.models import AttentionEntry, AttentionMonth


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after this day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


@transaction.atomic
def spend_attention(*, company: Company, association: Association, source: str) -> AttentionEntry | None:
    """Spend one of this month's places on an association; None when none is left.

    The same association takes one place a month, however often it is suggested or asks.
    """
    entries = spend_attention_on(company=company, associations=[association], source=source)
    return entries.get(association.pk)


@transaction.atomic
def spend_attention_on(
    *, company: Company, associations: Iterable[Association], source: str
) -> dict[uuid.UUID, AttentionEntry]:
    """Spend places on many associations, first come first served, under one lock.

    The place of each by its key; those for whom none is left are not there.
    """
    month = _lock_month(company)
    wanted = {association.pk: association for association in associations}
    held = month.entries.filter(association__in=wanted, returned_at__isnull=True)
    found = {entry.association_id: entry for entry in held}
    new = [
        AttentionEntry(month=month, association=association, source=source)
        for key, association in wanted.items()
        if key not in found
    ][: month.capacity - month.spent]
    if new:
        AttentionEntry.objects.bulk_create(new)
        month.spent += len(new)
        month.save(update_fields=["spent"])
    return found | {entry.association_id: entry for entry in new}


@transaction.atomic
def return_attention(*, company: Company, association: Association) -> bool:
    """Give this month's place back: nobody answered, it goes to somebody else. False when there is none."""
    month = _lock_month(company)
    returned = month.entries.filter(association=association, returned_at__isnull=True).update(
        returned_at=clock.now()
    )
    if not returned:
        return False
    AttentionMonth.objects.filter(pk=month.pk).update(spent=F("spent") - 1)
    return True


class Places(NamedTuple):
    """What a company said it can look at this month, and what is left of it."""

    capacity: int
    left: int


def places_left(company: Company) -> int:
    """Places still free this month."""
    return places_of([company.pk])[company.pk].left


def places_of(companies: Collection[uuid.UUID]) -> dict[uuid.UUID, Places]:
    """This month's places of these companies, in two queries. Without a policy there are none."""
    capacities = dict(
        Policy.objects.filter(company__in=companies).values_list("company_id", "monthly_capacity")
    )
    month = AttentionMonth.objects.filter(company__in=companies, month=month_of(clock.today()))
    spent = dict(month.values_list("company_id", "spent"))
    return {
        key: Places(capacities.get(key, 0), max(0, capacities.get(key, 0) - spent.get(key, 0)))
        for key in companies
    }


def _policy_capacity(company: Company) -> int:
    return Policy.objects.filter(company=company).values_list("monthly_capacity", flat=True).first() or 0


def _lock_month(company: Company) -> AttentionMonth:
    """This month's row, locked, its capacity brought up to the policy's (never below what is spent)."""
    capacity = _policy_capacity(company)
    AttentionMonth.objects.get_or_create(
        company=company, month=month_of(clock.today()), defaults={"capacity": capacity}
    )
    month = AttentionMonth.objects.select_for_update().get(company=company, month=month_of(clock.today()))
    wanted = max(capacity, month.spent)
    if month.capacity != wanted:
        month.capacity = wanted
        month.save(update_fields=["capacity"])
    return month
