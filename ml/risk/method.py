"""The methods that are compared: three baselines and the challenger, all of them mixtures of count surfaces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from ml.risk.features import surface_names
from ml.risk.pool import WeekEvents, fit_by_type

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.config import RiskConfig

# A baseline is one surface and a uniform floor: without the floor its log score is minus infinity at the first event
# in a cell that never had one. The floor's weight is learnt, so the baseline is at its best.
BASELINE_ITERATIONS = 50


class MethodName(StrEnum):
    """Names of the methods, as they are printed, logged and stored."""

    COUNTS = "counts"
    DECAY = "decay"
    KDE = "kde"
    POOL = "pool"


@dataclass(frozen=True)
class Method:
    """A method and the surfaces (columns of `SurfaceStream.pool`) it may mix."""

    name: MethodName
    columns: tuple[int, ...]

    def fit(self, weeks: list[WeekEvents], type_count: int, config: RiskConfig) -> NDArray[np.float64]:
        """Return the weights, types x columns, learnt on past weeks."""
        challenger = config.challenger
        iterations = challenger.iterations if self.name is MethodName.POOL else BASELINE_ITERATIONS
        prior = challenger.prior_event_count
        return fit_by_type(weeks, type_count, list(self.columns), iterations, prior)

    def shares(self, pool: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return each cell's share of next week's events, types x cells, above 0 and of sum 1.

        Summed surface by surface, so that cells with equal histories stay exactly tied.
        """
        mixed = np.zeros(pool.shape[1:], dtype=np.float32)
        for position, column in enumerate(self.columns):
            mixed += weights[:, position, None].astype(np.float32) * pool[column]
        return mixed


def methods(config: RiskConfig) -> tuple[Method, ...]:
    """Return the baselines (all-history counts, slow decay, KDE of one cell) and the pool, in that order."""
    challenger = config.challenger
    names = surface_names(challenger.half_lives_days, challenger.widths_cells)
    uniform = len(names) - 1
    half_lives = (*challenger.half_lives_days, math.inf)

    def column(half_life: float, width: float) -> int:
        return half_lives.index(half_life) * len(challenger.widths_cells) + challenger.widths_cells.index(width)

    return (
        Method(MethodName.COUNTS, (column(math.inf, 0), uniform)),
        Method(MethodName.DECAY, (column(config.baseline.half_life_days, 0), uniform)),
        Method(MethodName.KDE, (column(math.inf, 1), uniform)),
        Method(MethodName.POOL, tuple(range(len(names)))),
    )
