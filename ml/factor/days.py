"""Weekdays, holidays and weather: a regression of the counts of days on all of them at once.

A quasi-Poisson log-linear model (McCullagh and Nelder 1989, chapter 9): a slow level (straight between bends half a
year from each other), the season as waves of the year, firsts of the month (sources write unknown dates there),
weekdays each against the mean of the seven, holidays and weather. Errors: see `ratio`; the residual of a day is taken
larger by what the day itself moves the fit (MacKinnon and White 1985, HC3). Hot, cold and windy days are extreme
among those of the same month of the calendar, so that they are not the season again.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.factor.ratio import UNKNOWN, City, Look, Numbers, Ratio, is_enough, standard_error
from ml.french import WEEKDAYS
from ml.level.counts import WEEK_DAYS, calendar
from ml.surroundings import MEASURES

_MOST_STEPS, _TOLERANCE, _LARGEST_STEP = 40, 1e-8, 2.0
_LARGEST_LEVERAGE, _SMALLEST_STEP = 0.9, -0.9
# A prior so wide that it moves no figure; without it, a column of zeros has no solution.
_RIDGE = 1e-4


class _Fit(NamedTuple):
    """A regression: days x columns, effects, expected counts, counts less expected, inverse information, leverage."""

    design: Numbers
    effects: Numbers
    mean: Numbers
    residual: Numbers
    inverse: Numbers
    leverage: Numbers


def day_looks(city: City, holidays: pd.DataFrame, weather: pd.DataFrame) -> list[Look]:
    """Return each type looked at by weekday, holiday and weather.

    Args:
        city: counts.
        holidays: columns date, kind ('public_holiday', 'school_holiday').
        weather: columns date, temperature (degrees C, mean), rain (mm), wind_speed (m/s); may be empty.
    """
    known = calendar(city.daily.first_date, city.daily.day_count, holidays, city.config.harmonics)
    sky, unknown = _weather(city, weather)
    flags = {"public_holiday": known["holiday"][:, 0], "school_holiday": known["school"][:, 0]} | sky
    aside = np.hstack([known["season"], known["month_start"], *unknown])
    return [
        look
        for name, counts, is_on in city.judged()
        for look in _of_type(city, name, counts, is_on, (known["weekday"], flags, aside))
    ]


def _weather(city: City, weather: pd.DataFrame) -> tuple[dict[str, Numbers], list[Numbers]]:
    """Return the days with each weather, and columns of the days on which a measure is missing."""
    if weather.empty:
        return {}, []
    config, share = city.config, city.config.extreme_share
    days = pd.date_range(city.daily.first_date, periods=city.daily.day_count)
    measures = weather.astype(dict.fromkeys(MEASURES, float)).groupby(pd.to_datetime(weather["date"]))[MEASURES].mean()
    measures = measures.reindex(days)
    month = measures.groupby(days.month)
    low, high = month.transform(lambda values: values.quantile(share)), month.transform(lambda v: v.quantile(1 - share))
    flags = {
        "rain": measures["rain"] >= config.rain_mm,
        "heat": measures["temperature"] >= high["temperature"],
        "cold": measures["temperature"] <= low["temperature"],
        "wind": measures["wind_speed"] >= high["wind_speed"],
    }
    return {name: np.asarray(flag, dtype=float) for name, flag in flags.items()}, [measures.isna().to_numpy(float)]


def _of_type(
    city: City,
    name: str,
    counts: Numbers,
    is_on: NDArray[np.bool_],
    terms: tuple[Numbers, dict[str, Numbers], Numbers],
) -> list[Look]:
    weekday, flags, aside = terms
    units = {factor: int(flag[is_on].sum()) for factor, flag in flags.items()}
    least, days = city.config.min_units, int(is_on.sum())
    used = [factor for factor, count in units.items() if least <= count <= days - least]
    against_mean = weekday[:, :-1] - weekday[:, -1:]
    level = _level(is_on, counts.sum(), city)
    design = np.hstack([level, aside, against_mean, *(flags[factor][:, None] for factor in used)])
    fit = _fitted(design * is_on[:, None], counts * is_on, is_on, level.shape[1])
    start = level.shape[1] + aside.shape[1]
    columns = np.eye(design.shape[1])[start:]
    contrasts = [*columns[: WEEK_DAYS - 1], -columns[: WEEK_DAYS - 1].sum(axis=0)]
    looks = []
    for category, flag, contrast in zip(WEEKDAYS, weekday.T, contrasts, strict=True):
        ratio = _ratio(city, fit, contrast, flag, counts * flag * is_on)
        looks.append(Look(name, "weekday", category, int(flag[is_on].sum()), int(counts[flag > 0].sum()), ratio))
    for factor, count in units.items():
        happened = counts * flags[factor] * is_on
        contrast = columns[WEEK_DAYS - 1 + used.index(factor)] if factor in used else None
        ratio = UNKNOWN if contrast is None else _ratio(city, fit, contrast, flags[factor], happened)
        if count:
            looks.append(Look(name, factor, "yes", count, int(happened.sum()), ratio))
    return looks


def _level(is_on: NDArray[np.bool_], incidents: float, city: City) -> Numbers:
    """Return columns that sum to 1, whose sums are straight between bends: days x columns."""
    days = np.flatnonzero(is_on)
    parts = min((days[-1] - days[0]) // city.config.bend_days, incidents // city.config.bend_incidents)
    bends = np.linspace(days[0], days[-1], max(int(parts), 1) + 1)
    return np.column_stack([np.interp(np.arange(len(is_on)), bends, hat) for hat in np.eye(len(bends))])


def _fitted(design: Numbers, counts: Numbers, is_on: NDArray[np.bool_], levels: int) -> _Fit:
    """Fit by Newton's steps; `levels` columns come first and sum to 1."""
    effects = np.zeros(design.shape[1])
    effects[:levels] = np.log(counts.sum() / is_on.sum())
    for _ in range(_MOST_STEPS):
        mean = np.exp(design @ effects) * is_on
        inverse = np.linalg.inv((design.T * mean) @ design + _RIDGE * np.eye(len(effects)))
        step = np.clip(inverse @ (design.T @ (counts - mean)), -_LARGEST_STEP, _LARGEST_STEP)
        effects = effects + step
        if np.abs(step).max() < _TOLERANCE:
            break
    mean = np.exp(design @ effects) * is_on
    leverage = np.minimum(mean * ((design @ inverse) * design).sum(axis=1), _LARGEST_LEVERAGE)
    return _Fit(design, effects, mean, counts - mean, inverse, leverage)


