"""The map of deserts: a département's own figure, or its région's when it has too few associations."""

from dataclasses import dataclass

from mecenova.pages.observatory import wording
from mecenova.pages.observatory.deserts import Deserts, Ground
from mecenova.pages.observatory.figures import NOWHERE, Figures, Place
from mecenova.pages.observatory.hiding import shown
from mecenova.pages.observatory.outlines import outlines
from mecenova.pages.observatory.tables import PLACES, Line, Table, percentages
from mecenova.ui.figures import integer

UNKNOWN = "inconnu"
RANKS = (
    "aucun besoin ne nomme ce territoire",
    "moins de 10 besoins pour 100 associations",
    "de 10 à 24",
    "de 25 à 49",
    "50 et plus",
)
# Too small to be read at their place: named under the map, with the overseas places.
AROUND_PARIS = ("75", "92", "93", "94")


@dataclass(frozen=True, slots=True)
class Area:
    """One place: drawn on the map, or told under it."""

    code: str
    name: str
    said: str
    rank: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class MapShown:
    width: int
    height: int
    areas: tuple[Area, ...]
    beside: tuple[Area, ...]
    table: Table
    legend: tuple[tuple[str, str], ...]
    nationwide: str
    deserts: str

    def area(self, code: str) -> Area | None:
        """On the map, when it is drawn there."""
        return next((area for area in (*self.areas, *self.beside) if area.code == code), None)


def draw(figures: Figures, grounds: Deserts, *, whole: bool) -> MapShown:
    regions, departments = _clear(figures, grounds, whole=whole)
    drawing = outlines()
    areas: list[Area] = []
    beside: list[Area] = []
    for place in figures.places.values():
        rank, said = _said(place, figures, grounds, regions, departments)
        if place.code in drawing.paths:
            areas.append(Area(place.code, place.name, said, rank, path=drawing.paths[place.code]))
        if place.code not in drawing.paths or place.code in AROUND_PARIS:
            beside.append(Area(place.code, place.name, said, rank))
    bare = [figures.regions[key] for key in regions if key and not grounds.regions[key].rank]
    return MapShown(
        drawing.width,
        drawing.height,
        tuple(areas),
        tuple(beside),
        _table(figures, grounds, regions, departments),
        tuple((str(rank), words) for rank, words in enumerate(RANKS)),
        integer(grounds.nationwide),
        ", ".join(bare),
    )


def _clear(figures: Figures, grounds: Deserts, *, whole: bool) -> tuple[list[str], set[str]]:
    """The régions and départements whose associations are enough to be published, subtraction included."""
    if whole:
        codes = {code for code, ground in grounds.departments.items() if ground.associations}
        return [key for key in figures.regions if grounds.regions[key].associations], codes
    counts = {key: (ground.associations,) for key, ground in grounds.regions.items()}
    visible = shown((grounds.associations,), counts)
    regions = [key for key in figures.regions if key in visible]
    departments: set[str] = set()
    for key in regions:
        within = {
            code: (ground.associations,)
            for code, ground in grounds.departments.items()
            if figures.places[code].region == key
        }
        departments |= shown(counts[key], within)
    return regions, departments


def _said(
    place: Place, figures: Figures, grounds: Deserts, regions: list[str], departments: set[str]
) -> tuple[str, str]:
    """The class of a place, and one sentence about it."""
    if place.code in departments:
        ground = grounds.departments[place.code]
        return str(ground.rank), _sentence(ground)
    if place.region in regions:
        ground = grounds.regions[place.region]
        region = figures.regions[place.region]
        return str(
            ground.rank
        ), f"trop peu d’associations\u202f; dans sa région ({region}), {_sentence(ground)}"
    return UNKNOWN, "trop peu d’associations pour publier un chiffre"


def _sentence(ground: Ground) -> str:
    if not ground.needs:
        return "aucun besoin ouvert ne nomme ce territoire"
    needs = f"{wording.nearest(ground.per_hundred)} besoins ouverts pour 100 associations"
    return f"{needs} ({integer(ground.needs)} pour {integer(ground.associations)})"


def _table(figures: Figures, grounds: Deserts, regions: list[str], departments: set[str]) -> Table:
    chosen: list[tuple[str, str, Ground, bool]] = []
    for key in sorted(regions, key=lambda region: grounds.regions[region].per_hundred or 0):
        chosen.append((key, figures.regions[key], grounds.regions[key], False))
        chosen += [
            (place.code, place.name, grounds.departments[place.code], True)
            for place in figures.inside(key)
            if place.code in departments
        ]
    widest = max((ground.per_hundred or 0 for _, _, ground, _ in chosen), default=0)
    bars = percentages([ground.per_hundred for _, _, ground, _ in chosen], widest)
    columns = ("Associations", "Besoins", "Pour 100")
    return Table(
        "deserts",
        "Besoins ouverts qui nomment le territoire, pour 100 associations",
        columns,
        (*PLACES, *columns),
        tuple(_line(*each, bar) for each, bar in zip(chosen, bars, strict=True)),
        _unseen(figures, grounds, regions),
    )


def _line(key: str, name: str, ground: Ground, inside: bool, bar: int | None) -> Line:
    cells = (integer(ground.associations), integer(ground.needs), wording.nearest(ground.per_hundred))
    return Line(key, name, cells, (ground.associations, ground.needs, ground.per_hundred), bar, None, inside)


def _unseen(figures: Figures, grounds: Deserts, regions: list[str]) -> tuple[str, ...]:
    names = [name for key, name in figures.regions.items() if key not in regions]
    return (*names, "Siège non renseigné") if NOWHERE in grounds.regions else tuple(names)
