"""What is watched: incidents of each type by week, and by where, when and how well the feed tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.errors import CalanqueError
from calanque.places.taxonomy import ALL_TYPES
from ml.hours import HEAPED_HOURS
from ml.marts import next_week

RECENT_WEEKS, REFERENCE_WEEKS = 8, 104
# A place is new when nothing was reported there in the year before: over all history the share could only fall.
LOOK_BACK_WEEKS = 52
# Areas that each hold one in sixteen of the reference's incidents, however the city is shaped.
AREA_CUTS = 4
COLUMNS = ("type", "occurred_local_date", "occurred_local_hour", "lon", "lat", "premises", "neighbourhood", "is_inside")


class Input(StrEnum):
    """An input of the forecast, and how well the feed tells it."""

    WEEKLY_TOTAL = "weekly_total"
    AREA = "area"
    HOUR = "hour"
    PREMISES = "premises"
    NEW_PLACE = "new_place"
    HEAPED_HOUR = "heaped_hour"
    OUTSIDE = "outside"


SHARES = (Input.NEW_PLACE, Input.HEAPED_HOUR, Input.OUTSIDE)
"""Inputs that an incident has or has not; of the others but the total, every incident has one part of several."""


@dataclass(frozen=True, eq=False)
class InputCounts:
    """Incidents of one type, weeks x parts of one input; the reference's weeks come first, then the recent ones."""

    type: str
    input: Input
    parts: tuple[str, ...]
    counts: NDArray[np.float64]


class Watched(NamedTuple):
    """The Monday after the recent weeks, and what they are compared on."""

    first_day: date
    inputs: tuple[InputCounts, ...]


def watched_inputs(incidents: pd.DataFrame) -> Watched:
    """Return the counts of every type, and of all together, by input; an input that has one part only is left out.

    Without any where the feed is younger than the recent weeks, the reference and a year to look back.

    Args:
        incidents: columns `COLUMNS`, one row an incident reported by the public; no hour, no place, no premises where
            not told. `is_inside` is false for an incident without a place or beyond the territory's cells.

    Raises:
        CalanqueError: if there is no incident.
    """
    if incidents.empty:
        raise CalanqueError("There is no incident to watch: run the feed and the marts first.")
    first_day = next_week(incidents["occurred_local_date"].max())
    days = pd.to_datetime(incidents["occurred_local_date"]).to_numpy(dtype="datetime64[D]")
    # Weeks before the first day: 0 is the last complete one.
    age = (np.datetime64(first_day) - days).astype(int) - 1
    rows = incidents.assign(week=REFERENCE_WEEKS + RECENT_WEEKS - 1 - age // 7)[age >= 0].reset_index(drop=True)
    if rows["week"].min() > -LOOK_BACK_WEEKS:
        return Watched(first_day, ())
    rows = rows.assign(**{Input.NEW_PLACE: _is_new(rows)})[rows["week"] >= 0]
    parts = {name: codes for name, codes in _parts(rows) if len(codes.categories) > 1 or name is Input.WEEKLY_TOTAL}
    found = []
    for kind in (ALL_TYPES, *sorted(rows["type"].unique())):
        chosen = np.ones(len(rows), dtype=bool) if kind == ALL_TYPES else (rows["type"] == kind).to_numpy()
        week = rows["week"].to_numpy()[chosen]
        found += [InputCounts(kind, name, *_counted(week, codes[chosen])) for name, codes in parts.items()]
    return Watched(first_day, tuple(found))


def _counted(week: NDArray[np.intp], codes: pd.Categorical[Any]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    is_known, width = codes.codes >= 0, len(codes.categories)
    size = (REFERENCE_WEEKS + RECENT_WEEKS) * width
    flat = np.bincount(week[is_known] * width + codes.codes[is_known], minlength=size)
    return tuple(map(str, codes.categories)), flat.reshape(-1, width).astype(float)


def _parts(rows: pd.DataFrame) -> Iterator[tuple[Input, pd.Categorical[Any]]]:
    """Yield the part of each incident by input."""
    hours = rows["occurred_local_hour"]
    yield Input.WEEKLY_TOTAL, pd.Categorical(np.zeros(len(rows)))
    yield Input.AREA, _areas(rows)
    yield Input.HOUR, pd.Categorical(hours.astype("Int64"), categories=range(24))
    yield Input.PREMISES, pd.Categorical(rows["premises"].fillna("not told"))
    for name, has in (
        (Input.NEW_PLACE, rows[Input.NEW_PLACE].where(rows["is_inside"])),
        (Input.HEAPED_HOUR, hours.isin(HEAPED_HOURS).where(hours.notna())),
        (Input.OUTSIDE, ~rows["is_inside"].astype(bool)),
    ):
        yield name, pd.Categorical(has, categories=[False, True])


def _is_new(rows: pd.DataFrame) -> pd.Series[bool]:
    # By type within a week, so that the order of the rows changes nothing.
    ordered = rows.sort_values(["week", "type"], kind="stable")
    before = ordered.groupby(["lon", "lat"], sort=False)["week"].shift()
    return (ordered["week"] - before <= LOOK_BACK_WEEKS).eq(other=False)


def _areas(rows: pd.DataFrame) -> pd.Categorical[Any]:
    """Return the area of each incident inside: the reference cut in halves by latitude and by longitude in turn."""
    x, y = rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float)
    inside = rows["is_inside"].to_numpy(dtype=bool)
    reference = inside & (rows["week"].to_numpy() < REFERENCE_WEEKS)
    area = np.zeros(len(rows), dtype=int)
    for cut in range(AREA_CUTS):
        along, halves = (y, x)[cut % 2], np.zeros(len(rows), dtype=bool)
        for one in np.unique(area[reference]):
            middle = np.median(along[reference & (area == one)])
            halves[(area == one) & (along > middle)] = True
        area = 2 * area + halves
    names = {int(one): _area_name(rows[reference & (area == one)]) for one in np.unique(area[reference])}
    return pd.Categorical(np.where(inside, area, -1), categories=list(names)).rename_categories(
        {one: f"{one + 1}: {name}" for one, name in names.items()}
    )


def _area_name(rows: pd.DataFrame) -> str:
    """Return the neighbourhood that most of an area's incidents name, or its middle."""
    named = rows["neighbourhood"].dropna()
    return str(named.mode().iloc[0]) if len(named) else f"{rows['lat'].median():.3f}, {rows['lon'].median():.3f}"
