"""What people looked for and the library does not hold: the team's list of documents to find or write."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.shortcuts import get_object_or_404

from accounts.models import User
from infotheque import policies
from infotheque.models import SearchGap
from mecenova.calendar import clock
from mecenova.identifiers.names import fold
from mecenova.identifiers.text import one_line

LONGEST_KEY = 200
# People may type anything there, names included.
GAPS_ARE_KEPT = timedelta(days=365)


@transaction.atomic
def note_gap(*, words: str) -> SearchGap | None:
    """One more search without an answer. Nothing says who searched; a settled gap that comes back is open."""
    words = one_line(words)[:LONGEST_KEY]
    key = fold(words)[:LONGEST_KEY]
    if not key:
        return None
    gap, is_new = SearchGap.objects.get_or_create(key=key, defaults={"words": words})
    if not is_new:
        SearchGap.objects.filter(pk=gap.pk).update(
            times=F("times") + 1, last_at=clock.now(), settled_at=None, settled_by=None
        )
        gap.refresh_from_db()
    return gap


@transaction.atomic
def settle_gap(*, gap: SearchGap, by: User) -> SearchGap:
    """The team has answered it, or has nothing to answer. Twice changes nothing."""
    if not policies.can_curate(by):
        raise PermissionDenied
    gap = get_object_or_404(SearchGap.objects.select_for_update(no_key=True), pk=gap.pk)
    if gap.settled_at is None:
        gap.settled_at, gap.settled_by = clock.now(), by
        gap.save(update_fields=["settled_at", "settled_by"])
    return gap


@transaction.atomic
def forget_gaps() -> int:
    """Words that nobody has searched for a year, answered or not. How many went."""
    return SearchGap.objects.filter(last_at__lte=clock.now() - GAPS_ARE_KEPT).delete()[0]
