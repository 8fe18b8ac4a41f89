"""A risk model that learns little and often, and cubes made of a few columns: what its tests share."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

from calanque.places.grid import Grid
from ml.intervals import Difference
from ml.risk.config import RiskConfig, risk_config
from ml.risk.model.cube import CountCube, build_cube
from ml.risk.model.score import ForecastStamp, Served

FIRST = date(2018, 1, 1)
# What one forecast wins over another: for certain, and not.
SURE, UNSURE = Difference(0.01, 0.002, 0.02, 3), Difference(0.01, -0.001, 0.02, 1.9)
QUICK = {"fit_weeks": 20, "min_fit_weeks": 10, "refit_weeks": 8, "zeros_a_week": 200}


def quick_config(weeks: int = 20, **challenger: Any) -> RiskConfig:
    """Return the parameters of a small city, judged on so many weeks."""
    config = risk_config()
    learnt = config.challenger.model_copy(update={**QUICK, "widths_m": (0, 80, 200, 600), **challenger})
    judged = config.backtest.model_copy(update={"weeks": weeks, "bootstrap_draws": 200})
    return config.model_copy(update={"challenger": learnt, "backtest": judged})


def square(side: int, cell_m: float = 200.0) -> Grid:
    """Return so many cells each way."""
    return Grid("here", 2154, cell_m, 0.0, 0.0, np.ones((side, side), dtype=bool))


def last_day(weeks: int) -> date:
    """Return the Sunday that ends so many weeks."""
    return date.fromordinal(FIRST.toordinal() + 7 * weeks - 1)


def stamp(until: date, served: Served = Served.MODEL, version: str = "3") -> ForecastStamp:
    """Return where a forecast from data until a day comes from."""
    return ForecastStamp("risk", version, "12", served, datetime(2021, 1, 1, tzinfo=UTC), until)


def hot_city(grid: Grid, weeks: int, seed: int = 2, shape: float = 0.2, **factors: float) -> pd.DataFrame:
    """Return incidents of lasting hot cells that types share: burglaries, and fewer robberies, if none are asked for.

    The smaller the shape, the fewer the cells that are hot.
    """
    generator, frames = np.random.default_rng(seed), []
    rate = generator.gamma(shape, 1.0, grid.count)
    for kind, factor in (factors or {"burglary": 0.4, "robbery": 0.16}).items():
        week, cell = np.nonzero(generator.random((weeks, grid.count)) < 1 - np.exp(-rate * factor))
        frames.append(pd.DataFrame({"week": week, "cell": cell, "type": kind}))
    return pd.concat(frames, ignore_index=True)


def with_hours(events: pd.DataFrame, seed: int = 5) -> pd.DataFrame:
    """Return incidents with a day of the week and an hour, all as likely."""
    generator = np.random.default_rng(seed)
    return events.assign(day=generator.integers(0, 7, len(events)), hour=generator.integers(0, 24, len(events)))


def weekly_cube(grid: Grid, events: pd.DataFrame, weeks: int) -> CountCube:
    """Return the cube of incidents by week, cell and type, and by what else is told.

    That is day, hour, premises, and the week in which each was known.
    """
    days = np.datetime64(FIRST) + 7 * events["week"].to_numpy()
    days = days + events["day"].to_numpy() if "day" in events else days
    hours = events["hour"].to_numpy(dtype=int) if "hour" in events else None
    kinds, places = events["type"].reset_index(drop=True), events.get("premises")
    known = np.datetime64(FIRST) + 7 * events["known"].to_numpy() if "known" in events else None
    told = {"premises": places, "hours": hours, "known_days": known}
    return build_cube(grid, FIRST, last_day(weeks), days, events["cell"].to_numpy(), kinds, **told)
