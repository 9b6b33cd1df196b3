"""Which places meet which: what a visitor who looks at one territory wants to find."""

from django.db.models import Q

from mecenova.reference.enums import TerritoryLevel
from mecenova.reference.models import Territory
from mecenova.reference.territories import inside, reach


def meeting(*territories: Territory) -> Q:
    """For rows linked to a `territory`: whatever these reach, and the towns that they hold."""
    codes = {territory.code for territory in territories}
    held = codes | inside(codes)
    towns = Q(territory__level=TerritoryLevel.COMMUNE, territory__parent__code__in=held)
    return Q(territory__code__in=reach(codes)) | towns
