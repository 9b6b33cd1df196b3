"""Who entered each basket, who left it and why: kept by the hour, read by the week."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from mecenova.agenda.models import Stay
from mecenova.agenda.operations import Key, keys_of, open_stays, register_stays
from mecenova.calendar import clock
from mecenova.one_by_one import all_at_once, one_by_one
from mecenova.pages.baskets import BASKETS, Basket
from mecenova.pages.subjects import name_of, page_of, with_subjects
from mecenova.ui.figures import short_date
from mecenova.workflow.models import TransitionRecord

WEEK = timedelta(days=7)
NAMELESS = "Une fiche qui n’existe plus"


@dataclass(frozen=True)
class Passage:
    """One stay as the register tells it."""

    title: str
    url: str
    entered_at: datetime
    left_at: datetime | None
    why: str


@dataclass(frozen=True)
class Movement:
    """How many entered and left a basket within the week."""

    entered: int = 0
    left: int = 0


def keep_register() -> None:
    """Write the entries and exits of every basket since the last time; twice changes nothing."""
    found = dict(all_at_once(_found, BASKETS, what="basket"))
    one_by_one(partial(_register, open_stays(), found), found, what="basket")


@transaction.atomic
def _found(slugs: Collection[str]) -> Iterable[tuple[str, set[Key]]]:
    return keys_of({slug: BASKETS[slug].found() for slug in slugs}).items()


def _register(stays: Mapping[str, Sequence[Stay]], found: Mapping[str, set[Key]], slug: str) -> None:
    why = partial(why_left, BASKETS[slug])
    register_stays(basket=slug, stays=stays.get(slug, ()), wanted=found[slug], why=why)


def why_left(basket: Basket, subject: Any, since: datetime) -> str:
    """What happened last to the subject since it came in that can take it out of this basket, by whom, in the
    journal's words.

    Where the journal has said nothing of the kind, what taking leave of this basket means.
    """
    followed = getattr(subject, "organisation", None) or subject
    keys = Q(subject_type=ContentType.objects.get_for_model(followed), subject_id=followed.pk)
    if followed is not subject:
        keys |= Q(subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk)
    lines = TransitionRecord.objects.filter(keys, at__gt=since, verb__in=basket.moved_by).select_related("by")
    last = lines.order_by("-at", "-id").first()
    if last is None:
        return basket.left
    said = WORDS.get(last.verb, f"«\u202f{last.label}\u202f»")
    author = f" par {last.by}" if last.by else ""
    return f"{said[:1].upper()}{said[1:]}{author}, le {short_date(last.at)}."


WORDS = {
    "check": "fiche vérifiée",
    "ask_for_changes": "précisions demandées",
    "resubmit": "fiche corrigée",
    "leave": "départ du site",
    "call": "appel de l’équipe",
    "report_talk": "réponse changée",
    "settle": "désaccord tranché",
}


def movements() -> dict[str, Movement]:
    """Of each basket in which anybody moved, this week."""
    since = clock.now() - WEEK
    counted = (
        Stay.objects.moved_since(since)
        .order_by()
        .values_list("basket")
        .annotate(
            entered=Count("pk", filter=Q(entered_at__gte=since)),
            # Of those who moved this week, whoever has left has left this week.
            left=Count("left_at"),
        )
    )
    return {basket: Movement(entered, left) for basket, entered, left in counted}


def passages(basket: Basket) -> "QuerySet[Stay]":
    """The entries and exits of a basket within the week, the latest to move first; before them, whoever
    left for a reason that could not be read."""
    stays, now = Stay.objects.of(basket.slug), clock.now()
    untold = stays.untold()
    moved_at = Case(
        When(pk__in=untold.values("pk"), then=Value(now)), default=Coalesce("left_at", "entered_at")
    )
    return with_subjects(stays.moved_since(now - WEEK) | untold).order_by(moved_at.desc(), "pk")


def told(stays: Iterable[Stay]) -> list[Passage]:
    """Each of these as a page tells it; a subject that exists no more keeps its line, without a name."""
    return [
        Passage(
            name_of(stay.subject) if stay.subject else NAMELESS,
            page_of(stay.subject) if stay.subject else "",
            stay.entered_at,
            stay.left_at,
            stay.why,
        )
        for stay in stays
    ]
