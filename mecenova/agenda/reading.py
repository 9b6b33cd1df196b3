"""Follow-ups with the subject each speaks of, whatever its type: one query for each type."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model, QuerySet

from mecenova.agenda.models import FollowUp
from mecenova.agenda.rules import rule_named


class Guide(Protocol):
    """Knows every subject, whatever its room: how it is read, named, and where the team acts on it."""

    def all_of(self, model: type[Model]) -> QuerySet[Any]: ...

    def name_of(self, subject: Any) -> str: ...

    def page_of(self, subject: Any) -> str: ...


_guide: list[Guide] = []


def register_guide(guide: Guide) -> None:
    """The room above all others answers for their subjects."""
    if _guide:
        raise ValueError("One guide answers for the subjects")
    _guide.append(guide)


@dataclass(frozen=True)
class Shown:
    """One line: the row, its rule in plain words, its subject and where that is seen."""

    row: FollowUp
    rule: str
    subject: str
    kind: str
    url: str

    @property
    def error_class(self) -> str:
        return self.row.last_error.partition(":")[0]


def shown(rows: Iterable[FollowUp]) -> list[Shown]:
    rows = list(rows)
    keys = defaultdict(set)
    for row in rows:
        keys[row.subject_type].add(row.subject_id)
    subjects: dict[tuple[int, Any], Any] = {}
    for subject_type, pks in keys.items():
        model = subject_type.model_class()
        found = _guide[0].all_of(model).in_bulk(pks) if model else {}
        subjects |= {(subject_type.pk, pk): subject for pk, subject in found.items()}
    return [_shown(row, subjects.get((row.subject_type_id, row.subject_id))) for row in rows]


def _shown(row: FollowUp, subject: Any) -> Shown:
    rule, kind = rule_named(row.rule), row.subject_type.name
    if subject is None:
        return Shown(row, _title(rule, row), "N’existe plus", str(kind), "")
    name, url = _guide[0].name_of(subject), _guide[0].page_of(subject)
    return Shown(row, _title(rule, row), name, str(kind), url)


def _title(rule: Any, row: FollowUp) -> str:
    return (rule.title if rule else "") or row.rule
