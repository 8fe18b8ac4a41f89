"""The rows of a forecast on its two grids: the territory's own cells, and the finer ones it is made in."""

import numpy as np
import pandas as pd

from calanque.places.cells import cells_frame
from ml.risk.model.counts import Publishes
from ml.risk.model.cube import CountCube
from ml.risk.model.score import Expected, ForecastStamp, forecast
from ml.risk.model.slots import published_grid, published_parents


def published_forecast(cube: CountCube, expected: Expected, model: Publishes, stamp: ForecastStamp) -> pd.DataFrame:
    """Return the rows of the published grid, columns of `marts.fct_forecast`."""
    coarse = published_grid(cube.grid)
    summed = expected.published(published_parents(cube.grid), coarse.count)
    return forecast(coarse.cell_ids(), cube, summed, model.published_dispersion, model.config.bound_probability, stamp)


def fine_forecast(cube: CountCube, expected: Expected, model: Publishes, stamp: ForecastStamp) -> pd.DataFrame:
    """Return the rows of the fine grid, with the published cell (`parent_cell_id`) and the centre of each (degrees)."""
    cells, types = cells_frame(cube.grid), len(cube.types)
    fine = forecast(cube.grid.cell_ids(), cube, expected, model.dispersion, model.config.bound_probability, stamp)
    ids = np.array(published_grid(cube.grid).cell_ids(), dtype=object)[published_parents(cube.grid)]
    fine["parent_cell_id"] = np.tile(ids, types)
    fine["lon"], fine["lat"] = np.tile(cells["lon"].to_numpy(), types), np.tile(cells["lat"].to_numpy(), types)
    return fine
