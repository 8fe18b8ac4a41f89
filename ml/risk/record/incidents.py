"""Read the incidents and the boundary of a back-test, refusing what could not be scored honestly."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from calanque.errors import CalanqueError
from calanque.places.grid import (
    HULL_RATIO,
    HULL_WIDEN_M,
    Grid,
    hull,
    project,
    projected_crs,
    rectangle,
    require_true_scale,
    unit_m,
)
from ml.delays import DAYS_A_WEEK, IN_TIME_WEEKS, complete_after

INCIDENT_COLUMNS = ("occurred_at", "lon", "lat", "type")
PREMISES, KNOWN = "premises", "known_at"
# Rarer kinds of place than this many are taken together: surfaces cost memory.
MOST_PREMISES, RARE = 12, "other kinds"
# Registers hold a few positions at 0,0; beyond one in a hundred the CRS is the wrong one.
MAX_ASTRAY_RATE = 0.01


@dataclass(frozen=True, eq=False)
class Incidents:
    """Incidents with their projected position, in the CRS's unit; `astray_count` rows were left out.

    `known_day` is the day on which each was known, missing where not told.
    """

    day: NDArray[np.datetime64]
    kind: pd.Series[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    astray_count: int
    premises: pd.Series[str] | None = None
    known_day: NDArray[np.datetime64] | None = None

    def take(self, keep: NDArray[np.bool_]) -> Incidents:
        """Return the chosen incidents."""
        premises = self.premises[keep] if self.premises is not None else None
        known = self.known_day[keep] if self.known_day is not None else None
        places = (self.x[keep], self.y[keep])
        return Incidents(self.day[keep], self.kind[keep], *places, self.astray_count, premises, known)

    def known_after(self, days: int) -> Incidents:
        """Return the incidents as if each had been known so many days after it happened."""
        return replace(self, known_day=self.day + np.timedelta64(days, "D"))

    @property
    def late_weeks(self) -> int:
        """The weeks that one in twenty takes longer than to be known; 0 where nothing tells, or all came at once."""
        if self.known_day is None or np.isnat(self.known_day).all():
            return 0
        late = (self.known_day - self.day)[~np.isnat(self.known_day)].astype(int)
        days = complete_after(np.maximum(late, 0), IN_TIME_WEEKS * DAYS_A_WEEK)
        return ceil((days or 0) / DAYS_A_WEEK)

    def premises_known(self, past: Incidents) -> pd.Series[str] | None:
        """Return each incident's kind of place, those that were rare in the past taken together; None if not told."""
        if self.premises is None or past.premises is None:
            return None
        common = past.premises.value_counts().index[:MOST_PREMISES]
        return self.premises.where(self.premises.isin(common) | self.premises.isna(), RARE)


def read_incidents(path: Path, epsg: int, types: list[str] | None = None) -> Incidents:
    """Return the incidents of a CSV with columns occurred_at, lon, lat, type and, where told, premises and known_at.

    A time without an offset is taken as written; one with an offset is converted to UTC. Only its day counts.

    Raises:
        CalanqueError: if the file, a column, a date, a number or a type is missing or unreadable, if a date is to come,
            if more than one point in a hundred lies outside the area of the CRS, or if its metres are not true there.
    """
    frame = _read_csv(path)
    if types is not None:
        unknown = sorted(set(types) - set(frame["type"]))
        if unknown:
            known = ", ".join(sorted(frame["type"].unique()))
            raise CalanqueError(f"{path.name} holds no type '{unknown[0]}': choose among {known}.")
        frame = frame[frame["type"].isin(types)]
    day = _days(path, frame)
    lon, lat = (_numbers(path, frame, name) for name in ("lon", "lat"))
    held = _held(epsg, lon, lat)
    astray = int((~held).sum())
    if astray > MAX_ASTRAY_RATE * len(frame):
        raise CalanqueError(
            f"{astray:,} of {len(frame):,} points of {path.name} lie outside the area of EPSG:{epsg}: check the CRS, "
            "and that 'lon' and 'lat' are degrees and not exchanged."
        )
    require_true_scale(epsg, float(np.median(lon[held])), float(np.median(lat[held])))
    x, y = project(epsg, lon[held], lat[held])
    premises = frame[PREMISES][held] if PREMISES in frame else None
    known_day = _days(path, frame, KNOWN)[held] if KNOWN in frame else None
    return Incidents(day[held], frame["type"][held], x, y, astray, premises, known_day)


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype=str, encoding="utf-8")
    except FileNotFoundError as error:
        raise CalanqueError(f"The file {path.name} does not exist: give the path of a CSV of incidents.") from error
    except pd.errors.EmptyDataError as error:
        raise CalanqueError(f"{path.name} is empty: it must have the columns {', '.join(INCIDENT_COLUMNS)}.") from error
    except (pd.errors.ParserError, UnicodeDecodeError, OSError) as error:
        raise CalanqueError(f"{path.name} is not readable as a comma-separated UTF-8 file.") from error
    missing = [name for name in INCIDENT_COLUMNS if name not in frame]
    if missing:
        raise CalanqueError(f"{path.name} lacks the column '{missing[0]}': it must have {', '.join(INCIDENT_COLUMNS)}.")
    if frame.empty:
        raise CalanqueError(f"{path.name} holds no incident.")
    _refuse_gap(path, frame, frame["type"].isna(), "no 'type'")
    return frame


