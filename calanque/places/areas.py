"""Named areas: the one that each cell belongs to, and the shape that the squares of its cells make."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from calanque.places import outline_words
from calanque.places.cells import cells_frame, grid_of_cells
from calanque.places.grid import territory_grid, unproject
from calanque.places.territory import AREA_ZONE_COUNT, ZONE_CELL_COUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from calanque.places.territory import Territory

AREA_COLUMNS = (
    "territory",
    "area_id",
    "area_name",
    "kind",
    "parent_area_id",
    "geometry",
    "cell_count",
    "area_m2",
    "source",
)
# A tenth of a metre.
DECIMALS = 6


def zone_cells(territory: Territory, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with the square of ten by ten that holds each, as the reports' `zone` names it.

    Args:
        territory: a territory whose file says `zones: {kind: cells}`.
        cells: rows with row and col.

    Returns:
        The same rows with area_id (`<territory>:z<row>:<col>`) and area_name (the same without the territory).
    """
    names = [
        f"z{row}:{col}" for row, col in zip(cells.row // ZONE_CELL_COUNT, cells.col // ZONE_CELL_COUNT, strict=True)
    ]
    return cells.assign(area_id=[f"{territory.name}:{name}" for name in names], area_name=names)


def named_cells(territory: Territory, cells: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with the area that most of their incidents name; a cell without any takes its nearest's.

    Of names as frequent, the first of the alphabet wins.

    Args:
        territory: the territory.
        cells: rows with row and col.
        points: incidents: x_m, y_m (metres, projected) and area_name (may be null).

    Returns:
        The same rows with area_id (`<territory>:<name in plain letters>`) and area_name; both null where no incident
        names an area.
    """
    grid = grid_of_cells(territory, cells)
    found = points.assign(index=grid.cell_index(points.x_m.to_numpy(dtype=float), points.y_m.to_numpy(dtype=float)))
    found = found[(found["index"] >= 0) & found["area_name"].notna()]
    counts = found.groupby(["index", "area_name"]).size().rename("count").reset_index()
    most = counts.sort_values(["count", "area_name"], ascending=[False, True]).drop_duplicates("index")
    row, col = grid.row_col()
    rank = dict(zip(zip(row.tolist(), col.tolist(), strict=True), range(grid.count), strict=True))
    names = np.full(grid.count, None, dtype=object)
    names[most["index"]] = most["area_name"]
    names = _with_nearest(names, row, col)[[rank[place] for place in zip(cells["row"], cells["col"], strict=True)]]
    ids = pd.Series([_area_id(territory.name, name) for name in names], index=cells.index, dtype=object)
    return cells.assign(area_id=ids, area_name=names)


def _with_nearest(names: NDArray[np.object_], row: NDArray[np.int64], col: NDArray[np.int64]) -> NDArray[np.object_]:
    from scipy.spatial import cKDTree

    known = np.flatnonzero(names != None)  # noqa: E711 - element by element
    if not len(known):
        return names
    places = np.column_stack([row, col])
    nearest: NDArray[np.object_] = names[known[cKDTree(places[known]).query(places)[1]]]
    return nearest


def _area_id(territory: str, name: str | None) -> str | None:
    if name is None:
        return None
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{territory}:{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')}"


def areas_of(territory: Territory, cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row per named area, columns as `AREA_COLUMNS`, in the order of their identifiers.

    Args:
        territory: the territory.
        cells: rows with row, col, area_id and area_name; both null where the area is not known.
    """
    source = outline_words.COLUMN.format(source=territory.zones.source)
    return _areas(territory, cells, "neighbourhood", source, lambda row, col: None)


def squares_of(territory: Territory) -> pd.DataFrame:
    """Return the squares of a territory without named areas: the zones, and the areas that hold three by three of them.

    Columns as `AREA_COLUMNS`; the identifiers are those of the reports' marts.
    """
    cells = cells_frame(territory_grid(territory))
    side = ZONE_CELL_COUNT * AREA_ZONE_COUNT
    names = [f"a{row}:{col}" for row, col in zip(cells["row"] // side, cells["col"] // side, strict=True)]
    wide = cells.assign(area_id=[f"{territory.name}:{name}" for name in names], area_name=names)
    zones = _areas(
        territory,
        zone_cells(territory, cells),
        "zone",
        outline_words.SQUARE.format(side=ZONE_CELL_COUNT),
        lambda row, col: f"{territory.name}:a{row // side}:{col // side}",
    )
    return pd.concat(
        [_areas(territory, wide, "area", outline_words.SQUARE.format(side=side), lambda row, col: None), zones],
        ignore_index=True,
    )


def _areas(
    territory: Territory, cells: pd.DataFrame, kind: str, source: str, parent: Callable[[int, int], str | None]
) -> pd.DataFrame:
    grid = territory_grid(territory)
    x, y = grid.x0 + cells["col"] * grid.cell, grid.y0 + cells["row"] * grid.cell
    squares = pd.Series(shapely.box(x, y, x + grid.cell, y + grid.cell), index=cells.index)
    rows = [
        {
            "territory": territory.name,
            "area_id": area_id,
            "area_name": part["area_name"].iloc[0],
            "kind": kind,
            "parent_area_id": parent(part["row"].iloc[0], part["col"].iloc[0]),
            "geometry": geojson_of(territory.crs, shapely.union_all(squares[part.index].to_numpy())),
            "cell_count": len(part),
            "area_m2": len(part) * grid.area_m2,
            "source": source,
        }
        for area_id, part in cells.groupby("area_id", sort=True)
    ]
    return pd.DataFrame(rows, columns=list(AREA_COLUMNS)).astype({"cell_count": "int32"})


def geojson_of(epsg: int, shape: BaseGeometry) -> str:
    """Return a shape in metres of a reference system as GeoJSON text in degrees."""

    def degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(
            np.column_stack(unproject(epsg, points[:, 0], points[:, 1])).round(DECIMALS), dtype=np.float64
        )

    # RFC 7946 wants outer rings counter-clockwise.
    return str(shapely.to_geojson(shapely.orient_polygons(shapely.transform(shape.simplify(0), degrees))))
