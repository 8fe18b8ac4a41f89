"""The training step: back-test the procedure, fit on the latest weeks, decide who is champion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from calanque.places.cells import grid_of_cells
from ml.risk.cube import DAYS_A_WEEK, CountCube, cube_from_counts
from ml.risk.model import RiskModel, model_of
from ml.risk.validate import Validation, promotes, validate

if TYPE_CHECKING:
    from calanque.places.territory import Territory
    from ml.risk.config import RiskConfig


@dataclass(frozen=True)
class Training:
    """A trained model with its record and the decision on it."""

    model: RiskModel
    validation: Validation
    is_promoted: bool
    reason: str


def first_monday(day: date) -> date:
    """Return the first Monday on or after a day: the first complete week of a feed valid from that day."""
    return day + timedelta(days=-day.weekday() % DAYS_A_WEEK)


def load_cube(
    territory: Territory,
    cells: pd.DataFrame,
    counts: pd.DataFrame,
    data_until: date,
    valid_from: date,
    config: RiskConfig,
) -> CountCube:
    """Return the cube of a territory from the frames of its marts.

    Args:
        territory: the territory.
        cells: rows of `marts.dim_cell` (cell_id, row, col).
        counts: cell_id, type, week_start_date (Monday), incident_count, origin; from `marts.fct_incidents`.
        data_until: last local date the incidents cover.
        valid_from: first date the contract declares valid.
        config: the parameters, with the written exception if any.

    Raises:
        CalanqueError: on enforced rows without an exception, or frames that do not fit each other.
    """
    grid = grid_of_cells(territory, cells)
    exception = config.training.enforced_exception
    return cube_from_counts(grid, counts, first_monday(valid_from), data_until, exception)


def train(cube: CountCube, config: RiskConfig) -> Training:
    """Back-test every method over rolling weeks, fit the pool on the latest ones, and decide.

    Raises:
        CalanqueError: if the history is too short.
    """
    validation, rolled = validate(cube, config)
    is_promoted, reason = promotes(validation, config)
    return Training(model_of(rolled, config), validation, is_promoted, reason)
