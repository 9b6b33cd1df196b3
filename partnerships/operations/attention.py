"""The ledger of a company's attention: a place is spent once, under a lock on (company, month)."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from associations.models import Association
from companies.models import Company, Policy
from mecenova.calendar import clock
from partnerships.models import AttentionEntry, AttentionMonth, Introduction
from partnerships.signals import place_returning


class Approach(NamedTuple):
    """An association brought before a company, at this moment: by a suggestion or a request."""

    company: Company
    association: Association
    since: datetime


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


def place_spent(*, company: Company, association: Association, since: datetime) -> AttentionEntry | None:
    """The place spent by this pair's approach of this moment: its latest, up to that month."""
    spent = AttentionEntry.objects.filter(month__company=company, association=association)
    known = spent.filter(month__month__lte=month_of(clock.paris(since).date()))
    return known.order_by("-month__month", "-spent_at", "-pk").first()


@transaction.atomic
def return_attention(*, company: Company, association: Association, since: datetime) -> bool:
    """Give back the place that this pair's approach begun at this moment spent, in the month it was spent in.

    False when nothing is given back: it spent none, it is back already, or another approach of the pair still
    uses it. The caller has ended the approach.
    """
    _lock_months([company.pk])
    entry = place_spent(company=company, association=association, since=since)
    if entry is None or entry.returned_at is not None or _is_used(entry, company, association):
        return False
    entry.returned_at = clock.now()
    entry.save(update_fields=["returned_at"])
    AttentionMonth.objects.filter(pk=entry.month_id).update(spent=F("spent") - 1)
    return True


@transaction.atomic
def return_places(approaches: Iterable[Approach]) -> list[Company]:
    """`return_attention` for many, whose companies' months are all held first, in the order of the rounds.

    The companies that got a place back.
    """
    by_company = sorted(approaches, key=lambda approach: approach.company.pk)
    _lock_months({approach.company.pk for approach in by_company})
    returned = [approach.company for approach in by_company if return_attention(**approach._asdict())]
    return list(dict.fromkeys(returned))


def give_place_back(introduction: Introduction) -> bool:
    """Nothing came of this introduction: its place, when it had been sent."""
    spent = approach_of(introduction)
    return spent is not None and return_attention(**spent._asdict())


def approach_of(introduction: Introduction) -> Approach | None:
    """What may have spent a place; nothing of a request that never left."""
    if introduction.requested_at is None:
        return None
    return Approach(introduction.company, introduction.association, introduction.requested_at)


def _is_used(entry: AttentionEntry, company: Company, association: Association) -> bool:
    """Whether another approach of the pair spent this same place, and did not end in vain."""
    asked = Introduction.objects.using_a_place().filter(company=company, association=association)
    began = [since for since in asked.values_list("requested_at", flat=True) if since]
    answers: list[tuple[Any, Any]] = place_returning.send(
        AttentionEntry, company=company, association=association
    )
    for _, shown in answers:
        began += shown
    return any(place_spent(company=company, association=association, since=since) == entry for since in began)


def leaves_at_once(company: Company, association: Association) -> bool:
    """Whether what this association asks today has a place: one is free, or is already its own."""
    held = AttentionEntry.objects.filter(
        month__company=company, month__month=month_of(clock.today()), returned_at__isnull=True
    )
    return held.filter(association=association).exists() or places_left(company) > 0


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
    this_month = month_of(clock.today())
    known = FilteredRelation("attention_months", condition=Q(attention_months__month=this_month))
    read = Company.objects.filter(pk__in=companies).order_by("pk").annotate(known=known)
    found = list(read.values_list("pk", "known", "policy__monthly_capacity"))
    capacities = {company: capacity or 0 for company, _, capacity in found}
    AttentionMonth.objects.bulk_create(
        (
            AttentionMonth(company_id=company, month=this_month, capacity=capacities[company])
            for company, month, _ in found
            if month is None
        ),
        ignore_conflicts=True,
    )
    rows = AttentionMonth.objects.filter(company__in=companies, month=this_month)
    months = {month.company_id: month for month in rows.select_for_update(no_key=True).order_by("company")}
    for company, month in months.items():
        wanted = max(capacities[company], month.spent)
        if month.capacity != wanted:
            month.capacity = wanted
            month.save(update_fields=["capacity"])
    return months
