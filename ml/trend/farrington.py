"""The limit of Farrington Flexible, for many series at once.

A count of this week is compared with a quasi-Poisson regression on the same weeks of earlier years and the weeks
between them, by season and trend; past outbreaks weigh less, and the last half year is left out. Sources: Noufaily,
Enki, Farrington, Garthwaite, Andrews and Charlett (2013), doi:10.1002/sim.5595; Salmon, Schumacher and Höhle (2016),
doi:10.18637/jss.v070.i10, with whose R package `surveillance` (farringtonFlexible) the figures agree.

Seasons are groups and the trend is one slope, so that each step of the regression is made of sums by group: no matrix
is solved, and all series of a city go through it together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ml.trend.config import SpanConfig

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# As R's glm stops, so that figures agree to its digits.
TOLERANCE, MOST_STEPS = 1e-8, 25
LEAST_YEARS_FOR_TREND = 3
LEAST = 1e-12
# Below it a negative binomial is a Poisson distribution to the last digit.
POISSON = 1 + 1e-9


@dataclass(frozen=True, eq=False)
class Design:
    """The periods one period is compared with.

    Attributes:
        now: index of the period that is judged.
        rows: indices of earlier periods, rising.
        group: season of each, from 0; the last is that of `now`.
        groups: seasons.
        windows: rows around the same period of each earlier year, nearest year first.
    """

    now: int
    rows: NDArray[np.int64]
    group: NDArray[np.int64]
    groups: int
    windows: tuple[NDArray[np.int64], ...]

    def years(self, is_known: Flags) -> NDArray[np.int64]:
        """Return how many earlier years have a window that is known throughout, by series of `is_known`."""
        whole = [is_known[:, self.rows[window]].all(axis=1) for window in self.windows]
        return np.asarray(np.array(whole).sum(axis=0))


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is expected of one period, by series.

    Attributes:
        mean: expected count; not a number where the regression does not converge.
        dispersion: variance to mean of a count around its true mean, 1 or more.
        leverage: variance of log(mean), in units of the dispersion.
        age: periods from the middle of what the level was learnt on to now; 0 where a slope leads there.
        has_trend: whether the slope was kept.
        freedom: periods learnt on, less parameters.
        count: incidents learnt on.
        years: earlier years whose window is known throughout.
    """

    mean: Floats
    dispersion: Floats
    leverage: Floats
    age: Floats
    has_trend: Flags
    freedom: Floats
    count: Floats
    years: NDArray[np.int64]

    def among(self, fitted: NDArray[np.int64], count: Floats, years: NDArray[np.int64]) -> Forecast:
        """Return the same among all series, of which some were fitted; of the others it is not a number."""
        learnt = {}
        for name in ("mean", "dispersion", "leverage", "age", "freedom"):
            learnt[name] = np.full(len(count), np.nan)
            learnt[name][fitted] = getattr(self, name)
        has_trend = np.zeros(len(count), dtype=bool)
        has_trend[fitted] = self.has_trend
        return Forecast(**learnt, has_trend=has_trend, count=count, years=years)


def design(now: int, references: Sequence[int], span: SpanConfig) -> Design | None:
    """Return the periods that `now` is compared with; none where no earlier year is there.

    Args:
        now: index of the period.
        references: index of the same period one year earlier, two years earlier...; those before the data are dropped.
        span: window, seasons, and what is left out.
    """
    width, groups = span.half_window, span.season_groups
    usable = [one for one in references[: span.years_back] if one >= width]
    if not usable:
        return None
    group = np.full(now + 1, -1)
    group[now - width :] = groups - 1
    for later, one in zip((now, *usable), usable, strict=False):
        group[one - width : one + width + 1] = groups - 1
        if groups > 1:
            between = np.arange(one + width + 1, later - width)
            # The first groups take the periods that are over, one each.
            parts = np.array_split(between, groups - 1)
            group[between] = np.repeat(np.arange(groups - 1), [len(part) for part in parts])
    group[max(now - span.left_out, 0) :] = -1
    rows = np.flatnonzero(group >= 0)
    windows = tuple(np.flatnonzero(np.abs(rows - one) <= width) for one in usable)
    return Design(now, rows, group[rows], groups, windows)


