"""Planned events and works: a place on the days of an event, against the same place on days alike.

A case-crossover (Maclure 1991, doi:10.1093/oxfordjournals.aje.a115853), time-stratified (Levy et al. 2001,
doi:10.1097/00001648-200103000-00009): a stratum is a cell and the days of one weekday of one month, so that neither
places nor seasons nor weekdays differ within it. The ratio is that of Mantel and Haenszel for rates (Greenland and
Robins 1985); its error takes all strata of a month together, for they share cells and dates.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.places.taxonomy import ALL_TYPES
from ml.factor.ratio import City, Look, of_sums
from ml.level.counts import WEEK_DAYS

Whole = NDArray[np.int64]

WORKS = "works"


class _Strata(NamedTuple):
    """Place-days with an event of one kind and those alike: key (cell times days plus day), day, stratum, event.

    `first` is the first day of the month that the data hold: on it, all strata of a month are taken together.
    """

    key: Whole
    day: Whole
    first: Whole
    stratum: Whole
    is_case: NDArray[np.bool_]


def event_looks(city: City, events: pd.DataFrame) -> list[Look]:
    """Return each type looked at by kind of event.

    Args:
        city: counts.
        events: columns date, cell_id, kind; one row per day and cell of an event; may be empty.
    """
    days, dates = city.daily.day_count, pd.to_datetime(events["date"]).to_numpy(dtype="datetime64[D]")
    dated = events.assign(day=(dates - np.datetime64(city.daily.first_date)).astype(np.int64))
    dated = dated[dated["day"].between(0, days - 1)].dropna(subset=["cell_id", "kind"])
    cells = pd.Index(np.sort(dated["cell_id"].unique()))
    near = city.incidents[city.incidents["cell_id"].isin(cells)]
    place_day = near["day"] + cells.get_indexer(near["cell_id"]) * days
    looks = []
    for kind, rows in dated.groupby("kind"):
        strata = _strata(city, np.unique(cells.get_indexer(rows["cell_id"]) * days + rows["day"].to_numpy()))
        factor, category = (WORKS, "yes") if kind == WORKS else ("event", str(kind))
        at = pd.Index(strata.key).get_indexer(place_day)
        for name, _, is_on in city.judged():
            mine = at[(at >= 0) & ((near["type"] == name) | (name == ALL_TYPES)).to_numpy()]
            counts = np.bincount(mine, minlength=len(strata.key))
            looks.append(_look(city, strata, (name, factor, category), counts, is_on))
    return [look for look in looks if look.unit_count]


def _strata(city: City, cases: Whole) -> _Strata:
    days = city.daily.day_count
    dates = pd.date_range(city.daily.first_date, periods=days)
    month = np.asarray(dates.year * 12 + dates.month)
    slot = month * WEEK_DAYS + np.asarray(dates.dayofweek)
    strata = pd.DataFrame({"cell": cases // days, "slot": slot[cases % days]}).drop_duplicates()
    strata = strata.assign(stratum=np.arange(len(strata)))
    alike = strata.merge(pd.DataFrame({"slot": slot, "day": np.arange(days)}), on="slot")
    key, day = alike["cell"].to_numpy() * days + alike["day"].to_numpy(), alike["day"].to_numpy()
    first = np.searchsorted(month, month[day])
    return _Strata(key, day, first, alike["stratum"].to_numpy(), np.isin(key, cases))


def _look(city: City, strata: _Strata, named: tuple[str, str, str], counts: Whole, is_on: NDArray[np.bool_]) -> Look:
    """Return what one type does, of which `counts` were counted on each place-day."""
    on = is_on[strata.day]
    cases, others = (np.bincount(strata.stratum, on & side) for side in (strata.is_case, ~strata.is_case))
    # Place-days weigh as much as their stratum holds of the other side: nothing where it holds none.
    weight = on * np.where(strata.is_case, others[strata.stratum], cases[strata.stratum])
    weight = weight / np.maximum(cases + others, 1)[strata.stratum]
    is_used = strata.is_case & (weight > 0)
    over, under = (
        np.bincount(strata.first, counts * weight * side, city.daily.day_count).astype(float)
        for side in (strata.is_case, ~strata.is_case)
    )
    units = int(is_used.sum())
    freedom = len(np.unique(strata.first[is_used])) - 1 if units >= city.config.min_units else 0
    return Look(*named, units, int(counts[is_used].sum()), of_sums([over], [under], city, freedom))
