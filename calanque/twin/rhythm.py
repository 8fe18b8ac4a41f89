"""When things happen in the synthetic city: on which days more of a kind begin, and a rise for a reader to find."""

import itertools
import math
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

MORE = 3.0
"""How many times as many begin on the days of a rhythm as on others."""
_SATURDAY, _WARMEST_DAY, _YEAR_DAYS = 5, 205, 365.25


class Rhythm(StrEnum):
    """Days on which more begin: none, evenings before a free day, free days, working days. Public holidays are free."""

    EVEN = "even"
    EVES = "eves"
    FREE_DAYS = "free_days"
    WORKING_DAYS = "working_days"


class Rise(NamedTuple):
    """Days, the last included, on which so many times as many begin as before."""

    first: date
    last: date
    times: float


def day_weights(first: date, days: int, rhythm: Rhythm, summer: float, rise: Rise | None = None) -> list[float]:
    """Return how much some days weigh, each added to those before it, as `random.choices` takes them.

    Args:
        first: the first day.
        days: how many.
        rhythm: days that weigh more.
        summer: by which part of the year's mean the height of summer is above it.
        rise: days that weigh more than their rhythm and season say.
    """
    is_free = _free(first, days + 1)

    def weight(number: int) -> float:
        day = first + timedelta(days=number)
        is_more = {
            Rhythm.EVEN: False,
            Rhythm.EVES: is_free[number + 1],
            Rhythm.FREE_DAYS: is_free[number],
            Rhythm.WORKING_DAYS: not is_free[number],
        }[rhythm]
        season = 1 + summer * math.cos((day.timetuple().tm_yday - _WARMEST_DAY) / _YEAR_DAYS * math.tau)
        risen = rise.times if rise and rise.first <= day <= rise.last else 1.0
        return (MORE if is_more else 1.0) * season * risen

    return list(itertools.accumulate(weight(number) for number in range(days)))


@cache
def _free(first: date, days: int) -> tuple[bool, ...]:
    from holidays import country_holidays

    dates = [first + timedelta(days=number) for number in range(days)]
    public = country_holidays("FR", years=range(dates[0].year, dates[-1].year + 1))
    return tuple(day.weekday() >= _SATURDAY or day in public for day in dates)
