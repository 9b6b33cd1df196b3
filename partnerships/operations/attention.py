"""The ledger of a company's attention: a place is spent once, under a lock on (company, month)."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

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
    pair = (company.pk, association.pk)
    return spend_attention_on_many(wanted={company.pk: [association.pk]}, source=source).get(pair)


@transaction.atomic
def spend_attention_on_many(
    *, wanted: Mapping[uuid.UUID, Collection[uuid.UUID]], source: str
) -> dict[tuple[uuid.UUID, uuid.UUID], AttentionEntry]:
    """Spend places of many companies on associations, first come first served, each company's under its lock.

    The place of each (company, association); those for whom none is left are not there. The same number of
    queries however many they are.
    """
    months = _lock_months(wanted)
    owners = {month.pk: company for company, month in months.items()}
    held = AttentionEntry.objects.filter(month__in=owners, returned_at__isnull=True)
    places = {(owners[entry.month_id], entry.association_id): entry for entry in held}
    found: dict[tuple[uuid.UUID, uuid.UUID], AttentionEntry] = {}
    new: list[AttentionEntry] = []
    for company, associations in wanted.items():
        month = months[company]
        for association in dict.fromkeys(associations):
            entry = places.get((company, association))
            if entry is None and month.spent < month.capacity:
                entry = AttentionEntry(month=month, association_id=association, source=source)
                new.append(entry)
                month.spent += 1
            if entry is not None:
                found[company, association] = entry
    AttentionEntry.objects.bulk_create(new)
    for number, keys in _by_number(entry.month_id for entry in new).items():
        AttentionMonth.objects.filter(pk__in=keys).update(spent=F("spent") + number)
    return found


def _by_number(months: Iterable[int]) -> dict[int, list[int]]:
    """The months that come so many times."""
    found: dict[int, list[int]] = defaultdict(list)
    for month, number in Counter(months).items():
        found[number].append(month)
    return found


@transaction.atomic
def return_attention(*, company: Company, association: Association) -> bool:
    """Give this month's place back: nobody answered, it goes to somebody else. False when there is none."""
    month = _lock_months([company.pk])[company.pk]
    returned = month.entries.filter(association=association, returned_at__isnull=True).update(
        returned_at=clock.now()
    )
    if not returned:
        return False
    AttentionMonth.objects.filter(pk=month.pk).update(spent=F("spent") - 1)
    return True


def places_left(company: Company) -> int:
    """Places still free this month."""
    found = places_this_month().filter(company=company).first()
    return found[2] if found else 0


def places_this_month() -> "QuerySet[Policy, tuple[uuid.UUID, int, int]]":
    """(company, capacity, places left) of this month, of every company that said how many it can look at."""
    this_month = FilteredRelation(
        "company__attention_months",
        condition=Q(company__attention_months__month=month_of(clock.today())),
    )
    left = Greatest(F("monthly_capacity") - Coalesce(F("this__spent"), 0), 0)
    rows = Policy.objects.order_by().annotate(this=this_month, left=left)
    return rows.values_list("company_id", "monthly_capacity", "left")


def _lock_months(companies: Collection[uuid.UUID]) -> dict[uuid.UUID, AttentionMonth]:
    """This month's rows, locked in the order of companies, each capacity brought up to the policy's (never
    below what is spent)."""
    capacities = dict(
        Policy.objects.filter(company__in=companies).values_list("company_id", "monthly_capacity")
    )
    rows = AttentionMonth.objects.filter(company__in=companies, month=month_of(clock.today()))
    known = set(rows.values_list("company_id", flat=True))
    AttentionMonth.objects.bulk_create(
        (
            AttentionMonth(
                company_id=company, month=month_of(clock.today()), capacity=capacities.get(company, 0)
            )
            for company in sorted(set(companies) - known)
        ),
        ignore_conflicts=True,
    )
    months = {month.company_id: month for month in rows.select_for_update().order_by("company")}
    for company, month in months.items():
        wanted = max(capacities.get(company, 0), month.spent)
        if month.capacity != wanted:
            month.capacity = wanted
            month.save(update_fields=["capacity"])
    return months
