"""What a full demo is, whenever it was loaded: somebody in every basket, and one next step each."""

from collections import Counter

from accounts.enums import CHECKING_STATUSES, OrganisationStatus
from accounts.models import Claim, Organisation
from associations.enums import ProjectStatus
from associations.models import Project
from companies.enums import NeedStatus
from companies.models import Need
from infotheque.enums import PUBLIC_STATUSES
from infotheque.models import Document, Tip
from mecenova.agenda.models import FollowUp, Slot
from mecenova.mail.models import AddressTrouble
from mecenova.pages.baskets import BASKETS
from partnerships.models import Introduction, Partnership

# The rounds present everybody in time, whenever the demo is loaded: nobody waits near the ninety days.
_LEFT_EMPTY = {"associations-sans-presentation"}

_ACTIVE = (*CHECKING_STATUSES, OrganisationStatus.CHECKED)


def assert_every_basket_holds_somebody() -> None:
    assert {basket.slug for basket in BASKETS.values() if not basket.count()} <= _LEFT_EMPTY


def _active_subjects() -> list[object]:
    return [
        *Organisation.objects.filter(status__in=_ACTIVE),
        *Project.objects.exclude(status=ProjectStatus.CLOSED),
        *Need.objects.exclude(status=NeedStatus.CLOSED),
        *Introduction.objects.open(),
        *Partnership.objects.active(),
        *Claim.objects.waiting(),
        *AddressTrouble.objects.open(),
        *Slot.objects.to_hold(),
        *Tip.objects.waiting(),
        *Tip.objects.promised_drafts(),
        # Not of the promise, and followed all the same: what is on line is read again one day.
        *Document.objects.filter(status__in=PUBLIC_STATUSES),
    ]


def assert_one_step_each() -> None:
    """Promise 1: every active subject has exactly one next step, and nothing else has any."""
    wanted = Counter(subject.pk for subject in _active_subjects())
    assert Counter(FollowUp.objects.all().steps().values_list("subject_id", flat=True)) == wanted
