"""Rolling weekly forecasts of one series: candidates that differ in a setting, the best by its past used each week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ml.level.counts import WEEK_DAYS, YEAR_DAYS
from ml.level.law import SMALLEST_MEAN, past_dispersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_SMALLEST_RATIO = 0.01
_CLEARLY_BETTER = 3.0  # Nats: twenty times as likely.
_T = TypeVar("_T", bound=np.generic)


@dataclass(frozen=True)
class Series:
    """One series of counts and the weeks it is forecast in.

    Attributes:
        counts: incidents of each day.
        is_known: days that count.
        origins: first day of each week forecast, by index, rising by 7; the last is the day after the data.
    """

    counts: Numbers
    is_known: NDArray[np.bool_]
    origins: NDArray[np.intp]

    @property
    def days(self) -> NDArray[np.intp]:
        """Index of each day forecast, weeks x 7; those of the last week lie after the data."""
        return self.origins[:, None] + np.arange(WEEK_DAYS)

    def ahead(self, values: NDArray[_T]) -> NDArray[_T]:
        """Return values of each day as weeks x 7, 0 or False after the data."""
        return np.append(values, np.zeros(WEEK_DAYS, dtype=values.dtype))[self.days]


@dataclass(frozen=True)
class Forecasts:
    """What one method said.

    Attributes:
        mean: expected counts, weeks x 7.
        dispersion: of the law around it, weeks.
        terms: ratio of each term of the day to its mean over the year before, weeks x 7.
    """

    mean: Numbers
    dispersion: Numbers
    terms: dict[str, Numbers]

    def law(self, chosen: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
        """Return mean and dispersion of some days, chosen among weeks x 7."""
        return self.mean[chosen], np.broadcast_to(self.dispersion[:, None], self.mean.shape)[chosen]


def year_mean(values: Numbers, is_known: NDArray[np.bool_], origin: int) -> float:
    """Return the mean of the known days of the 52 weeks before a day, 1 if there is none."""
    span = slice(max(origin - YEAR_DAYS, 0), origin)
    known = is_known[span]
    return float(values[span][known].mean()) if known.any() else 1.0


def level_ratio(level: Numbers, past: Numbers) -> Numbers:
    """Return a level (weeks x 1) over that of the year before as weeks x 7; 1 where that year had none."""
    ratio = np.where(past > 0, level / np.where(past > 0, past, 1), 1)
    return np.repeat(np.maximum(ratio, _SMALLEST_RATIO), WEEK_DAYS, axis=1)


def best_by_past(series: Series, candidates: Sequence[tuple[Numbers, dict[str, Numbers]]], weeks: int) -> Forecasts:
    """Return each week's forecast by the candidate whose earlier weeks had the best log score.

    The first candidate is the plainest: another must be ahead of it by more than a few weeks' luck.

    Args:
        series: what happened.
        candidates: mean and terms of each.
        weeks: how many earlier weeks are looked at.
    """
    counts, is_known = series.ahead(series.counts), series.ahead(series.is_known)
    means = np.stack([np.maximum(mean, SMALLEST_MEAN) for mean, _ in candidates])
    judged = [past_dispersion(counts, mean, is_known, weeks) for mean in means]
    scores = np.array([score for _, score in judged])
    scores[0] += _CLEARLY_BETTER
    best = np.argmax(scores, axis=0)
    week = np.arange(len(best))
    terms = {name: np.stack([parts[name] for _, parts in candidates])[best, week] for name in candidates[0][1]}
    return Forecasts(means[best, week], np.stack([value for value, _ in judged])[best, week], terms)