def _refuse_gap(path: Path, frame: pd.DataFrame, bad: pd.Series[bool], what: str) -> None:
    if bad.any():
        line = int(frame.index[int(bad.to_numpy().argmax())]) + 2
        raise CalanqueError(f"{path.name}, line {line}: {what} ({int(bad.sum()):,} such rows).")


def _days(path: Path, frame: pd.DataFrame, name: str = "occurred_at") -> NDArray[np.datetime64]:
    """Return the days of a column; when an incident was known may be unread, when it happened may not."""
    times = pd.to_datetime(frame[name], format="ISO8601", errors="coerce", utc=True)
    whole = frame[name].str.strip().str.match(r"\d{4}-?\d{2}-?\d{2}", na=False)
    unread = times.isna() & (frame[name].notna() if name == KNOWN else True)
    _refuse_gap(path, frame, times.notna() & ~whole, f"'{name}' is a month or a year; weeks need the day")
    _refuse_gap(path, frame, unread, f"'{name}' is not a date such as 2016-03-01 or 2016-03-01T14:30")
    # A day of grace: the local date may be ahead of UTC.
    tomorrow = pd.Timestamp.now(tz="UTC") + pd.Timedelta(days=1)
    _refuse_gap(path, frame, times > tomorrow, f"'{name}' is still to come: correct or remove it")
    return np.asarray(times.dt.tz_localize(None).to_numpy(dtype="datetime64[D]"))


def _numbers(path: Path, frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    numbers = pd.to_numeric(frame[name], errors="coerce")
    _refuse_gap(path, frame, numbers.isna(), f"'{name}' is not a number of degrees")
    return np.asarray(numbers.to_numpy(dtype=float))


def _held(epsg: int, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    area = projected_crs(epsg).area_of_use
    if area is None:
        return np.isfinite(project(epsg, lon, lat)[0])
    return np.asarray((lon >= area.west) & (lon <= area.east) & (lat >= area.south) & (lat <= area.north))


def read_boundary(path: Path, epsg: int) -> BaseGeometry:
    """Return the union of the polygons of a GeoJSON file (degrees), projected.

    Raises:
        CalanqueError: if the file is missing or holds no polygon.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        shapes = [shapely.make_valid(shapely.geometry.shape(geometry)) for geometry in _geometries(content)]
    except FileNotFoundError as error:
        raise CalanqueError(f"The boundary {path.name} does not exist: give the path of a GeoJSON file.") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ShapelyError) as error:
        raise CalanqueError(f"{path.name} is not readable as GeoJSON polygons in degrees.") from error
    polygons = [shape for shape in shapes if shape.area > 0]
    if not polygons:
        raise CalanqueError(f"{path.name} holds no polygon: the boundary must be an area.")
    return shapely.transform(shapely.union_all(polygons), lambda xy: np.column_stack(project(epsg, xy[:, 0], xy[:, 1])))


def _geometries(content: dict[str, Any]) -> list[dict[str, Any]]:
    if content["type"] == "FeatureCollection":
        return [feature["geometry"] for feature in content["features"] if feature["geometry"]]
    return [content["geometry"] if content["type"] == "Feature" else content]


def backtest_grid(name: str, epsg: int, cell_m: float, boundary: BaseGeometry | None, past: Incidents) -> Grid:
    """Return the cells to rank: those with their centre inside the boundary, the origin at its south-west corner.

    Without a boundary, the concave hull of the incidents before the first origin, widened by 150 m, stands in for it.

    Args:
        name: of the grid.
        epsg: projected CRS.
        cell_m: side of a cell in metres, converted to the CRS's unit.
        boundary: area in the CRS's unit, if any.
        past: incidents before the first origin.

    Raises:
        CalanqueError: if no cell results, or far too many.
    """
    unit = unit_m(epsg)
    shape = boundary if boundary is not None else hull(past.x, past.y, HULL_RATIO, HULL_WIDEN_M / unit)
    return rectangle(name, epsg, cell_m / unit, shape.bounds).within(shape)
