"""A simulated city with or without incidents that set others off, and the test that is to tell."""

from typing import Any

import pandas as pd

from calanque.twin.city import City
from calanque.twin.city_config import CityConfig, Contagion, IncidentType
from ml.near_repeat.config import NearRepeatConfig, near_repeat_config
from ml.near_repeat.knox import BandResult, KnoxReport

CONFIG = near_repeat_config()
NEAR = Contagion(branching_ratio=0.2, decay_days=5, distance_m=70)


def changed(**changes: Any) -> NearRepeatConfig:
    """Return the configuration with some of its knox or alert fields replaced, checked again."""
    plain = CONFIG.model_dump()
    for name, value in changes.items():
        plain["alert" if name in plain["alert"] else "knox"][name] = value
    return type(CONFIG).model_validate(plain)


def city(weekly_total: float = 30, weeks: int = 104, **kind: Any) -> City:
    """Return a city of one type of incident."""
    types = (IncidentType(name="burglary", weekly_total=weekly_total, **kind),)
    return City(CityConfig(rows=40, cols=40, weeks=weeks, types=types))


def incidents_of(city: City, seed: int) -> pd.DataFrame:
    """Return everything that happened, as if all of it had been reported."""
    return city.run(seed).incidents.assign(origin="reported")


def band_of(report: KnoxReport, up_to_m: float, last_day: int) -> BandResult:
    """Return what a report says of one band."""
    return next(band for band in report.bands if (band.up_to_m, band.last_day) == (up_to_m, last_day))
