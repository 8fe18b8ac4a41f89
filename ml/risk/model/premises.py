"""Where incidents tell their kind of place: slow counts of each kind apart, spread, rolled forward a week at a time.

Burglaries of shops stay where the shops are, those of houses wander over the streets of houses: a surface each lets the
pool give each its own width, and lets one type learn from the shops that another type has shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ml.risk.model.kernels import Kernels, shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.model.cube import CountCube


class PremisesSurfaces:
    """Surfaces of each kind of place by width: first of each type on its own, then of all types together."""

    def __init__(self, cube: CountCube, origin: int, decay: float, widths_m: tuple[float, ...]) -> None:
        """Build the surfaces of the weeks before `origin`; without kinds of place there are none.

        Args:
            cube: the incidents.
            origin: week that is not read any more.
            decay: factor that one week of age costs.
            widths_m: standard deviations of the kernels, metres.
        """
        self._decay, self._types, self._cells = np.float32(decay), len(cube.types), cube.grid.count
        self._kinds = len(cube.premises)
        self._kernels = Kernels(cube.grid, widths_m)
        self._events = replace(cube.events, kind=cube.events.kind * max(self._kinds, 1) + cube.events.premises)
        self._raw = np.zeros((len(widths_m), self._types, self._kinds, self._cells), dtype=np.float32)
        if self._kinds:
            part = cube.events.of(0, origin)
            self._take(part, self._decay ** (origin - 1 - cube.events.week()[part]).astype(np.float32))
        self._sum_up()

    def _take(self, part: slice, weights: NDArray[np.float32]) -> None:
        self._kernels.add(self._raw.reshape(len(self._raw), -1, self._cells), self._events, part, weights)

    def _sum_up(self) -> None:
        """Refresh the surfaces of all types and the totals, kinds x widths first."""
        self._own = [self._raw[width, :, kind] for kind, width in np.ndindex(self._kinds, len(self._raw))]
        self._all = [surface.sum(axis=0, keepdims=True) for surface in self._own]
        self._own_totals = np.array([surface.sum(axis=1, dtype=np.float64) for surface in self._own])
        self._all_totals = self._own_totals.sum(axis=-1, keepdims=True)

    def advance(self, week: int) -> None:
        """Take in a week, the one after those already in."""
        if self._kinds:
            part = self._events.of(week, week + 1)
            self._raw *= self._decay
            self._take(part, np.ones(part.stop - part.start, dtype=np.float32))
            self._sum_up()

    def _one(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Return a surface and its totals; those of all types have one row."""
        held = len(self._own)
        if index < held:
            return self._own[index], self._own_totals[index]
        return self._all[index - held], self._all_totals[index - held]

    def surface(self, index: int) -> NDArray[np.float32]:
        """Return one surface as shares, types x cells."""
        return np.asarray(np.broadcast_to(shares(self._one(index)[0]), (self._types, self._cells)))

    def add(self, mixed: NDArray[np.float32], index: int, weights: NDArray[np.float64]) -> None:
        """Add one surface, weighed by type, to a mixture of types x cells."""
        raw, total = self._one(index)
        scaled = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
        mixed += scaled[:, None].astype(np.float32) * raw
        if not total.all():
            mixed += np.where(total > 0, 0, weights / self._cells)[:, None].astype(np.float32)

    def gather(self, kind: NDArray[np.intp], cell: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return the shares of every surface at some types and cells, rows x surfaces."""
        found = np.full((len(kind), 2 * len(self._own)), 1.0 / self._cells, dtype=np.float32)
        for index in range(found.shape[1]):
            raw, total = self._one(index)
            row = kind if len(raw) > 1 else np.zeros_like(kind)
            np.divide(raw[row, cell], total[row], out=found[:, index], where=total[row] > 0, casting="same_kind")
        return found
