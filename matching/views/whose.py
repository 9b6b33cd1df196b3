"""Whose pages these are: an association of the reader, or for the team the one that the address names."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from accounts.policies import is_member
from associations.models import Association
from mecenova.team import is_staff


@dataclass(frozen=True)
class Whose:
    association: Association
    others: list[Association]
    for_the_team: bool

    @property
    def all(self) -> list[Association]:
        return [self.association, *self.others]

    def context(self) -> dict[str, Any]:
        """What `associations/which_of_mine.html` tells."""
        return {"association": self.association, "others": self.others, "for_the_team": self.for_the_team}


def whose_or_404(request: HttpRequest) -> Whose:
    """The association named in the address among those whose pages this person reads, else the first."""
    named = request.GET.get("association", "")
    read = list(Association.objects.read_by(request.user, named).select_related("organisation__department"))
    if not read:
        raise Http404
    association = next((one for one in read if str(one.pk) == named), read[0])
    return Whose(
        association,
        others=[one for one in read if one != association],
        for_the_team=is_staff(request.user) and not is_member(request.user, association.organisation),
    )
