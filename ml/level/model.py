"""The level model: a regression of daily counts on the calendar, around decayed means of the past.

A Saturday in July is expected to hold *level x Saturday x July*. The level is the mean of some decayed means, each of
counts divided by what their own calendar made likely; it is brought up to date every week. The other terms are those of
a penalised quasi-Poisson regression (McCullagh and Nelder 1989, chapter 9) with the level as it was known at the time
as its offset, so nothing is learnt from later days. The penalty is that of a normal prior around no effect: a rare type
is pulled towards its plain mean. How far days scatter is estimated on the forecasts of earlier weeks.

Weather is left out on purpose: no feed forecasts it, weather that was measured later must never be used, and its usual
course over the year is the season, which is in.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from ml.level.config import LevelConfig, ModelConfig, Term
from ml.level.counts import WEEK_DAYS
from ml.level.forecasts import Forecasts, Series, best_by_past, level_ratio, newest, year_mean
from ml.level.law import Numbers

# The level follows from the effects and the effects from the level: in turn, so many times.
_TURNS, _STEPS = 3, 2
_LARGEST_EFFECT, _SMALLEST_SUM = 3.0, 1e-4


class _Terms(NamedTuple):
    """The calendar as one design (days x columns), the columns of each term, and the penalty of each column."""

    design: Numbers
    columns: Mapping[Term, slice]
    penalty: Numbers


def model(series: Series, calendar: dict[str, Numbers], config: LevelConfig) -> Forecasts:
    """Return what the model says of each week.

    Args:
        series: what happened.
        calendar: terms of each day, the 7 after the data included; each days x columns.
        config: parameters.
    """
    rules, terms = config.model, _terms(calendar, config.model.prior_sd)
    effects, parts = np.zeros(len(terms.penalty)), []
    # By the week's number since the first day: a history that grows keeps the dates at which it was fitted.
    number = series.origins // WEEK_DAYS // rules.refit_weeks
    for origins in np.split(series.origins, np.flatnonzero(np.diff(number)) + 1):
        effects = _fitted(series, terms, effects, int(origins[0]), rules)
        parts.append(_weeks(series, terms, effects, origins, rules))
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return best_by_past(series, [(found.pop("mean"), found)], config.record.weeks)


def _terms(calendar: dict[str, Numbers], prior_sd: Mapping[Term, float]) -> _Terms:
    ends = np.cumsum([calendar[name].shape[1] for name in prior_sd]).tolist()
    columns = {name: slice(end - calendar[name].shape[1], end) for name, end in zip(prior_sd, ends, strict=True)}
    penalty = np.concatenate([np.full(calendar[name].shape[1], sd**-2.0) for name, sd in prior_sd.items()])
    return _Terms(np.hstack([calendar[name] for name in prior_sd]), columns, penalty)


def _decayed_sum(values: Numbers, seen: Numbers, half_life_days: float) -> Numbers:
    """Return at each day, and the day after the last, the sum of the days before it, halved every half-life.

    Args:
        values: of each day.
        seen: of the newest days before each day, as they were known then.
        half_life_days: days.
    """
    kept, ages = 0.5 ** (1 / half_life_days), seen.shape[1]
    sums = lfilter([0.0, kept], [1.0, -kept], np.append(values, 0.0))
    return np.asarray(sums + (seen - _newest(values, ages)) @ kept ** np.arange(1, ages + 1))


def _newest(values: Numbers, ages: int) -> Numbers:
    """Return the newest values as `newest` does, each the same at every age."""
    return newest(np.broadcast_to(values[:, None], (len(values), ages)))


def _levels(series: Series, expected: Numbers, half_lives_days: tuple[float, ...]) -> Numbers:
    """Return the level known at each day and the day after the last."""
    late, is_known = series.late, series.is_known
    counts, likely = (np.where(is_known, values, 0.0) for values in (series.counts, expected[: len(is_known)]))
    pairs = ((counts, late.counts), (likely, _newest(likely, late.ages) * late.shares))
    happened, awaited = (
        np.array([np.maximum(_decayed_sum(*pair, days), _SMALLEST_SUM) for days in half_lives_days]) for pair in pairs
    )
    return np.asarray((happened / awaited).mean(axis=0))


def _fitted(series: Series, terms: _Terms, effects: Numbers, origin: int, rules: ModelConfig) -> Numbers:
    """Return the effects learnt on the days before an origin; those of the last fit are where it starts."""
    rows = np.arange(
        max(rules.level_weeks * WEEK_DAYS, origin - rules.fit_weeks * WEEK_DAYS), origin - series.late.ages
    )
    rows = rows[series.is_known[rows]]
    if len(rows) < rules.min_fit_weeks * WEEK_DAYS:
        return effects
    known_at = rows - (rows - origin) % WEEK_DAYS
    count, design = series.counts[rows], terms.design[rows]
    for _ in range(_TURNS):
        levels = _levels(series, np.exp(terms.design @ effects), rules.half_lives_days)[known_at]
        for _ in range(_STEPS):
            mean = levels * np.exp(design @ effects)
            spread = max(1.0, float(np.mean((count - mean) ** 2) / max(mean.mean(), _SMALLEST_SUM)))
            slope = design.T @ (count - mean) / spread - terms.penalty * effects
            curvature = (design.T * mean) @ design / spread + np.diag(terms.penalty)
            effects = np.clip(effects + np.linalg.solve(curvature, slope), -_LARGEST_EFFECT, _LARGEST_EFFECT)
    return effects


def _weeks(
    series: Series, terms: _Terms, effects: Numbers, origins: NDArray[np.intp], rules: ModelConfig
) -> dict[str, Numbers]:
    """Return the mean of some weeks, and each term as a ratio to its mean over the year before."""
    ahead = origins[:, None] + np.arange(WEEK_DAYS)

    def usual(values: Numbers) -> Numbers:
        return np.array([[year_mean(values, series.is_known, origin)] for origin in origins])

    found: dict[str, Numbers] = {}
    for name, columns in terms.columns.items():
        factor = np.exp(terms.design[:, columns] @ effects[columns])
        # A day that is no holiday is not said to be below one.
        applies = np.any(terms.design[:, columns], axis=1, keepdims=True)[ahead, 0]
        found[name] = np.where(applies, factor[ahead] / usual(factor), 1.0)
    expected = np.exp(terms.design @ effects)
    level = _levels(series, expected, rules.half_lives_days)[origins][:, None]
    past = usual(series.counts) / usual(expected)
    return found | {"level": level_ratio(level, past), "mean": level * expected[ahead]}
