"""What the rows say of a project that found no company: who received it, who looked, who else was there."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max, Q

from associations.models import Association, Project
from companies.models.company import CompanyQuerySet
from matching.enums import SuggestionStatus
from matching.models import Diagnosis, Suggestion
from matching.odds import Case, companies_of
from mecenova.reference.models import Cause, Territory
from mecenova.reference.territories import inside
from partnerships.enums import IntroductionStatus, Side
from partnerships.models import Introduction, Partnership
from partnerships.models.introduction import IntroductionQuerySet

ANSWERED_SUGGESTION = (SuggestionStatus.INTERESTED, SuggestionStatus.DECLINED)
ANSWERED_INTRODUCTION = (IntroductionStatus.YES, IntroductionStatus.NO, IntroductionStatus.LATER)
INTERESTED = (IntroductionStatus.YES, IntroductionStatus.LATER)
# Below this a number would point at somebody.
FEWEST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """Companies are counted once each, and in `refusals` once for each reason.

    `competing` is None when no company received the project.
    """

    presented: int
    seen: int
    answered: int
    competing: int | None
    companies_compatible: int
    refusals: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where, for what and under which kinds a project looks for a company."""

    causes: tuple[Cause, ...]
    places: tuple[Territory, ...]
    kinds: tuple[str, ...]

    def companies(self) -> CompanyQuerySet:
        """Those with places to give that it could be for; no place at all is nowhere."""
        causes = frozenset(cause.pk for cause in self.causes)
        found = companies_of(Case(causes=causes, kinds=frozenset(self.kinds)))
        return found.around(*self.places) if self.places else found.none()


@dataclass(frozen=True, slots=True)
class _Receipt:
    """One time a company received the project."""

    company: uuid.UUID
    need: uuid.UUID | None
    seen: bool
    answered: bool
    reason: str


def counted_since(project: Project, introduction: Introduction | None = None) -> datetime:
    """The publication or the last diagnosis, whichever is later; never later than the request explained."""
    last = max((diagnosis.at for diagnosis in project.diagnoses.all()), default=None)
    begun = project.published_at or project.created_at
    since = max(begun, last) if last else begun
    return min(since, introduction.created_at) if introduction else since


def find(project: Project, since: datetime, introduction: Introduction | None = None) -> Findings:
    """As many queries, whatever the number of rows."""
    receipts = [*_suggested(project, since), *_asked(project, since)]
    seen = {one.company for one in receipts if one.seen or one.answered}
    answered = {one.company for one in receipts if one.answered}
    said = {(one.company, one.reason) for one in receipts if one.reason}
    companies, needs = _where_it_competed(receipts, introduction)
    return Findings(
        presented=len({one.company for one in receipts}),
        seen=len(seen),
        answered=len(answered),
        competing=_competing(project.association, since, companies, needs) if companies else None,
        companies_compatible=ground_of(project).companies().count(),
        refusals=dict(Counter(reason for _, reason in said)),
    )


def interest_in(project: Project, since: datetime) -> bool:
    """Whether a company asked about it, or said yes or later to it, since then, or acts for it today."""
    asked = Q(asked_by_side=Side.COMPANY, created_at__gte=since)
    answered = Q(status__in=INTERESTED, answered_at__gte=since)
    together = Q(partnership__in=Partnership.objects.active())
    return _introductions_of(project).filter(asked | answered | together).exists()


def interest_came(project: Project) -> bool:
    """The same since its last diagnosis: it has found a company, and waits for nothing else."""
    return interest_in(project, counted_since(project))


def quiet_since(diagnosis: Diagnosis) -> datetime:
    """When it began to be counted; later, when a company had shown interest in its project meanwhile."""
    asked = Q(asked_by_side=Side.COMPANY, created_at__lt=diagnosis.at)
    answered = Q(status__in=INTERESTED, answered_at__lt=diagnosis.at)
    shown = _introductions_of(diagnosis.project).aggregate(
        asked=Max("created_at", filter=asked), answered=Max("answered_at", filter=answered)
    )
    return max(filter(None, (diagnosis.since, *shown.values())))


def ground_of(project: Project) -> Ground:
    """What the project says, and where it says nothing, what its association says.

    A place that lies within another one is left out: whoever is met there is met by the other already.
    """
    association = project.association
    office = association.organisation.department
    places = {place.code: place for place in project.territories.all() or association.territories.all()}
    if office is not None:
        places[office.code] = office
    held = inside(places)
    return Ground(
        tuple(project.causes.all() or association.causes.all()),
        tuple(places[code] for code in sorted(places.keys() - held)),
        tuple(sorted({ask.kind for ask in project.asks.all()})),
    )


def others_in_words(number: int | None) -> str:
    """How many other associations stood there: a small number would point at somebody."""
    if number is None:
        return ""
    if number == 0:
        return "aucune autre association"
    if number < FEWEST_SHOWN:
        return "quelques autres associations"
    return f"{number} autres associations"


def in_plain_numbers(number: int, one: str, many: str) -> str:
    """« 1 entreprise », « 12 entreprises », « aucune » is left to the sentence."""
    return f"{number} {many if number > 1 else one}"


def _suggested(project: Project, since: datetime) -> Iterable[_Receipt]:
    rows = Suggestion.objects.filter(
        Q(project=project) | Q(project__isnull=True),
        association=project.association_id,
        presented_at__gte=since,
    )
    for company, need, seen_at, status, reason in rows.order_by("pk").values_list(
        "company_id", "need_id", "seen_at", "status", "refusal_reason"
    ):
        yield _Receipt(company, need, seen_at is not None, status in ANSWERED_SUGGESTION, reason)


def _asked(project: Project, since: datetime) -> Iterable[_Receipt]:
    """The association's own requests, once they have left."""
    rows = _introductions_of(project).filter(asked_by_side=Side.ASSOCIATION, requested_at__gte=since)
    for company, need, seen_at, status, reason in rows.order_by("pk").values_list(
        "company_id", "need_id", "seen_at", "status", "refusal_reason"
    ):
        yield _Receipt(company, need, seen_at is not None, status in ANSWERED_INTRODUCTION, reason)


def _introductions_of(project: Project) -> IntroductionQuerySet:
    """Those that name the project, and those of its association that name none."""
    named = Q(project=project) | Q(project__isnull=True)
    return Introduction.objects.filter(named, association=project.association_id)


def _where_it_competed(
    receipts: Sequence[_Receipt], introduction: Introduction | None
) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    if introduction is not None:
        return {introduction.company_id}, {introduction.need_id} if introduction.need_id else set()
    return {one.company for one in receipts}, {one.need for one in receipts if one.need}


def _competing(
    association: Association, since: datetime, companies: set[uuid.UUID], needs: set[uuid.UUID]
) -> int:
    """Other associations before the same companies or needs since then: suggested, or asking themselves."""
    same = Q(company__in=companies) | Q(need__in=needs)
    suggested = Suggestion.objects.filter(same, presented_at__gte=since)
    asking = Introduction.objects.filter(same, asked_by_side=Side.ASSOCIATION, created_at__gte=since)
    others = {
        *suggested.order_by().values_list("association_id", flat=True).distinct(),
        *asking.order_by().values_list("association_id", flat=True).distinct(),
    }
    return len(others - {association.pk})
