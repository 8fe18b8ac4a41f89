"""A city's areas as a picture: outlines in pixels, coloured by class; and an area's months as bars."""

from __future__ import annotations

import json
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

WIDTH, MARGIN = 860.0, 6.0
SIMPLE_PX = 0.4
CLASSES = 5
BAR, BAR_HEIGHT = 18.0, 90.0


class Shape(NamedTuple):
    """An area as it is drawn: the path of its outline, and its class from 0, None where there is no figure."""

    area_id: str
    name: str
    path: str
    step: int | None


class Drawn(NamedTuple):
    """The picture of a city, in pixels: its areas, and outlines over them that only show where they lie."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    lines: tuple[Shape, ...] = ()


class Bar(NamedTuple):
    """A month of an area: `x`, `y` and `height` in pixels, `total` its incidents."""

    month: date
    total: int
    x: float
    y: float
    height: float


def drawn(
    outlines: Mapping[str, tuple[str, str]],
    figures: Mapping[str, float],
    bounds: Sequence[float],
    lines: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> Drawn:
    """Return a city's areas.

    Args:
        outlines: name and GeoJSON (degrees WGS 84) of each area.
        figures: of the areas that have one.
        bounds: upper ends of the classes but the last, as `breaks` gives them.
        lines: name and GeoJSON of outlines over them.
    """
    from shapely import simplify
    from shapely.affinity import affine_transform
    from shapely.geometry import shape

    named = {**outlines, **lines}
    found = {area: shape(json.loads(text)) for area, (_, text) in named.items()}
    if not found:
        return Drawn(WIDTH, 0.0, ())
    lefts, lows, rights, highs = zip(*(one.bounds for one in found.values()), strict=True)
    left, low, right, high = min(lefts), min(lows), max(rights), max(highs)
    # On the ground a degree of longitude is shorter than one of latitude.
    narrowing = math.cos(math.radians((low + high) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((right - left) * narrowing, 1e-9)
    height = (high - low) * scale + 2 * MARGIN
    move = (scale * narrowing, 0, 0, -scale, MARGIN - left * scale * narrowing, MARGIN + high * scale)
    moved = {area: simplify(affine_transform(one, move), SIMPLE_PX) for area, one in found.items()}
    shapes = {
        area: Shape(area, named[area][0], _path(one), step_of(figures.get(area), bounds)) for area, one in moved.items()
    }
    within, over = (tuple(shapes[area] for area in areas) for areas in (outlines, lines))
    return Drawn(WIDTH, round(height, 1), within, over)


def coloured(picture: Drawn, figures: Mapping[str, float], bounds: Sequence[float]) -> Drawn:
    """Return a picture of the same areas by other figures, without drawing them anew."""
    shapes = (one._replace(step=step_of(figures.get(one.area_id), bounds)) for one in picture.shapes)
    return picture._replace(shapes=tuple(shapes))


def _path(shape: object) -> str:
    rings = []
    for part in getattr(shape, "geoms", [shape]):
        for ring in (part.exterior, *part.interiors):
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ring.coords[:-1])
            rings.append(f"M{points}Z")
    return "".join(rings)


def breaks(figures: Iterable[float]) -> list[float]:
    """Return the upper ends of all classes but the last: as many areas in each as can be, none of them alike.

    Where nothing happened is a class of its own.
    """
    every = list(figures)
    ordered = sorted(one for one in every if one)
    nothing = {0} if 0 < len(ordered) < len(every) else set()
    count = CLASSES - len(nothing)
    ends = [len(ordered) * step // count for step in range(1, count)]
    return sorted({ordered[end - 1] for end in ends if end} - set(ordered[-1:]) | nothing)


def legend(figures: Iterable[float], bounds: Sequence[float]) -> list[tuple[int | None, float | None, float]]:
    """Return each class with what its figures are over, None for the first, and what they go up to."""
    every = list(figures)
    if not every:
        return []
    ends = [*bounds, max(every)]
    return [(step_of(end, bounds), start, end) for start, end in zip([None, *ends[:-1]], ends, strict=True)]


def step_of(figure: float | None, bounds: Sequence[float]) -> int | None:
    """Return the class of a figure: none at all is the lightest, and the last the darkest, whatever their number."""
    if figure is None:
        return None
    if figure == 0:
        return 0
    return CLASSES - 1 - len(bounds) + sum(figure > bound for bound in bounds)


def bars(months: Sequence[tuple[date, int]]) -> list[Bar]:
    """Return the months of an area as bars, the fullest as high as the picture."""
    most = max((count for _, count in months), default=0) or 1
    made = []
    for number, (month, count) in enumerate(months):
        height = round(count / most * BAR_HEIGHT, 1)
        made.append(Bar(month, count, number * BAR, BAR_HEIGHT - height, height))
    return made
