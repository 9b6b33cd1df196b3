"""What a round must respect: places left, who has waited longest, what was shown or settled before."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Max, Q
from django.db.models.functions import Coalesce, Greatest

from associations.models import Association
from matching.allocation import Ledger
from matching.enums import SuggestionStatus
from matching.models import Suggestion
from matching.refusals import read_experience
from mecenova.calendar import clock
from partnerships.enums import OPEN_STATUSES, IntroductionStatus
from partnerships.models import Introduction, RefusalStep
from partnerships.operations import places_of

# A company that did not answer is not asked about the same association before this long. After a no it is the
# reason that says when: the date told to both sides for a request, the same delay for a suggestion.
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
        experience=read_experience(),
    )


def _joined() -> Coalesce:
    return Coalesce("organisation__checked_at", "organisation__created_at")


def _settled(companies: set[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """(company, association) pairs under way, or answered too recently to be brought back."""
    now = clock.now()
    suggested = Suggestion.objects.filter(
        company__in=companies, status__in=(SuggestionStatus.PRESENTED, SuggestionStatus.INTERESTED)
    )
    introduced = Introduction.objects.filter(company__in=companies).filter(
        Q(status__in=(*OPEN_STATUSES, IntroductionStatus.YES))
        | Q(status=IntroductionStatus.NO, retry_on__gt=clock.today())
        | Q(status=IntroductionStatus.RELEASED, released_at__gte=now - AFTER_SILENCE)
    )
    found = set(suggested.order_by().values_list("company_id", "association_id"))
    found |= set(introduced.order_by().values_list("company_id", "association_id"))
    return found | _declined(companies)


def _declined(companies: set[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Those that the company declined, as long as the reason it gave holds."""
    delays = delays_after_no()
    declined = Suggestion.objects.filter(company__in=companies, status=SuggestionStatus.DECLINED)
    rows = declined.order_by().values_list(
        "company_id", "association_id", "answered_at", "refusal_reason", "need__kind"
    )
    return {
        (company, association)
        for company, association, at, reason, kind in rows
        if at and asked_again_on(at, reason, kind, delays) > clock.today()
    }


def delays_after_no() -> dict[tuple[str, str], int]:
    """Days before asking again, by reason and kind of support; kind "" for any."""
    steps = RefusalStep.objects.order_by().values_list("reason", "kind", "retry_after_days")
    return {(reason, kind): days for reason, kind, days in steps}


def asked_again_on(at: datetime, reason: str, kind: str, delays: Mapping[tuple[str, str], int]) -> date:
    """The day from which a company that said no at this moment may be asked again.

    A suggestion may be declined for a reason that belongs to another kind of support: then its longest delay.
    """
    of_reason = {known: days for (name, known), days in delays.items() if name == reason}
    days = of_reason.get(kind) or of_reason.get("") or max(of_reason.values())
    return clock.paris(at).date() + timedelta(days=days)
