"""How much later than it happens an incident is known: nothing may count before anybody was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
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


def local_times(instants: pd.Series, time_zone: str) -> pd.Series:
    """Return instants (UTC) as the times that a territory's clocks showed; none where none is told."""
    return pd.to_datetime(instants, utc=True).dt.tz_convert(time_zone).dt.tz_localize(None)
