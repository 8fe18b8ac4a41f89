"""Rolling origins: refit on the weeks before, forecast the week after, score it, move on. Nothing is read ahead."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calanque.errors import CalanqueError
from ml.risk.config import RiskConfig
from ml.risk.model.cores import in_turns
from ml.risk.model.cube import CountCube
from ml.risk.model.features import SurfaceStream
from ml.risk.model.level import weekly_level, weekly_totals
from ml.risk.model.method import CHALLENGER, RIVALS, Fitted, MethodName, Tuning, fit
from ml.risk.model.metrics import best_hits, hits_at, log_gain, top_cell_count
from ml.risk.model.published import PublishedRecord
from ml.risk.model.rows import Rows, gather
from ml.risk.model.slots import published_parents
from ml.risk.record.judged import JudgedWeek, MethodWeek
from ml.risk.record.reliability import Reliability

logger = logging.getLogger(__name__)
CALIBRATED = (*RIVALS, CHALLENGER)
"""The methods that may be shown: each is also judged as it would be published."""
REPORTED_EVERY_WEEKS = 13


class Shown(NamedTuple):
    """How reliable a method that may be shown was, in its own cells and as published."""

    reliability: Reliability
    published: PublishedRecord


@dataclass(eq=False)
class Rolled:
    """The raw outcome of a rolling run; `top_counts` are the cells flagged at each area share."""

    cube: CountCube
    first_week: int
    top_counts: tuple[int, ...]
    shown: dict[MethodName, Shown]
    stream: SurfaceStream
    weeks: list[JudgedWeek] = field(default_factory=list)
    fitted: Fitted = field(init=False)

    def take(self, week: JudgedWeek) -> None:
        """Add a week, judged now or kept, to the record."""
        self.weeks.append(week)
        for name, did in week.methods.items():
            if did.reliability is not None and did.published is not None:
                self.shown[name].reliability.take(did.reliability)
                self.shown[name].published.take(did.published)


def roll(cube: CountCube, config: RiskConfig, weeks: int, kept: Sequence[JudgedWeek] = ()) -> Rolled:
    """Forecast each of the last `weeks` weeks from its own past, for every method; with 0 weeks, only learn.

    What a week is forecast by was learnt on the weeks before it, some time in the `refit_weeks` weeks before.

    Args:
        cube: counts.
        config: the parameters.
        weeks: number of weekly origins.
        kept: the first of these weeks, as an earlier run judged them with the same code, parameters and incidents;
            they are not forecast again.

    Returns:
        The weekly scores, and what was learnt on the weeks before the week to come.

    Raises:
        CalanqueError: if the history before the first origin is too short.
    """
    first, start = _span(cube, config, weeks - len(kept))
    stream = SurfaceStream(cube, start, config)
    rolled = _begun(stream, cube, config, cube.weeks - weeks, kept)
    totals, challenger = weekly_totals(cube), config.challenger
    tuning, past = Tuning(stream.layout, rolled.top_counts[-1]), list[Rows]()
    for week in range(start, cube.weeks):
        counts = cube.week(week)
        if week >= first:
            if (week - first) % challenger.refit_weeks == 0:
                _refit(rolled, config, past, tuning)
            level = weekly_level(totals[:week], config.level_half_life_days)
            rolled.take(_judge_week(rolled, counts, level))
            _report(week - first + 1, weeks - len(kept))
        if weeks:
            tuning.look(stream, counts)
        past.append(gather(cube, week, stream, challenger.zeros_a_week, config.backtest.seed))
        del past[: -challenger.fit_weeks - cube.complete_weeks]
        stream.advance()
    _refit(rolled, config, past, tuning)
    return rolled


def _begun(
    stream: SurfaceStream, cube: CountCube, config: RiskConfig, first: int, kept: Sequence[JudgedWeek]
) -> Rolled:
    tops = tuple(top_cell_count(cube.grid.count, share) for share in config.backtest.area_shares)
    types, probability, parents = len(cube.types), config.bound_probability, published_parents(cube.grid)
    shown = {
        name: Shown(
            Reliability(types, probability, tops[-1], config.backtest.seed + number),
            PublishedRecord(parents, types, probability),
        )
        for number, name in enumerate(CALIBRATED)
    }
    rolled = Rolled(cube, first, tops, shown, stream)
    for week in kept:
        rolled.take(week)
    return rolled


def _span(cube: CountCube, config: RiskConfig, weeks: int) -> tuple[int, int]:
    first = cube.weeks - weeks
    start = max(first - config.challenger.fit_weeks - cube.complete_weeks, config.challenger.min_fit_weeks)
    if first - start - cube.complete_weeks < config.challenger.min_fit_weeks:
        needed = weeks + 2 * config.challenger.min_fit_weeks + cube.complete_weeks
        raise CalanqueError(
            f"The data holds {cube.weeks} complete weeks; {weeks} forecasts need at least {needed}: "
            "give a longer history or fewer origins."
        )
    return first, start


def _report(done: int, weeks: int) -> None:
    if done % REPORTED_EVERY_WEEKS == 0:
        logger.info("%d of %d weeks forecast and judged.", done, weeks)


def _refit(rolled: Rolled, config: RiskConfig, past: list[Rows], tuning: Tuning) -> None:
    """Learn on the weeks that are complete: of a later one, too many incidents are not known yet."""
    late = rolled.cube.complete_weeks
    kde = tuning.best(config.challenger.fit_weeks, late)
    rolled.fitted = fit(past[: len(past) - late], rolled.stream.layout, config, kde, rolled.cube.grid.count)


def _judge_week(rolled: Rolled, counts: NDArray[np.float32], level: NDArray[np.float64]) -> JudgedWeek:
    fitted, stream = rolled.fitted, rolled.stream
    forecasts = {name: fitted.baseline(name, stream) for name in RIVALS} | fitted.challengers(stream)
    did = in_turns(lambda name: _judge_method(rolled, name, counts, forecasts[name], level), forecasts)
    return JudgedWeek(
        events=counts.sum(axis=1, dtype=np.float64),
        best=np.array([[best_hits(row, top) for top in rolled.top_counts] for row in counts]),
        methods=dict(zip(forecasts, did, strict=True)),
    )


def _judge_method(
    rolled: Rolled,
    name: MethodName,
    counts: NDArray[np.float32],
    shares: NDArray[np.float32],
    level: NDArray[np.float64],
) -> MethodWeek:
    shown, pairs = rolled.shown.get(name), list(zip(shares, counts, strict=True))
    hits = np.array([hits_at(s, c, rolled.top_counts) for s, c in pairs])
    log = np.array([log_gain(s, c) for s, c in pairs])
    if shown is None:
        return MethodWeek(hits, log)
    mean = shares * level[:, None]
    return MethodWeek(hits, log, shown.reliability.judge(mean, counts), shown.published.judge(mean, counts))
