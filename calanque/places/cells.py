"""Which cells belong to a territory, and the frame of them that `dim_cell` is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from calanque.errors import CalanqueError
from calanque.places.grid import Grid, hull, project, territory_grid, unproject
from calanque.places.territory import HullRule

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    from calanque.places.territory import Territory

CELL_COLUMNS = ("cell_id", "territory", "row", "col", "x_m", "y_m", "lon", "lat", "area_m2")


def territory_cells(
    territory: Territory, x_m: ArrayLike, y_m: ArrayLike, occurred_on: ArrayLike | None = None
) -> pd.DataFrame:
    """Return one row per cell of the territory, by the boundary rule of its file.

    Args:
        territory: the territory.
        x_m: projected incident points, metres; used by the rule `hull` only.
        y_m: the same.
        occurred_on: local date of each point (datetime64 or date), needed by the rule `hull`.

    Returns:
        Columns cell_id, territory, row, col, x_m, y_m (south-west corner), lon, lat (centre, degrees), area_m2.

    Raises:
        CalanqueError: if the rule needs points and fewer than three lie in the bounding box before its date.
    """
    grid = territory_grid(territory)
    return cells_frame(grid.within(_boundary(territory, grid, np.asarray(x_m), np.asarray(y_m), occurred_on)))


def _boundary(
    territory: Territory, grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64], occurred_on: ArrayLike | None
) -> BaseGeometry:
    box = territory.bounding_box
    if not isinstance(territory.boundary, HullRule):
        corners_lon = np.array([box.lon_min, box.lon_max, box.lon_max, box.lon_min])
        corners_lat = np.array([box.lat_min, box.lat_min, box.lat_max, box.lat_max])
        return shapely.Polygon(np.column_stack(project(territory.crs, corners_lon, corners_lat)))
    if occurred_on is None:
        raise CalanqueError(f"{territory.name}.yml: the boundary rule 'hull' needs the date of each incident.")
    days = pd.to_datetime(np.asarray(occurred_on)).to_numpy(dtype="datetime64[D]")
    keep = (days < np.datetime64(territory.boundary.before)) & (grid.cell_index(x, y) >= 0)
    return hull(x[keep], y[keep], territory.boundary.ratio, territory.boundary.widen_m)


def cells_frame(grid: Grid) -> pd.DataFrame:
    """Return the inside cells of a grid as a frame, in index order; columns as `CELL_COLUMNS`."""
    row, col = grid.row_col()
    x, y = grid.x0 + col * grid.cell, grid.y0 + row * grid.cell
    half = grid.cell / 2
    lon, lat = unproject(grid.crs, np.asarray(x + half, dtype=np.float64), np.asarray(y + half, dtype=np.float64))
    values = (grid.cell_ids(), grid.name, row.astype("int32"), col.astype("int32"), x, y, lon, lat, grid.area_m2)
    return pd.DataFrame(dict(zip(CELL_COLUMNS, values, strict=True)))


def grid_of_cells(territory: Territory, cells: pd.DataFrame) -> Grid:
    """Return the grid whose inside cells are the rows of `dim_cell` (columns row, col).

    Raises:
        CalanqueError: if there is no cell, or one lies outside the territory's file (another grid made it).
    """
    grid = territory_grid(territory)
    if cells.empty:
        raise CalanqueError(f"dim_cell holds no cell of '{territory.name}': run the transform DAG first.")
    row, col = cells["row"].to_numpy(dtype=int), cells["col"].to_numpy(dtype=int)
    if row.min() < 0 or col.min() < 0 or row.max() >= grid.rows or col.max() >= grid.cols:
        raise CalanqueError(f"dim_cell does not fit {territory.name}.yml: its grid has changed, rebuild the marts.")
    mask = np.zeros((grid.rows, grid.cols), dtype=bool)
    mask[row, col] = True
    return Grid(grid.name, grid.crs, grid.cell, grid.x0, grid.y0, mask)
