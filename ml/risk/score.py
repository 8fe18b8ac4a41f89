"""The forecast step: next week's expected count per cell and type, beside the baseline's, with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from calanque.errors import CalanqueError
from ml.risk.features import SurfaceStream, shares
from ml.risk.method import MethodName
from ml.risk.metrics import count_interval
from ml.risk.rolling import weekly_level, weekly_totals

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from ml.risk.cube import CountCube
    from ml.risk.model import RiskModel

RANK_SEED = 20180101
FORECAST_COLUMNS = (
    "territory",
    "cell_id",
    "type",
    "week_start_date",
    "expected_count",
    "lower_count",
    "upper_count",
    "baseline_count",
    "rank_model",
    "rank_baseline",
    "model_name",
    "model_version",
    "served",
    "data_version",
    "forecast_at",
)


class Served(StrEnum):
    """Which of the two columns is shown first."""

    MODEL = "model"
    BASELINE = "baseline"


@dataclass(frozen=True)
class ForecastStamp:
    """Where a forecast comes from: registry version, version of the training table, who is served, when."""

    model_version: str
    data_version: str
    served: Served
    forecast_at: datetime


def forecast(cube: CountCube, model: RiskModel, stamp: ForecastStamp) -> pd.DataFrame:
    """Return the forecast of the week after the last complete one, one row per cell and type.

    Args:
        cube: counts up to the last complete week.
        model: a model trained on the same grid and types.
        stamp: written on every row.

    Returns:
        Columns `FORECAST_COLUMNS`: counts a week; ranks from 1 within a type, ties at random with a fixed seed.

    Raises:
        CalanqueError: if the model was trained on another grid or other types.
    """
    _require_same_ground(cube, model)
    expected, baseline = expected_counts(cube, model)
    intervals = [count_interval(m, d, model.interval_coverage) for m, d in zip(expected, model.dispersion, strict=True)]
    ids, cells = cube.grid.cell_ids(), cube.grid.count
    values = (
        model.territory,
        np.tile(np.array(ids, dtype=object), len(cube.types)),
        np.repeat(np.array(cube.types, dtype=object), cells),
        cube.day_of(cube.weeks),
        expected.ravel().astype(float),
        np.concatenate([low for low, _ in intervals]),
        np.concatenate([high for _, high in intervals]),
        baseline.ravel().astype(float),
        ranks(expected).ravel(),
        ranks(baseline).ravel(),
        model.name,
        stamp.model_version,
        stamp.served.value,
        stamp.data_version,
        stamp.forecast_at,
    )
    return pd.DataFrame(dict(zip(FORECAST_COLUMNS, values, strict=True)))


def expected_counts(cube: CountCube, model: RiskModel) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the expected counts of the pool and of the baseline (types x cells), with one and the same total."""
    level = weekly_level(weekly_totals(cube), model.level_half_life_days).astype(np.float32)
    stream = SurfaceStream(cube, cube.weeks, model.half_lives_days, model.widths_cells)
    pool, weights = stream.pool(), model.weights(MethodName.POOL).astype(np.float32)
    mixed = np.einsum("tk,ktc->tc", weights, pool)
    plain = shares(stream.surface(model.baseline_half_life_days, 0))
    floor = model.weights(MethodName.DECAY).astype(np.float32)
    baseline = floor[:, :1] * plain + floor[:, 1:] / cube.grid.count
    return np.asarray(mixed * level[:, None]), np.asarray(baseline * level[:, None], dtype=np.float32)


def ranks(values: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the rank of each cell within its type, 1 for the highest; ties at random, fixed seed."""
    generator = np.random.default_rng(RANK_SEED)
    ranked = np.empty(values.shape, dtype=np.int32)
    for row, target in zip(values, ranked, strict=True):
        order = np.lexsort((generator.random(len(row)), -row))
        target[order] = np.arange(1, len(row) + 1)
    return ranked


def _require_same_ground(cube: CountCube, model: RiskModel) -> None:
    grid, signature = cube.grid, model.grid
    same = (grid.crs, grid.cell, grid.x0, grid.y0) == (signature.crs, signature.cell, signature.x0, signature.y0)
    if grid.name != model.territory or not same:
        raise CalanqueError(f"The model was trained on another grid than that of '{grid.name}': train again.")
    if cube.types != model.types:
        raise CalanqueError(f"The model knows the types {', '.join(model.types)}, not those of the data: train again.")
