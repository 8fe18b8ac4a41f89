"""Cities whose daily counts are drawn from a truth that tests know."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.level.rows import LevelFrames, level_frames

FIRST = date(2018, 1, 1)
NO_HOLIDAYS = pd.DataFrame({"date": pd.Series([], dtype=object), "kind": pd.Series([], dtype=str)})
WEEKDAYS = np.array([0.85, 0.8, 0.9, 0.95, 1.1, 1.35, 1.05])


def days_of(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def holidays_of(years: range) -> pd.DataFrame:
    """Twelve public holidays a year, on the same dates."""
    dates = [date(year, month, 9) for year in years for month in range(1, 13)]
    return pd.DataFrame({"date": dates, "kind": "public_holiday"})


def planted_mean(first: date, count: int, base: float, holidays: pd.DataFrame) -> np.ndarray:
    """Return the true mean of each day: weekday, season and holiday around a base that drifts slowly."""
    dates = pd.date_range(first, periods=count)
    season = 1 + 0.15 * np.sin(2 * np.pi * dates.dayofyear / 365.25)
    free = np.where(np.isin(dates.date, holidays["date"].to_numpy()), 1.8, 1.0)
    drift = np.exp(0.1 * np.sin(2 * np.pi * np.arange(count) / 1000))
    return base * drift * season * free * WEEKDAYS[dates.dayofweek]


def drawn(means: dict[str, np.ndarray], first: date, seed: int, dispersion: float = 0.0) -> pd.DataFrame:
    """Return incidents of each type, Poisson or spread wider, one row each."""
    draw, frames = np.random.default_rng(seed), []
    for kind, mean in means.items():
        rate = mean if dispersion == 0 else draw.gamma(1 / dispersion, mean * dispersion)
        dates = np.repeat(np.array(days_of(first, len(mean)), dtype=object), draw.poisson(rate))
        frames.append(pd.DataFrame({"type": kind, "occurred_local_date": dates}))
    return pd.concat(frames, ignore_index=True)


def frames_of(incidents: pd.DataFrame, days: int, holidays: pd.DataFrame = NO_HOLIDAYS) -> LevelFrames:
    return level_frames("city", incidents, holidays, FIRST + timedelta(days=days - 1), FIRST)
