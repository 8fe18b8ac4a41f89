"""How many of a week's incidents are usually known when the week has been over for as long as the newest have."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.delays import DAYS_A_WEEK, LEAST_IN_TIME, days_late
from ml.trend.config import TrendConfig

WEEKS_LEARNT_ON = 104


def shares_known(
    incidents: pd.DataFrame, kinds: list[str], until: date, config: TrendConfig
) -> NDArray[np.float64] | None:
    """Return the share of incidents usually known of the newest whole week, of the week before it, and so on, by type.

    A week that ended two days before the data do is judged by what is known two days after a week's end, the week
    before it by what is known nine days after. Learnt on weeks that have had time to become complete.

    Args:
        incidents: columns type, occurred_local_date, known_local_at.
        kinds: types, in the order of the rows returned, after the row of all types together.
        until: the last day the data hold.
        config: how long a week takes to become complete.

    Returns:
        Types and one by `mature_weeks` and one; none where too little is known of delays.
    """
    most, (late, _) = config.mature_weeks, days_late(incidents, until)
    days = pd.to_datetime(incidents["occurred_local_date"])
    to_sunday = DAYS_A_WEEK - 1 - days.dt.weekday.to_numpy()
    # So many days each week, and the newest whole one, have been over.
    over = (pd.Timestamp(until) - days).dt.days.to_numpy() - to_sunday
    newest_over = (until.weekday() + 1) % DAYS_A_WEEK
    weeks_late = -(-np.maximum(late - to_sunday - newest_over, 0) // DAYS_A_WEEK)
    is_learnt = (over // DAYS_A_WEEK >= most) & (over // DAYS_A_WEEK <= most + WEEKS_LEARNT_ON)
    in_time = is_learnt & incidents["known_local_at"].notna().to_numpy() & (weeks_late <= most)
    if in_time.sum() < max(config.min_delays, LEAST_IN_TIME * is_learnt.sum()):
        return None
    everything = _shares(weeks_late[in_time], most)
    by_type = (weeks_late[in_time & (incidents["type"] == kind).to_numpy()] for kind in kinds)
    return np.array(
        [everything, *(_shares(mine, most) if len(mine) >= config.min_delays else everything for mine in by_type)]
    )


def _shares(weeks_late: NDArray[np.int64], most: int) -> NDArray[np.float64]:
    count = np.bincount(weeks_late, minlength=most + 1)
    return np.asarray(count.cumsum() / count.sum())
