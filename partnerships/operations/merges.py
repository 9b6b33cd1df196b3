"""What two records of one organisation had asked, spent and signed follows to the one that stays."""

from django.db import transaction

from accounts.operations.merging import Merging
from associations.models import Association
from companies.models import Company
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Outcome
from mecenova.calendar import clock
from mecenova.workflow import journal
from partnerships.enums import IntroductionStatus
from partnerships.models import AttentionEntry, AttentionMonth, Introduction, Party, Reflection, TalkReport
from partnerships.workflow import INTRODUCTION

# Of two open requests to the same company about the same need, the one that is furthest goes on.
_FURTHEST = (IntroductionStatus.REQUESTED, IntroductionStatus.LATER, IntroductionStatus.QUEUED)
TWICE = "La même demande était ouverte par deux fiches, réunies en une\u00a0: l’autre continue."


@transaction.atomic
def bring_partnerships_over(*, merging: Merging) -> None:
    """In the order of locks: introductions, then partnerships, then the companies' months."""
    for model in (Party, TalkReport, Reflection):
        merging.move(model, "organisation", merging.kept, merging.gone)
    _bring_associations_rows(merging)
    _bring_companies_rows(merging)


def _bring_associations_rows(merging: Merging) -> None:
    merging.handled |= {
        "partnerships.Introduction.association",
        "partnerships.AttentionEntry.association",
    }
    kept = Association.objects.filter(organisation=merging.kept).first()
    gone = Association.objects.filter(organisation=merging.gone).first()
    if kept is None or gone is None:
        return

    def one_goes_on(introduction: Introduction) -> None:
        twin = Introduction.objects.open().get(
            association=kept, company=introduction.company_id, need=introduction.need_id
        )
        _end_the_lesser(merging, introduction, twin)
        merging.place(introduction, association=kept)

    def give_back(entry: AttentionEntry) -> None:
        _give_back(entry)
        merging.place(entry, association=kept)

    merging.move(Introduction, "association", kept, gone, one_goes_on)
    _hold_months_of(gone)
    merging.move(AttentionEntry, "association", kept, gone, give_back)


def _bring_companies_rows(merging: Merging) -> None:
    merging.handled |= {"partnerships.Introduction.company", "partnerships.AttentionMonth.company"}
    kept = Company.objects.filter(organisation=merging.kept).first()
    gone = Company.objects.filter(organisation=merging.gone).first()
    if kept is None or gone is None:
        return

    def one_goes_on(introduction: Introduction) -> None:
        twin = Introduction.objects.open().get(
            association=introduction.association_id, company=kept, need=introduction.need_id
        )
        _end_the_lesser(merging, introduction, twin)
        merging.place(introduction, company=kept)

    def pour(month: AttentionMonth) -> None:
        _pour(
            month, AttentionMonth.objects.select_for_update(no_key=True).get(company=kept, month=month.month)
        )
        merging.moved[AttentionMonth._meta.label] += 1

    merging.move(Introduction, "company", kept, gone, one_goes_on)
    merging.move(AttentionMonth, "company", kept, gone, pour)


def _hold_months_of(association: Association) -> None:
    """All in which it has a place, by company as everywhere; of one company this month before the former."""
    months = AttentionEntry.objects.filter(association=association).values("month")
    list(
        AttentionMonth.objects.filter(pk__in=months)
        .order_by("company", "-month")
        .select_for_update(no_key=True)
    )


def _end_the_lesser(merging: Merging, one: Introduction, other: Introduction) -> None:
    """Both stay to be read; one ends, and nobody is told that an answer never came."""
    rank = {status.value: place for place, status in enumerate(_FURTHEST)}
    lesser = max((one, other), key=lambda each: (rank[each.status], each.created_at, each.pk))
    journal.advance(lesser, INTRODUCTION, "end", by=merging.by, note=TWICE, released_at=clock.now())
    agenda.close(lesser, outcome=Outcome.CANCELLED)


def _give_back(entry: AttentionEntry) -> None:
    """The same association, twice in one month of a company: it is one place."""
    entry.returned_at = clock.now()
    entry.save(update_fields=["returned_at"])
    month = AttentionMonth.objects.select_for_update(no_key=True).get(pk=entry.month_id)
    month.spent -= 1
    month.save(update_fields=["spent"])


def _pour(month: AttentionMonth, into: AttentionMonth) -> None:
    """Two ledgers of one month are one: each association holds one place, and what is spent shows."""
    held = set(into.entries.filter(returned_at__isnull=True).values_list("association", flat=True))
    for entry in month.entries.order_by("pk").select_for_update(no_key=True):
        if entry.returned_at is None and entry.association_id in held:
            entry.returned_at = clock.now()
        entry.month = into
        entry.save(update_fields=["month", "returned_at"])
    into.spent = into.entries.filter(returned_at__isnull=True).count()
    into.capacity = max(into.capacity, into.spent)
    into.save(update_fields=["spent", "capacity"])
    month.delete()
