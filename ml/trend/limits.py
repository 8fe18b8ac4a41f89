"""Counts beside their limits, for weeks, blocks of four weeks, and the year to date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ml.trend.config import BLOCKS_IN_YEAR, WEEKS_IN_BLOCK, SpanConfig, TrendConfig
from ml.trend.farrington import Design, Forecast, design, forecast, predictive_dispersion, quantile, tails
from ml.trend.series import WEEKS_IN_YEAR, CitySeries, Floats, Reason, States

References = Callable[[int], Sequence[int]]

# Added to counts before the square root, whose variance then hangs on no mean (Anscombe 1948).
ANSCOMBE = 3 / 8


class Span(StrEnum):
    """How long a period is, as CompStat shows them."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, eq=False)
class Limits:
    """One period of every series.

    Attributes:
        span: how long it is.
        start: its first day.
        end: its last.
        counts: incidents, by series.
        expected: without a change; not a number where there is no limit.
        lower: a count below it is beyond noise; likewise.
        upper: a count above it is; likewise.
        p_value: probability of a count as far away on either side, likewise.
        dispersion: variance to mean of counts, likewise.
        reason: why there is no limit, `Reason.NONE` where there is one.
    """

    span: Span
    start: date
    end: date
    counts: Floats
    expected: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    dispersion: Floats
    reason: States


def week_limits(series: CitySeries, config: TrendConfig) -> list[Limits]:
    """Return the last weeks with their limits, oldest first."""

    def references(now: int) -> list[int]:
        day = series.first_monday + timedelta(weeks=now)
        earlier = (_years_before(day, years) for years in range(1, config.week.years_back + 1))
        return [round((one - series.first_monday).days / 7) for one in earlier]

    judged = _SpanOfCity(Span.WEEK, config.week, series.counts, series.state, references, WEEKS_IN_YEAR)
    return judged.limits(series.first_monday, timedelta(weeks=1), config)


def month_limits(series: CitySeries, config: TrendConfig) -> list[Limits]:
    """Return the last blocks of four whole weeks with their limits, oldest first; the last ends with the last week.

    Limits are learnt on sums of four weeks, so that what lingers from week to week widens them.
    """
    blocks = series.counts.shape[1] // WEEKS_IN_BLOCK
    skipped = series.counts.shape[1] - blocks * WEEKS_IN_BLOCK
    shape = (len(series.counts), blocks, WEEKS_IN_BLOCK)
    counts = series.counts[:, skipped:].reshape(shape).sum(axis=2)
    state = series.state[:, skipped:].reshape(shape).max(axis=2)

    def references(now: int) -> list[int]:
        return [now - BLOCKS_IN_YEAR * years for years in range(1, config.month.years_back + 1)]

    judged = _SpanOfCity(Span.MONTH, config.month, counts, state, references, BLOCKS_IN_YEAR)
    return judged.limits(series.first_monday + timedelta(weeks=skipped), timedelta(weeks=WEEKS_IN_BLOCK), config)


@dataclass(frozen=True, eq=False)
class _SpanOfCity:
    span: Span
    shape: SpanConfig
    counts: Floats
    state: States
    references: References
    periods_in_year: int

    def limits(self, first_day: date, length: timedelta, config: TrendConfig) -> list[Limits]:
        periods = self.counts.shape[1]
        shown = range(max(periods - self.shape.shown, 0), periods)
        return [self._one(now, first_day + now * length, length, config) for now in shown]

    def _one(self, now: int, start: date, length: timedelta, config: TrendConfig) -> Limits:
        counts, days = self.counts[:, now], (start, start + length - timedelta(days=1))
        plan, alpha = design(now, self.references(now), self.shape), config.false_alarm_rate
        if plan is None:
            reason = np.where(self.state[:, now] > 0, self.state[:, now], Reason.SHORT)
            return _limits(self.span, days, counts, reason, [counts] * 5)
        found = self._forecast(plan, config)
        spread = predictive_dispersion(found, alpha, config.yearly_drift / self.periods_in_year)
        is_short = (found.years == 0) | (found.freedom < config.min_freedom)
        is_few = (found.count < config.min_incidents) | np.isnan(found.mean)
        reason = np.where(is_short, Reason.SHORT, np.where(is_few, Reason.FEW, Reason.NONE))
        reason = np.where(self.state[:, now] > 0, self.state[:, now], reason)
        mean, spread = np.where(reason > 0, 1.0, found.mean), np.where(reason > 0, 1.0, spread)
        p_value = np.minimum(2 * np.minimum(*tails(counts, mean, spread)), 1.0)
        figures = (mean, quantile(alpha, mean, spread), quantile(1 - alpha, mean, spread), p_value, found.dispersion)
        return _limits(self.span, days, counts, reason, figures)

    def _forecast(self, plan: Design, config: TrendConfig) -> Forecast:
        """Return what is expected of a period; of series with too few incidents, which are most, nothing is fitted."""
        is_known = self.state == Reason.NONE
        count = (self.counts[:, plan.rows] * is_known[:, plan.rows]).sum(axis=1)
        fitted = np.flatnonzero(count >= config.min_incidents)
        found = forecast(self.counts[fitted], is_known[fitted], plan, config.outbreak_residual)
        return found.among(fitted, count, plan.years(is_known))


