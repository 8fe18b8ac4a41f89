"""Gaussian kernels over cells, exact from the very place of each incident where they are narrow."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.special import ndtr

from calanque.places.grid import Grid, unit_m
from ml.risk.model.cube import Events

# Beyond three standard deviations a Gaussian kernel holds 0.3 % of its mass.
TRUNCATE_SIGMA = 3.0
# From this width on, in cells, the place within the cell no longer shows, and filtering the raster is faster.
NARROW_CELLS = 1.25
CHUNK = 50_000


def shares(surface: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a surface scaled so that its cells (last axis) sum to 1; an empty surface becomes uniform."""
    total = surface.sum(axis=-1, keepdims=True, dtype=np.float64)
    uniform = 1.0 / surface.shape[-1]
    scaled = np.divide(surface, total, out=np.full(surface.shape, uniform, dtype=np.float64), where=total > 0)
    return np.asarray(scaled, dtype=np.float32)


class Kernels:
    """Spreads incidents over the cells of a grid; what spreads beyond the territory is lost."""

    def __init__(self, grid: Grid, widths_m: tuple[float, ...]) -> None:
        """Take the grid and the standard deviations, in metres; 0 spreads nothing."""
        self.grid = grid
        self.widths_m = widths_m
        self._sigmas = [width / (grid.cell * unit_m(grid.crs)) for width in widths_m]
        self._rows, self._cols = grid.row_col()

    def spread(self, events: Events, part: slice, weights: NDArray[np.float32], types: int) -> NDArray[np.float32]:
        """Return the spread incidents of a part, widths x types x cells.

        Args:
            events: the incidents.
            part: which of them.
            weights: weight of each incident of the part.
            types: number of types.
        """
        spread = np.zeros((len(self._sigmas), types, self.grid.count), dtype=np.float32)
        self.add(spread, events, part, weights)
        return spread

    def add(self, held: NDArray[np.float32], events: Events, part: slice, weights: NDArray[np.float32]) -> None:
        """Add the spread incidents of a part to `held`, widths x types x cells.

        Args:
            held: changed in place.
            events: the incidents.
            part: which of them.
            weights: weight of each incident of the part.
        """
        kind, where = np.unique(events.kind[part], return_inverse=True)
        entries = coo_array((weights, (where, events.cell[part])), shape=(len(kind), self.grid.count))
        entries.sum_duplicates()
        for surface, sigma in zip(held, self._sigmas, strict=True):
            if sigma == 0:
                surface[kind[entries.row], entries.col] += entries.data
                continue
            if sigma < NARROW_CELLS:
                found = self._exact(sigma, where, len(kind), events, part, weights)
            else:
                found = self._filtered(sigma, entries)
            for row, spread in zip(kind, found, strict=True):
                surface[row] += spread

    def _filtered(self, sigma: float, entries: coo_array) -> NDArray[np.float32]:
        reach, types = int(TRUNCATE_SIGMA * sigma + 0.5), entries.shape[0]
        if entries.nnz * (2 * reach + 1) < types * self.grid.count:
            return self._stamped(sigma, reach, entries)
        raster = np.zeros((types, self.grid.rows, self.grid.cols), dtype=np.float32)
        raster[:, self.grid.mask] = entries.toarray()
        spread = gaussian_filter(raster, sigma=(0, sigma, sigma), mode="constant", truncate=TRUNCATE_SIGMA)
        return np.asarray(spread[:, self.grid.mask], dtype=np.float32)

    def _stamped(self, sigma: float, reach: int, entries: coo_array) -> NDArray[np.float32]:
        """Return what the filter would, cell by cell: faster for the few incidents of a week."""
        along = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
        stamp = (np.outer(along, along) / along.sum() ** 2).astype(np.float32)
        # One type after the other: its raster stays in a core's cache.
        raster = np.zeros((self.grid.rows + 2 * reach, self.grid.cols + 2 * reach), dtype=np.float32)
        inside = (self._rows + reach) * raster.shape[1] + self._cols + reach
        found = np.empty((entries.shape[0], self.grid.count), dtype=np.float32)
        for kind, spread in enumerate(found):
            raster[:] = 0
            own = entries.row == kind
            cell = entries.col[own]
            for row, col, weight in zip(self._rows[cell], self._cols[cell], entries.data[own], strict=True):
                raster[row : row + 2 * reach + 1, col : col + 2 * reach + 1] += weight * stamp
            raster.take(inside, out=spread, mode="clip")
        return found

    def _exact(
        self,
        sigma: float,
        kind: NDArray[np.intp],
        types: int,
        events: Events,
        part: slice,
        weights: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Integrate the kernel of each incident over each cell around it; `kind` is that of each of the part."""
        reach = math.ceil(TRUNCATE_SIGMA * sigma + 0.5)
        count, cols = self.grid.count, self.grid.cols + 2 * reach
        steps = np.arange(2 * reach + 1)
        around = (steps[:, None] * cols + steps[None, :]).ravel()
        # What spreads beyond the territory goes to the last place, which is dropped.
        index, found = np.full((self.grid.rows + 2 * reach) * cols, types * count), np.zeros(types * count + 1)
        index[(self._rows + reach) * cols + self._cols + reach] = np.arange(count)
        for low in range(part.start, part.stop, CHUNK):
            some = slice(low, min(low + CHUNK, part.stop))
            row, col = self._rows[events.cell[some]], self._cols[events.cell[some]]
            first = kind[low - part.start : some.stop - part.start] * count
            along = _masses(events.dy[some], sigma, reach) * weights[low - part.start : some.stop - part.start, None]
            mass = along[:, :, None] * _masses(events.dx[some], sigma, reach)[:, None, :]
            places = index[(row * cols + col)[:, None] + around] + first[:, None]
            np.minimum(places, types * count, out=places)
            found += np.bincount(places.ravel(), weights=mass.ravel(), minlength=len(found))
        return np.asarray(found[:-1].reshape(types, count), dtype=np.float32)


def _masses(place: NDArray[np.float32], sigma: float, reach: int) -> NDArray[np.float64]:
    """Return the mass of a kernel at `place` in each cell from `-reach` to `reach`, places x cells."""
    edges = np.arange(-reach, reach + 2)
    return np.diff(ndtr((edges[None, :] - place[:, None].astype(float)) / sigma), axis=1)
