"""The data a model sees: counts by week, type and cell, held sparse."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from calanque.errors import CalanqueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calanque.places.grid import Grid
    from ml.risk.config import EnforcedException

logger = logging.getLogger(__name__)

COUNT_COLUMNS = ("cell_id", "type", "week_start_date", "incident_count", "origin")
DAYS_A_WEEK = 7


@dataclass(frozen=True, eq=False)
class CountCube:
    """Counts of weeks x (types x cells), cells in the grid's index order; week 0 starts on `first_day`."""

    grid: Grid
    types: tuple[str, ...]
    first_day: date
    counts: sparse.csr_matrix

    @property
    def weeks(self) -> int:
        """Number of complete weeks."""
        return int(self.counts.shape[0])

    def week(self, week: int) -> NDArray[np.float32]:
        """Return the counts of one week, types x cells."""
        dense = self.counts[week].toarray().reshape(len(self.types), self.grid.count)
        return np.asarray(dense, dtype=np.float32)

    def before(self, week: int, decay: float = 1.0) -> NDArray[np.float32]:
        """Return the counts of all weeks before `week`, each multiplied by `decay` per week of age; types x cells."""
        weights = np.power(decay, np.arange(week - 1, -1, -1, dtype=float))
        total = self.counts[:week].T @ weights
        return np.asarray(total, dtype=np.float32).reshape(len(self.types), self.grid.count)

    def events(self, week: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
        """Return type index, cell index and count of the non-empty entries of one week."""
        row = self.counts[week]
        type_index, cell_index = np.divmod(row.indices, self.grid.count)
        return type_index.astype(np.intp), cell_index.astype(np.intp), row.data.astype(np.float32)

    def day_of(self, week: int) -> date:
        """Return the first day of a week; `day_of(cube.weeks)` is the week to forecast."""
        return self.first_day + timedelta(days=DAYS_A_WEEK * week)


def require_reported(counts: pd.DataFrame, exception: EnforcedException | None = None) -> None:
    """Refuse rows produced by enforcement: they say where patrols went, and feed back on themselves.

    Raises:
        CalanqueError: if the origin is missing or unknown, or is 'enforced' without a written exception.
    """
    if "origin" not in counts:
        raise CalanqueError("The training rows carry no 'origin': select it from marts.fct_incidents.")
    origins = set(counts["origin"].dropna().unique()) if not counts["origin"].isna().any() else {None}
    unknown = origins - {"reported", "enforced"}
    if unknown:
        raise CalanqueError(
            "Some training rows have an unknown origin: tag each feed 'reported' or 'enforced' in its contract."
        )
    if "enforced" not in origins:
        return
    enforced_count = int(counts.loc[counts["origin"] == "enforced", "incident_count"].sum())
    if exception is None:
        raise CalanqueError(
            f"{enforced_count} training incidents were produced by enforcement: leave them out, or write an "
            "'enforced_exception' with its reason in ml/risk/model.yml."
        )
    logger.warning(
        "Training on %d enforced incidents by exception %s: %s",
        enforced_count,
        exception.decision_record,
        exception.reason,
    )


def cube_from_counts(
    grid: Grid, counts: pd.DataFrame, first_day: date, data_until: date, exception: EnforcedException | None = None
) -> CountCube:
    """Return the cube of a frame of counts.

    Args:
        grid: the territory's cells (`calanque.places.cells.grid_of_cells`).
        counts: columns `COUNT_COLUMNS`; rows of zero may be absent; `week_start_date` a date or timestamp.
        first_day: first day of the first complete week.
        data_until: last day the data covers; the week it falls in counts only when it is that week's last day.
        exception: the written decision to train on enforced rows, if any.

    Raises:
        CalanqueError: on enforced rows without an exception, missing columns, a cell unknown to the grid, or no row.
    """
    missing = [name for name in COUNT_COLUMNS if name not in counts and name != "origin"]
    if missing:
        raise CalanqueError(f"The training rows lack the column '{missing[0]}'.")
    require_reported(counts, exception)
    index = pd.Series(np.arange(grid.count), index=grid.cell_ids())
    cell = counts["cell_id"].map(index)
    if cell.isna().any():
        raise CalanqueError("Some training rows lie in cells that dim_cell does not hold: rebuild the marts.")
    days = pd.to_datetime(counts["week_start_date"]).to_numpy(dtype="datetime64[D]")
    return build_cube(
        grid, first_day, data_until, days, cell.to_numpy(dtype=int), counts["type"], counts["incident_count"]
    )


def build_cube(
    grid: Grid,
    first_day: date,
    data_until: date,
    days: NDArray[np.datetime64],
    cells: NDArray[np.intp],
    types: pd.Series[str],
    numbers: pd.Series[int] | None = None,
) -> CountCube:
    """Return the cube of events (one row each, or `numbers` of them); days before the first week are left out.

    Raises:
        CalanqueError: if no complete week holds an event.
    """
    weeks = ((np.datetime64(data_until) - np.datetime64(first_day)).astype(int) + 1) // DAYS_A_WEEK
    week = (days - np.datetime64(first_day)).astype(int) // DAYS_A_WEEK
    keep = (week >= 0) & (week < weeks)
    if not keep.any():
        raise CalanqueError("No complete week holds an incident: check the dates of the data.")
    codes, names = pd.factorize(types, sort=True)
    column = codes.astype(np.int64) * grid.count + cells
    values = np.ones(len(column)) if numbers is None else numbers.to_numpy(dtype=float)
    shape = (int(weeks), len(names) * grid.count)
    counts = sparse.csr_matrix((values[keep].astype(np.float32), (week[keep], column[keep])), shape=shape)
    return CountCube(grid, tuple(str(name) for name in names), first_day, counts)
