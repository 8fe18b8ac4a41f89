"""The training step: back-test the procedure, fit on the latest weeks, decide who is champion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from threadpoolctl import threadpool_limits

from calanque.errors import CalanqueError
from ml.risk.config import RiskConfig
from ml.risk.model.cube import CountCube
from ml.risk.model.method import CHALLENGER, MethodName
from ml.risk.model.published import WeekScore
from ml.risk.model.slots import SlotModel, learn_profiles
from ml.risk.model.trained import GridSignature, RiskModel
from ml.risk.record.judged import JudgedWeek
from ml.risk.record.reason import Reason
from ml.risk.record.rolling import Rolled
from ml.risk.record.slot_record import SlotRecord, judge_slots
from ml.risk.record.validate import Validation, fewest_origins, promotes, validate


@dataclass(frozen=True, eq=False)
class BackTestWeeks:
    """The weeks of a back-test on the published grid: their Mondays, and how model and baseline did in each."""

    types: tuple[str, ...]
    mondays: tuple[date, ...]
    model: tuple[WeekScore, ...]
    baseline: tuple[WeekScore, ...]


@dataclass(frozen=True)
class Training:
    """A trained model with its record and the decision on it.

    `weeks` is how each week of the back-test did as published, `judged` the same as it is kept.
    """

    model: RiskModel
    validation: Validation
    weeks: BackTestWeeks
    slots: SlotRecord
    judged: tuple[JudgedWeek, ...]
    is_promoted: bool
    reason: Reason


def weeks_before(cube: CountCube, config: RiskConfig) -> int:
    """Return how many weeks there must be before the first forecast: half build the surfaces, half is learnt from."""
    return 2 * config.challenger.min_fit_weeks + cube.complete_weeks


def origin_count(cube: CountCube, config: RiskConfig) -> int:
    """Return how many weekly forecasts the history allows, at most those of the configuration."""
    return min(config.backtest.weeks, cube.weeks - weeks_before(cube, config))


def too_short(cube: CountCube, config: RiskConfig) -> str:
    """Return why there can be no model yet, in one sentence; empty when there can."""
    missing = fewest_origins(config) - origin_count(cube, config)
    if missing <= 0:
        return ""
    return (
        f"The data hold {cube.weeks} whole weeks; a model is judged on {fewest_origins(config)} weekly forecasts at "
        f"least, each with {weeks_before(cube, config)} weeks before it: there can be one in {missing} weeks. "
        "Until then slow-decay counts are served."
    )


def train(cube: CountCube, config: RiskConfig, kept: Sequence[JudgedWeek] = ()) -> Training:
    """Back-test every method over the rolling weeks there are, fit on the latest ones, and decide.

    Args:
        cube: counts.
        config: the parameters.
        kept: the first of these weeks, as an earlier training judged them.

    Raises:
        CalanqueError: if the history is too short.
    """
    if why := too_short(cube, config):
        raise CalanqueError(why)
    # Both cores have work already, and threads that wait for each other spin.
    with threadpool_limits(1, user_api="blas"):
        validation, rolled = validate(cube, config, origin_count(cube, config), kept)
    is_promoted, reason = promotes(validation, config)
    baseline = validation.best_baseline
    shown, plain = (rolled.shown[method].published.weeks for method in (CHALLENGER, baseline))
    mondays = tuple(cube.day_of(week) for week in range(rolled.first_week, cube.weeks))
    weeks = BackTestWeeks(cube.types, mondays, tuple(shown), tuple(plain))
    slots = judge_slots(cube, config, tuple(range(rolled.first_week, cube.weeks)))
    slot_model = SlotModel(profiles=learn_profiles(cube, config.slots, cube.weeks), served=slots.served)
    model = model_of(rolled, config, baseline, weekly_gain(weeks), slot_model)
    return Training(model, validation, weeks, slots, tuple(rolled.weeks), is_promoted, reason)


def weekly_gain(weeks: BackTestWeeks) -> float:
    """Return the mean over weeks of what the model wins over the counts, nats an incident, as it is published."""
    both = zip(weeks.model, weeks.baseline, strict=True)
    gains = [(m.log.sum() - b.log.sum()) / m.events.sum() for m, b in both if m.events.sum() > 0]
    return float(np.mean(gains)) if gains else 0.0


def model_of(
    rolled: Rolled, config: RiskConfig, baseline: MethodName, promised_gain: float, slots: SlotModel
) -> RiskModel:
    """Return the model that was learnt at the end of a rolling run.

    Args:
        rolled: the run.
        config: its parameters.
        baseline: what is shown beside the model, and in its place.
        promised_gain: what the monitor holds the model to, as `weekly_gain` gives it.
        slots: how the week is shared out.
    """
    cube, grid = rolled.cube, rolled.cube.grid
    shown, published = rolled.shown[CHALLENGER]
    return RiskModel(
        name=config.name,
        territory=grid.name.partition("/")[0],
        grid=GridSignature(crs=grid.crs, cell=grid.cell, x0=grid.x0, y0=grid.y0, cell_count=grid.count),
        types=cube.types,
        premises=cube.premises,
        trained_until=cube.day_of(cube.weeks),
        config=config,
        baseline=baseline,
        fitted=rolled.fitted,
        dispersion=tuple(shown.dispersion.tolist()),
        published_dispersion=tuple(published.dispersion.tolist()),
        promised_gain=promised_gain,
        slots=slots,
    )
