"""Seasonal counts, the plain rule a model must beat: a decayed mean, times weekday, times season of earlier years.

Whether the weekday and the season help, and how fast the mean forgets, is what did best in the weeks before.
"""

from itertools import product

import numpy as np
from scipy.ndimage import uniform_filter1d

from ml.level.config import LevelConfig
from ml.level.counts import WEEK_DAYS
from ml.level.forecasts import Forecasts, Series, best_by_past, level_ratio, year_mean
from ml.level.law import Numbers

_YEARS, _YEAR = 4, 365
# Four years in whole weeks, so that the days of a window and those ahead of it fall on the same weekdays.
_WINDOW = -(-_YEARS * _YEAR // WEEK_DAYS) * WEEK_DAYS
_FEWEST_YEARS, _WHOLE_YEAR = 2, 330


def baseline(series: Series, config: LevelConfig) -> Forecasts:
    """Return what seasonal counts say of each week."""
    rules = config.baseline
    counts, known = series.past(_WINDOW)
    weekday = _weekday(counts, known, rules.weekday_half_life_days)
    season = _season(counts, known, rules.season_window_days)
    past = np.array([year_mean(series.counts, series.is_known, origin) for origin in series.origins])[:, None]

    def rule(half_life_days: float, has_weekday: bool, has_season: bool) -> tuple[Numbers, dict[str, Numbers]]:
        index = season if has_season else np.ones_like(season)
        days = np.ones_like(weekday) * (weekday if has_weekday else 1)
        weight = _weights(half_life_days)
        # The index of a day of the window: its first day is that of the last day ahead, years before.
        over_window = index[:, np.arange(-_WINDOW, 0) % _YEAR]
        level = (counts @ weight / np.maximum((known * over_window) @ weight, 1e-9))[:, None]
        ahead = index[:, :WEEK_DAYS]
        return level * days * ahead, {"weekday": days, "season": ahead, "level": level_ratio(level, past)}

    choices = product(rules.half_lives_days, (False, True), (False, True))
    return best_by_past(series, [rule(*choice) for choice in choices], config.record.weeks)


def _weights(half_life_days: float) -> Numbers:
    return np.asarray(0.5 ** (np.arange(_WINDOW, 0, -1) / half_life_days))


def _weekday(counts: Numbers, known: Numbers, half_life_days: float) -> Numbers:
    """Return the decayed mean of each weekday over that of all, weeks x the 7 days ahead."""
    weight = _weights(half_life_days)
    sums, days = ((values * weight).reshape(len(counts), -1, WEEK_DAYS).sum(axis=1) for values in (counts, known))
    means = sums / np.maximum(days, 1e-9)
    mean = means.mean(axis=1, keepdims=True)
    return np.where(mean > 0, means / np.where(mean > 0, mean, 1), 1)


def _season(counts: Numbers, known: Numbers, window_days: int) -> Numbers:
    """Return the index of each day of the year ahead, of mean 1: weeks x 365; all 1 where no two years are known."""
    years, days = (values[:, -_YEARS * _YEAR :].reshape(len(counts), _YEARS, _YEAR) for values in (counts, known))
    totals, known_days = years.sum(axis=2), days.sum(axis=2)
    is_whole = (known_days >= _WHOLE_YEAR) & (totals > 0)
    mean = np.where(is_whole, totals / np.maximum(known_days, 1), 1)[:, :, None]
    relative = (years / mean * is_whole[:, :, None]).sum(axis=1)
    weight = (days * is_whole[:, :, None]).sum(axis=1)
    smooth = [uniform_filter1d(values, window_days, axis=1, mode="wrap") for values in (relative, weight)]
    index = smooth[0] / np.maximum(smooth[1], 1e-9)
    index /= np.maximum(index.mean(axis=1, keepdims=True), 1e-9)
    return np.where((is_whole.sum(axis=1) >= _FEWEST_YEARS)[:, None], index, 1.0)
