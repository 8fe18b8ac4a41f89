"""The data a model sees: counts by week, type and cell, held sparse."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from calanque.errors import CalanqueError
from calanque.places.grid import Grid
from ml.delays import DAYS_A_WEEK, IN_TIME_WEEKS, complete_after
from ml.risk.config import EnforcedException

logger = logging.getLogger(__name__)

HOURS_A_DAY = 24
# 1 January 1970, from which numpy counts days, was a Thursday.
EPOCH_WEEKDAY = 3
# One kind of place tells nothing of places.
FEWEST_PREMISES = 2
UNTOLD = "untold"


@dataclass(frozen=True, eq=False)
class Events:
    """Single incidents in the order of their weeks; `dx`, `dy` is the place within the cell, 0 to 1.

    `starts[week]` is the index of a week's first one, so a week is a slice; `is_new` marks the first at its very place;
    `hour` is the local hour of the week, 0 to 167 from Monday 0 h, -1 where it is not told; `premises` is an index into
    those of the cube.
    """

    starts: NDArray[np.intp]
    kind: NDArray[np.intp]
    cell: NDArray[np.intp]
    dx: NDArray[np.float32]
    dy: NDArray[np.float32]
    is_new: NDArray[np.bool_]
    hour: NDArray[np.int16]
    premises: NDArray[np.intp]

    def of(self, first: int, last: int) -> slice:
        """Return the slice of the weeks from `first` up to `last`, not included."""
        return slice(int(self.starts[first]), int(self.starts[last]))

    def week(self) -> NDArray[np.intp]:
        """Return the week of every incident."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True, eq=False)
