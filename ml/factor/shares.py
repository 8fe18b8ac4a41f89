"""Parts of the day and kinds of premises: where in the day and in which places a type is counted more than its share.

Registers write an hour that nobody knows as midnight or noon. Where such an hour stands out of the hours beside it by
the rule of `int_incidents__heaped_hours` (more than three standard deviations above the larger of both), its incidents
count for as many as the hours beside it hold in the mean; the rest has no hour. Rows without an hour are left out.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.places.taxonomy import ALL_TYPES
from ml.factor.ratio import City, Look, Numbers, of_sums
from ml.hours import HEAPED_HOURS

PARTS = ("00-06", "06-12", "12-18", "18-24")
_HOURS = 24


def part_looks(city: City) -> list[Look]:
    """Return each type looked at by quarter of the day, against the mean of the four."""
    hours = pd.to_numeric(city.incidents["hour"])
    timed = city.incidents[hours.notna()].assign(hour=hours.dropna().astype(int))
    by_type = {
        name: _evened(_counted(rows["day"], rows["hour"], city.daily.day_count, _HOURS))
        for name, rows in timed.groupby("type")
    }
    if not by_type:
        return []
    by_type[ALL_TYPES] = np.sum(list(by_type.values()), axis=0)
    looks = []
    for name, _, is_on in city.judged():
        hourly = by_type.get(name, np.zeros((1, _HOURS)))
        if hourly.sum() < city.config.min_incidents:
            continue
        parts = hourly.reshape(len(hourly), len(PARTS), -1).sum(axis=2)
        days, mean = int(is_on.sum()), parts.mean(axis=1)
        for category, part in zip(PARTS, parts.T, strict=True):
            ratio = of_sums([part], [mean], city, days - 1)
            looks.append(Look(name, "part_of_day", category, days, round(part.sum()), ratio))
    return looks


def premises_looks(city: City) -> list[Look]:
    """Return each type looked at by kind of premises: its share of the type over that of all types recorded there.

    The location quotient (Florence 1939), here of types and premises; on the days on which the type is recorded. Each
    register has its own kinds of premises: a type that is never recorded at a kind says nothing of those that are.
    """
    placed = city.incidents.dropna(subset="premises")
    types, kinds = pd.Categorical(placed["type"]), pd.Categorical(placed["premises"])
    day, width = placed["day"], len(types.categories)
    total = _counted(day, types.codes, city.daily.day_count, width)
    judged = [found for found in city.judged() if found[0] in types.categories]
    looks = []
    for number, kind in enumerate(kinds.categories):
        is_here = kinds.codes == number
        if is_here.sum() < city.config.min_incidents:
            continue
        here = _counted(day[is_here], types.codes[is_here], city.daily.day_count, width)
        recorded = np.flatnonzero(here.sum(axis=0))
        if len(recorded) < 2:
            continue
        all_here, all_types = here.sum(axis=1), total[:, recorded].sum(axis=1)
        for name, _, is_on in judged:
            mine = types.categories.get_loc(name)
            if mine not in recorded:
                continue
            over, under = [here[:, mine], all_types * is_on], [total[:, mine], all_here * is_on]
            count = int(over[0].sum())
            looks.append(Look(name, "premises", str(kind), count, count, of_sums(over, under, city, count - 1)))
    return looks


def _counted(day: pd.Series, column: pd.Series | NDArray[np.int8], days: int, width: int) -> Numbers:
    cells = day.to_numpy(dtype=np.int64) * width + np.asarray(column, dtype=np.int64)
    return np.bincount(cells, minlength=days * width).reshape(days, width).astype(float)


def _evened(hourly: Numbers) -> Numbers:
    """Return counts (days x hours) in which an hour that stands for unknown ones holds what hours beside it do."""
    totals, evened = hourly.sum(axis=0), hourly.copy()
    for hour in HEAPED_HOURS:
        beside = totals[[(hour - 1) % _HOURS, (hour + 1) % _HOURS]]
        if totals[hour] - beside.max() > 3 * np.sqrt(totals[hour] + beside.max()):
            evened[:, hour] *= beside.mean() / totals[hour]
    return evened
