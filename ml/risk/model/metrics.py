"""The figures of the forecasting protocol, each over all cells of the territory, empty ones included."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

SAMPLED_EVERY = 16


def top_cell_count(cell_count: int, area_share: float) -> int:
    """Return how many cells make a share of the area, rounded to the nearest, at least one."""
    return max(1, round(area_share * cell_count))


def expected_hits(score: NDArray[np.floating], events: NDArray[np.floating], top_count: int) -> float:
    """Return the events caught by the `top_count` best cells, ties at their exact expectation under random order.

    Args:
        score: one number per cell, higher is riskier.
        events: what happened in each cell.
        top_count: cells that may be flagged.
    """
    return float(hits_at(score, events, (top_count,))[0])


def hits_at(
    score: NDArray[np.floating], events: NDArray[np.floating], top_counts: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return `expected_hits` for several numbers of flagged cells, rising or not."""
    best, edge, edge_count = _best(score, max(top_counts))
    happened = np.flatnonzero(events > 0)
    reached, number = score[happened], events[happened].astype(np.float64)
    hits = np.empty(len(top_counts))
    for position, top in enumerate(top_counts):
        threshold, above, tied = edge, len(best), edge_count
        if top <= len(best):
            threshold = best[-top]
            low, high = np.searchsorted(best, threshold), np.searchsorted(best, threshold, side="right")
            above, tied = len(best) - high, high - low
        sure, maybe = number[reached > threshold].sum(), number[reached == threshold].sum()
        hits[position] = sure + maybe * (top - above) / tied
    return hits


def _best(score: NDArray[np.floating], least: int) -> tuple[NDArray[np.floating], float, int]:
    """Return the best scores in rising order, the score below which none of the `least` best lies, and its cells.

    The last two matter where fewer than `least` cells lie above that score. A sample says about where it is, which
    spares ordering the many cells that are not among the best; were the sample wrong, all of them are ordered.
    """
    sample = np.sort(score[::SAMPLED_EVERY])
    rank = int(1.1 * least / SAMPLED_EVERY + 3 * (least / SAMPLED_EVERY) ** 0.5) + 1
    edge = sample[-rank] if rank <= len(sample) else score.min()
    best, edge_count = score[score > edge], int(np.count_nonzero(score == edge))
    if len(best) + edge_count < least:
        return np.sort(score), edge, 0
    return np.sort(best), edge, edge_count


def flagged_cells(score: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """Return the cells of highest score; of ties at the last place, the first by index."""
    best, edge, _ = _best(score, count)
    threshold = best[-count] if count <= len(best) else edge
    above, tied = np.flatnonzero(score > threshold), np.flatnonzero(score == threshold)
    return np.concatenate([above, tied[: count - len(above)]])


def hit_curve(
    score: NDArray[np.floating], events: NDArray[np.floating], area_shares: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return the events caught at each share of the area, ties at their exact expectation."""
    return hits_at(score, events, tuple(top_cell_count(len(score), share) for share in area_shares))


def best_hits(events: NDArray[np.floating], top_count: int) -> float:
    """Return the events a perfect map of `top_count` cells would have caught (the denominator of PEI)."""
    return float(np.sort(events[events > 0])[-top_count:].sum())


def pai(hit_rate: float, top_count: int, cell_count: int) -> float:
    """Return the prediction accuracy index: hit rate over the share of the area really flagged."""
    return hit_rate / (top_count / cell_count)


def log_gain(share: NDArray[np.floating], events: NDArray[np.floating]) -> float:
    """Return the sum over events of log(share x cells): nats won over a uniform map of the same total.

    With one weekly total for every method, the Poisson log-likelihoods differ by exactly this sum. `share` holds one
    number above 0 per cell, of sum 1.
    """
    happened = np.flatnonzero(events > 0)
    return float(np.sum(events[happened] * np.log(share[happened].astype(np.float64) * len(share))))


def any_probability(mean: NDArray[np.floating], dispersion: float) -> NDArray[np.float64]:
    """Return P(at least one event) of a negative binomial of variance `mean + dispersion * mean**2`."""
    mean = np.asarray(mean, dtype=np.float64)
    if dispersion <= 0:
        return np.asarray(-np.expm1(-mean))
    return np.asarray(-np.expm1(-np.log1p(dispersion * mean) / dispersion))


def dispersion_of(squared_excess: float, squared_mean: float) -> float:
    """Return the moment estimate of the over-dispersion: sum((y - m)**2 - m) / sum(m**2), never below 0."""
    return max(0.0, squared_excess / squared_mean) if squared_mean > 0 else 0.0


def at_most(mean: NDArray[np.floating], dispersion: float, probability: float) -> NDArray[np.int32]:
    """Return the smallest whole count that the week's count does not exceed with at least this probability.

    Nine times in ten, at `probability` 0.9: where 0.05 is expected of a Poisson count the answer is 0, where 2 are, 4.

    Args:
        mean: expected count of each cell.
        dispersion: variance is `mean + dispersion * mean**2`, 0 for a Poisson count.
        probability: that the bound holds, of each cell alone.
    """
    mean = np.asarray(mean, dtype=np.float64)
    bound = np.zeros(mean.shape, dtype=np.int32)
    # Nearly all cells of a city end here, and quantiles are slow.
    likely = any_probability(mean, dispersion) > 1 - probability
    bound[likely] = np.maximum(count_law(mean[likely], dispersion).ppf(probability), 1)
    return bound


def count_law(mean: NDArray[np.floating], dispersion: float) -> Any:
    """Return the law of the counts: negative binomial of variance `mean + dispersion * mean**2`, Poisson at 0."""
    if dispersion <= 0:
        return stats.poisson(mean)
    size = 1 / dispersion
    return stats.nbinom(size, size / (size + mean))
