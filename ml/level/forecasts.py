"""Rolling weekly forecasts of one series: candidates that differ in a setting, the best by its past used each week."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ml.level.counts import WEEK_DAYS, YEAR_DAYS, DailyCounts
from ml.level.law import SMALLEST_MEAN, Numbers, past_dispersion

_SMALLEST_RATIO = 0.01
_PRIOR_COUNT = 20
_CLEARLY_BETTER = 3.0  # Nats: twenty times as likely.
_T = TypeVar("_T", bound=np.generic)


class Late(NamedTuple):
    """What was known of the newest days before each day and the day after the last, the last of them first.

    Attributes:
        counts: their incidents as known then, days x ages; no ages where each is known at once.
        shares: for how much of a day that counts: the share that is usually known so soon, the same shape.
    """

    counts: Numbers
    shares: Numbers

    @property
    def ages(self) -> int:
        """Days after which a day counts as whole."""
        return int(self.counts.shape[1])


def late_counts(daily: DailyCounts, number: int) -> Late:
    """Return what was known of the days of a series while they were new.

    Shares are those of the year before, drawn to those of all types where few incidents tell.
    """
    known = daily.known[number].astype(float)
    mine, whole = daily.of_year_before(number)
    shares = (mine + _PRIOR_COUNT * daily.usual_shares) / (whole + _PRIOR_COUNT)
    return Late(newest(np.where(daily.is_known[:, None], known, 0.0)), np.maximum(shares, _SMALLEST_RATIO))


def newest(values: Numbers) -> Numbers:
    """Return the values of the newest days before each day and the day after the last, the last of them first.

    Args:
        values: of each day at each age, days x ages; the day before has the age 0.
    """
    days, ages = values.shape
    padded, age = np.concatenate([np.zeros((ages, ages)), values]), np.arange(ages)
    return np.asarray(padded[np.arange(days + 1)[:, None] + ages - 1 - age, age])


@dataclass(frozen=True)
class Series:
    """One series of counts and the weeks it is forecast in.

    Attributes:
        counts: incidents of each day.
        is_known: days that count.
        origins: first day of each week forecast, by index, rising by 7; the last is the day after the data.
        late: what was known of each day while it was new.
    """

    counts: Numbers
    is_known: NDArray[np.bool_]
    origins: NDArray[np.intp]
    late: Late

    def past(self, width: int) -> tuple[Numbers, Numbers]:
        """Return the counts of the days before each origin, and for how much of a day each counts: weeks x width."""
        windows = self.origins[:, None] + np.arange(width)
        known = np.pad(self.is_known.astype(float), (width, 0))[windows]
        counts = np.pad(np.where(self.is_known, self.counts, 0.0), (width, 0))[windows]
        new = width - 1 - np.arange(self.late.ages)
        counts[:, new] = self.late.counts[self.origins]
        known[:, new] *= self.late.shares[self.origins]
        return counts, known

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
    judged = [past_dispersion(counts, mean, is_known, weeks, -(-series.late.ages // WEEK_DAYS)) for mean in means]
    scores = np.array([score for _, score in judged])
    scores[0] += _CLEARLY_BETTER
    best = np.argmax(scores, axis=0)
    week = np.arange(len(best))
    terms = {name: np.stack([parts[name] for _, parts in candidates])[best, week] for name in candidates[0][1]}
    return Forecasts(means[best, week], np.stack([value for value, _ in judged])[best, week], terms)
