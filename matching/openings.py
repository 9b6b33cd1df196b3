"""Which open needs an association could answer, what stops the others, and what a change would open.

Counted with the filters and the score of a round, asked anew under the change: never guessed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from associations.models import Association, Project
from companies.models import Need
from matching.allocation import PRESENT_FROM, PRESENT_TEXT_FROM, Candidate
from matching.applicant import Applicant, is_open, stopped_by_stance
from matching.network import Names
from matching.network.rows import asks_of
from matching.odds.what_if import WITH_KIND
from matching.profiles import Asker, askers, stops_of, suited_by_kind
from matching.scoring import AskSide, AssociationSide, NeedSide, every_stop, score
from mecenova.calendar import clock
from mecenova.reference.enums import Kind, TerritoryLevel
from mecenova.reference.models import Territory
from mecenova.reference.territories import reach

MOST_CAUSES = 4
# « une demande… »
OF_KIND: dict[str, str] = {
    Kind.FINANCIAL: "d’argent",
    Kind.IN_KIND: "de biens",
    Kind.SKILLS: "de compétences",
    Kind.VOLUNTEERING: "de bénévoles",
    Kind.CO_CONSTRUCTION: "de co-construction",
}


@dataclass(frozen=True, slots=True)
class Change:
    """The association as it would be. `sort` says what changes; `kind` limits it to needs of that kind."""

    sort: str
    label: str
    side: AssociationSide
    url: str
    action: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """What one change would do: `needs` would suit then, those that suit now included."""

    sort: str
    label: str
    needs: int
    url: str
    action: str
    kind: str


@dataclass(frozen=True, slots=True)
class Openings:
    """`stopped` counts each need once, under the first filter that stops it; `far` pass and are too far."""

    needs: int
    suited: int
    far: int
    stopped: Mapping[str, int]
    openings: list[Opening]


def openings_of(one: Applicant) -> Openings:
    """Counted by the database over all needs, in a fixed number of queries."""
    needs = Need.objects.answerable().count()
    stopped = stops_of(one.asker) if one.is_open else stopped_by_stance(needs)
    before, openings = openings_under(one, changes_of(one.association, one.side, one.names))
    return Openings(
        needs=needs,
        suited=before.total(),
        far=max(0, needs - before.total() - sum(stopped.values())),
        stopped=dict(Counter(stopped).most_common()),
        openings=openings,
    )


def openings_under(one: Applicant, changes: Sequence[Change]) -> "tuple[Counter[str], list[Opening]]":
    """How many needs of each kind suit it, and those of these changes that would open something, those that
    open most first. Who is open to no company is suited by none."""
    before = _suited(one, one.asker) if one.is_open else Counter()
    opened = [change for change in changes if is_open(change.side)]
    found = []
    for change, changed in zip(opened, askers([change.side for change in opened], one.lists), strict=True):
        number = _suited_after(change, before, _suited(one, changed))
        if number > before.total():
            found.append(Opening(change.sort, change.label, number, change.url, change.action, change.kind))
    return before, sorted(found, key=lambda opening: -opening.needs)


def changes_of(association: Association, side: AssociationSide, names: Names) -> list[Change]:
    """What this association could say otherwise; four queries at most."""
    return [
        *_stance(association, side),
        *other_kinds(association, side),
        *_drafts(association, side),
        *wider_places(association, side),
        *_causes(association, side, names),
    ]


def opens(change: Change, need: NeedSide, related: Mapping[str, frozenset[str]]) -> bool:
    """Whether the changed association suits this need."""
    if every_stop(need, change.side, clock.today()):
        return False
    return Candidate(need, change.side, score(need, change.side, related)).is_worth_a_place


def _suited(one: Applicant, found: Asker) -> "Counter[str]":
    return Counter(
        suited_by_kind(found, related=one.near_causes, total_from=PRESENT_FROM, text_from=PRESENT_TEXT_FROM)
    )


def _suited_after(change: Change, before: "Counter[str]", after: "Counter[str]") -> int:
    """A change of one kind leaves the needs of the others as they were."""
    if not change.kind:
        return after.total()
    return before.total() - before[change.kind] + after[change.kind]


def _stance(association: Association, side: AssociationSide) -> list[Change]:
    if side.stance == "open":
        return []
    opened = replace(side, stance="open", paused_until=None)
    return [
        Change(
            "stance",
            "Si vous étiez ouverte aux propositions",
            opened,
            _section(association, "position"),
            "Revoir votre position",
        )
    ]


def other_kinds(association: Association, side: AssociationSide) -> list[Change]:
    """A kind it refuses, or that its published projects do not ask for."""
    found = []
    project = (
        Project.objects.proposed().filter(association=association).order_by("-published_at", "pk").first()
    )
    for kind in Kind:
        refused = kind.value in side.refused_kinds
        unasked = bool(side.asks) and not side.asks_for(kind.value)
        if not (refused or unasked):
            continue
        asks = (*side.asks, AskSide(kind.value)) if unasked else side.asks
        other = replace(side, refused_kinds=side.refused_kinds - {kind.value}, asks=asks)
        verb = "acceptiez" if refused else "demandiez"
        if refused or project is None:
            url, action = _section(association, "position"), "Revoir ce que vous acceptez"
        else:
            url = f"{reverse('associations:ask_create', args=[project.pk])}?forme={kind.value}"
            action = "Ajouter cette demande"
        label = f"Si vous {verb} aussi {WITH_KIND[kind]}"
        found.append(Change("kind", label, other, url, action, kind.value))
    return found


def kinds_it_accepts(one: Applicant) -> list[Change]:
    """Other kinds that it could ask for without taking back a refusal."""
    refused = one.association.refused_kinds
    return [change for change in other_kinds(one.association, one.side) if change.kind not in refused]


def _drafts(association: Association, side: AssociationSide) -> list[Change]:
    """The last project begun and not published: its asks, causes and places, its words left aside."""
    drafts = Project.objects.draft().filter(association=association).order_by("-created_at", "pk")[:1]
    project = drafts.prefetch_related("causes", "territories").first()
    if project is None:
        return []
    asks = asks_of(Project.objects.filter(pk=project.pk))[association.pk]
    places = frozenset(territory.code for territory in project.territories.all())
    other = replace(
        side,
        asks=(*side.asks, *asks),
        causes=side.causes | {cause.slug for cause in project.causes.all()},
        places=side.places | places,
        reach=side.reach | reach(places),
    )
    return [
        Change(
            "draft",
            f"Si vous publiiez votre projet «\u202f{project.title}\u202f»",
            other,
            reverse("associations:project_publish", args=[project.pk]),
            "Le relire et le publier",
        )
    ]


def wider_places(association: Association, side: AssociationSide) -> list[Change]:
    """The rest of its région, then all of France: what a wider ground would open."""
    rows = list(
        Territory.objects.exclude(
            level__in=(TerritoryLevel.COMMUNE, TerritoryLevel.INTERNATIONAL)
        ).values_list("code", "name", "level", "parent__code")
    )
    url = _section(association, "territoires")
    found = []
    for code, name, level, _ in rows:
        if level == TerritoryLevel.REGION and code in side.reach:
            within = {code, *(inner for inner, _, _, parent in rows if parent == code)}
            if not within <= side.reach:
                label = f"Si vous agissiez dans toute la région ({name})"
                found.append(Change("place", label, _acting_in(side, within), url, "Revoir les territoires"))
    everywhere = {code for code, _, _, _ in rows}
    if not everywhere <= side.reach:
        label = "Si vous agissiez dans toute la France, ou à distance"
        found.append(Change("place", label, _acting_in(side, everywhere), url, "Revoir les territoires"))
    return found


def _acting_in(side: AssociationSide, codes: set[str]) -> AssociationSide:
    return replace(side, places=side.places | codes, reach=side.reach | codes)


def _causes(association: Association, side: AssociationSide, names: Names) -> list[Change]:
    """Those its texts speak of first, then those near its own."""
    near = sorted({other for cause in side.causes for other in names.related.get(cause, ())})
    wanted = [cause for cause in (*sorted(side.text.causes), *near) if cause not in side.causes]
    return [
        Change(
            "cause",
            f"Si cette cause est aussi la vôtre\u00a0: {names.words.get(cause, cause)}",
            replace(side, causes=side.causes | {cause}),
            _section(association, "mission"),
            "Revoir les causes",
        )
        for cause in list(dict.fromkeys(wanted))[:MOST_CAUSES]
    ]


def _section(association: Association, section: str) -> str:
    return reverse("associations:edit_section", args=[association.pk, section])
