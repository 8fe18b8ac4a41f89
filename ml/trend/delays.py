"""How many of a week's incidents are usually known when the week has been over for as long as the newest have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.delays import LEAST_IN_TIME

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ml.trend.config import TrendConfig

WEEKS_LEARNT_ON = 104


def shares_known(
    incidents: pd.DataFrame, kinds: list[str], first_unknown: date, config: TrendConfig
) -> NDArray[np.float64] | None:
    """Return the share of incidents usually known of the newest whole week, of the week before it, and so on, by type.

    A week that ended two days before the data do is judged by what is known two days after a week's end, the week
    before it by what is known nine days after. Learnt on weeks that have had time to become complete.

    Args:
        incidents: columns type, occurred_local_date, known_at.
        kinds: types, in the order of the rows returned, after the row of all types together.
        first_unknown: the day after the last day the data hold.
        config: how long a week takes to become complete.

    Returns:
        Types and one by `mature_weeks` and one; none where too little is known of delays.
    """
    week_end = _monday(incidents["occurred_local_date"]) + pd.Timedelta(days=7)
    age = (pd.Timestamp(first_unknown) - week_end).dt.days // 7
    is_learnt = age.between(config.mature_weeks, config.mature_weeks + WEEKS_LEARNT_ON)
    known_at = pd.to_datetime(incidents["known_at"], utc=True).dt.tz_localize(None)
    over = _newest_is_over_for(known_at, first_unknown)
    late = ((known_at - week_end - over)[is_learnt] / pd.Timedelta(days=7)).clip(lower=0).map(np.ceil)
    in_time = late[late <= config.mature_weeks]
    if len(in_time) < max(config.min_delays, LEAST_IN_TIME * is_learnt.sum()):
        return None
    kind = incidents["type"][in_time.index]
    everything = _shares(in_time, config.mature_weeks)
    rows = [everything]
    for one in kinds:
        mine = in_time[kind == one]
        rows.append(_shares(mine, config.mature_weeks) if len(mine) >= config.min_delays else everything)
    return np.array(rows)


def _newest_is_over_for(known_at: pd.Series, first_unknown: date) -> pd.Timedelta:
    """Return how long the newest whole week was over when the data end: of a day that goes on, what is known so far."""
    data_end = pd.Timestamp(first_unknown)
    week_end = data_end - pd.Timedelta(days=first_unknown.weekday())
    last_known = pd.Timestamp(known_at.max())
    return max(min(data_end, last_known) - week_end, pd.Timedelta(0))


def _shares(weeks_late: pd.Series, most: int) -> NDArray[np.float64]:
    count = np.bincount(weeks_late.to_numpy(dtype=int), minlength=most + 1)
    return np.asarray(count.cumsum() / count.sum())


def _monday(days: pd.Series) -> pd.Series:
    at = pd.to_datetime(days)
    return at - pd.to_timedelta(at.dt.weekday, unit="D")