def forecast(counts: Floats, is_known: Flags, plan: Design, outbreak_residual: float) -> Forecast:
    """Return what is expected of the period of a design.

    Args:
        counts: series by periods, from the first period of the data.
        is_known: the same shape; what is not known is left out.
        plan: of the period.
        outbreak_residual: a past period with a larger Anscombe residual weighs less.
    """
    y, known = counts[:, plan.rows], is_known[:, plan.rows]
    y = np.where(known, y, 0.0)
    years = plan.years(is_known)
    found = _reweighted(y, known, plan, outbreak_residual, has_trend=True)
    with np.errstate(invalid="ignore"):
        keeps = (years >= LEAST_YEARS_FOR_TREND) & (found["mean"] <= y.max(axis=1))
    flat = np.flatnonzero(~keeps)
    if len(flat):
        without = _reweighted(y[flat], known[flat], plan, outbreak_residual, has_trend=False)
        for name, values in without.items():
            found[name][flat] = values
    return Forecast(**found, has_trend=keeps, count=y.sum(axis=1), years=years)


def _reweighted(
    y: Floats, known: Flags, plan: Design, outbreak_residual: float, *, has_trend: bool
) -> dict[str, Floats]:
    """Fit, take weight from past outbreaks, and fit again."""
    prior = known.astype(float)
    first = _Regression(y, prior, plan, has_trend=has_trend)
    residual = first.anscombe_residuals(y)
    is_outbreak = known & (residual > outbreak_residual)
    weight = np.where(is_outbreak, np.maximum(residual, 1.0) ** -2.0, prior)
    weight *= (prior.sum(axis=1) / np.maximum(weight.sum(axis=1), LEAST))[:, None]
    second = _Regression(y, weight, plan, has_trend=has_trend)
    mean, leverage, age = second.at_now()
    mean[~first.is_converged] = np.nan
    found = {"mean": mean, "leverage": leverage, "age": age}
    return found | {"dispersion": second.dispersion, "freedom": second.freedom}


