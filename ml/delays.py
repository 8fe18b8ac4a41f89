"""How much later than it happens an incident is known: nothing may count before anybody was told."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DAYS_A_WEEK, IN_TIME_WEEKS = 7, 8
COMPLETE = 0.95
# With fewer of the incidents known so soon, the data were loaded in bulk: their times of knowing say nothing.
LEAST_IN_TIME = 0.5


def complete_after(late: NDArray[np.integer[Any]], in_time: int) -> int | None:
    """Return after how much time 95 in 100 incidents are known, at most `in_time`; None where data came in bulk.

    Args:
        late: how much later than it happened each was known, in weeks or days; of incidents that have had `in_time`.
        in_time: what is late beyond it, in the same unit.
    """
    if not len(late):
        return 0
    if np.mean(late <= in_time) < LEAST_IN_TIME:
        return None
    return min(int(np.quantile(late, COMPLETE, method="higher")), in_time)


def days_late(incidents: pd.DataFrame, until: date) -> tuple[NDArray[np.int64], int]:
    """Return how many days after its own each incident was known, 0 where untold, and after how many 95 in 100 are.

    A day is over for as long as the last one is when the data end: what is known so soon of it is known of the others.

    Args:
        incidents: columns occurred_local_date and, where told, known_local_at.
        until: the last day that the data hold.
    """
    late = np.zeros(len(incidents), dtype=np.int64)
    known_at = pd.to_datetime(incidents["known_local_at"]) if "known_local_at" in incidents else pd.Series(dtype=object)
    is_dated = known_at.notna().to_numpy()
    if not is_dated.any():
        return late, 0
    dates: NDArray[np.datetime64] = pd.to_datetime(incidents["occurred_local_date"]).to_numpy(dtype="datetime64[D]")
    # Days from the beginning of its own day until each was known.
    after = ((known_at - dates)[is_dated] / pd.Timedelta(days=1)).to_numpy(dtype=float)
    known_last = float(np.max(after - (np.datetime64(until) - dates[is_dated]).astype(int)))
    late[is_dated] = np.ceil(np.maximum(after - max(known_last, 0.0), 0.0)).astype(int)
    had_time = dates <= np.datetime64(until) - IN_TIME_WEEKS * DAYS_A_WEEK
    return late, complete_after(late[is_dated & had_time], IN_TIME_WEEKS * DAYS_A_WEEK) or 0


def local_times(instants: pd.Series, time_zone: str) -> pd.Series:
    """Return instants (UTC) as the times that a territory's clocks showed; none where none is told."""
    return pd.to_datetime(instants, utc=True).dt.tz_convert(time_zone).dt.tz_localize(None)
