"""A ratio of two rates, with an error that allows for over-dispersion and for days that go together.

Every ratio of this room is a logarithm and what each day moves it by (its influence). The variance is the sum of the
products of influences of days up to some lags away, with falling weights (Newey and West 1987, doi:10.2307/1913610),
never less than of days on their own: robust errors of few days are too small, and the larger of two is the safer one
(Angrist and Pischke 2009, Mostly Harmless Econometrics, section 8.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.factor.config import FactorConfig
from ml.level.counts import DailyCounts

Numbers = NDArray[np.float64]

YEAR_DAYS = 365


@dataclass(frozen=True, eq=False)
class City:
    """What is looked at.

    Attributes:
        daily: counts of each type and day, and the days that are known.
        incidents: one row each: type, day (index in `daily`), hour (null where unknown), premises, cell_id.
        config: parameters.
    """

    daily: DailyCounts
    incidents: pd.DataFrame
    config: FactorConfig

    def judged(self) -> list[tuple[str, Numbers, NDArray[np.bool_]]]:
        """Return each type with incidents enough: name, counts by day, known days from its first incident to its last.

        A type that is no longer recorded is judged on the days on which it was.
        """
        found = []
        for name, counts in zip(self.daily.names, self.daily.counts, strict=True):
            days = np.flatnonzero(counts)
            if counts.sum() < self.config.min_incidents:
                continue
            is_on = self.daily.is_known.copy()
            is_on[: days[0]] = is_on[days[-1] + 1 :] = False
            if is_on.sum() >= self.config.min_weeks * 7:
                found.append((name, counts.astype(float), is_on))
        return found

    def years(self) -> list[slice]:
        """Return the days of each year whose days are mostly known, counted back from the last day."""
        ends = range(self.daily.day_count, 0, -YEAR_DAYS)
        years = [slice(max(end - YEAR_DAYS, 0), end) for end in ends]
        return [year for year in years if self.daily.is_known[year].sum() >= self.config.year_known_share * YEAR_DAYS]


class Ratio(NamedTuple):
    """A ratio.

    Attributes:
        log: its logarithm; not a number where too little is known.
        error: standard error of the logarithm.
        freedom: independent pieces the error rests on, less one.
        years: logarithm of the ratio of each year that could be judged.
    """

    log: float
    error: float
    freedom: int
    years: tuple[float, ...]


UNKNOWN = Ratio(np.nan, np.nan, 1, ())


class Look(NamedTuple):
    """One type looked at by one value of one factor, with what was counted."""

    type: str
    factor: str
    category: str
    unit_count: int
    incident_count: int
    ratio: Ratio


def standard_error(influence: Numbers, lags: int) -> float:
    """Return the error of a figure from what each day of the calendar moves it by; 0 on days that are left out."""
    alone = float(influence @ influence)
    near = sum((1 - lag / (lags + 1)) * float(influence[lag:] @ influence[:-lag]) for lag in range(1, lags + 1))
    return float(np.sqrt(max(alone, alone + 2 * near)))


def is_enough(count: float, log_ratio: float, least: int) -> bool:
    """Return whether as many incidents are counted, and would be usual."""
    return bool(min(count, count * np.exp(-log_ratio)) >= least)


def of_sums(over: Sequence[Numbers], under: Sequence[Numbers], city: City, freedom: int) -> Ratio:
    """Return the product of the sums of some daily figures over that of others.

    Args:
        over: daily figures; the first holds the incidents with the factor.
        under: daily figures, as many.
        city: its parameters and years.
        freedom: pieces the error rests on, less one.
    """
    config = city.config

    def log(days: slice) -> float:
        return float(sum(np.log(part[days].sum()) for part in over) - sum(np.log(part[days].sum()) for part in under))

    if not all(part.sum() > 0 for part in (*over, *under)) or freedom < 1:
        return UNKNOWN
    whole = log(slice(None))
    influence = sum(part / part.sum() for part in over) - sum(part / part.sum() for part in under)
    error = standard_error(np.asarray(influence), config.lags)
    if not is_enough(over[0].sum(), whole, config.min_count) or error == 0:
        return UNKNOWN
    years = [
        log(year)
        for year in city.years()
        if is_enough(over[0][year].sum(), whole, config.min_year_count) and all(part[year].any() for part in under)
    ]
    return Ratio(whole, error, freedom, tuple(years))
