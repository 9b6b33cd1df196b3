"""An organisation leaves the site: nobody on the other side waits for it in vain."""

from uuid import UUID

from django.db import transaction

from accounts.models import Organisation
from partnerships.models import Introduction, Partnership
from partnerships.notifications import IntroductionEnded
from partnerships.operations.agreements import end_by_leaving
from partnerships.operations.attention import give_place_back
from partnerships.operations.introductions import end, request_queued
from partnerships.operations.partnerships import stop


@transaction.atomic
def follow_leaving(*, organisation: Organisation) -> None:
    """End what it had under way, and tell those who stay. The caller holds the organisation."""
    _end_introductions(organisation)
    _end_partnerships(organisation, note=f"{organisation.name} a quitté Mecenova.")


def _end_partnerships(organisation: Organisation, note: str) -> None:
    """Held one by one, below the organisation that leaves; the other party's row is not waited for."""
    held = Partnership.objects.select_for_update(of=("self",), no_key=True)
    for partnership in held.filter(pk__in=_under_way(organisation)).order_by("pk"):
        if partnership.is_in_discussion:
            stop(partnership, by=None, note=note)
        elif partnership.is_active:
            end_by_leaving(partnership, note)


def _under_way(organisation: Organisation) -> list[UUID]:
    return list(Partnership.objects.active().involving(organisation).values_list("pk", flat=True))


def _end_introductions(organisation: Organisation) -> None:
    """All are held before any company's month is, and the months come in the order of the rounds."""
    held = Introduction.objects.open().involving(organisation).select_for_update(of=("self",), no_key=True)
    sent: list[Introduction] = []
    for introduction in held.with_parties().order_by("company_id", "pk"):
        end(introduction, IntroductionEnded)
        if introduction.requested_at and introduction.company.organisation_id != organisation.pk:
            sent.append(introduction)
    for introduction in sent:
        if give_place_back(introduction):
            request_queued(company=introduction.company)
