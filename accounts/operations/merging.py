"""How rows follow from one record to another: what each room uses in its part of a merge."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import F, Func, ManyToOneRel, Max, Model, Value

from accounts.models import Organisation, User
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp, SlotRequest, Stay
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from mecenova.workflow.models import TransitionRecord

Clash = Callable[[Any], None]


class MergeIncomplete(DomainError):
    """Something points at the record that goes, and no room said how it follows: nothing is written."""


@dataclass
class Merging:
    """One merge under way. Rooms call `move` for each of their keys; the end checks that none is left."""

    kept: Organisation
    gone: Organisation
    by: User | None
    handled: set[str] = field(default_factory=set)
    moved: Counter[str] = field(default_factory=Counter)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    snapshots: dict[str, Any] = field(default_factory=dict)
    gone_profile_id: UUID | None = None

    # The journal tells what happened to a record, under its own key: it is never rewritten.
    stays: ClassVar[tuple[type[Model], ...]] = (TransitionRecord,)

    def move(
        self, model: type[Model], name: str, kept: Model, gone: Model, clash: Clash | None = None
    ) -> None:
        """Rows of `model` whose key `name` points at the record that goes follow to the other.

        `clash` is called with a row that a unique key refuses there; it may settle the matter and `place`
        it. Without one the row is dropped, and the log keeps it.
        """
        self.handled.add(f"{model._meta.label}.{name}")
        rows = model._base_manager.filter(**{name: gone}).order_by("pk").select_for_update(no_key=True)
        self._move_each(list(rows), {name: kept}, clash)

    def place(self, row: Model, **changes: Any) -> None:
        """Point one row elsewhere, once what forbade it is settled."""
        type(row)._base_manager.filter(pk=row.pk).update(**changes)
        self.moved[row._meta.label] += 1

    def follow_subject(self, kept: Model, gone: Model) -> None:
        """Follow-ups, mails, stays and whatever else knows its subject by type and key."""
        self._move_follow_ups(kept, gone)
        for model, key in generic_keys():
            if model in (FollowUp, *self.stays):
                continue
            subject_type = ContentType.objects.get_for_model(gone)
            rows = model._base_manager.filter(**{key.ct_field: subject_type, key.fk_field: gone.pk})
            self._move_each(list(rows.order_by("pk")), {key.fk_field: kept.pk}, self._clash_of(model))

    def follow_debtor(self) -> None:
        """Rows that know the organisation by its bare key: who owes, who is away, who has a rendezvous."""
        for model, name in bare_keys():
            rows = model._base_manager.filter(**{name: self.gone.pk}).order_by("pk")
            self._move_each(list(rows), {name: self.kept.pk}, self._clash_of(model))
        waiting = FollowUp.objects.filter(also_waits_for__contains=[self.gone.pk])
        follows = Func(
            F("also_waits_for"), Value(self.gone.pk), Value(self.kept.pk), function="array_replace"
        )
        waiting.update(also_waits_for=follows)

    def drop(self, row: Model, *, unsaid: Iterable[str] = ()) -> None:
        """The row cannot stand beside the one that is there: it goes, and the log keeps what it said.

        `unsaid` are the fields that the log has no right to keep: the address of somebody who never came.
        """
        said = as_json(row)
        self.dropped.append(said | {"fields": {k: v for k, v in said["fields"].items() if k not in unsaid}})
        if isinstance(row.pk, UUID):
            agenda.close(row, outcome=Outcome.CANCELLED)
        _, gone = row.delete()
        if set(gone) != {row._meta.label}:
            raise MergeIncomplete(_unknown(", ".join(sorted(gone))))

    def nothing_left(self, gone: Model) -> None:
        """Raises when a row still points at what is about to be deleted: none is lost by a cascade."""
        left = [
            f"{model._meta.label}.{name}"
            for model, name in keys_to(type(gone))
            if model._base_manager.filter(**{name: gone}).exists()
        ]
        if left:
            raise MergeIncomplete(_unknown(", ".join(sorted(left))))

    def _move_each(self, rows: Iterable[Model], changes: dict[str, Any], clash: Clash | None) -> None:
        for row in rows:
            try:
                with transaction.atomic():
                    type(row)._base_manager.filter(pk=row.pk).update(**changes)
            except IntegrityError:
                (clash or self.drop)(row)
            else:
                self.moved[row._meta.label] += 1

    def _clash_of(self, model: type[Model]) -> Clash | None:
        settled: dict[type[Model], Clash] = {Stay: self._end_stay, SlotRequest: self._end_request}
        return settled.get(model)

    def _end_stay(self, stay: Stay) -> None:
        """Both were in the basket: one stay goes on, the other ends and follows."""
        stay.left_at = max(clock.now(), stay.entered_at)
        stay.why = stay.why or "Deux fiches réunies en une."
        stay.subject_id = self.kept.pk
        stay.save()
        self.moved[stay._meta.label] += 1

    def _end_request(self, request: SlotRequest) -> None:
        """Both had asked for a slot: one answer is owed."""
        request.closed_at = clock.now()
        request.organisation_id = self.kept.pk
        request.save()
        agenda.close(request, outcome=Outcome.CANCELLED)
        self.moved[request._meta.label] += 1

    def _move_follow_ups(self, kept: Model, gone: Model) -> None:
        """They take the cycles after those of the record that stays, whose own step goes on."""
        about_gone = FollowUp.objects.about([gone])
        cycles = dict(
            FollowUp.objects.about([kept]).order_by().values_list("rule").annotate(last=Max("cycle"))
        )
        running = set(FollowUp.objects.about([kept]).open().values_list("rule", flat=True))
        about_gone.steps().update(outcome=Outcome.CANCELLED, closed_at=clock.now(), lease_until=None)
        doubled = about_gone.open().filter(rule__in=running)
        doubled.update(outcome=Outcome.CANCELLED, closed_at=clock.now(), lease_until=None)
        for follow_up in about_gone.order_by("created_at", "pk").select_for_update(no_key=True):
            follow_up.cycle += cycles.get(follow_up.rule, 0)
            follow_up.subject_id = kept.pk
            follow_up.save(update_fields=["cycle", "subject_id"])
            self.moved[FollowUp._meta.label] += 1


def keys_to(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Every key of the site that points at this model, but the lists that are the model's own."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model._meta.auto_created != model:
            yield relation.related_model, relation.field.name


def generic_keys() -> Iterator[tuple[type[Model], GenericForeignKey]]:
    for model in apps.get_models():
        for key in model._meta.private_fields:
            if isinstance(key, GenericForeignKey):
                yield model, key


def bare_keys() -> Iterator[tuple[type[Model], str]]:
    """Columns that hold an organisation's key without pointing at its table (rooms below this one)."""
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            if isinstance(each, models.UUIDField) and each.name.endswith("organisation_id"):
                yield model, each.name


def as_json(row: Model) -> dict[str, Any]:
    """All that a row says, as plain values."""
    said = serializers.serialize("python", [row], use_natural_foreign_keys=False)[0]
    return json.loads(json.dumps(said, cls=DjangoJSONEncoder))


def _unknown(what: str) -> str:
    return (
        f"Ces deux fiches ne peuvent pas être réunies\u00a0: le site ne sait pas encore faire suivre {what}. "
        "Rien n’a changé. Prévenez la personne qui s’occupe du site."
    )
