"""What is known at an origin: decayed counts, smoothed in space, rolled forward a week at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

from ml.risk.cube import DAYS_A_WEEK, CountCube

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calanque.places.grid import Grid

# Beyond three standard deviations a Gaussian kernel holds 0.3 % of its mass.
TRUNCATE_SIGMA = 3.0
ALL_HISTORY_DAYS = math.inf


def weekly_decay(half_life_days: float) -> float:
    """Return the factor one week of age costs: 0.5 ** (7 / half-life); 1 for all-history counts."""
    return float(0.5 ** (DAYS_A_WEEK / half_life_days))


def smooth(grid: Grid, values: NDArray[np.float32], width_cells: float) -> NDArray[np.float32]:
    """Return values (types x cells) spread by a Gaussian kernel whose standard deviation is `width_cells` cells.

    What spreads beyond the territory is lost; shares are normalised afterwards.
    """
    if width_cells == 0:
        return values
    raster = np.zeros((len(values), grid.rows, grid.cols), dtype=np.float32)
    raster[:, grid.mask] = values
    spread = gaussian_filter(raster, sigma=(0, width_cells, width_cells), mode="constant", truncate=TRUNCATE_SIGMA)
    return np.asarray(spread[:, grid.mask], dtype=np.float32)


def shares(surface: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a surface scaled so that its cells (last axis) sum to 1; an empty surface becomes uniform."""
    total = surface.sum(axis=-1, keepdims=True, dtype=np.float64)
    uniform = 1.0 / surface.shape[-1]
    scaled = np.divide(surface, total, out=np.full(surface.shape, uniform, dtype=np.float64), where=total > 0)
    return np.asarray(scaled, dtype=np.float32)


def surface_names(half_lives_days: tuple[float, ...], widths_cells: tuple[float, ...]) -> list[str]:
    """Return the names of the pool's surfaces, in the order of `SurfaceStream.pool`."""
    names = [
        f"{'all' if math.isinf(half_life) else f'{half_life:g}d'}/{width:g}c"
        for half_life in (*half_lives_days, ALL_HISTORY_DAYS)
        for width in widths_cells
    ]
    return [*names, *(f"all types {name}" for name in names), "uniform"]


class SurfaceStream:
    """Surfaces as of an origin, that is from the weeks strictly before it; `advance` moves the origin by a week."""

    def __init__(
        self, cube: CountCube, origin: int, half_lives_days: tuple[float, ...], widths_cells: tuple[float, ...]
    ) -> None:
        """Build the surfaces of the weeks before `origin`.

        Args:
            cube: the counts; weeks at and after the origin are not read.
            origin: week index of the first forecast.
            half_lives_days: half-lives of the pool; all-history counts are added.
            widths_cells: standard deviations of the smoothing, in cells; 0 is none.
        """
        self.cube, self.origin = cube, origin
        self.half_lives_days = (*half_lives_days, ALL_HISTORY_DAYS)
        self.widths_cells = widths_cells
        self._decay = np.array([weekly_decay(days) for days in self.half_lives_days], dtype=np.float32)
        plain = [cube.before(origin, float(decay)) for decay in self._decay]
        self._state = np.stack([self._widths(surface) for surface in plain])

    def _widths(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([smooth(self.cube.grid, values, width) for width in self.widths_cells])

    def advance(self) -> None:
        """Take in the week of the origin, then move the origin to the next one."""
        latest = self._widths(self.cube.week(self.origin))
        self._state *= self._decay[:, None, None, None]
        self._state += latest[None]
        self.origin += 1

    def surface(self, half_life_days: float, width_cells: float) -> NDArray[np.float32]:
        """Return one surface, types x cells, not normalised."""
        half_life = self.half_lives_days.index(half_life_days)
        return np.asarray(self._state[half_life, self.widths_cells.index(width_cells)])

    def pool(self) -> NDArray[np.float32]:
        """Return the pool's candidate shares, surfaces x types x cells: own type, all types together, uniform."""
        own = self._state.reshape(-1, *self._state.shape[2:])
        together = np.broadcast_to(own.sum(axis=1, keepdims=True), own.shape)
        uniform = np.full((1, *own.shape[1:]), 1.0 / own.shape[2], dtype=np.float32)
        return np.concatenate([shares(own), shares(together), uniform])
