"""How many there are in a week: the level that shares are multiplied by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ml.risk.model.features import weekly_decay
from ml.silence import silent_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.model.cube import CountCube


def weekly_level(totals: NDArray[np.float64], half_life_days: float) -> NDArray[np.float64]:
    """Return the expected total of the next week per type: the decayed mean of past totals (weeks x types).

    Weeks in which the city's feeds said nothing are not weeks without incidents.
    """
    ages = np.arange(len(totals) - 1, -1, -1, dtype=float)
    weights = np.power(weekly_decay(half_life_days), ages) * ~silent_runs(totals.sum(axis=1))
    return np.asarray(weights @ totals / (weights.sum() or 1.0))


def weekly_totals(cube: CountCube) -> NDArray[np.float64]:
    """Return the events that became known in each week, by type: weeks x types."""
    cells, counts = cube.grid.count, cube.seen.counts
    columns = [np.asarray(counts[:, i * cells : (i + 1) * cells].sum(axis=1)).ravel() for i in range(len(cube.types))]
    return np.column_stack(columns).astype(np.float64)
