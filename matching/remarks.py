"""What a company added for the team as it said no to a suggestion: the team alone reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.contenttypes.models import ContentType

from matching.models import Suggestion, SuggestionQuerySet
from mecenova.workflow.models import TransitionRecord

LATEST = 20


@dataclass(frozen=True, slots=True)
class Remark:
    suggestion: Suggestion
    at: datetime
    by: str
    note: str


def remarks(suggestions: SuggestionQuerySet) -> list[Remark]:
    """The latest about these, the newest first."""
    lines = (
        TransitionRecord.objects.filter(
            subject_type=ContentType.objects.get_for_model(Suggestion),
            subject_id__in=suggestions.order_by().values("pk"),
            verb="decline",
        )
        .exclude(note="")
        .select_related("by")
        .order_by("-at", "-pk")[:LATEST]
    )
    about = _about(line.subject_id for line in lines)
    return [Remark(about[line.subject_id], line.at, str(line.by or ""), line.note) for line in lines]


def remarks_of(organisation: UUID) -> list[Remark]:
    """What this company wrote, or what was written about this association."""
    return remarks(Suggestion.objects.involving(organisation))


def _about(keys: Iterable[UUID]) -> dict[UUID, Suggestion]:
    return Suggestion.objects.with_parties().in_bulk(list(keys))
