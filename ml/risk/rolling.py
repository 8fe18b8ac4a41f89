"""Rolling origins: refit on the weeks before, forecast the week after, score it, move on. Nothing is read ahead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from calanque.errors import CalanqueError
from ml.risk.features import SurfaceStream, weekly_decay
from ml.risk.method import Method, MethodName, methods
from ml.risk.metrics import (
    any_probability,
    best_hits,
    dispersion_of,
    expected_hits,
    hit_curve,
    log_gain,
    top_cell_count,
)
from ml.risk.pool import WeekEvents, gather

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.config import RiskConfig
    from ml.risk.cube import CountCube

# Over-dispersion is estimated on the weeks already scored: the first few would judge an interval not yet learnt.
COVERAGE_MIN_WEEKS = 4
CURVE_SHARES = tuple(percent / 100 for percent in (0.5, 1, 2, 3, 4, 5, 7.5, 10, 15, 20))


@dataclass(eq=False)
class Tally:
    """What one method did, weeks x types; probabilities and outcomes are kept for the calibration."""

    hits: list[NDArray[np.float64]] = field(default_factory=list)
    curve: list[NDArray[np.float64]] = field(default_factory=list)
    log: list[NDArray[np.float64]] = field(default_factory=list)
    brier: list[NDArray[np.float64]] = field(default_factory=list)
    probabilities: list[NDArray[np.float32]] = field(default_factory=list)
    covered_count: float = 0.0
    covered_of: float = 0.0
    squared_excess: NDArray[np.float64] | None = None
    squared_mean: NDArray[np.float64] | None = None

    def dispersion(self, type_count: int) -> NDArray[np.float64]:
        """Return the over-dispersion of each type on the weeks scored so far; 0 before the first."""
        if self.squared_excess is None or self.squared_mean is None:
            return np.zeros(type_count)
        pairs = zip(self.squared_excess, self.squared_mean, strict=True)
        return np.array([dispersion_of(float(excess), float(mean)) for excess, mean in pairs])


@dataclass(eq=False)
class Rolled:
    """The raw outcome of a rolling run; `top_counts` are the cells flagged at each area share."""

    cube: CountCube
    first_week: int
    top_counts: tuple[int, ...]
    tallies: dict[MethodName, Tally]
    events: list[NDArray[np.float64]] = field(default_factory=list)
    best: list[NDArray[np.float64]] = field(default_factory=list)
    happened: list[NDArray[np.bool_]] = field(default_factory=list)
    weights: dict[MethodName, NDArray[np.float64]] = field(default_factory=dict)


def weekly_level(totals: NDArray[np.float64], half_life_days: float) -> NDArray[np.float64]:
    """Return the expected total of the next week per type: the decayed mean of past totals (weeks x types)."""
    ages = np.arange(len(totals) - 1, -1, -1, dtype=float)
    weights = np.power(weekly_decay(half_life_days), ages)
    return np.asarray(weights @ totals / weights.sum())


def weekly_totals(cube: CountCube) -> NDArray[np.float64]:
    """Return the events of each week and type."""
    cells = cube.grid.count
    columns = [
        np.asarray(cube.counts[:, i * cells : (i + 1) * cells].sum(axis=1)).ravel() for i in range(len(cube.types))
    ]
    return np.column_stack(columns).astype(np.float64)


def roll(cube: CountCube, config: RiskConfig, weeks: int) -> Rolled:
    """Forecast each of the last `weeks` weeks from its own past, for every method.

    Returns:
        The weekly scores, and the weights refitted on the weeks before the week to come.

    Raises:
        CalanqueError: if the history before the first origin is too short.
    """
    first, start = _span(cube, config, weeks)
    rolled = Rolled(
        cube,
        first,
        tuple(top_cell_count(cube.grid.count, share) for share in config.backtest.area_shares),
        {method.name: Tally() for method in methods(config)},
    )
    totals = weekly_totals(cube)
    challenger = config.challenger
    stream = SurfaceStream(cube, start, challenger.half_lives_days, challenger.widths_cells)
    past: list[WeekEvents] = []
    for week in range(start, cube.weeks):
        pool = stream.pool()
        if week >= first:
            if (week - first) % challenger.refit_weeks == 0:
                _refit(rolled, config, past)
            _score_week(rolled, config, week, pool, weekly_level(totals[:week], config.level_half_life_days))
        past.append(gather(cube, week, pool))
        stream.advance()
    _refit(rolled, config, past)
    return rolled


def _span(cube: CountCube, config: RiskConfig, weeks: int) -> tuple[int, int]:
    first = cube.weeks - weeks
    start = max(first - config.challenger.fit_weeks, config.challenger.min_fit_weeks)
    if first - start < config.challenger.min_fit_weeks:
        needed = weeks + 2 * config.challenger.min_fit_weeks
        raise CalanqueError(
            f"The data holds {cube.weeks} complete weeks; {weeks} forecasts need at least {needed}: "
            "give a longer history or fewer origins."
        )
    return first, start


def _refit(rolled: Rolled, config: RiskConfig, past: list[WeekEvents]) -> None:
    latest = past[-config.challenger.fit_weeks :]
    for method in methods(config):
        rolled.weights[method.name] = method.fit(latest, len(rolled.cube.types), config)


def _score_week(
    rolled: Rolled, config: RiskConfig, week: int, pool: NDArray[np.float32], level: NDArray[np.float64]
) -> None:
    counts = rolled.cube.week(week)
    rolled.events.append(counts.sum(axis=1, dtype=np.float64))
    rolled.best.append(np.array([[best_hits(row, top) for top in rolled.top_counts] for row in counts]))
    rolled.happened.append((counts > 0).ravel())
    for method in methods(config):
        _score_method(rolled, config, method, counts, method.shares(pool, rolled.weights[method.name]), level)


def _score_method(
    rolled: Rolled,
    config: RiskConfig,
    method: Method,
    counts: NDArray[np.float32],
    shares: NDArray[np.float32],
    level: NDArray[np.float64],
) -> None:
    tally = rolled.tallies[method.name]
    pairs = list(zip(shares, counts, strict=True))
    tally.hits.append(np.array([[expected_hits(s, c, top) for top in rolled.top_counts] for s, c in pairs]))
    tally.curve.append(np.sum([hit_curve(s, c, CURVE_SHARES) for s, c in pairs], axis=0))
    tally.log.append(np.array([log_gain(s, c) for s, c in pairs]))
    mean = shares * level[:, None]
    dispersion = tally.dispersion(len(level))
    probability = np.stack([any_probability(m, d) for m, d in zip(mean, dispersion, strict=True)])
    tally.brier.append(((probability - (counts > 0)) ** 2).mean(axis=1))
    tally.probabilities.append(probability.astype(np.float32).ravel())
    if len(tally.hits) > COVERAGE_MIN_WEEKS:
        _count_covered(tally, mean, counts, dispersion, (config.interval_coverage, rolled.top_counts[-1]))
    excess, square = ((counts - mean) ** 2 - mean).sum(axis=1), (mean**2).sum(axis=1)
    tally.squared_excess = excess if tally.squared_excess is None else tally.squared_excess + excess
    tally.squared_mean = square if tally.squared_mean is None else tally.squared_mean + square


def _count_covered(
    tally: Tally,
    mean: NDArray[np.float64],
    counts: NDArray[np.float32],
    dispersion: NDArray[np.float64],
    rule: tuple[float, int],
) -> None:
    """Count the flagged cells whose outcome fell in its interval; over all cells, zeros would hide every miss."""
    coverage, top_count = rule
    tail = (1 - coverage) / 2
    for mean_row, count_row, alpha in zip(mean, counts, dispersion, strict=True):
        flagged = np.argpartition(mean_row, -top_count)[-top_count:]
        size = 1 / max(alpha, 1e-9)
        law = stats.nbinom(size, size / (size + mean_row[flagged]))
        outcome = count_row[flagged]
        covered = (law.cdf(outcome) >= tail) & (law.cdf(outcome - 1) < 1 - tail)
        tally.covered_count += float(covered.sum())
        tally.covered_of += len(flagged)
