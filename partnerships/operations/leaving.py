"""An organisation leaves the site: nobody on the other side waits for it in vain."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from accounts.models import Organisation
from accounts.operations.departures import Ending
from mecenova.agenda import operations as agenda
from partnerships.enums import UNDER_WAY, PartnershipStatus
from partnerships.models import Introduction, Partnership, Reflection
from partnerships.notifications import IntroductionEnded
from partnerships.operations.agreements import end_by_leaving, reflection_is_open
from partnerships.operations.attention import Approach, approach_of, return_places
from partnerships.operations.introductions import end, request_queued
from partnerships.operations.partnerships import stop
from partnerships.signals import party_leaving

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def follow_leaving(*, organisation: Organisation, by: "User | None" = None) -> None:
    """End what it had under way, and tell those who stay. The caller holds the organisation.

    Introductions, partnerships and suggestions have all ended before any company's month is held (ADR 0014).
    """
    approaches = _end_introductions(organisation)
    _end_partnerships(organisation, note=f"{organisation.name} a quitté Mecenova.")
    answers: list[tuple[Any, Any]] = party_leaving.send(Organisation, organisation=organisation, by=by)
    for _, others in answers:
        approaches += others
    for company in return_places(approaches):
        request_queued(company=company)


def what_leaving_would_end(organisation: Organisation) -> list[Ending]:
    """What `follow_leaving` ends, and the accounts of what has ended that nobody else can write."""
    partnerships = Partnership.objects.involving(organisation).filter(status__in=UNDER_WAY).count()
    requests = Introduction.objects.open().involving(organisation).count()
    words = len(_still_to_write(organisation))
    return [
        Ending(
            words,
            "bilan de partenariat encore à écrire (faites-le avant)",
            "bilans de partenariat encore à écrire (faites-le avant)",
        ),
        Ending(partnerships, "partenariat en cours", "partenariats en cours"),
        Ending(requests, "demande de mise en relation", "demandes de mise en relation"),
    ]


def _still_to_write(organisation: Organisation) -> list[Partnership]:
    """Those that have ended, and about which its own lines can be written now."""
    involving = Partnership.objects.active().filter(status=PartnershipStatus.ENDED).involving(organisation)
    ended = list(involving)
    steps = agenda.next_steps(ended)
    written = Reflection.objects.filter(organisation=organisation, partnership__in=ended)
    said = set(written.values_list("partnership_id", "moment"))
    return [
        one
        for one in ended
        if reflection_is_open(one, steps.get(one.pk)) and (one.pk, one.reflection_moment) not in said
    ]


def _end_partnerships(organisation: Organisation, note: str) -> None:
    """Held one by one, below the organisation that leaves; the other party's row is not waited for."""
    held = Partnership.objects.select_for_update(of=("self",), no_key=True)
    for partnership in held.filter(pk__in=_under_way(organisation)).order_by("pk"):
        if partnership.is_in_discussion:
            stop(partnership, by=None, note=note)
        elif partnership.is_active:
            end_by_leaving(partnership, organisation, note)


def _under_way(organisation: Organisation) -> list[UUID]:
    return list(Partnership.objects.active().involving(organisation).values_list("pk", flat=True))


def _end_introductions(organisation: Organisation) -> list[Approach]:
    """Those that had left, and whose places go to others: a company that leaves needs its own no more."""
    held = Introduction.objects.open().involving(organisation).select_for_update(of=("self",), no_key=True)
    sent: list[Approach] = []
    for introduction in held.with_parties().order_by("pk"):
        end(introduction, IntroductionEnded)
        approach = approach_of(introduction)
        if approach is not None and approach.company.organisation_id != organisation.pk:
            sent.append(approach)
    return sent
