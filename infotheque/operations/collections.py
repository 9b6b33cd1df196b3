"""Collections: made, introduced, filled, put in order, shown or not."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from infotheque import policies
from infotheque.models import Collection, CollectionItem, Document
from mecenova.calendar import clock
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.workflow.errors import DomainError

MOST_ITEMS = 100


@transaction.atomic
def create_collection(
    *, by: User | None, title: str, introduction: str = "", slug: str | None = None, position: int = 0
) -> Collection:
    """An empty collection, that the team alone sees. `by` None is the platform."""
    _only_curators(by)
    return Collection.objects.create(
        slug=slug, title=one_line(title), introduction=paragraphs(introduction), position=position
    )


@transaction.atomic
def update_collection(*, collection: Collection, by: User | None, **changes: Any) -> Collection:
    collection = lock(collection, by=by)
    if unknown := set(changes) - {"title", "introduction", "position"}:
        raise TypeError(f"A collection has no {', '.join(sorted(unknown))}")
    for name, value in changes.items():
        tidy = {"title": one_line, "introduction": paragraphs}.get(name)
        setattr(collection, name, tidy(value) if tidy else value)
    collection.save()
    return collection


@transaction.atomic
def show_collection(*, collection: Collection, by: User | None, is_shown: bool) -> Collection:
    """Everybody reads it, or the team alone. Twice changes nothing."""
    collection = lock(collection, by=by)
    if is_shown and not collection.items.readable().exists():
        raise DomainError("Ajoutez au moins un document publié à cette collection avant de la publier.")
    if is_shown != bool(collection.published_at):
        collection.published_at = clock.now() if is_shown else None
        collection.save(update_fields=["published_at"])
    return collection


@transaction.atomic
def add_to_collection(
    *, collection: Collection, document: Document, by: User | None, note: str = ""
) -> CollectionItem:
    """At the end. Already there: its note is the new one, its place the same."""
    collection = lock(collection, by=by)
    last = collection.items.order_by("-position").first()
    if collection.items.exclude(document=document).count() >= MOST_ITEMS:
        raise DomainError(f"Une collection se lit\u00a0: {MOST_ITEMS} documents au plus.")
    item, _ = CollectionItem.objects.update_or_create(
        collection=collection,
        document=document,
        defaults={"note": one_line(note)[:300]},
        create_defaults={"note": one_line(note)[:300], "position": last.position + 1 if last else 1},
    )
    return item


@transaction.atomic
def remove_from_collection(*, collection: Collection, document: Document, by: User | None) -> None:
    collection = lock(collection, by=by)
    collection.items.filter(document=document).delete()


@transaction.atomic
def move_in_collection(*, collection: Collection, document: Document, by: User | None, up: bool) -> None:
    """One place up or down; the first stays first, the last stays last."""
    collection = lock(collection, by=by)
    item = collection.items.filter(document=document).first()
    if item is None:
        return
    if up:
        neighbour = collection.items.filter(position__lt=item.position).order_by("-position").first()
    else:
        neighbour = collection.items.filter(position__gt=item.position).order_by("position").first()
    if neighbour is None:
        return
    item.position, neighbour.position = neighbour.position, item.position
    item.save(update_fields=["position"])
    neighbour.save(update_fields=["position"])


def lock(collection: Collection, *, by: User | None) -> Collection:
    """The collection as it is now, held until the end of the transaction. `by` None is the platform."""
    _only_curators(by)
    return Collection.objects.select_for_update(of=("self",), no_key=True).get(pk=collection.pk)


def _only_curators(by: User | None) -> None:
    if by is not None and not policies.can_curate(by):
        raise PermissionDenied
