"""`territories new` and `territories check`: the file of a city from a sample of its rows, and how many cells it has.

The box holds the sample without what lies far out. Where the city has no outline, its cells are those of the hull of
its incidents: a box holds water and fields too, of which each cell is forecast.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydantic import ValidationError

from calanque.errors import CalanqueError
from calanque.places.cells import territory_cells
from calanque.places.grid import HULL_RATIO, HULL_WIDEN_M, far_out, project, projected_crs, utm_epsg
from calanque.places.territory import BoundingBox, BoxRule, HullRule, Territory, ZoneSource
from calanque.scaffold.roles import LAT_LON, position_of
from calanque.scaffold.sample import read_table
from calanque.scaffold.values import as_number, values_of
from calanque.yaml_file import sentence_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from calanque.scaffold.roles import Position
    from calanque.scaffold.sample import Table

_EDGE_DEGREES, _STEP_DEGREES = 0.005, 0.01
"""The box is so much wider than the rows in it, and ends on a hundredth of a degree."""


class Points(NamedTuple):
    """The positions of a sample in degrees, without those at 0, 0; `row_count` counts its rows."""

    file_name: str
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    row_count: int


class CellCounts(NamedTuple):
    """Cells of a territory: in its box, and those that are its own; of the sample's positions, how many lie in them."""

    box: int
    inside: int
    covered: float


def points_of(path: Path, member: str | None = None) -> Points:
    """Return the positions of a sample file; of a zip, `member` is the one to read.

    Raises:
        CalanqueError: if it can not be read, or has no position in degrees.
    """
    table = read_table(path, member)
    found = [values_of(name, column, may_have_commas=table.may_have_commas) for name, column in table.columns.items()]
    position = position_of(found, None)
    pairs = _pairs(table, position) if position else []
    lon, lat = np.array(pairs, dtype=float).reshape(-1, 2).T
    is_place = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ((lon != 0) | (lat != 0))
    if not is_place.any():
        raise CalanqueError(f"{path.name} has no position in degrees: give a file with longitudes and latitudes.")
    return Points(path.name, lon[is_place], lat[is_place], table.row_count)


def _pairs(table: Table, position: Position) -> list[tuple[float, float]]:
    columns = table.columns[position.lon], table.columns[position.lat]
    if position.lon == position.lat:
        matches = [LAT_LON.fullmatch(value) for value in columns[0] if value]
        return [(float(match[2]), float(match[1])) for match in matches if match]
    pairs = []
    for lon, lat in zip(*columns, strict=True):
        try:
            pairs.append((as_number(lon or ""), as_number(lat or "")))
        except ValueError:
            continue  # a blank, or a word that stands for one
    return pairs


def territory_of(points: Points, today: date, **said: object) -> Territory:
    """Return the territory around a sample.

    Args:
        points: the sample's positions.
        today: incidents before it draw the hull.
        said: fields of `Territory` that somebody decided; of these `crs` and `zones` may be None, and `is_box` says
            that the whole box is the city.

    Raises:
        CalanqueError: if a field can not be, or the sample lies in no zone of a projection.
    """
    far = far_out(points.lon, points.lat)
    lon, lat = points.lon[~far], points.lat[~far]
    box = BoundingBox(lon_min=_below(lon), lat_min=_below(lat), lon_max=_above(lon), lat_max=_above(lat))
    hull = HullRule(rule="hull", before=today, ratio=HULL_RATIO, widen_m=HULL_WIDEN_M)
    is_box, areas = said.pop("is_box", False), said.pop("areas", None)
    crs = said.pop("crs", None) or utm_epsg(float(np.median(lon)), float(np.median(lat)))
    zones = ZoneSource(kind="polygons", source=str(areas)) if areas else ZoneSource(kind="cells", source="grid")
    boundary = BoxRule(rule="box") if is_box else hull
    try:
        return Territory.model_validate({**said, "crs": crs, "bounding_box": box, "boundary": boundary, "zones": zones})
    except ValidationError as error:
        raise CalanqueError(f"This can not be a territory: {sentence_of(error, has_values=True)}.") from error


def _below(degrees: NDArray[np.float64]) -> float:
    return round(math.floor((float(degrees.min()) - _EDGE_DEGREES) / _STEP_DEGREES) * _STEP_DEGREES, 2)


def _above(degrees: NDArray[np.float64]) -> float:
    return round(math.ceil((float(degrees.max()) + _EDGE_DEGREES) / _STEP_DEGREES) * _STEP_DEGREES, 2)


def cell_counts(territory: Territory, points: Points) -> CellCounts:
    """Return how many cells a territory has: by its box, and by its own rule with a sample for its incidents.

    Raises:
        CalanqueError: if the hull of the sample can not be drawn.
    """
    x, y = project(territory.crs, points.lon, points.lat)
    whole = territory_cells(territory.model_copy(update={"boundary": BoxRule(rule="box")}), (), ())
    own = whole
    if isinstance(territory.boundary, HullRule):
        day = np.full(len(x), territory.boundary.before - timedelta(days=1), dtype="datetime64[D]")
        own = territory_cells(territory, x, y, day)
    x0, y0 = own["x_m"].to_numpy(), own["y_m"].to_numpy()
    mine = set(zip((x0 / territory.cell_m).round(), (y0 / territory.cell_m).round(), strict=True))
    held = zip(np.floor(x / territory.cell_m), np.floor(y / territory.cell_m), strict=True)
    return CellCounts(len(whole), len(own), sum(at in mine for at in held) / len(x))


def territory_text(territory: Territory, points: Points) -> str:
    """Return the file of a territory, with what a reader may change."""
    box, zones = territory.bounding_box, territory.zones
    corners = ", ".join(f"{name}: {value:.2f}" for name, value in box.model_dump().items())
    lines = [
        f"# {territory.title}: around {points.row_count:,} rows of {points.file_name}.",
        f"name: {territory.name}",
        f"title: {_quoted(territory.title)}",
        f"time_zone: {territory.time_zone}",
        f"crs: {territory.crs} # {projected_crs(territory.crs).name}, metres; a country's legal one serves as well",
        f"cell_m: {territory.cell_m}",
        f"bounding_box: {{{corners}}}",
    ]
    if isinstance(territory.boundary, HullRule):
        rule = territory.boundary
        lines += [
            "# Drawn around where incidents were reported before a date: a box would hold water and fields. Where no",
            "# feed tells of incidents, write {rule: box}.",
            f"boundary: {{rule: hull, before: {rule.before}, ratio: {rule.ratio:g}, widen_m: {rule.widen_m:g}}}",
        ]
    else:
        lines.append("boundary: {rule: box}")
    hint = "" if zones.kind == "polygons" else " # or kind: polygons, and the feed of the city's own areas"
    lines.append(f"zones: {{kind: {zones.kind}, source: {zones.source}}}{hint}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
