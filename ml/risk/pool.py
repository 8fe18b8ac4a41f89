"""The convex pool: a mixture of count surfaces whose weights are learnt on past events only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.cube import CountCube


@dataclass(frozen=True, eq=False)
class WeekEvents:
    """The events of one week with the shares each surface had given their cells before they happened."""

    type_index: NDArray[np.intp]
    number: NDArray[np.float32]
    shares: NDArray[np.float32]


def gather(cube: CountCube, week: int, pool: NDArray[np.float32]) -> WeekEvents:
    """Return the events of a week beside the pool's shares as of its origin (surfaces x types x cells)."""
    type_index, cell_index, number = cube.events(week)
    return WeekEvents(type_index, number, np.ascontiguousarray(pool[:, type_index, cell_index].T))


def fit_weights(
    shares: NDArray[np.float32], number: NDArray[np.float32], iterations: int, prior_event_count: float
) -> NDArray[np.float64]:
    """Return the weights (sum 1) that maximise the Poisson log score of past events, by EM.

    With the weekly total given, the log score of a mixture of surfaces is the log-likelihood of a mixture model, so
    expectation-maximisation climbs it without a step size. The prior adds pseudo-events to every surface.

    Args:
        shares: events x surfaces, what each surface gave the event's cell beforehand.
        number: events in each entry.
        iterations: EM steps.
        prior_event_count: pseudo-events per surface.
    """
    surfaces = shares.shape[1]
    weights = np.full(surfaces, 1.0 / surfaces, dtype=np.float64)
    for _ in range(iterations):
        mixture = shares @ weights.astype(np.float32)
        ratio = np.divide(number, mixture, out=np.zeros_like(mixture), where=mixture > 0)
        posterior = weights * (ratio @ shares) + prior_event_count
        total = posterior.sum()
        weights = posterior / total if total > 0 else weights
    return weights


def fit_by_type(
    weeks: list[WeekEvents], type_count: int, columns: list[int], iterations: int, prior_event_count: float
) -> NDArray[np.float64]:
    """Return the weights of each type (types x columns) on the events of some weeks, for a choice of surfaces."""
    type_index = np.concatenate([week.type_index for week in weeks])
    number = np.concatenate([week.number for week in weeks])
    shares = np.concatenate([week.shares[:, columns] for week in weeks])
    fitted = [
        fit_weights(shares[type_index == index], number[type_index == index], iterations, prior_event_count)
        for index in range(type_count)
    ]
    return np.stack(fitted)
