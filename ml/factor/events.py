"""Planned events and works: a place on the days of an event, against the same place on days alike.

A case-crossover (Maclure 1991, doi:10.1093/oxfordjournals.aje.a115853), time-stratified (Levy, Lumley, Sheppard, Kaufman
and Checkoway 2001, doi:10.1097/00001648-200103000-00009): a stratum is a cell and the days of one weekday of one month,
so that neither places nor seasons nor weekdays differ within it. The ratio is that of Mantel and Haenszel for rates
(Greenland and Robins 1985); its error takes all strata of a month together, for they share cells and dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.factor.ratio import Look, of_sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.factor.ratio import City, Numbers

    Whole = NDArray[np.int64]

WORKS = "works"


def event_looks(city: City, events: pd.DataFrame) -> list[Look]:
    """Return each type looked at by kind of event.

    Args:
        city: counts.
        events: columns date, cell_id, kind; one row per day and cell of an event; may be empty.
    """
    if events.empty:
        return []
    days, first = city.daily.day_count, np.datetime64(city.daily.first_date)
    day = (pd.to_datetime(events["date"]).to_numpy(dtype="datetime64[D]") - first).astype(np.int64)
    dated = events.assign(day=day)[(day >= 0) & (day < days)].dropna(subset=["cell_id", "kind"])
    dated = dated[city.daily.is_known[dated["day"]]]
    cells = pd.Index(np.sort(dated["cell_id"].unique()))
    near = city.incidents[city.incidents["cell_id"].isin(cells)]
    key = cells.get_indexer(near["cell_id"]) * days + near["day"].to_numpy()
    looks = []
    for kind, rows in dated.groupby("kind"):
        strata = _Strata(city, np.unique(cells.get_indexer(rows["cell_id"]) * days + rows["day"].to_numpy()))
        for name, _, is_on in city.judged():
            mine = np.ones(len(near), bool) if name == city.daily.names[0] else (near["type"] == name).to_numpy()
            factor, category = (WORKS, "yes") if kind == WORKS else ("event", str(kind))
            looks.append(strata.look(city, name, factor, category, key[mine], is_on))
    return [look for look in looks if look.unit_count]


class _Strata:
    """The days with an event of one kind, and those without one that they are compared with."""

    def __init__(self, city: City, cases: Whole) -> None:
        days = city.daily.day_count
        dates = pd.date_range(city.daily.first_date, periods=days)
        month = (dates.year - dates.year[0]).to_numpy() * 12 + dates.month.to_numpy()
        slot = month * 7 + dates.dayofweek.to_numpy()
        by_slot = {number: np.flatnonzero(slot == number) for number in np.unique(slot[cases % days])}
        strata = pd.DataFrame({"cell": cases // days, "slot": slot[cases % days]}).drop_duplicates()
        alike = [by_slot[number] for number in strata["slot"]]
        sizes = [len(one) for one in alike]
        self.day = np.concatenate(alike)
        self.number = np.repeat(np.arange(len(strata)), sizes)
        self.key = np.repeat(strata["cell"].to_numpy(), sizes) * days + self.day
        self.is_case = np.isin(self.key, cases)
        # All strata of a month are taken together, on the first of its days that the data hold.
        self.first_day = np.searchsorted(month, month[self.day[np.searchsorted(self.number, np.arange(len(strata)))]])

    def look(
        self, city: City, name: str, factor: str, category: str, incidents: Whole, is_on: NDArray[np.bool_]
    ) -> Look:
        """Return what one type does on these days; `incidents` are cells times days plus days."""
        keys, found = np.unique(incidents, return_counts=True)
        at = np.searchsorted(keys, self.key).clip(max=max(len(keys) - 1, 0))
        counts = np.where(keys[at] == self.key, found[at], 0) if len(keys) else np.zeros(len(self.key))

        def summed(values: Numbers, is_case: bool) -> Numbers:
            chosen = (self.is_case == is_case) & is_on[self.day]
            return np.bincount(self.number[chosen], values[chosen], minlength=len(self.first_day))

        ones = np.ones(len(self.key))
        cases, others = summed(ones, True), summed(ones, False)
        is_paired = (cases > 0) & (others > 0)
        share = is_paired / np.maximum(cases + others, 1)
        with_it, without = summed(counts, True), summed(counts, False)

        def monthly(values: Numbers) -> Numbers:
            return np.bincount(self.first_day, values, minlength=city.daily.day_count)

        units, count = int(cases[is_paired].sum()), int(with_it[is_paired].sum())
        months = len(np.unique(self.first_day[is_paired])) if units >= city.config.min_units else 0
        over, under = monthly(with_it * others * share), monthly(without * cases * share)
        return Look(name, factor, category, units, count, of_sums([over], [under], city, months - 1))
