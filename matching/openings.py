"""Which open needs an association could answer, what stops the others, and what a change would open.

Counted with the filters and the score of a round, re-run on the same needs under the change: never guessed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.urls import reverse

from associations.models import Association, Project
from companies.models import Need
from matching.allocation import Candidate
from matching.network import load
from matching.network.rows import asks_of
from matching.odds.what_if import WITH_KIND
from matching.scoring import AskSide, AssociationSide, NeedSide, every_stop, score
from mecenova.calendar import clock
from mecenova.reference.enums import Kind, TerritoryLevel
from mecenova.reference.models import Territory

# The newest needs: time stays bounded however large the network.
MOST_NEEDS = 2000
MOST_CAUSES = 4
# What a change of kind or place may lift; a change of cause lifts nothing, it brings closer.
OF_KIND = frozenset({"refused_kind", "kind"})
OF_PLACE = frozenset({"territory", "territory_unknown"})


@dataclass(frozen=True, slots=True)
class Change:
    """The association as it would be. `kind` limits the change to needs of that kind."""

    label: str
    side: AssociationSide
    url: str
    action: str
    lifts: frozenset[str] = frozenset()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    label: str
    needs: int
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class Openings:
    """`stopped` counts each need once, under the first filter that stops it; `far` pass and are too far."""

    needs: int
    suited: int
    far: int
    stopped: Mapping[str, int]
    openings: list[Opening]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Looked:
    need: NeedSide
    stops: frozenset[str]
    first: str
    is_suited: bool


def openings_of(association: Association) -> Openings:
    """A fixed number of queries, whatever the number of needs."""
    keys = list(Need.objects.current().newest_first().values_list("pk", flat=True)[: MOST_NEEDS + 1])
    network = load(
        Association.objects.filter(pk=association.pk), Need.objects.filter(pk__in=keys[:MOST_NEEDS])
    )
    side, related = network.associations[0], network.related
    looked = [_look(need, side, related) for need in network.needs]
    suited = sum(one.is_suited for one in looked)
    stopped = Counter(one.first for one in looked if one.first)
    changes = changes_of(association, side, related, network.names.words)
    openings = [
        Opening(change.label, number, change.url, change.action)
        for change in changes
        if (number := _suited_after(change, looked, related)) > suited
    ]
    return Openings(
        needs=len(looked),
        suited=suited,
        far=len(looked) - suited - stopped.total(),
        stopped=dict(stopped.most_common()),
        openings=sorted(openings, key=lambda opening: -opening.needs),
        is_cut=len(keys) > MOST_NEEDS,
    )


def changes_of(
    association: Association,
    side: AssociationSide,
    related: Mapping[str, frozenset[str]],
    names: Mapping[str, str],
) -> list[Change]:
    """What this association could say otherwise; four queries at most."""
    return [
        *_stance(association, side),
        *_kinds(association, side),
        *_drafts(association, side),
        *_places(association, side),
        *_causes(association, side, related, names),
    ]


def opens(change: Change, need: NeedSide, related: Mapping[str, frozenset[str]]) -> bool:
    """Whether the changed association suits this need."""
    return _look(need, change.side, related).is_suited


def _look(need: NeedSide, side: AssociationSide, related: Mapping[str, frozenset[str]]) -> _Looked:
    stops = every_stop(need, side, clock.today())
    if stops:
        return _Looked(need, frozenset(stops), stops[0], is_suited=False)
    return _Looked(
        need, frozenset(), "", is_suited=Candidate(need, side, score(need, side, related)).is_worth_a_place
    )


def _suited_after(change: Change, looked: Iterable[_Looked], related: Mapping[str, frozenset[str]]) -> int:
    """Only needs that the change may touch are weighed again."""
    found = 0
    for one in looked:
        touched = one.stops <= change.lifts and (not change.kind or one.need.kind == change.kind)
        found += opens(change, one.need, related) if touched else one.is_suited
    return found


def _stance(association: Association, side: AssociationSide) -> list[Change]:
    if side.stance == "open":
        return []
    opened = replace(side, stance="open", paused_until=None)
    return [
        Change(
            "Si vous étiez ouverte aux propositions",
            opened,
            _section(association, "position"),
            "Revoir votre position",
            frozenset({"stance"}),
        )
    ]


def _kinds(association: Association, side: AssociationSide) -> list[Change]:
    """A kind it refuses, or that its published projects do not ask for."""
    found = []
    project = Project.objects.proposed().filter(association=association).order_by("-published_at").first()
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
        found.append(
            Change(f"Si vous {verb} aussi {WITH_KIND[kind]}", other, url, action, OF_KIND, kind.value)
        )
    return found


def _drafts(association: Association, side: AssociationSide) -> list[Change]:
    """The last project begun and not published: its asks, causes and places, its words left aside."""
    drafts = Project.objects.draft().filter(association=association).order_by("-created_at")[:1]
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
        reach=side.reach | places,
    )
    return [
        Change(
            f"Si vous publiiez votre projet «\u202f{project.title}\u202f»",
            other,
            reverse("associations:project_publish", args=[project.pk]),
            "Le relire et le publier",
            OF_KIND | OF_PLACE,
        )
    ]


def _places(association: Association, side: AssociationSide) -> list[Change]:
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
                found.append(Change(label, _acting_in(side, within), url, "Revoir les territoires", OF_PLACE))
    everywhere = {code for code, _, _, _ in rows}
    if not everywhere <= side.reach:
        label = "Si vous agissiez dans toute la France, ou à distance"
        found.append(Change(label, _acting_in(side, everywhere), url, "Revoir les territoires", OF_PLACE))
    return found


def _acting_in(side: AssociationSide, codes: set[str]) -> AssociationSide:
    return replace(side, places=side.places | codes, reach=side.reach | codes)


def _causes(
    association: Association,
    side: AssociationSide,
    related: Mapping[str, frozenset[str]],
    names: Mapping[str, str],
) -> list[Change]:
    """Those its texts speak of first, then those near its own."""
    near = sorted({other for cause in side.causes for other in related.get(cause, ())})
    wanted = [cause for cause in (*sorted(side.text.causes), *near) if cause not in side.causes]
    return [
        Change(
            f"Si cette cause est aussi la vôtre\u00a0: {names.get(cause, cause)}",
            replace(side, causes=side.causes | {cause}),
            _section(association, "mission"),
            "Revoir les causes",
        )
        for cause in list(dict.fromkeys(wanted))[:MOST_CAUSES]
    ]


def _section(association: Association, section: str) -> str:
    return reverse("associations:edit_section", args=[association.pk, section])
