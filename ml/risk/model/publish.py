"""The rows of a forecast on its two grids: the territory's own cells, and the finer ones it is made in."""

from dataclasses import replace

import numpy as np
import pandas as pd

from calanque.places.cells import cells_frame
from ml.risk.model.counts import Publishes
from ml.risk.model.cube import CountCube
from ml.risk.model.score import Expected, ForecastStamp, figures, forecast
from ml.risk.model.slots import published_grid, published_parents


def published_forecast(cube: CountCube, expected: Expected, model: Publishes, stamp: ForecastStamp) -> pd.DataFrame:
    """Return the rows of the published grid, columns of `marts.fct_forecast`."""
    coarse = published_grid(cube.grid)
    summed = expected.published(published_parents(cube.grid), coarse.count)
    return forecast(coarse.cell_ids(), cube, summed, model.published_dispersion, model.config.bound_probability, stamp)


def fine_forecast(cube: CountCube, expected: Expected, model: Publishes, stamp: ForecastStamp) -> pd.DataFrame:
    """Return the rows of the fine grid, with the published cell (`parent_cell_id`) and the centre of each (degrees).

    Of a published cell around which nothing is known there are none: no part of it is told from another.
    """
    coarse, parents = published_grid(cube.grid), published_parents(cube.grid)
    is_known = (np.bincount(parents, weights=expected.is_known, minlength=coarse.count) > 0)[parents]
    mask = cube.grid.mask.copy()
    mask[mask] = is_known
    cells, types = cells_frame(replace(cube.grid, mask=mask)), len(cube.types)
    among, probability = np.flatnonzero(is_known), model.config.bound_probability
    fine = figures(cells["cell_id"].tolist(), among, cube, expected, model.dispersion, probability, stamp)
    cells["parent_cell_id"] = np.array(coarse.cell_ids(), dtype=object)[parents[among]]
    return fine.assign(**{name: np.tile(cells[name], types) for name in ("parent_cell_id", "lon", "lat")})
