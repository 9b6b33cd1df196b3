"""The outlines of the départements, drawn from the file that the pygal-maps-fr wheel brings.

The file is read where it is installed (its code is not imported), once per process. Its hundreds of kilobytes
become some forty: points are put on a coarse grid, so that two neighbours keep the same border.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

STEP = 3.5
_GROUP = "{http://www.w3.org/2000/svg}g"
_PATH = "{http://www.w3.org/2000/svg}path"
_CODE = re.compile(r"\bz(\w{2,3})\b")
_WORD = re.compile(r"[a-df-zA-DF-Z]|-?\d*\.?\d+(?:e-?\d+)?")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Map:
    """Paths by département, in the units of the view box."""

    width: int
    height: int
    paths: dict[str, str]


@cache
def outlines() -> Map:
    """Mainland France and Corsica. Overseas places, tiny or far on any map, are told by the table beside."""
    spec = find_spec("pygal_maps_fr")
    if spec is None or spec.origin is None:
        return Map(1, 1, {})
    drawing = ElementTree.parse(Path(spec.origin).with_name("fr.departments.svg"))  # noqa: S314 (an installed package, not an upload)
    mainland = drawing.getroot().find(f"{_GROUP}[@id='departements']")
    rings = {}
    for group in mainland.iter(_GROUP) if mainland is not None else ():
        code = _CODE.search(group.get("class", ""))
        if code and code[1] not in rings:
            paths = [path.get("d", "") for path in group.iter(_PATH)]
            rings[code[1]] = [ring for path in paths for ring in _rings(path)]
    return _framed(rings)


def _rings(path: str) -> list[list[Point]]:
    """The corners of each closed line; curves are followed by their ends."""
    tokens = _WORD.findall(path)
    rings: list[list[Point]] = []
    x = y = 0.0
    verb, position = "m", 0
    while position < len(tokens):
        if tokens[position].isalpha():
            verb, position = tokens[position], position + 1
            if verb in "zZ":
                x, y = rings[-1][0]
                continue
        position += 4 if verb in "cC" else 0
        dx, dy = float(tokens[position]), float(tokens[position + 1])
        position += 2
        x, y = (x + dx, y + dy) if verb.islower() else (dx, dy)
        if verb in "mM":
            rings.append([])
            verb = "l" if verb == "m" else "L"
        rings[-1].append((x, y))
    return rings


def _framed(rings: dict[str, list[list[Point]]]) -> Map:
    """On the grid, with the corner of the frame at nought."""
    points = [point for lines in rings.values() for line in lines for point in line]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    grids = {
        code: [[(round((x - left) / STEP), round((y - top) / STEP)) for x, y in line] for line in lines]
        for code, lines in rings.items()
    }
    width = max(x for lines in grids.values() for line in lines for x, _ in line)
    height = max(y for lines in grids.values() for line in lines for _, y in line)
    return Map(width, height, {code: "".join(map(_drawn, lines)) for code, lines in grids.items()})


def _drawn(line: list[tuple[int, int]]) -> str:
    """One closed line, as steps from corner to corner; nothing when the grid has swallowed it."""
    corners = [point for point, former in zip(line, [None, *line], strict=False) if point != former]
    if len(set(corners)) < 3:
        return ""
    steps = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(corners)]
    said = "".join(f"{dx}{'' if dy < 0 else ' '}{dy} " for dx, dy in steps).rstrip()
    return f"M{corners[0][0]} {corners[0][1]}l{said}z"
