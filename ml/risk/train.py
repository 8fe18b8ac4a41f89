"""The training step: back-test the procedure, fit on the latest weeks, decide who is champion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from calanque.errors import CalanqueError
from calanque.places.cells import grid_of_cells
from calanque.places.grid import project
from ml.risk.cores import one_thread_each
from ml.risk.cube import DAYS_A_WEEK, CountCube, build_cube, require_reported
from ml.risk.method import CHALLENGER
from ml.risk.model import RiskModel, model_of
from ml.risk.reason import Reason
from ml.risk.slot_record import SlotRecord, judge_slots
from ml.risk.slots import learn_profiles
from ml.risk.validate import Validation, fewest_origins, promotes, published_record, validate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from calanque.places.territory import Territory
    from ml.risk.config import RiskConfig
    from ml.risk.judged import JudgedWeek
    from ml.risk.record import WeekScore

INCIDENT_COLUMNS = ("type", "occurred_local_date", "occurred_local_hour", "lon", "lat", "origin")


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


def first_monday(day: date) -> date:
    """Return the first Monday on or after a day: the first complete week of a feed valid from that day."""
    return day + timedelta(days=-day.weekday() % DAYS_A_WEEK)


def load_cube(
    territory: Territory,
    cells: pd.DataFrame,
    incidents: pd.DataFrame,
    data_until: date,
    valid_from: date,
    config: RiskConfig,
) -> CountCube:
    """Return the cube of a territory on its fine grid, from the frames of its marts.

    Args:
        territory: the territory.
        cells: rows of `marts.dim_cell` (cell_id, row, col).
        incidents: columns `INCIDENT_COLUMNS` and, where told, `premises` and `known_at` (UTC), one row an incident
            inside the territory; from `marts.fct_incidents`.
        data_until: last local date the incidents cover.
        valid_from: first date the contract declares valid.
        config: the parameters, with the written exception if any.

    Raises:
        CalanqueError: on enforced rows without an exception, missing columns, or frames that do not fit each other.
    """
    if missing := [name for name in INCIDENT_COLUMNS if name not in incidents and name != "origin"]:
        raise CalanqueError(f"The training rows lack the column '{missing[0]}'.")
    require_reported(incidents, config.training.enforced_exception)
    grid = grid_of_cells(territory, cells).refined(config.fine_factor)
    x, y = project(grid.crs, incidents["lon"].to_numpy(dtype=float), incidents["lat"].to_numpy(dtype=float))
    cell = grid.cell_index(x, y)
    if (cell < 0).any():
        raise CalanqueError("Some training rows lie in cells that dim_cell does not hold: rebuild the marts.")
    days = pd.to_datetime(incidents["occurred_local_date"]).to_numpy(dtype="datetime64[D]")
    kinds, hours = incidents["type"].reset_index(drop=True), incidents["occurred_local_hour"].to_numpy(dtype=int)
    first, within, premises = first_monday(valid_from), grid.within_cell(x, y), incidents.get("premises")
    known = _local_days(incidents["known_at"], territory.time_zone) if "known_at" in incidents else None
    rows = (days, cell.astype(np.intp), kinds)
    return build_cube(grid, first, data_until, *rows, within=within, hours=hours, premises=premises, known_days=known)


def _local_days(instants: pd.Series, time_zone: str) -> NDArray[np.datetime64]:
    at = pd.to_datetime(instants, utc=True).dt.tz_convert(time_zone).dt.tz_localize(None)
    return np.asarray(at.to_numpy(dtype="datetime64[D]"))


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
    with one_thread_each():
        validation, rolled = validate(cube, config, origin_count(cube, config), kept)
    is_promoted, reason = promotes(validation, config)
    figures = validation.all_weeks.figures[CHALLENGER]
    baseline = validation.best_baseline
    gains = validation.all_weeks.differences[baseline][CHALLENGER]
    shown, plain = (published_record(rolled, method).weeks for method in (CHALLENGER, baseline))
    mondays = tuple(cube.day_of(week) for week in range(rolled.first_week, cube.weeks))
    weeks = BackTestWeeks(cube.types, mondays, tuple(shown), tuple(plain))
    promised = {"log_score": figures["log_score"], "log_gain": weekly_gain(weeks)} | {
        f"gain_{name}": gains[name].value for name in gains if name.startswith("hit_rate")
    }
    slots = judge_slots(cube, config, tuple(range(rolled.first_week, cube.weeks)))
    slot_model = learn_profiles(cube, config.slots, cube.weeks).model(slots.served)
    model = model_of(rolled, config, baseline, promised, slot_model)
    return Training(model, validation, weeks, slots, tuple(rolled.weeks), is_promoted, reason)


def weekly_gain(weeks: BackTestWeeks) -> float:
    """Return the mean over weeks of what the model wins over the counts, nats an incident, as it is published."""
    both = zip(weeks.model, weeks.baseline, strict=True)
    gains = [(m.log.sum() - b.log.sum()) / m.events.sum() for m, b in both if m.events.sum() > 0]
    return float(np.mean(gains)) if gains else 0.0
