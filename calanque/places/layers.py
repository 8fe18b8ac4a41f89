"""A layer of named areas with outlines: the area of each cell, and the areas that hold cells.

A cell is of one area, so that what is counted by cell and by area adds up, and no point is in two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from calanque.errors import CalanqueError
from calanque.places import outline_words
from calanque.places.areas import AREA_COLUMNS, geojson_of
from calanque.places.grid import project, territory_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calanque.places.territory import Territory

LAYER_COLUMNS = ("area_code", "name", "parent_code", "parent_name", "outline")
SIMPLIFY_M = 10.0


class Layer(NamedTuple):
    """The areas of a territory: `table` has the columns `LAYER_COLUMNS`, `shapes` their outlines in metres."""

    source: str
    table: pd.DataFrame
    shapes: NDArray[np.object_]


def layer_of(territory: Territory, rows: pd.DataFrame) -> Layer:
    """Return the layer of a territory, its outlines projected and simplified together, so that neighbours still meet.

    Args:
        territory: the territory.
        rows: one row an area, columns `LAYER_COLUMNS`; `outline` is GeoJSON in degrees.

    Raises:
        CalanqueError: if an outline is no polygon.
    """
    table = rows[list(LAYER_COLUMNS)].sort_values("area_code", ignore_index=True)
    shapes = shapely.make_valid(shapely.from_geojson(table["outline"].to_numpy(dtype=object), on_invalid="ignore"))
    if wrong := [code for code, shape in zip(table["area_code"], shapes, strict=True) if not getattr(shape, "area", 0)]:
        raise CalanqueError(
            f"{territory.zones.source}: the outline of area {wrong[0]} is no polygon in degrees: correct its source."
        )
    projected = shapely.transform(shapes, lambda xy: np.column_stack(project(territory.crs, xy[:, 0], xy[:, 1])))
    return Layer(territory.zones.source, table, shapely.coverage_simplify(projected, SIMPLIFY_M))


def cells_in(territory: Territory, cells: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Return the cells with the area that holds most of each, or the nearest; of two as good, the first by code.

    Args:
        territory: the territory.
        cells: rows with row and col.
        layer: its areas.

    Returns:
        The same rows with area_id (`<territory>:<code>`) and area_name.

    Raises:
        CalanqueError: if no area meets a cell.
    """
    grid = territory_grid(territory)
    x, y = grid.x0 + cells["col"].to_numpy() * grid.cell, grid.y0 + cells["row"].to_numpy() * grid.cell
    squares = shapely.box(x, y, x + grid.cell, y + grid.cell)
    tree = shapely.STRtree(layer.shapes)
    at, area = tree.query(squares, predicate="intersects")
    if not len(at):
        raise CalanqueError(
            f"{layer.source}: no area meets a cell of {territory.name}: are longitude and latitude the other way "
            "round, or in metres? Correct the source, or its contract."
        )
    shared = shapely.area(shapely.intersection(squares[at], layer.shapes[area]))
    met = pd.DataFrame({"at": at, "area": area, "shared": shared})
    most = met[met["shared"] > 0].sort_values(["shared", "area"], ascending=[False, True]).drop_duplicates("at")
    chosen = np.full(len(cells), -1)
    chosen[most["at"]] = most["area"]
    outside = np.flatnonzero(chosen < 0)
    chosen[outside] = tree.nearest(squares[outside])
    ids = [_area_id(territory, code) for code in layer.table["area_code"]]
    return cells.assign(area_id=np.array(ids, dtype=object)[chosen], area_name=layer.table["name"].to_numpy()[chosen])


def areas_in(territory: Territory, cells: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Return the areas that hold cells, and those that they are part of, columns as `AREA_COLUMNS`.

    Args:
        territory: the territory.
        cells: rows with the area_id that `cells_in` gives.
        layer: its areas.
    """
    count = cells["area_id"].value_counts()
    parents_of = pd.Series([_area_id(territory, code) if code else None for code in layer.table["parent_code"]])
    table = layer.table.assign(
        area_id=[_area_id(territory, code) for code in layer.table["area_code"]],
        parent_area_id=parents_of.astype(object),
        shape=layer.shapes,
    )
    table = table.assign(cell_count=table["area_id"].map(count).fillna(0))
    own_source = outline_words.OUTLINE.format(source=layer.source)
    own = table.assign(area_name=table["name"], kind="neighbourhood", source=own_source)
    parents = [
        {
            "area_id": area_id,
            "area_name": part["parent_name"].iloc[0] or part["parent_code"].iloc[0],
            "kind": "district",
            "parent_area_id": None,
            "shape": shapely.coverage_union_all(part["shape"].to_numpy()),
            "cell_count": part["cell_count"].sum(),
            "source": outline_words.UNION.format(source=layer.source),
        }
        for area_id, part in table.groupby("parent_area_id", sort=True)
    ]
    every = pd.concat([pd.DataFrame(parents), own], ignore_index=True) if parents else own
    every = every[every["cell_count"] > 0].assign(
        territory=territory.name,
        geometry=lambda held: [geojson_of(territory.crs, shape) for shape in held["shape"]],
        area_m2=lambda held: shapely.area(held["shape"].to_numpy()),
    )
    return every[list(AREA_COLUMNS)].astype({"cell_count": "int32"}).reset_index(drop=True)


def _area_id(territory: Territory, code: str) -> str:
    return f"{territory.name}:{code}"
