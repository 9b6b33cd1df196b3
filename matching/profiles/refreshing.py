"""Texts first, then the masks that hold what they say."""

import uuid
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from companies.models import Need
from matching.models import NATIONAL, AssociationProfile, NeedProfile
from matching.network.vocabulary import recount
from matching.profiles.deriving import derive_associations, derive_needs
from matching.profiles.readings import read_associations, read_needs
from mecenova.calendar import clock


def refresh_associations(keys: Collection[uuid.UUID]) -> None:
    """Write again what these associations are compared by. Costs the same for those that did not change."""
    if keys:
        read_associations(keys)
        derive_associations(keys)


def refresh_needs(keys: Collection[uuid.UUID]) -> None:
    if keys:
        read_needs(keys)
        derive_needs(keys)


def missing_needs() -> list[uuid.UUID]:
    """Those that should have a profile and have none: nobody said that they came."""
    profiles = NeedProfile.objects.filter(need_id=OuterRef("pk"))
    expected = Need.objects.current().order_by()
    return list(expected.filter(~Exists(profiles)).values_list("pk", flat=True))


def number_open() -> int:
    """How many associations have a profile and are open today."""
    everybody = AssociationProfile.objects.filter(place=NATIONAL)
    return everybody.filter(Q(paused_until=None) | Q(paused_until__lt=clock.today())).count()


def repair() -> int:
    """Write every profile that is not what people wrote; how many rows differed.

    None should, but for pauses and deadlines that ended with the day.
    """
    read_associations(None)
    return derive_associations(None) + derive_needs(None)


def reweigh() -> None:
    """Count the words of the whole network, and weigh those of every need again if a count changed."""
    recount()
    read_needs(None)
