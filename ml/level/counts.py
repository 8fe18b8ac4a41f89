"""Incidents of a city counted by day and type, with the days on which its feeds were silent, and its calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.errors import CalanqueError
from calanque.places.taxonomy import ALL_TYPES
from ml.delays import days_late
from ml.silence import has_stopped, is_gone, silent_runs

WEEK_DAYS, YEAR_DAYS, SOLAR_YEAR_DAYS = 7, 364, 365.25


@dataclass(frozen=True)
class DailyCounts:
    """Counts of every day of a span.

    Attributes:
        first_date: the day of the first column.
        names: 'all', then the types in order.
        counts: incidents, names x days.
        is_known: whether the city's feeds spoke on that day, days.
        known: incidents known so many days after their own, names x days x ages from 0 on; no ages where nothing tells.
            The next age, 95 in 100 are known, and a day counts as whole.
    """

    first_date: date
    names: tuple[str, ...]
    counts: NDArray[np.int64]
    is_known: NDArray[np.bool_]
    known: NDArray[np.int64]

    @property
    def day_count(self) -> int:
        """Days of the span."""
        return len(self.is_known)

    @property
    def _whole_count(self) -> int:
        """Days, known or not, of an age at which they count as whole."""
        return max(0, self.day_count - int(self.known.shape[2]))

    @property
    def is_whole(self) -> NDArray[np.bool_]:
        """Whether a day is known, and of an age at which it counts as whole, days."""
        return np.asarray(self.is_known & (np.arange(self.day_count) < self._whole_count))

    def of_whole_days(self) -> DailyCounts:
        """Return the counts up to the last day of an age at which it counts as whole."""
        days = slice(self._whole_count)
        return replace(self, counts=self.counts[:, days], is_known=self.is_known[days], known=self.known[:, days, :0])

    def of_year_before(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return by each day, and the day after the last, what was known at each age of a year's days whole by then.

        Beside it, what there was of them in all.
        """
        known, counts, day = self.known[number], self.counts[number], np.arange(self.day_count + 1)
        first, last = (np.maximum(day - known.shape[1] - span, 0) for span in (YEAR_DAYS, 0))
        upto = (np.concatenate([[[0] * values.shape[1]], values.cumsum(axis=0)]) for values in (known, counts[:, None]))
        mine, whole = (sums[last] - sums[first] for sums in upto)
        return mine, whole

    @cached_property
    def usual_shares(self) -> NDArray[np.float64]:
        """The share known at each age of all types together, by the same days."""
        every, everything = self.of_year_before(0)
        return np.where(everything > 0, every / np.maximum(everything, 1), 1.0)

    def has_stopped(self, number: int) -> bool:
        """Tell whether a series that has ended within a year has been without an incident for too long to be chance."""
        return has_stopped(self.counts[number], self.is_known, YEAR_DAYS, self.known.shape[2])

    def is_gone(self, number: int) -> bool:
        """Tell whether a series has been without an incident for a year."""
        return is_gone(self.counts[number], self.is_known, YEAR_DAYS)

    @cached_property
    def ended(self) -> tuple[str, ...]:
        """Name of each type that has stopped or is gone; none where no other goes on."""
        types = range(1, len(self.names))
        ended = tuple(self.names[number] for number in types if self.has_stopped(number) or self.is_gone(number))
        return ended if len(ended) < len(types) else ()

    def without(self, ended: Sequence[str]) -> DailyCounts:
        """Return the same, in all types together only those that go on in the city.

        Days on which an ended type still came are no measure of those without it: against them each new day would be
        among the least busy, and among the probabilities said while they set the threshold it would be among the most.
        """
        counts, known = self.counts.copy(), self.known.copy()
        rows = [number for number, name in enumerate(self.names) if name in ended]
        counts[0] -= counts[rows].sum(axis=0)
        known[0] -= known[rows].sum(axis=0)
        return replace(self, counts=counts, known=known)

    def date_of(self, day: int) -> date:
        """Return the date of a day's index."""
        return self.first_date + timedelta(days=int(day))


def daily_counts(incidents: pd.DataFrame, valid_from: date, until: date) -> DailyCounts:
    """Count incidents by type and day.

    Args:
        incidents: columns type, occurred_local_date and, where told, known_local_at; one row an incident. Rows outside
            the span are left out.
        valid_from: first day that the data hold whole.
        until: last such day.

    Raises:
        CalanqueError: if the span holds no day.
    """
    days = (until - valid_from).days + 1
    if days < 1:
        raise CalanqueError(f"No day lies between {valid_from} and {until}: correct valid_from, or load newer data.")
    dates = pd.to_datetime(incidents["occurred_local_date"]).to_numpy(dtype="datetime64[D]")
    index = (dates - np.datetime64(valid_from)).astype(np.int64)
    inside = (index >= 0) & (index < days)
    types = sorted(incidents["type"][inside].unique())
    number = pd.Categorical(incidents["type"][inside], categories=types).codes.astype(np.int64)
    counts = np.bincount(number * days + index[inside], minlength=len(types) * days).reshape(len(types), days)
    total = counts.sum(axis=0, dtype=np.int64)
    late, ages = days_late(incidents, until)
    slot = (number * days + index[inside]) * (ages + 1) + np.minimum(late, ages)[inside]
    known = np.bincount(slot, minlength=counts.size * (ages + 1)).reshape(*counts.shape, ages + 1)
    known = np.concatenate([known.sum(axis=0, keepdims=True), known])[:, :, :ages].cumsum(axis=2)
    return DailyCounts(valid_from, (ALL_TYPES, *types), np.vstack([total, counts]), ~silent_runs(total, ages), known)


def calendar(first_date: date, days: int, holidays: pd.DataFrame, harmonics: int) -> dict[str, NDArray[np.float64]]:
    """Return what is known of each day in advance: one array a term, days x columns.

    Args:
        first_date: the first day.
        days: how many.
        holidays: columns date, kind ('public_holiday' or 'school_holiday'; other kinds are left out); may be empty.
        harmonics: waves of the season.
    """
    dates = pd.date_range(first_date, periods=days)
    angle = 2 * np.pi * np.outer(dates.dayofyear, np.arange(1, harmonics + 1)) / SOLAR_YEAR_DAYS
    dated, kinds = pd.to_datetime(holidays["date"]).to_numpy(), holidays["kind"].to_numpy()

    def among(kind: str) -> NDArray[np.float64]:
        return np.isin(dates, dated[kinds == kind]).astype(float)[:, None]

    return {
        "weekday": np.eye(WEEK_DAYS)[dates.dayofweek],
        "season": np.hstack([np.sin(angle), np.cos(angle)]),
        "holiday": among("public_holiday"),
        "school": among("school_holiday"),
        # Sources write facts whose day nobody knows on the first of the month, and most on that of the year.
        "month_start": np.column_stack([dates.day == 1, dates.dayofyear == 1]).astype(float),
    }
