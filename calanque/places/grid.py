"""The grid of a territory: squares of one size in a projected CRS, numbered from a fixed south-west origin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from calanque.errors import CalanqueError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from calanque.places.territory import BoundingBox, Territory

WGS84_EPSG = 4326
EDGE_POINT_COUNT = 64
MAX_CELL_COUNT = 5_000_000
# A city is where 98 of 100 incidents lie, and a quarter of its width around; a lone point beyond is an error or a trip.
CITY_TAIL, CITY_MARGIN = 0.01, 0.25
# Of the hull that stands for a city's limits: how closely it follows its points (1 is convex), how far it is widened.
HULL_RATIO, HULL_WIDEN_M = 0.06, 150.0
# National projections stretch a metre by less than 0.5 %; Web Mercator by 58 % at 51° north.
MAX_SCALE_ERROR = 0.02
_STEP_DEGREES = 0.01


@cache
def projected_crs(epsg: int) -> CRS:
    """Return the projected CRS of an EPSG code.

    Raises:
        CalanqueError: if the code is unknown, or is not projected (degrees make cells of unequal area).
    """
    try:
        crs = CRS.from_epsg(epsg)
    except CRSError as error:
        raise CalanqueError(f"EPSG:{epsg} is not a known CRS: give the code of the city's projected CRS.") from error
    if not crs.is_projected:
        raise CalanqueError(f"EPSG:{epsg} is not projected: give a CRS in metres or feet, such as 2154 or 26917.")
    return crs


def unit_m(epsg: int) -> float:
    """Return the length in metres of one axis unit of a CRS (0.3048 for international feet)."""
    return float(projected_crs(epsg).axis_info[0].unit_conversion_factor)


@cache
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(WGS84_EPSG, projected_crs(epsg), always_xy=True)


def project(
    epsg: int, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x, y in the CRS's own unit from degrees; a point that cannot be projected becomes infinite."""
    x, y = _transformer(epsg).transform(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    return np.asarray(x), np.asarray(y)


def require_true_scale(epsg: int, lon: float, lat: float) -> None:
    """Refuse a CRS whose metres are not metres around a place, such as Web Mercator far from the equator.

    Raises:
        CalanqueError: if a short way north or east is drawn more than 2 % too long or too short.
    """
    to_lon, to_lat = np.array([lon, lon + _STEP_DEGREES]), np.array([lat + _STEP_DEGREES, lat])
    x, y = project(epsg, np.append(to_lon, lon), np.append(to_lat, lat))
    drawn_m = np.hypot(x[:2] - x[2], y[:2] - y[2]) * unit_m(epsg)
    true_m = np.asarray(Geod(ellps="WGS84").inv([lon, lon], [lat, lat], to_lon, to_lat)[2])
    scale = float(max(drawn_m / true_m, key=lambda ratio: abs(ratio - 1)))
    if abs(scale - 1) > MAX_SCALE_ERROR:
        raise CalanqueError(
            f"EPSG:{epsg} is not in true metres at latitude {lat:.0f}: it draws 1 m as {scale:.2f} m, so "
            f"cells and areas would be wrong. Give the city's own CRS, or its UTM zone EPSG:{utm_epsg(lon, lat)}."
        )


def utm_epsg(lon: float, lat: float) -> int:
    """Return the EPSG code of the UTM zone of WGS 84 that a place lies in."""
    return (32600 if lat >= 0 else 32700) + min(int((lon + 180) // 6) + 1, 60)


def unproject(
    epsg: int, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes in degrees from x, y in the CRS's own unit."""
    lon, lat = _transformer(epsg).transform(x, y, direction="INVERSE")
    return np.asarray(lon), np.asarray(lat)


@dataclass(frozen=True, eq=False)
class Grid:
    """Squares of one size over a rectangle, of which `mask` (rows x cols, row 0 southmost) tells the ones inside.

    `x0`, `y0`, `cell` are in the CRS's own unit. A cell's index is its rank among the inside cells, row by row.
    """

    name: str
    crs: int
    cell: float
    x0: float
    y0: float
    mask: NDArray[np.bool_]

    @property
    def rows(self) -> int:
        """Rows of the rectangle, south to north."""
        return int(self.mask.shape[0])

    @property
    def cols(self) -> int:
        """Columns of the rectangle, west to east."""
        return int(self.mask.shape[1])

    @cached_property
    def count(self) -> int:
        """Number of cells inside."""
        return int(self.mask.sum())

    @cached_property
    def _index(self) -> NDArray[np.int32]:
        index = np.full(self.mask.shape, -1, dtype=np.int32)
        index[self.mask] = np.arange(self.count, dtype=np.int32)
        return index

    @property
    def area_m2(self) -> float:
        """Area of one cell in square metres of the projection."""
        return (self.cell * unit_m(self.crs)) ** 2

    def row_col(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row and column of every inside cell, in index order."""
        rows, cols = np.nonzero(self.mask)
        return rows, cols

    def cell_index(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the index of the cell of each point, -1 outside; the same floor as the SQL of the marts."""
        col = np.floor((np.asarray(x, dtype=float) - self.x0) / self.cell)
        row = np.floor((np.asarray(y, dtype=float) - self.y0) / self.cell)
        inside = (row >= 0) & (row < self.rows) & (col >= 0) & (col < self.cols)
        safe_row, safe_col = np.where(inside, row, 0).astype(int), np.where(inside, col, 0).astype(int)
        return np.where(inside, self._index[safe_row, safe_col], -1).astype(np.int32)

    def within_cell(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where in its cell each point lies, 0 to 1 east and north of the cell's south-west corner."""
        return np.mod((x - self.x0) / self.cell, 1.0), np.mod((y - self.y0) / self.cell, 1.0)

    def cell_id(self, row: int, col: int) -> str:
        """Return `<territory>:<row>:<col>`."""
        return f"{self.name}:{row}:{col}"

    def cell_ids(self) -> list[str]:
        """Return the identifier of every inside cell, in index order."""
        return [self.cell_id(row, col) for row, col in zip(*self.row_col(), strict=True)]

    def refined(self, factor: int) -> Grid:
        """Return the grid with every cell cut in factor x factor, named `<name>/<factor>`; itself for 1."""
        if factor == 1:
            return self
        mask = np.repeat(np.repeat(self.mask, factor, axis=0), factor, axis=1)
        return Grid(f"{self.name}/{factor}", self.crs, self.cell / factor, self.x0, self.y0, mask)

    def coarsened(self, factor: int, name: str) -> Grid:
        """Return the grid that `refined(factor)` makes this one of."""
        mask = self.mask[::factor, ::factor].copy()
        return Grid(name, self.crs, self.cell * factor, self.x0, self.y0, mask)

    def parents(self, factor: int) -> NDArray[np.intp]:
        """Return the index in this grid of the cell that holds each cell of `refined(factor)`."""
        fine = self.refined(factor)
        rows, cols = fine.row_col()
        return np.asarray(self._index[rows // factor, cols // factor], dtype=np.intp)

    def within(self, shape: BaseGeometry) -> Grid:
        """Return the grid of the cells whose centre lies in a shape given in this CRS.

        Raises:
            CalanqueError: if no centre lies in it.
        """
        x, y = np.meshgrid(
            self.x0 + self.cell * (np.arange(self.cols) + 0.5), self.y0 + self.cell * (np.arange(self.rows) + 0.5)
        )
        shapely.prepare(shape)
        mask = self.mask & shapely.contains_xy(shape, x, y)
        if not mask.any():
            raise CalanqueError(
                f"No cell of '{self.name}' has its centre inside the boundary: check its CRS and cell size."
            )
        return Grid(self.name, self.crs, self.cell, self.x0, self.y0, mask)


def rectangle(name: str, crs: int, cell: float, bounds: tuple[float, float, float, float]) -> Grid:
    """Return the full grid over bounds (x min, y min, x max, y max) in the CRS's unit, its origin at (x min, y min).

    Raises:
        CalanqueError: if the grid would be empty or hold more than 5 million cells.
    """
    x0, y0, x1, y1 = bounds
    if not (np.isfinite(bounds).all() and cell > 0 and x1 >= x0 and y1 >= y0):
        raise CalanqueError("The area of the grid is empty: check the boundary, the points and the CRS.")
    cols, rows = max(1, math.ceil((x1 - x0) / cell)), max(1, math.ceil((y1 - y0) / cell))
    if rows * cols > MAX_CELL_COUNT:
        raise CalanqueError(
            f"The grid would hold {rows * cols:,} cells: give a larger cell or the right CRS for these points."
        )
    return Grid(name, crs, cell, x0, y0, np.ones((rows, cols), dtype=bool))


def far_out(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points lie far beyond where nearly all do: a hull would reach for a single one of them."""
    far = np.zeros(len(x), dtype=bool)
    for along in (x, y) if len(x) else ():
        low, high = np.quantile(along, [CITY_TAIL, 1 - CITY_TAIL])
        margin = CITY_MARGIN * (high - low)
        far |= (along < low - margin) | (along > high + margin)
    return far


def hull(x: NDArray[np.float64], y: NDArray[np.float64], ratio: float, widen: float) -> BaseGeometry:
    """Return the concave hull of the points that are not `far_out`, widened; `widen` is in the points' unit.

    Raises:
        CalanqueError: if there are fewer than three different points.
    """
    points = np.unique(np.column_stack([x, y])[~far_out(x, y)], axis=0)
    if len(points) < 3:
        raise CalanqueError("A hull needs at least three different points: give a boundary, or more incidents.")
    return shapely.concave_hull(shapely.MultiPoint(points), ratio=ratio).buffer(widen)


def _box_edge(box: BoundingBox) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lon = np.linspace(box.lon_min, box.lon_max, EDGE_POINT_COUNT)
    lat = np.linspace(box.lat_min, box.lat_max, EDGE_POINT_COUNT)
    south, west = np.full_like(lon, box.lat_min), np.full_like(lat, box.lon_min)
    north, east = np.full_like(lon, box.lat_max), np.full_like(lat, box.lon_max)
    return np.concatenate([lon, lon, west, east]), np.concatenate([south, north, lat, lat])


def territory_grid(territory: Territory) -> Grid:
    """Return the full grid of a territory's file: the projected bounding box, widened to multiples of the cell.

    Only the file decides: the SQL of the marts computes `floor((x - x0) / cell)` on the same numbers.
    """
    x, y = project(territory.crs, *_box_edge(territory.bounding_box))
    cell = territory.cell_m / unit_m(territory.crs)
    low = [math.floor(v / cell) * cell for v in (x.min(), y.min())]
    high = [math.ceil(v / cell) * cell for v in (x.max(), y.max())]
    return rectangle(territory.name, territory.crs, cell, (low[0], low[1], high[0], high[1]))


def grid_vars(territory: Territory) -> dict[str, float | int | str]:
    """Return the grid as dbt variables: x0_m, y0_m, cell_m, rows, cols and the territory's name.

    Raises:
        CalanqueError: if the territory's CRS is not in metres.
    """
    if unit_m(territory.crs) != 1.0:
        raise CalanqueError(f"{territory.name}.yml: EPSG:{territory.crs} is not in metres: choose a CRS in metres.")
    grid = territory_grid(territory)
    return {
        "territory": territory.name,
        "x0_m": grid.x0,
        "y0_m": grid.y0,
        "cell_m": territory.cell_m,
        "rows": grid.rows,
        "cols": grid.cols,
    }
