"""Day risk: how likely a busy day is, where that stands among the days of a year, and whether it held."""

from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.level.config import LevelConfig
from ml.level.counts import WEEK_DAYS
from ml.level.forecasts import Forecasts, Series
from ml.level.law import Numbers, above
from ml.level.record import Interval, Judged, over_months

RISKS = 10


class Tenth(NamedTuple):
    """A tenth of the days, by probability: what was said, and how often it happened."""

    day_count: int
    mean_p: float
    observed_rate: float


@dataclass(frozen=True)
class DayRisk:
    """The risk of the seven days after the data.

    Attributes:
        threshold: a day is busy above this count.
        p_above: that it will be, 7.
        risk: 1 to 10, 7; None where the probabilities do not beat the mean rate.
        skill: Brier skill against the rate of busy days over the record itself; None where too short to judge.
        reliability: by tenth of the record's days, the lowest first.
    """

    threshold: int
    p_above: Numbers
    risk: NDArray[np.int64] | None
    skill: Interval | None
    reliability: tuple[Tenth, ...]


def day_risk(series: Series, forecasts: Forecasts, judged: Judged, config: LevelConfig) -> DayRisk:
    """Return the risk of the days ahead.

    Args:
        series: what happened.
        forecasts: of the method that serves.
        judged: the days of the record.
        config: parameters.
    """
    rules = config.day_risk
    past = [_threshold(series, origin, rules.weeks, rules.passed_share) for origin in series.origins]
    threshold, passed = (np.array(values)[:, None] for values in zip(*past, strict=True))
    p_above = above(threshold, forecasts.mean, forecasts.dispersion[:, None])
    said = p_above[judged.chosen]
    limit, rate = (np.broadcast_to(values, p_above.shape)[judged.chosen] for values in (threshold, passed))
    happened = judged.happened > limit
    skill = _skill(said, happened, rate, judged, config)
    risk = None
    if skill and skill.low > 0:
        risk = standing(p_above[-1], said[-rules.weeks * WEEK_DAYS :])
    return DayRisk(int(threshold[-1, 0]), p_above[-1], risk, skill, reliability(said, happened))


def _threshold(series: Series, origin: int, weeks: int, passed_share: float) -> tuple[float, float]:
    """Return the count that at most this share of the known days of the weeks before passed, and the share that did."""
    last = max(origin - series.late.ages, 0)
    span = slice(max(last - weeks * WEEK_DAYS, 0), last)
    past = series.counts[span][series.is_known[span]]
    if not len(past):
        return 0.0, 0.0
    threshold = float(np.quantile(past, 1 - passed_share, method="inverted_cdf"))
    return threshold, float(np.mean(past > threshold))


def _skill(
    said: Numbers, happened: NDArray[np.bool_], rate: Numbers, judged: Judged, config: LevelConfig
) -> Interval | None:
    """Return the share of the squared error of plain rates that the probabilities avoid, against the harder of two.

    One is the rate over the record itself, known only afterwards; the other is how often the days of the year before
    each week passed its threshold: a threshold that moves by one changes the rate without anything being foreseen.
    """
    if judged.week_count < config.record.min_weeks or happened.all() or not happened.any():
        return None
    error = (said - happened) ** 2
    plain = ((happened.mean() - happened) ** 2, (rate - happened) ** 2)
    return min(
        (over_months(other - error, other, judged.date, config.record) for other in plain), key=attrgetter("low")
    )


def standing(p_above: Numbers, among: Numbers) -> NDArray[np.int64]:
    """Return 1 to 10: in which tenth of some probabilities each one stands, halfway where several are the same."""
    ordered = np.sort(among)
    place = np.searchsorted(ordered, p_above) + np.searchsorted(ordered, p_above, side="right")
    return np.asarray(np.minimum(place * RISKS // (2 * len(ordered)) + 1, RISKS))


def reliability(said: Numbers, happened: NDArray[np.bool_]) -> tuple[Tenth, ...]:
    """Return what was said and how often it happened, by tenth of the days."""
    groups = np.array_split(np.argsort(said, kind="stable"), RISKS)
    return tuple(
        Tenth(len(days), float(said[days].mean()), float(happened[days].mean())) for days in groups if len(days)
    )