def year_limits(series: CitySeries, dispersion: Floats, config: TrendConfig) -> Limits:
    """Return the year to date beside the mean of the same days of earlier years.

    Of a series some of whose weeks are still incomplete the year has no limit: earlier years have all their incidents.
    Square roots of counts are compared by Student's t. Five years say little on how much years differ, so that what
    months vary by, and the drift of a level, stand in as so many more years.

    Args:
        series: of the city.
        dispersion: variance to mean of the counts of months, by series; not a number where it is not known.
        config: how many years, and what stands in for more.
    """
    end = series.end
    ends = [_years_before(end, years) for years in range(config.year.years_back + 1)]
    slot = np.full(len(series.day), -1)
    for number, last in enumerate(ends):
        slot[(series.day >= np.datetime64(date(last.year, 1, 1))) & (series.day <= np.datetime64(last))] = number
    counts = series.tally(slot, len(ends))
    state = np.column_stack([_state(series, date(last.year, 1, 1), last) for last in ends])
    earlier, is_earlier = counts[:, 1:], state[:, 1:] == Reason.NONE
    is_few = (earlier * is_earlier).sum(axis=1) < config.min_incidents
    is_short = is_earlier.sum(axis=1) < config.year.min_years
    reason = np.where(is_short, Reason.SHORT, np.where(is_few, Reason.FEW, Reason.NONE))
    reason = np.where(state[:, 0] > 0, state[:, 0], reason)
    weight = np.where((reason == Reason.NONE)[:, None], is_earlier, 1.0)
    figures = _by_years(counts[:, 0], earlier, weight, np.fmax(dispersion, 1.0), config)
    return _limits(Span.YEAR, (date(end.year, 1, 1), end), counts[:, 0], reason, figures)


def _by_years(
    counts: Floats, earlier: Floats, weight: Floats, dispersion: Floats, config: TrendConfig
) -> tuple[Floats, ...]:
    years, alpha, stand_in = weight.sum(axis=1), config.false_alarm_rate, config.year.prior_years
    roots = np.sqrt(earlier + ANSCOMBE)
    middle = (roots * weight).sum(axis=1) / years
    squares = (weight * (roots - middle[:, None]) ** 2).sum(axis=1)
    # The square root of a count varies by a quarter of its dispersion, and by half of what its logarithm moves.
    usual = dispersion / 4 + (middle * config.yearly_drift / 2) ** 2
    freedom = stand_in + years - 1
    spread = np.sqrt((stand_in * usual + squares) / freedom * (1 + 1 / years))
    p_value = 2 * stats.t.sf(np.abs(np.sqrt(counts + ANSCOMBE) - middle) / spread, freedom)
    reach = stats.t.isf(alpha, freedom) * spread
    upper = np.floor(np.maximum((middle + reach) ** 2 - ANSCOMBE, 0))
    lower = np.ceil(np.maximum(np.maximum(middle - reach, 0) ** 2 - ANSCOMBE, 0))
    return (earlier * weight).sum(axis=1) / years, lower, upper, p_value, dispersion


def _state(series: CitySeries, start: date, end: date) -> States:
    """Return what is against the count of a period, by series: one week that is silent or incomplete is enough."""
    first, last = ((day - series.first_monday).days // 7 for day in (start, end))
    # The first days of a year may lie before the first whole week of data that begin with that year.
    if first < -1:
        return np.full(len(series.counts), Reason.SHORT, dtype=np.int8)
    return np.asarray(series.state[:, max(first, 0) : last + 1].max(axis=1))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def _limits(
    span: Span, days: tuple[date, date], counts: Floats, reason: NDArray[np.int_], figures: Sequence[Floats]
) -> Limits:
    expected, lower, upper, p_value, dispersion = (np.where(reason > 0, np.nan, values) for values in figures)
    return Limits(span, *days, counts, expected, lower, upper, p_value, dispersion, reason.astype(np.int8))
