"""The law of a day's count: negative binomial of variance `mean + dispersion * mean**2`, its scores, its dispersion."""

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Numbers = NDArray[np.float64]

# The first is a Poisson count but for the last digits; the last a spread of 1.7 times the mean.
DISPERSIONS = np.array(
    [1e-4, 2e-3, 5e-3, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.3, 0.5, 0.8, 1.3, 3.0]
)
SMALLEST_MEAN = 1e-6
_TAIL = 1e-9


def log_pmf(count: Numbers, mean: Numbers, dispersion: Numbers | float) -> Numbers:
    """Return the log probability of counts; the arguments follow numpy's broadcasting."""
    size = 1 / np.asarray(dispersion, dtype=float)
    ways = special.gammaln(count + size) - special.gammaln(size) - special.gammaln(count + 1)
    return np.asarray(ways - size * np.log1p(mean / size) + count * np.log(mean / (size + mean)))


def quantile(probability: float, mean: Numbers, dispersion: Numbers) -> Numbers:
    """Return the smallest count that is not exceeded with this probability."""
    size = 1 / np.asarray(dispersion, dtype=float)
    return np.asarray(stats.nbinom.ppf(probability, size, size / (size + mean)))


def above(count: Numbers, mean: Numbers, dispersion: Numbers) -> Numbers:
    """Return the probability of more than `count`."""
    size = 1 / np.asarray(dispersion, dtype=float)
    return np.asarray(stats.nbinom.sf(count, size, size / (size + mean)))


def crps(count: Numbers, mean: Numbers, dispersion: Numbers) -> Numbers:
    """Return the continuous ranked probability score, in incidents: squared gaps between two step functions, summed.

    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation", JASA 102. All three
    arguments are of one dimension.
    """
    if not len(count):
        return np.zeros(0)
    top = max(float(np.max(count)), float(np.max(quantile(1 - _TAIL, mean, dispersion))))
    steps = np.arange(top + 1)
    reached = np.cumsum(np.exp(log_pmf(steps, mean[:, None], dispersion[:, None])), axis=1)
    return np.asarray(((reached - (count[:, None] <= steps)) ** 2).sum(axis=1))


def past_dispersion(
    count: Numbers, mean: Numbers, is_known: NDArray[np.bool_], weeks: int, late_weeks: int = 0
) -> tuple[Numbers, Numbers]:
    """Return the likeliest dispersion of each week by the forecasts of the weeks before it, and their log score.

    Args:
        count: what happened, weeks x 7.
        mean: what was expected, the same.
        is_known: days that count, the same.
        weeks: how many earlier weeks are looked at.
        late_weeks: the newest weeks before each, not yet known whole, which are left out.
    """
    logs = np.array([np.where(is_known, log_pmf(count, mean, value), 0).sum(axis=1) for value in DISPERSIONS])
    upto = np.concatenate([np.zeros((len(DISPERSIONS), 1)), np.cumsum(logs, axis=1)], axis=1)
    number = np.arange(mean.shape[0])
    last = np.maximum(number - late_weeks, 0)
    past = upto[:, last] - upto[:, np.maximum(last - weeks, 0)]
    # While nothing has been judged, a moderate spread; a handful of days outweighs it.
    chosen = np.argmax(past - np.abs(np.log(DISPERSIONS / 0.05))[:, None] / 4, axis=0)
    return DISPERSIONS[chosen], past[chosen, number]