class CountCube:
    """Counts of weeks x (types x cells), cells in the grid's index order; week 0 starts on `first_day`.

    What is forecast is counted by the week in which it happened, what it is forecast from (`seen`) by that in which it
    was known: an incident that nobody had reported yet tells nothing.

    Attributes:
        premises: the kinds of place that incidents are told by, none where fewer than two are known.
        as_known: the same incidents by the week in which they were known; None where nothing tells it.
        complete_weeks: weeks after which 95 in 100 of a week's incidents are known: what is learnt from has that age.
    """

    grid: Grid
    types: tuple[str, ...]
    first_day: date
    counts: sparse.csr_matrix
    events: Events
    premises: tuple[str, ...] = ()
    as_known: CountCube | None = None
    complete_weeks: int = 0

    @property
    def seen(self) -> CountCube:
        """The incidents by the week from which they count."""
        return self.as_known or self

    @property
    def weeks(self) -> int:
        """Number of complete weeks."""
        return int(self.counts.shape[0])

    def week(self, week: int) -> NDArray[np.float32]:
        """Return the counts of one week, types x cells."""
        dense = self.counts[week].toarray().reshape(len(self.types), self.grid.count)
        return np.asarray(dense, dtype=np.float32)

    def happened(self, week: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
        """Return type index, cell index and count of the non-empty entries of one week."""
        row = self.counts[week]
        type_index, cell_index = np.divmod(row.indices, self.grid.count)
        return type_index.astype(np.intp), cell_index.astype(np.intp), row.data.astype(np.float32)

    def day_of(self, week: int) -> date:
        """Return the first day of a week; `day_of(cube.weeks)` is the week to forecast."""
        return self.first_day + timedelta(days=DAYS_A_WEEK * week)


def require_reported(incidents: pd.DataFrame, exception: EnforcedException | None = None) -> None:
    """Refuse rows produced by enforcement: they say where patrols went, and feed back on themselves.

    Raises:
        CalanqueError: if the origin is missing or unknown, or is 'enforced' without a written exception.
    """
    if "origin" not in incidents:
        raise CalanqueError("The training rows carry no 'origin': select it from marts.fct_incidents.")
    origins = set(incidents["origin"].dropna().unique()) if not incidents["origin"].isna().any() else {None}
    unknown = origins - {"reported", "enforced"}
    if unknown:
        raise CalanqueError(
            "Some training rows have an unknown origin: tag each feed 'reported' or 'enforced' in its contract."
        )
    if "enforced" not in origins:
        return
    enforced_count = int((incidents["origin"] == "enforced").sum())
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


def build_cube(
    grid: Grid,
    first_day: date,
    data_until: date,
    days: NDArray[np.datetime64],
    cells: NDArray[np.intp],
    types: pd.Series[str],
    within: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    hours: NDArray[np.integer] | None = None,
    premises: pd.Series[str] | None = None,
    known_days: NDArray[np.datetime64] | None = None,
) -> CountCube:
    """Return the cube of events, one row each; days before the first week are left out.

    Args:
        grid: the cells.
        first_day: first day of week 0.
        data_until: last day the data covers.
        days: day of each row.
        cells: cell index of each row.
        types: type of each row.
        within: place of each row within its cell, 0 to 1 east and north; the middle when absent.
        hours: local hour of the day of each row, 0 to 23; not told when absent.
        premises: kind of place of each row, missing where not told.
        known_days: day on which each row was known, missing where not told; as it happened when absent.

    Raises:
        CalanqueError: if no complete week holds an event.
    """
    weeks = int(((np.datetime64(data_until) - np.datetime64(first_day)).astype(int) + 1) // DAYS_A_WEEK)
    week = (days - np.datetime64(first_day)).astype(int) // DAYS_A_WEEK
    if not ((week >= 0) & (week < weeks)).any():
        raise CalanqueError("No complete week holds an incident: check the dates of the data.")
    codes, names = pd.factorize(types, sort=True)
    place_codes, places = _premises(len(days), premises)
    rows = (week, codes, cells, *(within or (np.full(len(days), 0.5),) * 2), _hour_of_week(days, hours), place_codes)
    cube = _counted(grid, tuple(map(str, names)), first_day, weeks, places, rows)
    return cube if known_days is None else _as_known(cube, rows, known_days)


def _counted(
    grid: Grid,
    types: tuple[str, ...],
    first_day: date,
    weeks: int,
    premises: tuple[str, ...],
    rows: Sequence[NDArray[Any]],
) -> CountCube:
    """Return the cube of rows, the arguments of `_events` after the first; those of no week of its own are left out."""
    keep = (rows[0] >= 0) & (rows[0] < weeks)
    events = _events(weeks, *(part[keep] for part in rows))
    return CountCube(grid, types, first_day, _counts(events, len(types), grid.count), events, premises)


def _as_known(cube: CountCube, rows: Sequence[NDArray[Any]], known_days: NDArray[np.datetime64]) -> CountCube:
    """Return the cube with the same incidents by the week in which they were known, where that is told."""
    week, *others = rows
    is_dated = ~np.isnat(known_days)
    known = np.where(is_dated, (known_days - np.datetime64(cube.first_day)).astype(int) // DAYS_A_WEEK, week)
    late = np.maximum(known - week, 0)
    had_time = (week >= 0) & (week < max(1, cube.weeks - IN_TIME_WEEKS))
    complete = complete_after(late[had_time], IN_TIME_WEEKS)
    if complete is None or complete_after(late[had_time & is_dated], IN_TIME_WEEKS) is None or not late.any():
        return cube
    by_known = [np.where(week < 0, week, week + late), *others]
    seen = _counted(cube.grid, cube.types, cube.first_day, cube.weeks, cube.premises, by_known)
    return replace(cube, as_known=seen, complete_weeks=complete)


def _premises(count: int, premises: pd.Series[str] | None) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return the index of each row's kind of place, and their names."""
    codes, names = pd.factorize(premises.fillna(UNTOLD), sort=True) if premises is not None else ((), ())
    if len(names) < FEWEST_PREMISES:
        return np.zeros(count, dtype=np.intp), ()
    return np.asarray(codes, dtype=np.intp), tuple(str(name) for name in names)


def _counts(events: Events, types: int, cells: int) -> sparse.csr_matrix:
    ones, column = np.ones(len(events.kind), dtype=np.float32), events.kind * cells + events.cell
    return sparse.csr_matrix((ones, (events.week(), column)), shape=(len(events.starts) - 1, types * cells))


def _hour_of_week(days: NDArray[np.datetime64], hours: NDArray[np.integer] | None) -> NDArray[np.intp]:
    if hours is None:
        return np.full(len(days), -1)
    weekday = (days.astype("datetime64[D]").astype(np.intp) + EPOCH_WEEKDAY) % DAYS_A_WEEK
    return np.asarray(weekday * HOURS_A_DAY + hours, dtype=np.intp)


def _events(
    weeks: int,
    week: NDArray[np.intp],
    kind: NDArray[np.intp],
    cell: NDArray[np.intp],
    dx: NDArray[np.float64],
    dy: NDArray[np.float64],
    hour: NDArray[np.intp],
    premises: NDArray[np.intp],
) -> Events:
    # Sorted by all keys, so that the order of the rows of a file changes nothing.
    order = np.lexsort((premises, hour, dy, dx, cell, kind, week))
    week, kind, cell = week[order], kind[order], cell[order]
    dx, dy, hour, premises = dx[order], dy[order], hour[order], premises[order]
    place = pd.DataFrame({"cell": cell, "dx": dx, "dy": dy})
    return Events(
        np.searchsorted(week, np.arange(weeks + 1)).astype(np.intp),
        kind.astype(np.intp),
        cell.astype(np.intp),
        dx.astype(np.float32),
        dy.astype(np.float32),
        ~place.duplicated().to_numpy(),
        hour.astype(np.int16),
        premises.astype(np.intp),
    )
