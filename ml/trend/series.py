"""Weekly counts by area and type, and which of them are counts: weeks without data are no zeros."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.errors import CalanqueError
from calanque.places.taxonomy import ALL_TYPES
from ml.delays import COMPLETE
from ml.trend.config import TrendConfig
from ml.trend.delays import shares_known

Floats = NDArray[np.float64]
States = NDArray[np.int8]

WEEKS_IN_YEAR = 52


class Reason(IntEnum):
    """Why a period has no limit; 0 where nothing is against one."""

    NONE = 0
    SHORT = 1
    FEW = 2
    SILENT = 3
    INCOMPLETE = 4


@dataclass(frozen=True, eq=False)
class CitySeries:
    """The series of a city, one a territory or area and type; the whole city and all types together come first.

    Attributes:
        keys: columns area_id, area_name (null for the whole city), type; one row a series.
        first_monday: of the first whole week.
        counts: series by whole weeks that are judged.
        state: the same shape: `Reason.SILENT` where the feed, or the type in it, is silent, `Reason.INCOMPLETE` where
            incidents are still to be recorded.
        left_out_weeks: whole weeks at the end that are not judged, too few of their incidents being known.
        knows_delays: whether delays of recording are known.
        area, kind, day: of each incident: row in the areas (0 without one), row in the types, local day.
    """

    keys: pd.DataFrame
    first_monday: date
    counts: Floats
    state: States
    left_out_weeks: int
    knows_delays: bool
    area: NDArray[np.int64]
    kind: NDArray[np.int64]
    day: NDArray[np.datetime64]

    @property
    def end(self) -> date:
        """The last day that is judged, a Sunday."""
        return self.first_monday + timedelta(weeks=self.counts.shape[1], days=-1)

    def tally(self, slot: NDArray[np.int64], slots: int) -> Floats:
        """Return counts, series by slots, of the slot each incident falls in; slots outside are left out."""
        areas = self.keys["area_id"].nunique() + 1
        return _tally(self.area, self.kind, slot, (areas, len(self.keys) // areas - 1, slots))


def city_series(incidents: pd.DataFrame, areas: pd.DataFrame, until: date, config: TrendConfig) -> CitySeries:
    """Return the weekly counts of a city.

    Args:
        incidents: columns type, occurred_local_date, area_id (null outside every area), and known_local_at where
            there is one; one row an incident.
        areas: columns area_id, area_name.
        until: the last day the data hold.
        config: what is a gap, and when a week is complete.

    Raises:
        CalanqueError: if there is no incident, no whole week, an area that `areas` does not hold, or a missing date.
    """
    incidents = _checked(incidents, areas, until)
    kinds = sorted(incidents["type"].unique())
    known_area = pd.Index(areas["area_id"])
    area = known_area.get_indexer(incidents["area_id"]) + 1
    kind = pd.Index(kinds).get_indexer(incidents["type"])
    day = pd.to_datetime(incidents["occurred_local_date"]).to_numpy().astype("datetime64[D]")
    first_monday, weeks = _whole_weeks(day.min().item(), until)
    week = (day - np.datetime64(first_monday)).astype(int) // 7
    counts = _tally(area, kind, week, (len(known_area) + 1, len(kinds), weeks))
    shares = None
    if "known_local_at" in incidents and incidents["known_local_at"].notna().any():
        shares = shares_known(incidents, kinds, until, config)
    left_out, state = _incomplete(shares, (len(kinds) + 1, weeks))
    state = np.maximum(state, _silent(counts[: len(kinds) + 1], config))
    judged = weeks - left_out
    return CitySeries(
        keys=_keys(areas, kinds),
        first_monday=first_monday,
        counts=counts[:, :judged],
        state=np.tile(state, (len(known_area) + 1, 1))[:, :judged],
        left_out_weeks=left_out,
        knows_delays=shares is not None,
        area=area,
        kind=kind,
        day=day,
    )


def _checked(incidents: pd.DataFrame, areas: pd.DataFrame, until: date) -> pd.DataFrame:
    if incidents["occurred_local_date"].isna().any() or incidents["type"].isna().any():
        raise CalanqueError("Trends: some incidents have no local date or no type; leave them out.")
    strange = set(incidents["area_id"].dropna()) - set(areas["area_id"])
    if strange or areas["area_id"].duplicated().any():
        raise CalanqueError(f"Trends: {len(strange)} areas of incidents are not in the areas, or areas come twice.")
    found = incidents[pd.to_datetime(incidents["occurred_local_date"]) <= pd.Timestamp(until)]
    if found.empty:
        raise CalanqueError(f"Trends: no incident until {until}; load a feed first.")
    return found.reset_index(drop=True)


def _whole_weeks(first_day: date, until: date) -> tuple[date, int]:
    first_monday = first_day + timedelta(days=-first_day.weekday() % 7)
    weeks = ((until - first_monday).days + 1) // 7
    if weeks < 1:
        raise CalanqueError(f"Trends: the data from {first_day} to {until} hold no whole week, Monday to Sunday.")
    return first_monday, weeks


def _keys(areas: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    places = [(None, None), *areas[["area_id", "area_name"]].itertuples(index=False, name=None)]
    rows = [(place, name, kind) for place, name in places for kind in (ALL_TYPES, *kinds)]
    return pd.DataFrame(rows, columns=["area_id", "area_name", "type"], dtype=object)


def _tally(
    area: NDArray[np.int64], kind: NDArray[np.int64], slot: NDArray[np.int64], shape: tuple[int, int, int]
) -> Floats:
    """Return counts by series and slot, with sums over areas and types in front."""
    fits = (slot >= 0) & (slot < shape[2])
    flat = np.ravel_multi_index((area[fits], kind[fits], slot[fits]), shape)
    cube = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    # Incidents without an area (row 0) count for the whole city alone.
    cube[0] = cube.sum(axis=0)
    return np.concatenate([cube.sum(axis=1, keepdims=True), cube], axis=1).reshape(-1, shape[2])


def _incomplete(shares: Floats | None, shape: tuple[int, int]) -> tuple[int, States]:
    """Return the weeks to leave out at the end, and what is incomplete by type and week."""
    state = np.zeros(shape, dtype=np.int8)
    if shares is None:
        return 0, state
    is_complete = shares >= COMPLETE
    left_out = min(int(np.argmax(is_complete[0])), shape[1] - 1)
    newest_first = state[:, ::-1]
    weeks = min(shares.shape[1], shape[1])
    newest_first[:, :weeks][~is_complete[:, :weeks]] = Reason.INCOMPLETE
    return left_out, state


def _silent(by_type: Floats, config: TrendConfig) -> States:
    """Return where series are silent: runs of weeks without an incident that are too long to be chance.

    A type is silent only for longer than its season could be. A type that has ended is not: its zeros at the end count.
    """
    city = _gaps(by_type[0], config.silence_chance, least_weeks=1)
    types = np.array([_gaps(counts, config.silence_chance, least_weeks=WEEKS_IN_YEAR) for counts in by_type[1:]])
    for has_gap, counts in zip(types, by_type[1:], strict=True):
        has_gap[np.flatnonzero(counts)[-1:].max(initial=-1) + 1 :] = False
    weighs = by_type[1:].sum(axis=1) > config.gap_share * by_type[0].sum()
    total = types[weighs].any(axis=0)
    return np.where(np.vstack([total, types]) | city, Reason.SILENT, Reason.NONE).astype(np.int8)


def _gaps(counts: Floats, chance: float, least_weeks: int) -> NDArray[np.bool_]:
    """Return the runs of zeros that incidents dealt evenly over the weeks leave with a lesser chance."""
    is_gap, weeks, total = np.zeros(len(counts), dtype=bool), len(counts), counts.sum()
    steps = np.diff(np.concatenate([[0], counts == 0, [0]]).astype(int))
    for start, stop in zip(np.flatnonzero(steps > 0), np.flatnonzero(steps < 0), strict=True):
        somewhere = (total + 1) * (1 - (stop - start) / weeks) ** total
        is_gap[start:stop] = stop - start >= least_weeks and somewhere < chance
    return is_gap
