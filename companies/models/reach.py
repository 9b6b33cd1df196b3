"""Which places meet which: what a visitor who looks at one territory wants to find."""

from functools import reduce
from operator import or_

from django.db.models import Q

from mecenova.reference.models import Territory
from mecenova.reference.territories import ancestors


def meeting(*territories: Territory) -> Q:
    """For rows linked to a `territory`: one of these, what holds it, and what lies within it."""
    return reduce(or_, map(_meeting, territories))


def _meeting(territory: Territory) -> Q:
    wider = Q(territory__code__in=(territory.code, *ancestors(territory.code)))
    within = Q(territory__parent=territory) | Q(territory__parent__parent=territory)
    return wider | within | Q(territory__parent__parent__parent=territory)
