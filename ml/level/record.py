"""The record: weekly forecasts of the last two years against what happened, and which method serves by it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.intervals import paired_bootstrap
from ml.level.config import LevelConfig, RecordConfig
from ml.level.counts import DailyCounts
from ml.level.forecasts import Forecasts, Series
from ml.level.law import Numbers, crps, log_pmf, quantile

MODEL, BASELINE = "model", "baseline"


class Interval(NamedTuple):
    """A figure with its bootstrap interval."""

    value: float
    low: float
    high: float


class Judged(NamedTuple):
    """The days of a record.

    Attributes:
        chosen: days judged among all that were forecast, weeks x 7.
        happened: incidents of each of them.
        date: the day.
    """

    chosen: NDArray[np.bool_]
    happened: Numbers
    date: NDArray[np.datetime64]

    @property
    def week_count(self) -> int:
        """Weeks with a day judged."""
        return int(self.chosen.any(axis=1).sum())


@dataclass(frozen=True)
class Record:
    """How both methods did.

    Attributes:
        served: the method that serves: the model only where the interval of its gain is above 0.
        crps: mean score of each method, in incidents a day.
        log_score: mean log probability of what happened, by method.
        gain: baseline minus model, in incidents a day; None where the record is too short to judge.
        gain_apart: the same without the span set apart; None where the record does not meet it.
        coverage: share of days that the bound of the method that serves held.
        interval_coverage: share of days between both its bounds.
    """

    served: str
    crps: dict[str, float]
    log_score: dict[str, float]
    gain: Interval | None
    gain_apart: float | None
    coverage: float
    interval_coverage: float


def judged_days(daily: DailyCounts, series: Series, weeks: int) -> Judged:
    """Return the known days of the last weeks forecast, but those of which more will be known."""
    chosen = np.array(series.ahead(daily.is_whole), dtype=bool)
    chosen[: max(len(chosen) - 1 - weeks, 0)] = False
    return Judged(chosen, series.ahead(series.counts)[chosen], np.datetime64(daily.first_date) + series.days[chosen])


def over_months(gain: Numbers, total: Numbers, date: NDArray[np.datetime64], rules: RecordConfig) -> Interval:
    """Return sum(gain) / sum(total) with its interval, calendar months drawn with replacement, the same for both."""
    months, number = np.unique(date.astype("datetime64[M]"), return_inverse=True)
    gains, totals = (np.bincount(number, values, len(months)).astype(float) for values in (gain, total))
    found = paired_bootstrap(gains, np.zeros(len(months)), totals, rules)
    return Interval(found.value, found.low, found.high)


def judge(judged: Judged, forecasts: dict[str, Forecasts], config: LevelConfig) -> Record:
    """Return the record of both methods.

    Args:
        judged: the days; at least one.
        forecasts: of `MODEL` and `BASELINE`.
        config: parameters.
    """
    laws = {name: forecast.law(judged.chosen) for name, forecast in forecasts.items()}
    scores = {name: crps(judged.happened, *law) for name, law in laws.items()}
    gains = scores[BASELINE] - scores[MODEL]
    is_long = judged.week_count >= config.record.min_weeks
    gain = over_months(gains, np.ones_like(gains), judged.date, config.record) if is_long else None
    served = MODEL if gain and gain.low > 0 else BASELINE
    upper = quantile(config.bound_probability, *laws[served])
    lower = quantile(1 - config.bound_probability, *laws[served])
    return Record(
        served=served,
        crps={name: float(score.mean()) for name, score in scores.items()},
        log_score={name: float(log_pmf(judged.happened, *law).mean()) for name, law in laws.items()},
        gain=gain,
        gain_apart=_apart(gains, judged.date, config.record) if gain else None,
        coverage=float(np.mean(judged.happened <= upper)),
        interval_coverage=float(np.mean((judged.happened >= lower) & (judged.happened <= upper))),
    )


def _apart(gains: Numbers, date: NDArray[np.datetime64], rules: RecordConfig) -> float | None:
    span = rules.set_apart
    if span is None:
        return None
    within = (date >= np.datetime64(span.first)) & (date <= np.datetime64(span.last))
    return float(gains[~within].mean()) if within.any() and not within.all() else None
