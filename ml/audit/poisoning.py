"""Forged reports: floods from one source, impossible places and dates, one text sent many times.

A source is a keyed token and a text is a hash: neither a name nor a word is read here. What is marked goes to
quarantine, where a person looks at it; a mark is no proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy.spatial import cKDTree

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.places.grid import Grid, project, unit_m

REPORT_COLUMNS = ("reported_at", "occurred_at", "lon", "lat", "source_token", "text_hash")
_HOUR_NS = 3_600 * 10**9
# Different sources stand this many radii apart, so that no neighbourhood holds two of them.
_APART = 3.0


class PoisonReason(StrEnum):
    """Why a report is marked, as written in quarantine."""

    BURST = "burst_from_one_source"
    IMPOSSIBLE_PLACE = "impossible_place"
    COPIED_TEXT = "copied_text"
    FUTURE_DATE = "future_date"


class PoisonConfig(Closed):
    """What is too many, too close, too late."""

    burst_count: int = Field(default=5, ge=2, description="Reports of one source that make a burst.")
    burst_hours: float = Field(default=6.0, gt=0, description="On either side of one of them.")
    burst_radius_m: float = Field(default=500.0, gt=0, description="On either side, on each axis.")
    copy_count: int = Field(default=5, ge=2, description="Reports of the same text, whatever their sources.")
    copy_days: float = Field(default=7.0, gt=0, description="On either side of one of them.")
    copy_least_share: float = Field(
        default=0.5, ge=0, le=1, description="Of all reports of the text; a stock phrase is spread over all weeks."
    )
    future_minutes: float = Field(default=15.0, ge=0, description="Clocks may be ahead by this much.")


@dataclass(frozen=True)
class PoisonStudy:
    """How much of what was planted is found, and how much of a clean city is marked for nothing."""

    recall: dict[str, float]
    planted_counts: dict[str, int]
    false_positive_rate: float
    clean_count: int
    least_recall: float = 0.95
    most_false_positives: float = 0.01

    @property
    def is_weak(self) -> bool:
        """Whether the verdict rests on few data: the forgeries are the same at every size."""
        return False

    @property
    def is_passed(self) -> bool:
        """Whether every kind is found and clean reports are left alone."""
        return min(self.recall.values()) >= self.least_recall and self.false_positive_rate < self.most_false_positives


def find_poison(
    reports: pd.DataFrame, grid: Grid, received_until: pd.Timestamp, config: PoisonConfig | None = None
) -> pd.DataFrame:
    """Return which rows look forged, and why: one boolean column per reason, the index of the reports.

    Args:
        reports: columns `REPORT_COLUMNS`; times with a zone. A missing token or text hash is in no burst and no copy.
            Give some months, of which the batch is the end: what is a stock phrase shows only there.
        grid: the territory's cells; a place outside them, missing, or 0, 0 is impossible.
        received_until: when the batch arrived: nothing in it may be later.
        config: the thresholds.

    Raises:
        CalanqueError: if a column is missing or a time has no zone.
    """
    chosen = config or PoisonConfig()
    _require_columns(reports)
    x, y = project(grid.crs, reports["lon"].to_numpy(dtype=float), reports["lat"].to_numpy(dtype=float))
    masks = {
        PoisonReason.BURST: _bursts(reports, x, y, unit_m(grid.crs), chosen),
        PoisonReason.IMPOSSIBLE_PLACE: _impossible(reports, grid, x, y),
        PoisonReason.COPIED_TEXT: _copies(reports, chosen),
        PoisonReason.FUTURE_DATE: _future(reports, received_until, chosen),
    }
    return pd.DataFrame({str(name): mask for name, mask in masks.items()}, index=reports.index)


def study_poison(reports: pd.DataFrame, planted: pd.Series[str], findings: pd.DataFrame) -> PoisonStudy:
    """Return recall by kind, and the share of clean rows that are marked.

    Args:
        reports: the rows tried.
        planted: of each row, the reason it should be marked for; empty for a clean one.
        findings: of these rows.

    Raises:
        CalanqueError: if a kind was not planted, or no row is clean.
    """
    kinds = planted.to_numpy()
    counts = {str(name): int((kinds == name).sum()) for name in PoisonReason}
    is_clean = kinds == ""
    if min(counts.values()) == 0 or not is_clean.any() or len(planted) != len(reports):
        raise CalanqueError("Recall needs planted rows of every kind and clean rows: plant what is missing.")
    recall = {name: float(findings[name].to_numpy()[kinds == name].mean()) for name in counts}
    return PoisonStudy(recall, counts, float(findings.any(axis=1)[is_clean].mean()), int(is_clean.sum()))


def _require_columns(reports: pd.DataFrame) -> None:
    missing = [name for name in REPORT_COLUMNS if name not in reports]
    if missing:
        raise CalanqueError(f"The reports have no column {', '.join(missing)}: give every one of {REPORT_COLUMNS}.")
    if any(getattr(reports[name].dtype, "tz", None) is None for name in ("reported_at", "occurred_at")):
        raise CalanqueError("reported_at and occurred_at must be times with a zone: localise them to UTC.")


def _impossible(reports: pd.DataFrame, grid: Grid, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    lon, lat = reports["lon"].to_numpy(dtype=float), reports["lat"].to_numpy(dtype=float)
    is_known = np.isfinite(x) & np.isfinite(y)
    cell = grid.cell_index(np.where(is_known, x, -np.inf), np.where(is_known, y, -np.inf))
    # 0, 0 is what a missing place becomes, and may lie inside the rectangle of a wrong CRS.
    return np.asarray((cell < 0) | ((lon == 0) & (lat == 0)))


def _future(reports: pd.DataFrame, received_until: pd.Timestamp, config: PoisonConfig) -> NDArray[np.bool_]:
    ahead = pd.Timedelta(minutes=config.future_minutes)
    happened, reported = reports["occurred_at"], reports["reported_at"]
    later = (happened > reported + ahead) | (reported > received_until + ahead) | (happened > received_until + ahead)
    return later.to_numpy(dtype=bool)


def _hours(times: pd.Series[pd.Timestamp]) -> NDArray[np.float64]:
    """Return hours since 1970; a missing time is not a number."""
    nanoseconds = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[ns]")
    hours = nanoseconds.astype(np.int64) / _HOUR_NS
    return np.asarray(np.where(np.isnat(nanoseconds), np.nan, hours))


def _bursts(
    reports: pd.DataFrame, x: NDArray[np.float64], y: NDArray[np.float64], unit: float, config: PoisonConfig
) -> NDArray[np.bool_]:
    source = pd.factorize(reports["source_token"])[0]
    radius = config.burst_radius_m / unit
    axes = (x / radius, y / radius, _hours(reports["reported_at"]) / config.burst_hours, source * _APART)
    return _crowded(np.column_stack(axes), source >= 0, np.full(len(source), config.burst_count))


def _copies(reports: pd.DataFrame, config: PoisonConfig) -> NDArray[np.bool_]:
    text = pd.factorize(reports["text_hash"])[0]
    axes = (_hours(reports["reported_at"]) / (24 * config.copy_days), text * _APART)
    total = np.bincount(text + 1)[text + 1]
    least = np.maximum(config.copy_count, config.copy_least_share * total)
    return _crowded(np.column_stack(axes), text >= 0, least)


def _crowded(
    points: NDArray[np.float64], may_count: NDArray[np.bool_], least: NDArray[np.floating | np.integer]
) -> NDArray[np.bool_]:
    """Return the points with `least` of them (itself included) within 1 on every axis, and those within 1 of such."""
    rows = np.flatnonzero(may_count & np.isfinite(points).all(axis=1))
    marked = np.zeros(len(points), dtype=bool)
    if len(rows) == 0:
        return marked
    usable = points[rows]
    neighbours = cKDTree(usable).query_ball_point(usable, 1.0, p=np.inf, return_length=True)
    crowd = usable[neighbours >= least[rows]]
    if len(crowd):
        distance, _ = cKDTree(crowd).query(usable, p=np.inf, distance_upper_bound=1.0 + 1e-9)
        marked[rows[np.isfinite(distance)]] = True
    return marked