def _ratio(city: City, fit: _Fit, contrast: Numbers, flag: Numbers, happened: Numbers) -> Ratio:
    """Return the ratio that a contrast of effects stands for; of a year, by one step from that of all years.

    Args:
        city: its parameters and years.
        fit: the regression.
        contrast: of its effects.
        flag: 1 on the days with the factor; the last weekday has no column of its own.
        happened: incidents of those days.
    """
    config, log = city.config, float(contrast @ fit.effects)
    score, variance = fit.design @ (fit.inverse @ contrast), float(contrast @ fit.inverse @ contrast)
    inflation = variance * float(fit.mean @ (flag - fit.mean @ flag / fit.mean.sum()) ** 2)
    if inflation > config.max_inflation or not is_enough(happened.sum(), log, config.min_count):
        return UNKNOWN
    error = standard_error(score * fit.residual / (1 - fit.leverage), config.lags)
    years = []
    for year in city.years():
        known = float(score[year] ** 2 @ fit.mean[year])
        if is_enough(happened[year].sum(), log, config.min_year_count) and known > 0:
            step = variance * float(score[year] @ fit.residual[year]) / known
            years.append(log + float(np.log1p(max(step, _SMALLEST_STEP))))
    units = int(flag[fit.mean > 0].sum())
    return Ratio(log, error, units - 1, tuple(years))
