"""The cube of a city, from the frames of its marts or from what a client of the served model sends."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from calanque.errors import CalanqueError
from calanque.places.cells import grid_of_cells
from calanque.places.grid import project
from calanque.places.territory import Territory
from ml.delays import DAYS_A_WEEK, local_times
from ml.risk.config import RiskConfig
from ml.risk.model.cube import CountCube, build_cube, require_reported

INCIDENT_COLUMNS = ("type", "occurred_local_date", "occurred_local_hour", "lon", "lat", "origin")


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
    known = None
    if "known_at" in incidents:
        known = local_times(incidents["known_at"], territory.time_zone).to_numpy(dtype="datetime64[D]")
    rows = (days, cell.astype(np.intp), kinds)
    return build_cube(grid, first, data_until, *rows, within=within, hours=hours, premises=premises, known_days=known)
