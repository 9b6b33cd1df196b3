"""Which places meet which: what a visitor who looks at one territory wants to find."""

from django.db.models import Q

from mecenova.reference.models import Territory
from mecenova.reference.territories import ancestors


def meeting(territory: Territory) -> Q:
    """For rows linked to a `territory`: this one, what holds it, and what lies within it."""
    wider = Q(territory__code__in=(territory.code, *ancestors(territory.code)))
    within = Q(territory__parent=territory) | Q(territory__parent__parent=territory)
    return wider | within | Q(territory__parent__parent__parent=territory)
