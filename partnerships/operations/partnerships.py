"""Opening, holding and abandoning a partnership."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.operations import hold
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail import operations as mail
from mecenova.workflow.journal import advance, record
from mecenova.workflow.machine import NEW
from partnerships import policies
from partnerships.enums import PartyRole
from partnerships.followups import DidYouTalk
from partnerships.models import Introduction, Partnership, Party, parties_read_with
from partnerships.notifications import PartnershipAbandoned
from partnerships.workflow import PARTNERSHIP

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def open_partnership(*, introduction: Introduction, by: "User") -> Partnership:
    """The partnership born of an accepted introduction, in its first state, with its two parties."""
    partnership = Partnership.objects.create(
        kind=introduction.kind,
        title=introduction.heading,
        introduction=introduction,
    )
    Party.objects.bulk_create(
        [
            Party(
                partnership=partnership,
                organisation=introduction.association.organisation,
                role=PartyRole.BENEFICIARY,
            ),
            Party(
                partnership=partnership, organisation=introduction.company.organisation, role=PartyRole.GIVER
            ),
        ]
    )
    record(partnership, "open", NEW, partnership.status, by)
    agenda.start(DidYouTalk, partnership)
    return partnership


@transaction.atomic
def abandon_partnership(*, partnership: Partnership, by: "User", note: str = "") -> Partnership:
    """One of the parties stops here; the others are told, and why."""
    partnership = lock_partnership(partnership)
    if not policies.can_abandon_partnership(by, partnership):
        raise PermissionDenied
    return stop(partnership, by=by, note=note)


def stop(partnership: Partnership, *, by: "User | None", note: str) -> Partnership:
    """It will not be. The caller holds the partnership."""
    advance(
        partnership,
        PARTNERSHIP,
        "abandon",
        by=by,
        note=note,
        abandoned_at=clock.now(),
        disagreement_at=None,
        contested_at=None,
    )
    agenda.close(partnership)
    mail.queue(PartnershipAbandoned, partnership)
    return partnership


def lock_partnership(partnership: Partnership) -> Partnership:
    """The partnership as it is now, held until the end with its parties, which are taken first (ADR 0014)."""
    held = hold(partnership.parties.values("organisation"))
    # The policy says which step of the company its words begin again.
    parties = (
        "introduction__association__organisation",
        "introduction__company__organisation",
        "introduction__company__policy",
    )
    read = Partnership.objects.select_related(*parties).prefetch_related(*parties_read_with())
    found = get_object_or_404(read.select_for_update(of=("self",), no_key=True), pk=partnership.pk)
    if not {party.organisation_id for party in found.known_parties} <= held:
        # A merge gave it to another organisation while its own was waited for.
        raise Http404
    return found
