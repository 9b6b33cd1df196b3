"""One association as a round sees it, read once for all that is asked about what it could answer."""

from dataclasses import dataclass

from associations.models import Association
from companies.models import Need
from matching.network import ClosedLists, Names, load
from matching.profiles import Asker, asker, related_masks
from matching.scoring import AssociationSide
from mecenova.calendar import clock


@dataclass(frozen=True, slots=True)
class Applicant:
    """An association, its side of a pair, and the closed lists that its masks are made with."""

    association: Association
    side: AssociationSide
    names: Names
    lists: ClosedLists
    near_causes: list[int]
    asker: Asker

    @property
    def is_open(self) -> bool:
        return is_open(self.side)


def applicant(association: Association) -> Applicant:
    """Read in a fixed number of queries."""
    network = load(Association.objects.filter(pk=association.pk), Need.objects.none())
    (side,) = network.associations
    lists = network.lists
    return Applicant(association, side, network.names, lists, related_masks(lists), asker(side, lists))


def is_open(side: AssociationSide) -> bool:
    """Whether it may be proposed to companies today."""
    if side.stance == "paused":
        return side.paused_until is not None and side.paused_until < clock.today()
    return side.stance == "open"


def stopped_by_stance(needs: int) -> dict[str, int]:
    """What stops so many needs for who is open to no company."""
    return {"stance": needs} if needs else {}