class _Regression:
    """Quasi-Poisson regressions with a log link, one a series, by iteratively reweighted least squares."""

    def __init__(self, y: Floats, prior: Floats, plan: Design, *, has_trend: bool) -> None:
        self.member = np.eye(plan.groups)[plan.group]
        self.time = (plan.rows - plan.now).astype(float)
        self.has_trend, self.prior = has_trend, prior
        self.mean = y + 0.1
        self.weight = np.zeros_like(y)
        self.is_converged = np.zeros(len(y), dtype=bool)
        self._iterate(y)
        member_count = (prior @ self.member > 0).sum(axis=1)
        self.freedom = (prior > 0).sum(axis=1) - member_count - float(has_trend)
        pearson = (self.weight * ((y - self.mean) / self.mean) ** 2).sum(axis=1)
        self.dispersion = np.maximum(pearson / np.maximum(self.freedom, 1.0), 1.0)

    def _iterate(self, y: Floats) -> None:
        live = np.arange(len(y))
        saturated = np.where(y > 0, y * np.log(np.maximum(y, LEAST)), 0.0) - y
        before = self._deviance(live, y, saturated, np.log(self.mean))
        for _ in range(MOST_STEPS):
            mean = self.mean[live]
            self.weight[live] = self.prior[live] * mean
            worked = np.log(mean) + (y[live] - mean) / mean
            level, centred, slope, _ = self._least_squares(self.weight[live], worked)
            # Seasons without an incident would go on to minus infinity.
            log_mean = np.clip(level @ self.member.T + slope[:, None] * centred, -30.0, 30.0)
            self.mean[live] = np.exp(log_mean)
            after = self._deviance(live, y, saturated, log_mean)
            done = np.abs(after - before) < TOLERANCE * (np.abs(after) + 0.1)
            self.is_converged[live[done]] = True
            live, before = live[~done], after[~done]
            if not len(live):
                return

    def _deviance(self, live: NDArray[np.int64], y: Floats, saturated: Floats, log_mean: Floats) -> Floats:
        terms = saturated[live] - y[live] * log_mean + self.mean[live]
        return np.asarray(2 * (self.prior[live] * terms).sum(axis=1))

    def _least_squares(self, weight: Floats, worked: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the level of each season, times from the season's mean, the slope, and the sum of their squares."""
        total = np.maximum(weight @ self.member, LEAST)
        level = (weight * worked) @ self.member / total
        if not self.has_trend:
            nothing = np.zeros(len(weight))
            return level, np.zeros_like(weight), nothing, nothing
        centred = self.time - (weight * self.time) @ self.member / total @ self.member.T
        squares = np.maximum((weight * centred**2).sum(axis=1), LEAST)
        return level, centred, (weight * centred * worked).sum(axis=1) / squares, squares

    def _leverage(self, member: Floats, centred: Floats, squares: Floats) -> Floats:
        levels = (1 / np.maximum(self.weight @ self.member, LEAST)) @ member.T
        return levels + centred**2 / squares[:, None] if self.has_trend else levels

    def anscombe_residuals(self, y: Floats) -> Floats:
        """Return residuals with even variance, scaled by dispersion and leverage."""
        _, centred, _, squares = self._least_squares(self.weight, y)
        free = np.maximum(1 - self.weight * self._leverage(self.member, centred, squares), LEAST)
        raw = 1.5 * (y ** (2 / 3) * self.mean ** (-1 / 6) - np.sqrt(self.mean))
        return np.asarray(raw / np.sqrt(self.dispersion[:, None] * free))

    def at_now(self) -> tuple[Floats, Floats, Floats]:
        """Return expected count, leverage of its logarithm, and age of the level, for the period that is judged."""
        total = np.maximum(self.weight @ self.member, LEAST)
        level, _, slope, squares = self._least_squares(self.weight, np.log(self.mean))
        age = -((self.weight * self.time) @ self.member / total)[:, -1]
        mean = np.exp(np.clip(level[:, -1] + slope * age, -30.0, 30.0))
        leverage = self._leverage(np.eye(self.member.shape[1])[[-1]], age[:, None], squares)[:, 0]
        return mean, leverage, np.zeros_like(age) if self.has_trend else age


def quantile(probability: float, mean: Floats, dispersion: Floats) -> Floats:
    """Return quantiles of counts: negative binomial with this mean and variance to mean, Poisson where that is 1."""
    size, part = _negative_binomial(mean, dispersion)
    spread = stats.nbinom.ppf(probability, size, part)
    return np.asarray(np.where(dispersion > POISSON, spread, stats.poisson.ppf(probability, mean)))


def predictive_dispersion(found: Forecast, false_alarm_rate: float, drift: float) -> Floats:
    """Return variance to mean of a count around the *estimated* mean.

    The limit of the papers takes the estimates for the truth, and is passed too often where history is short. Here the
    mean's own error is added (as tau in Farrington et al. 1996), the error of the dispersion widens the limit as
    Student's distribution widens the normal one, and a level that no slope brings up to date may have moved.

    Args:
        found: of a period, by series.
        false_alarm_rate: of the limit.
        drift: standard deviation of the logarithm of a level after one period.
    """
    of_level = found.dispersion * found.leverage + (drift * found.age) ** 2
    freedom = np.maximum(found.freedom, 1.0)
    student = stats.t.isf(false_alarm_rate, freedom) / stats.norm.isf(false_alarm_rate)
    return np.asarray((found.dispersion + found.mean * of_level) * student**2)


def tails(counts: Floats, mean: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """Return the probability of as many incidents or fewer, and of as many or more."""
    size, part = _negative_binomial(mean, dispersion)
    is_spread = dispersion > POISSON
    low = np.where(is_spread, stats.nbinom.cdf(counts, size, part), stats.poisson.cdf(counts, mean))
    high = np.where(is_spread, stats.nbinom.sf(counts - 1, size, part), stats.poisson.sf(counts - 1, mean))
    return low, high


def _negative_binomial(mean: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    spread = np.maximum(dispersion, POISSON)
    return mean / (spread - 1), 1 / spread
