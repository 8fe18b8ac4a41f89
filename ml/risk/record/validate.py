"""From weekly scores to the figures of the protocol, and the decision that follows from them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calanque.places.taxonomy import ALL_TYPES
from ml.intervals import Difference, paired_bootstrap
from ml.risk.config import RiskConfig
from ml.risk.model.cube import CountCube
from ml.risk.model.method import CHALLENGER, RIVALS, MethodName
from ml.risk.model.metrics import pai
from ml.risk.record.judged import JudgedWeek
from ml.risk.record.reason import Reason, lost, not_won, on_squares, undecided, won
from ml.risk.record.reliability import CalibrationBin, Reliability
from ml.risk.record.rolling import Rolled, roll

FEWEST_ORIGINS = 26
"""Half a year: over fewer weeks a gain cannot be told from chance, and nothing is decided."""

Series = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


@dataclass(frozen=True)
class Span:
    """Figures over a choice of weeks: metric by method, and differences by baseline, then method, then metric."""

    week_count: int
    event_count: int
    figures: dict[str, dict[str, float]]
    differences: dict[str, dict[str, dict[str, Difference]]]


@dataclass(frozen=True)
class Validation:
    """The record of a rolling back-test; shares of area are those really flagged.

    `coverage` is that of `upper_count` as it would have been published, by method, then type (`all` pooled): over all
    cells and over flagged ones. `rank_coverage` judges the method: flagged cells of the grid that the model lives on,
    a count on its edge in proportion. `complete_weeks` are those after which 95 in 100 of a week's incidents are known,
    None where nothing tells when they were.
    """

    territory: str
    types: tuple[str, ...]
    cell_count: int
    cell_area_m2: float
    first_day: str
    last_day: str
    area_shares: tuple[float, ...]
    top_counts: tuple[int, ...]
    all_weeks: Span
    by_type: dict[str, dict[str, dict[str, float]]]
    outside: dict[str, Span]
    calibration: dict[str, list[CalibrationBin]]
    brier: dict[str, float]
    coverage: dict[str, dict[str, tuple[float, float]]]
    rank_coverage: dict[str, float]
    dispersion: dict[str, tuple[float, ...]]
    hit_curve: dict[str, list[float]]
    complete_weeks: int | None

    @property
    def best_baseline(self) -> MethodName:
        """The one of `RIVALS` with the best log score over all weeks: it is shown beside the model, and without it."""
        return max(RIVALS, key=lambda name: self.all_weeks.figures[name]["log_score"])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what reading the record's JSON back gives."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        return plain

    def metrics(self) -> dict[str, float]:
        """Return the headline figures flat, for tracking: `<method>.<metric>`, and the model's over the best baseline.

        These are `gain.<metric>[.low|.high|.z]`.
        """
        flat = {f"{m}.{k}": v for m, row in self.all_weeks.figures.items() for k, v in row.items()}
        for metric, gain in self.all_weeks.differences[self.best_baseline][CHALLENGER].items():
            flat |= {f"gain.{metric}": gain.value, f"gain.{metric}.low": gain.low, f"gain.{metric}.high": gain.high}
            flat[f"gain.{metric}.z"] = gain.z
        for method, by_type in self.coverage.items():
            for kind, (every, flagged) in by_type.items():
                key = method if kind == ALL_TYPES else f"{method}.{kind}"
                flat |= {f"{key}.coverage": every, f"{key}.coverage_flagged": flagged}
        flat |= {f"{method}.rank_coverage": value for method, value in self.rank_coverage.items()}
        flat |= {f"{method}.brier": value for method, value in self.brier.items()}
        return flat


def metric_name(kind: str, share: float) -> str:
    """Return `hit_rate_5pct` for ("hit_rate", 0.05)."""
    return f"{kind}_{share * 100:g}pct"


def gain_text(name: str, gain: Difference, points: str = "") -> str:
    """Return a gain with its interval: hit rates in points, called so or not, the log score in nats an incident."""
    if name.startswith("hit_rate"):
        return f"{100 * gain.value:+.2f}{points} [{100 * gain.low:+.2f}, {100 * gain.high:+.2f}]"
    return f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"


def validate(
    cube: CountCube, config: RiskConfig, weeks: int, kept: Sequence[JudgedWeek] = ()
) -> tuple[Validation, Rolled]:
    """Run the rolling back-test over the last weeks of the cube and return its record and its raw scores.

    Args:
        cube: counts.
        config: the parameters.
        weeks: number of weekly origins.
        kept: the first of these weeks, as an earlier run judged them.

    Raises:
        CalanqueError: if the history is too short.
    """
    rolled = roll(cube, config, weeks, kept)
    return summarise(rolled, config), rolled


def summarise(rolled: Rolled, config: RiskConfig) -> Validation:
    """Return the record of a rolling run."""
    cube, every = rolled.cube, np.arange(len(rolled.weeks))
    outside, apart = {}, config.backtest.set_apart
    if apart:
        days = (cube.day_of(rolled.first_week + week) for week in range(len(every)))
        spared = every[[not apart.first <= day <= apart.last for day in days]]
        if 0 < len(spared) < len(every):
            outside[apart.name] = over_weeks(rolled, config, spared)
    shown = {method: one.reliability for method, one in rolled.shown.items()}
    return Validation(
        territory=cube.grid.name,
        types=cube.types,
        cell_count=cube.grid.count,
        cell_area_m2=cube.grid.area_m2,
        first_day=cube.day_of(rolled.first_week).isoformat(),
        last_day=(cube.day_of(cube.weeks) - timedelta(days=1)).isoformat(),
        area_shares=config.backtest.area_shares,
        top_counts=rolled.top_counts,
        all_weeks=over_weeks(rolled, config, every),
        by_type={name: _figures(rolled, config, every, index) for index, name in enumerate(cube.types)},
        outside=outside,
        calibration={m: r.calibration() for m, r in shown.items()},
        brier={m: float(np.mean(r.brier)) for m, r in shown.items()},
        coverage={m: one.published.coverage(cube.types) for m, one in rolled.shown.items()},
        rank_coverage={m: r.covered_count / r.covered_of for m, r in shown.items() if r.covered_of},
        dispersion={m: tuple(r.dispersion.tolist()) for m, r in shown.items()},
        hit_curve={m: _hit_curve(rolled, r) for m, r in shown.items()},
        complete_weeks=None if cube.as_known is None else cube.complete_weeks,
    )


def fewest_origins(config: RiskConfig) -> int:
    """Return the weekly forecasts that a decision needs."""
    return min(FEWEST_ORIGINS, config.backtest.weeks)


def _series(
    rolled: Rolled, config: RiskConfig, method: MethodName, weeks: NDArray[np.intp], kind: int | None
) -> Series:
    """Return (numerator, denominator) by week of every metric, for one type or pooled over types."""
    chosen = slice(None) if kind is None else slice(kind, kind + 1)
    judged = [rolled.weeks[week] for week in weeks]
    did = [week.methods[method] for week in judged]
    hits, best, events, log = (
        np.array(values)[:, chosen].sum(axis=1)
        for values in zip(*((d.hits, w.best, w.events, d.log) for d, w in zip(did, judged, strict=True)), strict=True)
    )
    series: Series = {}
    for position, share in enumerate(config.backtest.area_shares):
        flagged = pai(1.0, rolled.top_counts[position], rolled.cube.grid.count)
        series[metric_name("hit_rate", share)] = (hits[:, position], events)
        series[metric_name("pai", share)] = (hits[:, position] * flagged, events)
        series[metric_name("pei", share)] = (hits[:, position], best[:, position])
    series["log_score"] = (log, events)
    return series


def every_week(rolled: Rolled, config: RiskConfig, method: MethodName) -> Series:
    """Return (numerator, denominator) by week of every metric of a method, pooled over types."""
    return _series(rolled, config, method, np.arange(len(rolled.weeks)), None)


def _figures(
    rolled: Rolled, config: RiskConfig, weeks: NDArray[np.intp], kind: int | None = None
) -> dict[str, dict[str, float]]:
    def ratio(pair: tuple[NDArray[np.float64], NDArray[np.float64]]) -> float:
        return float(pair[0].sum() / pair[1].sum()) if pair[1].sum() > 0 else 0.0

    return {m: {k: ratio(v) for k, v in _series(rolled, config, m, weeks, kind).items()} for m in MethodName}


def over_weeks(rolled: Rolled, config: RiskConfig, weeks: NDArray[np.intp]) -> Span:
    """Return the figures of a choice of weeks (positions in the rolling run), each with its paired differences."""
    series = {method: _series(rolled, config, method, weeks, None) for method in MethodName}
    differences: dict[str, dict[str, dict[str, Difference]]] = {}
    for baseline in RIVALS:
        rivals = [method for method in MethodName if method is not baseline]
        differences[baseline] = {
            method: {
                metric: paired_bootstrap(numerator, series[baseline][metric][0], denominator, config.backtest)
                for metric, (numerator, denominator) in series[method].items()
            }
            for method in rivals
        }
    events = int(sum(rolled.weeks[week].events.sum() for week in weeks))
    return Span(len(weeks), events, _figures(rolled, config, weeks), differences)


def _hit_curve(rolled: Rolled, reliability: Reliability) -> list[float]:
    curve = np.array(reliability.curve).sum(axis=0)
    total = sum(week.events.sum() for week in rolled.weeks)
    return [float(value) for value in (curve / total if total > 0 else curve)]


def promotes(validation: Validation, config: RiskConfig) -> tuple[bool, Reason]:
    """Decide whether the challenger takes the champion's place, and say why in one sentence.

    It must beat slow-decay counts and the best smoothing of counts by log score, with its interval above 0, and catch
    no less than they do: no hit rate may lie below with its interval. Ranks alone decide nothing, for moving the
    grid's origin moves them as much as any model does (guide, forecasting): a city where they are level and the counts
    expected are clearly closer would be refused the better forecast. Over fewer than half a year of weeks nothing is
    decided.
    """
    weeks = validation.all_weeks.week_count
    if weeks < fewest_origins(config):
        return False, undecided(weeks, fewest_origins(config))
    hit_rates = [metric_name("hit_rate", share) for share in config.backtest.area_shares]
    squares = on_squares(validation.cell_area_m2**0.5)
    for baseline in RIVALS:
        gains = validation.all_weeks.differences[baseline][CHALLENGER]
        if gains["log_score"].low <= 0:
            return False, not_won(baseline, "log_score", gains["log_score"]).and_also(*squares)
        for metric in hit_rates:
            if gains[metric].high < 0:
                return False, lost(baseline, metric, gains[metric]).and_also(*squares)
    best = validation.best_baseline
    gains = validation.all_weeks.differences[best][CHALLENGER]
    return True, won(best, weeks, {metric: gains[metric] for metric in ("log_score", hit_rates[-1])}).and_also(*squares)
