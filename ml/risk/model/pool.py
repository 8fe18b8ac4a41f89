"""The convex pool: a mixture of count surfaces whose weights are learnt on past events only."""

import numpy as np
from numpy.typing import NDArray

from ml.risk.model.cores import in_turns
from ml.risk.model.rows import Rows


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
    events: Rows, type_count: int, columns: tuple[int, ...], iterations: int, prior_event_count: float
) -> NDArray[np.float64]:
    """Return the weights of each type (types x columns) on past events, for a choice of surfaces."""
    shares = np.ascontiguousarray(events.shares[:, list(columns)])

    def weights(index: int) -> NDArray[np.float64]:
        own = events.kind == index
        return fit_weights(shares[own], events.number[own], iterations, prior_event_count)

    return np.stack(in_turns(weights, range(type_count)))
