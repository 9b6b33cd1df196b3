"""What a round must respect: places left, who has waited longest, what was shown or settled before."""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Max, Q
from django.db.models.functions import Coalesce, Greatest

from associations.models import Association
from matching.allocation import Ledger
from matching.enums import SuggestionStatus
from matching.models import Suggestion
from mecenova.calendar import clock
from partnerships.enums import OPEN_STATUSES, IntroductionStatus
from partnerships.models import Introduction
from partnerships.operations import places_of

# A company that said no to a suggestion, or did not answer, is not asked about the same association before
# this long. A « no » to a request has its own date, which both sides were told.
AFTER_NO = timedelta(days=365)
AFTER_SILENCE = timedelta(days=180)


def read_ledger(companies: Iterable[uuid.UUID]) -> Ledger:
    """The state of things for these companies, as of now."""
    keys = set(companies)
    midnight = clock.paris(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    suggestions = Suggestion.objects.order_by()
    everybody = Association.objects.open_to_companies().order_by()
    dates = everybody.annotate(
        joined=_joined(), since=Greatest(Max("suggestions__presented_at"), _joined())
    ).values_list("pk", "joined", "since")
    rows = list(dates)
    return Ledger(
        today=clock.today(),
        places=places_of(keys),
        joined={key: joined for key, joined, _ in rows},
        waiting_since={key: since for key, _, since in rows},
        presented_today=set(
            suggestions.filter(presented_at__gte=midnight).values_list("association_id", flat=True)
        ),
        shown=set(suggestions.filter(company__in=keys).values_list("need_id", "association_id")),
        settled=_settled(keys),
    )


def _joined() -> Coalesce:
    return Coalesce("organisation__checked_at", "organisation__created_at")


def _settled(companies: set[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """(company, association) pairs under way, or answered too recently to be brought back."""
    now = clock.now()
    suggested = Suggestion.objects.filter(company__in=companies).filter(
        Q(status__in=(SuggestionStatus.PRESENTED, SuggestionStatus.INTERESTED))
        | Q(status=SuggestionStatus.DECLINED, answered_at__gte=now - AFTER_NO)
    )
    introduced = Introduction.objects.filter(company__in=companies).filter(
        Q(status__in=(*OPEN_STATUSES, IntroductionStatus.YES))
        | Q(status=IntroductionStatus.NO, retry_on__gt=clock.today())
        | Q(status=IntroductionStatus.RELEASED, released_at__gte=now - AFTER_SILENCE)
    )
    found = set(suggested.order_by().values_list("company_id", "association_id"))
    return found | set(introduced.order_by().values_list("company_id", "association_id"))
