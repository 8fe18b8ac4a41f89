"""The count cube of a simulated city: the door between the twin and the models."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ml.delays import DAYS_A_WEEK
from ml.risk.model.cube import CountCube, build_cube

if TYPE_CHECKING:
    import pandas as pd

    from calanque.twin.city import City


def city_cube(city: City, incidents: pd.DataFrame) -> CountCube:
    """Return the counts of all the city's weeks.

    Args:
        city: the simulated city.
        incidents: `City.simulate`, `CityRun.observe` of several weeks together, or `CityRun.incidents`, filtered at
            will; a type without any row is not in the cube.

    Raises:
        CalanqueError: if there is no incident.
    """
    first_day = city.config.first_day
    until = first_day + timedelta(days=DAYS_A_WEEK * city.config.weeks - 1)
    days = incidents["occurred_at"].dt.tz_localize(None).to_numpy(dtype="datetime64[D]")
    cells, hours = incidents["cell_index"].to_numpy(dtype=int), incidents["occurred_at"].dt.hour.to_numpy()
    return build_cube(city.grid, first_day, until, days, cells, incidents["type"], hours=hours)
