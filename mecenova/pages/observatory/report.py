"""What the observatory shows: the whole to the team, and to everybody what concerns five or more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mecenova.calendar import clock
from mecenova.pages.observatory import deserts, kept, shortage, tables, wording
from mecenova.pages.observatory.deserts import Deserts
from mecenova.pages.observatory.figures import DIMENSIONS, FIGURES, NOWHERE, Figure, Figures, Group, compute
from mecenova.pages.observatory.hiding import Wider, is_clear, is_large, left_out, shown
from mecenova.pages.observatory.kept import Night, PromiseShown
from mecenova.pages.observatory.maps import MapShown, draw
from mecenova.pages.observatory.shortage import Gap, Shortage
from mecenova.pages.observatory.tables import Line, Table
from mecenova.ui.figures import integer

NOT_SAID = {
    "cause": "Aucune cause",
    "territory": "Territoire non renseigné",
    "kind": "Aucune demande en ligne",
}


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure for the whole network; `value` is None when too few are concerned."""

    slug: str
    title: str
    definition: str
    value: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that one page needs. `whole`: nothing is hidden, for the team."""

    computed_at: datetime
    whole: bool
    headlines: tuple[Headline, ...]
    promises: tuple[PromiseShown, ...]
    night: Night | None
    tables: Mapping[str, Table]
    map: MapShown
    # Of the whole network; None when too few are concerned.
    shortage: Gap | None
    lacks: tuple[Table, Table]
    places: tuple[tuple[str, str], ...]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Reports:
    """One reading of the network, told to everybody and told whole to the team."""

    public: Report
    team: Report


@dataclass(frozen=True, slots=True)
class Network:
    """What was read, before anything is hidden."""

    figures: Figures
    grounds: Deserts
    missing: Shortage
    promises: kept.Year
    night: Night | None


@dataclass(frozen=True, slots=True)
class Eligible:
    """What is published of the associations among whom are those of a share: the companies they miss."""

    found: Shortage
    by_cause: Table
    by_place: Table

    @property
    def total(self) -> int:
        return self.found.total.associations

    def along(self, side: str) -> Wider | None:
        """By cause, or by région; the other tables tell no form."""
        if side == "kind":
            return None
        groups, table = (
            (self.found.causes, self.by_cause) if side == "cause" else (self.found.regions, self.by_place)
        )
        return Wider(self.total, _associations(groups), table.keys())

    def inside(self, region: str, departments: Iterable[str]) -> Wider:
        there = {code: self.found.departments[code] for code in departments}
        total = self.found.regions[region].associations
        return Wider(total, _associations(there), self.by_place.keys(inside=True))


def _associations(groups: Mapping[str, Gap]) -> dict[str, int]:
    return {key: gap.associations for key, gap in groups.items()}


def make() -> Reports:
    """Eighteen queries at most, read once for both."""
    figures = compute()
    network = Network(
        figures,
        deserts.compute(figures.places),
        shortage.compute(figures.places),
        kept.read(clock.today()),
        kept.last_night(),
    )
    return Reports(public=_told(network, whole=False), team=_told(network, whole=True))


def _told(network: Network, *, whole: bool) -> Report:
    figures, grounds, missing = network.figures, network.grounds, network.missing
    promises = kept.told(network.promises, whole=whole)
    drawn = draw(figures, grounds, whole=whole)
    lacks = shortage.tables(figures, missing, grounds, drawn.table, whole=whole)
    eligible = Eligible(missing, *lacks)
    waits = [
        wait_table(figures, figure, side, eligible, whole=whole)
        for figure in FIGURES.values()
        for side in DIMENSIONS
    ]
    lacking = left_out((missing.total.associations,), grounds.associations)
    files = [*kept.files(promises), *waits, drawn.table, *lacks]
    return Report(
        computed_at=figures.computed_at,
        whole=whole,
        headlines=tuple(
            headline(figure, figures.total(figure.slug), whole=whole, eligible=eligible.total)
            for figure in FIGURES.values()
        ),
        promises=promises,
        night=network.night,
        tables={table.slug: table for table in files},
        map=drawn,
        shortage=missing.total if whole or is_large(lacking) else None,
        lacks=lacks,
        places=tuple((place.code, f"{place.name} ({place.code})") for place in figures.places.values()),
        is_empty=_is_empty(figures, grounds, promises),
    )


def _is_empty(figures: Figures, grounds: Deserts, promises: Iterable[PromiseShown]) -> bool:
    return not figures.groups and not grounds.associations and not any(one.year_settled for one in promises)


def sizes(figure: Figure, group: Group) -> tuple[int, ...]:
    """The counts that publishing this group would tell."""
    if figure.is_share:
        return (group.counted, group.missed, group.counted - group.missed)
    return (group.ended,)


def _sizes_of_all(figure: Figure, total: Group, eligible: int | None) -> tuple[int, ...]:
    """The same of the whole network, and how many of the eligible associations it leaves out."""
    counts = sizes(figure, total)
    return tuple(left_out(counts, eligible)) if figure.is_share and eligible is not None else counts


def headline(figure: Figure, total: Group, *, whole: bool, eligible: int | None = None) -> Headline:
    def said(value: str | None, note: str) -> Headline:
        return Headline(figure.slug, figure.title, figure.definition, value, note)

    counts = _sizes_of_all(figure, total, eligible)
    if not counts[0]:
        return said(None, figure.nobody)
    if not (whole or is_large(counts)):
        return said(None, "Trop peu de cas pour publier un chiffre\u00a0: il en faut cinq.")
    if figure.is_share:
        part = wording.share(total.missed, total.counted)
        return said(part, f"{integer(total.missed)} sur {wording.counted(total.counted, figure.unit)}.")
    slow = wording.duration(total.nine_in_ten)
    most = slow if slow.startswith("moins") else f"{slow} au plus"
    note = f"Neuf sur dix\u00a0: {most}. Sur {wording.counted(total.ended, figure.unit)}."
    if total.missed and (whole or is_clear((total.missed,))):
        many = f"{integer(total.missed)} autres ont été libérées"
        note += f" {many if total.missed > 1 else 'Une autre a été libérée'} sans réponse."
    return said(wording.duration(total.half), note)


def wait_table(figures: Figures, figure: Figure, side: str, eligible: Eligible, *, whole: bool) -> Table:
    """One figure along one dimension; territories are régions, with their départements inside."""
    total = figures.total(figure.slug)
    groups = figures.of(figure.slug, "region" if side == "territory" else side)
    inside = figures.of(figure.slug, "department") if side == "territory" else {}
    wider = eligible.along(side) if figure.is_share else None
    visible = _visible(figure, total, groups, wider, overlap=_overlaps(figure, side), whole=whole)
    order = _order(figures, figure, side, groups)
    chosen: list[tuple[str, str, Group, bool]] = []
    unseen = []
    for key in order:
        name = _name(figures, figure, side, key)
        if key not in visible:
            unseen.append(name)
            continue
        chosen.append((key, name, groups[key], False))
        within = {place.code: inside[place.code] for place in figures.inside(key) if place.code in inside}
        codes = [place.code for place in figures.inside(key)]
        wider = eligible.inside(key, codes) if figure.is_share and codes else None
        clear = _visible(figure, groups[key], within, wider, overlap=False, whole=whole)
        chosen += [
            (place.code, place.name, within[place.code], True)
            for place in figures.inside(key)
            if place.code in clear
        ]
    widest = max((_length(figure, group)[1] or 0 for _, _, group, _ in chosen), default=0)
    return Table(
        slug=f"{figure.slug}-{DIMENSIONS[side]}",
        title=f"{figure.title}, par {DIMENSIONS[side]}",
        columns=_columns(figure),
        value_columns=_value_columns(figure, side),
        lines=tuple(_line(figure, *each, widest) for each in chosen),
        unseen=tuple(unseen),
        total=_line(figure, "", "Ensemble", total, False, 0)
        if whole or is_large(_sizes_of_all(figure, total, eligible.total))
        else None,
    )


def _overlaps(figure: Figure, side: str) -> bool:
    """An association has several causes, and its projects seek several kinds."""
    return side == "cause" or (side == "kind" and figure.is_share)


def _visible(
    figure: Figure,
    total: Group,
    groups: Mapping[str, Group],
    wider: Wider | None,
    *,
    overlap: bool,
    whole: bool,
) -> set[str]:
    if whole:
        return {key for key, group in groups.items() if group.counted}
    counts = {key: sizes(figure, group) for key, group in groups.items()}
    return shown(sizes(figure, total), counts, overlap=overlap, within=wider)


def _order(figures: Figures, figure: Figure, side: str, groups: Mapping[str, Group]) -> list[str]:
    """The longest waits, or the largest shares, first."""
    names = {"cause": figures.causes, "territory": figures.regions, "kind": figure.kinds}[side]
    found = [key for key in (*names, NOWHERE) if key in groups]
    return sorted(found, key=lambda key: -(_length(figure, groups[key])[0] or 0))


def _name(figures: Figures, figure: Figure, side: str, key: str) -> str:
    names: Mapping[str, str] = {"cause": figures.causes, "territory": figures.regions, "kind": figure.kinds}[
        side
    ]
    return names[key] if key else NOT_SAID[side]


def _columns(figure: Figure) -> tuple[str, ...]:
    if figure.is_share:
        return ("Associations", "Sans présentation", "Part")
    return ("Cas", "Médiane", "Neuf sur dix")


def _value_columns(figure: Figure, side: str) -> tuple[str, ...]:
    names = tables.PLACES if side == "territory" else (DIMENSIONS[side].capitalize(),)
    if figure.is_share:
        return (*names, "Associations", "Sans présentation en 90 jours")
    return (*names, f"{figure.unit.capitalize()}s", "Médiane (heures)", "Neuf sur dix (heures)")


def _length(figure: Figure, group: Group) -> tuple[float | None, float | None]:
    if figure.is_share:
        return (100 * group.missed / group.counted if group.counted else None), 100.0
    return group.half, group.nine_in_ten


def _line(figure: Figure, key: str, label: str, group: Group, inside: bool, widest: float) -> Line:
    bar, mark = tables.percentages(_length(figure, group), widest)
    if figure.is_share:
        counts = (wording.nearest(group.counted), wording.nearest(group.missed))
        cells = (*counts, wording.share(group.missed, group.counted))
        return Line(key, label, cells, (group.counted, group.missed), bar, None, inside)
    cells = (wording.nearest(group.ended), wording.duration(group.half), wording.duration(group.nine_in_ten))
    return Line(key, label, cells, (group.ended, *_hours((group.half, group.nine_in_ten))), bar, mark, inside)


def _hours(waits: Sequence[float | None]) -> list[float | None]:
    return [None if wait is None else wait / wording.HOUR for wait in waits]
