"""Surfaces over the cells of the simulated city, and the Gaussian kernels that spread points and maps over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage, special

from calanque.places.grid import Grid, rectangle, unit_m
from calanque.twin.city_config import CLASS_COUNT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calanque.twin.city_config import CityConfig, HotSpots


def city_grid(config: CityConfig) -> Grid:
    """Return the full rectangle of cells of a city.

    Raises:
        CalanqueError: if the CRS is unknown or not projected.
    """
    cell = config.cell_m / unit_m(config.crs)
    # Half a cell short of the corner: rectangle() rounds up to whole cells, and a rounding error must not add one.
    corner = (config.x0 + cell * (config.cols - 0.5), config.y0 + cell * (config.rows - 0.5))
    return rectangle(config.name, config.crs, cell, (config.x0, config.y0, *corner))


def spread_points(
    grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], width_m: float
) -> NDArray[np.float64]:
    """Return the mass in each cell of Gaussians of one width around points; what falls outside the cells is lost.

    Args:
        grid: the cells.
        x: of the points, in the CRS's unit.
        y: the same.
        weight: mass of each point.
        width_m: standard deviation on each axis.
    """
    width = width_m / unit_m(grid.crs) / grid.cell
    by_col = _axis_mass((np.asarray(x) - grid.x0) / grid.cell, width, grid.cols)
    by_row = _axis_mass((np.asarray(y) - grid.y0) / grid.cell, width, grid.rows)
    return np.asarray((np.asarray(weight)[:, None] * by_row).T @ by_col)[grid.mask]


def _axis_mass(position: NDArray[np.float64], width: float, count: int) -> NDArray[np.float64]:
    edges = special.ndtr((np.arange(count + 1) - position[:, None]) / width)
    return np.asarray(np.diff(edges, axis=1))


def spread_map(grid: Grid, mass: NDArray[np.float64], width_m: float) -> NDArray[np.float64]:
    """Return a map after each of its points, even within its cell, has moved by a Gaussian; losses as above."""
    if width_m == 0:
        return mass
    width = width_m / unit_m(grid.crs) / grid.cell
    square = np.zeros(grid.mask.shape)
    square[grid.mask] = mass
    return np.asarray(_axis_moves(width, grid.rows) @ square @ _axis_moves(width, grid.cols))[grid.mask]


def _axis_moves(width: float, count: int) -> NDArray[np.float64]:
    """Return P(from cell i to cell j) on one axis, the start even in its cell: second difference of the integral."""
    steps = np.arange(count + 1) / width
    integral = steps * special.ndtr(steps) + np.exp(-(steps**2) / 2) / np.sqrt(2 * np.pi)
    mirrored = np.concatenate([[integral[1] - 1 / width], integral])
    moves = np.maximum(width * np.diff(mirrored, n=2), 0.0)
    return np.asarray(moves[np.abs(np.subtract.outer(np.arange(count), np.arange(count)))])


def residents(config: CityConfig, grid: Grid, draw: np.random.Generator) -> NDArray[np.float64]:
    """Return the residents of each cell, above 0 and of sum `resident_count`."""
    shape, height, width = config.population, grid.rows * grid.cell, grid.cols * grid.cell
    x = grid.x0 + width * draw.uniform(0.15, 0.85, shape.centre_count)
    y = grid.y0 + height * draw.uniform(0.15, 0.85, shape.centre_count)
    centres = spread_points(grid, x, y, draw.uniform(0.5, 1.5, shape.centre_count), shape.centre_width_m)
    even = np.full(grid.count, 1 / grid.count)
    mix = shape.background_share * even + (1 - shape.background_share) * centres / centres.sum()
    mix *= np.exp(shape.roughness * draw.standard_normal(grid.count))
    return np.asarray(shape.resident_count * mix / mix.sum())


def deprivation_classes(config: CityConfig, grid: Grid, draw: np.random.Generator) -> NDArray[np.int8]:
    """Return the class of each cell, 1 the least deprived, 5 the most, as many cells in each."""
    width_cells = config.deprivation.width_m / config.cell_m
    surface = ndimage.gaussian_filter(draw.standard_normal(grid.mask.shape), width_cells)[grid.mask]
    rank = np.argsort(np.argsort(surface, kind="stable"), kind="stable")
    return np.asarray(1 + rank * CLASS_COUNT // grid.count, dtype=np.int8)


def place_shares(
    grid: Grid, spots: HotSpots, population: NDArray[np.float64], draw: np.random.Generator
) -> NDArray[np.float64]:
    """Return where the incidents of a type fall: residents and hot spots mixed, of sum 1."""
    by_resident = population / population.sum()
    if spots.share == 0:
        return np.asarray(by_resident)
    rows, cols = grid.row_col()
    cell = draw.choice(grid.count, spots.count, p=by_resident)
    x = grid.x0 + grid.cell * (cols[cell] + draw.random(spots.count))
    y = grid.y0 + grid.cell * (rows[cell] + draw.random(spots.count))
    weight = np.arange(1, spots.count + 1, dtype=float) ** -spots.concentration
    hot = spread_points(grid, x, y, weight, spots.width_m)
    return np.asarray((1 - spots.share) * by_resident + spots.share * hot / hot.sum())
