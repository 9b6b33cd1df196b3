"""Writing and reading the journal of transitions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from mecenova.calendar import clock
from mecenova.workflow.machine import Workflow
from mecenova.workflow.models import TransitionRecord

if TYPE_CHECKING:
    from accounts.models import User

SAME_WORDS = timedelta(hours=1)


def record(
    subject: Model,
    verb: str,
    source: str,
    target: str,
    by: "User | None",
    note: str = "",
) -> TransitionRecord:
    """Write one line; call it in the transaction of the transition itself."""
    return TransitionRecord.objects.create(
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        verb=verb,
        source=str(source),
        target=str(target),
        by=by,
        note=note,
        at=clock.now(),
    )


def record_many(subjects: Sequence[Model], verb: str, source: str, by: "User | None", note: str = "") -> None:
    """One line for each of many subjects of one type that took the same step, with the state they are in."""
    if subjects:
        subject_type, moment = ContentType.objects.get_for_model(subjects[0]), clock.now()
        TransitionRecord.objects.bulk_create(
            TransitionRecord(
                subject_type=subject_type,
                subject_id=subject.pk,
                verb=verb,
                source=str(source),
                target=str(subject.status),  # type: ignore[attr-defined]
                by=by,
                note=note,
                at=moment,
            )
            for subject in subjects
        )


def advance(
    subject: Model,
    workflow: Workflow,
    verb: str,
    *,
    by: "User | None",
    note: str = "",
    **changes: Any,
) -> TransitionRecord:
    """Move a subject (its row locked by the caller) along its table, save it with `changes`, write the line.

    Raises TransitionRefused when the table does not allow `verb` from the present state.
    """
    source = subject.status  # type: ignore[attr-defined]
    changes["status"] = workflow.target(verb, source)
    for field, value in changes.items():
        setattr(subject, field, value)
    subject.save(update_fields=list(changes))
    return record(subject, verb, source, changes["status"], by, note)


def history(subject: Model) -> QuerySet[TransitionRecord]:
    """What happened to a subject, oldest first."""
    return TransitionRecord.objects.filter(
        subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk
    ).select_related("by")


def was_begun_by(subject: Model, by: "User | None") -> bool:
    """Whether this person wrote it first, and not somebody in their place."""
    return by is not None and history(subject).filter(verb="create", by=by).exists()


def just_said(subject: Model, verb: str, *, by: "User", note: str) -> bool:
    """The form sent twice, or the page sent again: the same words by the same person, a moment ago."""
    lines = history(subject).filter(verb=verb, by=by, note=note, at__gte=clock.now() - SAME_WORDS)
    return lines.exists()


@dataclass(frozen=True)
class Line:
    """One line of a journal as a page tells it."""

    verb: str
    at: datetime
    label: str
    by: str
    note: str


def told(subject: Model, words: Mapping[str, str], *, unquoted: Collection[str] = ()) -> list[Line]:
    """What happened to a subject, newest first, in the words given to each verb; other verbs are left out.

    Of the `unquoted` verbs the day alone is told: neither who did it nor the words that were left.
    """
    return [
        Line(line.verb, line.at, words[line.verb], "", "")
        if line.verb in unquoted
        else Line(line.verb, line.at, words[line.verb], str(line.by or ""), line.note)
        for line in reversed(history(subject))
        if line.verb in words
    ]
