"""The near-repeat layer: where more incidents than usual are expected for some days, if the test found near-repeat."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.places.grid import Grid, unit_m
from ml.near_repeat import sentences
from ml.near_repeat.config import NearRepeatConfig, near_repeat_config
from ml.near_repeat.events import Events, reported_events
from ml.near_repeat.knox import BandResult, KnoxReport

# Points that stand for a ring around an incident when it is cut by cells: four circles of equal area.
RING_CIRCLES, RING_ANGLES = 4, 16


@dataclass(frozen=True, eq=False)
class Alert:
    """The layer of one type: one row per cell with an excess in the first horizon, and a sentence for the reader.

    `cells` has the columns cell_id, cell_index and, per horizon, `expected_excess_<days>d`: incidents over what the
    place itself makes usual, to be added to a forecast, never shown without it. Empty when silent.
    """

    type: str
    first_day: date
    cells: pd.DataFrame
    sentence_en: str
    sentence_fr: str


def excess_columns(horizon_days: tuple[int, ...]) -> list[str]:
    """Return the columns of the expected excess."""
    return [f"expected_excess_{days}d" for days in horizon_days]


def alert_layer(
    report: KnoxReport, grid: Grid, incidents: pd.DataFrame, first_day: date, config: NearRepeatConfig | None = None
) -> Alert:
    """Return the layer of one type for the days from `first_day`.

    In a significant band the incidents were followed by (ratio - 1) x expected pairs / incidents more than usual; each
    recent incident is given that excess, spread evenly over the band's ring and days, of which only those still to come
    count. So it falls step by step, and to nothing after the last day of the last significant band.

    Args:
        report: the test of the type in this territory, on data before `first_day`.
        grid: the territory's cells.
        incidents: columns `EVENT_COLUMNS`; those from `first_day` on are not read.
        first_day: first day of the forecast.
        config: `model.yml` when absent.

    Raises:
        CalanqueError: on incidents refused as in `knox_test`.
    """
    config = config or near_repeat_config()
    horizons, used = config.alert.horizon_days, _used_bands(report)
    events = _recent(reported_events(incidents, report.type), used, first_day)
    excess = np.zeros((grid.count, len(horizons)))
    for band in used:
        excess += _band_excess(report, band, grid, events, first_day, horizons)
    cells = _frame(grid, excess, excess_columns(horizons))
    said = (len(events.day), float(excess[:, 0].sum()), horizons[0], int((excess[:, 0] > 0).sum()))
    texts = sentences.alert_en(report, *said), sentences.alert_fr(report, *said)
    return Alert(report.type, first_day, cells, *texts)


def _used_bands(report: KnoxReport) -> list[BandResult]:
    """Return the bands that tell of more: one fact recorded twice looks like a return to the very same point."""
    if not report.is_found:
        return []
    return [band for band in report.bands if band.is_significant and not band.is_same_point]


def _recent(events: Events, used: list[BandResult], first_day: date) -> Events:
    age = (np.datetime64(first_day) - events.day).astype(int)
    return events.take((age >= 1) & (age <= max((band.last_day for band in used), default=0)))


def _band_excess(
    report: KnoxReport, band: BandResult, grid: Grid, events: Events, first_day: date, horizons: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return what one band adds, cells x horizons."""
    per_incident = (band.observed - band.expected) / report.event_count
    age = (np.datetime64(first_day) - events.day).astype(int)[:, None]
    # A follow-up `lag` days after an incident falls in the forecast when age <= lag < age + horizon.
    ends = np.minimum(age + np.asarray(horizons), band.last_day + 1)
    lags = np.maximum(ends - np.maximum(age, band.first_day), 0)
    mass = per_incident * lags / (band.last_day + 1 - band.first_day)
    dx, dy = _ring(band, unit_m(grid.crs))
    cell = grid.cell_index((events.x[:, None] + dx).ravel(), (events.y[:, None] + dy).ravel())
    inside = cell >= 0
    share = np.repeat(mass / len(dx), len(dx), axis=0)[inside]
    sums = [np.bincount(cell[inside], weights=column, minlength=grid.count) for column in share.T]
    return np.stack(sums, axis=1)


def _ring(band: BandResult, unit: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return offsets that cover the band's ring evenly, in the CRS's unit."""
    inner, outer = max(band.over_m, 0.0) / unit, band.up_to_m / unit
    part = (np.arange(RING_CIRCLES) + 0.5) / RING_CIRCLES
    radius = np.repeat(np.sqrt(inner**2 + part * (outer**2 - inner**2)), RING_ANGLES)
    turn = np.arange(len(radius)) + np.repeat(np.arange(RING_CIRCLES) / RING_CIRCLES, RING_ANGLES)
    angle = 2 * np.pi * turn / RING_ANGLES
    return radius * np.cos(angle), radius * np.sin(angle)


def _frame(grid: Grid, excess: NDArray[np.float64], columns: list[str]) -> pd.DataFrame:
    # A cell with nothing more than usual in the first horizon is no alert, whatever comes after it.
    index = np.flatnonzero(excess[:, 0] > 0)
    rows, cols = grid.row_col()
    names = [grid.cell_id(int(rows[i]), int(cols[i])) for i in index]
    frame = pd.DataFrame({"cell_id": pd.Series(names, dtype=object), "cell_index": index})
    return frame.assign(**{name: excess[index, n] for n, name in enumerate(columns)})
