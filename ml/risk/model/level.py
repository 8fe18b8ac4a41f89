"""How many there are in a week: the level that shares are multiplied by, and the types that are recorded no more."""

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.risk.model.cube import CountCube
from ml.risk.model.features import weekly_decay
from ml.silence import has_stopped, is_gone, silent_runs

WEEKS_A_YEAR = 52


class Ended(NamedTuple):
    """A type that is recorded no more.

    Attributes:
        kind: its index.
        last_week: Monday of the last week in which one was known.
        is_recent: whether that was within a year: its feed has stopped, rather than the type died out.
    """

    kind: int
    last_week: date
    is_recent: bool


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


def ended_types(cube: CountCube) -> list[Ended]:
    """Return the types that are recorded no more, by the rule of `ml.silence` on whole weeks."""
    totals = weekly_totals(cube)
    is_known = ~silent_runs(totals.sum(axis=1))
    ended = []
    for kind, counts in enumerate(totals.T):
        weeks = np.flatnonzero(counts)
        is_recent = has_stopped(counts, is_known, WEEKS_A_YEAR)
        if len(weeks) and (is_recent or is_gone(counts, is_known, WEEKS_A_YEAR)):
            ended.append(Ended(kind, cube.day_of(int(weeks[-1])), is_recent))
    return ended
