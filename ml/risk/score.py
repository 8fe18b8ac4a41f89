"""The forecast step: next week's expected count per cell and type, beside the baseline's, with interval and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from calanque.errors import CalanqueError
from ml.risk.features import SurfaceStream
from ml.risk.method import CHALLENGER, MethodName
from ml.risk.metrics import count_interval
from ml.risk.reasons import PARTS, reasons
from ml.risk.rolling import weekly_level, weekly_totals

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from ml.risk.cube import CountCube
    from ml.risk.model import RiskModel

RANK_SEED = 20180101
# Fewer incidents of any kind than this within the widest kernel, ever: nobody knows.
FEWEST_KNOWN = 1.0
FORECAST_COLUMNS = (
    *("territory", "cell_id", "type", "week_start_date", "expected_count", "lower_count", "upper_count"),
    *("baseline_count", "rank_model", "rank_baseline", "is_known", *PARTS, "reason_en", "reason_fr"),
    *("model_name", "model_version", "served", "data_version", "forecast_at"),
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


@dataclass(frozen=True, eq=False)
class Expected:
    """Expected counts of next week, types x cells of one grid.

    Attributes:
        model: of the model.
        baseline: of slow-decay counts, with the same total.
        parts: share of each part of the pool in its forecast, parts x types x cells.
        is_known: cells with enough history around them.
    """

    model: NDArray[np.float64]
    baseline: NDArray[np.float64]
    parts: NDArray[np.float32]
    is_known: NDArray[np.bool_]

    def published(self, parent: NDArray[np.intp], cells: int) -> Expected:
        """Return the same on a coarser grid: counts add up, parts are weighed by them.

        Args:
            parent: coarse cell of each fine cell.
            cells: number of coarse cells.
        """

        def summed(values: NDArray[np.floating]) -> NDArray[np.float64]:
            return np.stack([np.bincount(parent, weights=row, minlength=cells) for row in values])

        model = summed(self.model)
        parts = np.stack([summed(part * self.model) for part in self.parts]) / np.maximum(model, 1e-300)
        known = np.bincount(parent, weights=self.is_known, minlength=cells) > 0
        return Expected(model, summed(self.baseline), parts.astype(np.float32), known)


def expected_counts(cube: CountCube, model: RiskModel) -> Expected:
    """Return the expected counts of the week after the last complete one.

    Raises:
        CalanqueError: if the model was trained on another grid or other types.
    """
    _require_same_ground(cube, model)
    level = weekly_level(weekly_totals(cube), model.config.level_half_life_days)
    stream = SurfaceStream(cube, cube.weeks, model.config)
    fitted, layout = model.fitted, stream.layout
    shares = fitted.challengers(stream)
    pool = np.maximum(shares[MethodName.POOL], 1e-30)
    parts = [stream.mixture(fitted.pool[:, columns], tuple(columns)) / pool for columns in layout.parts().values()]
    baseline = fitted.baseline(MethodName.DECAY, stream)
    return Expected(
        shares[CHALLENGER] * level[:, None],
        baseline * level[:, None],
        np.stack(parts).astype(np.float32),
        stream.history_around() >= FEWEST_KNOWN,
    )


def forecast(
    ids: list[str], cube: CountCube, expected: Expected, model: RiskModel, stamp: ForecastStamp
) -> pd.DataFrame:
    """Return the forecast as rows, one per cell and type.

    Args:
        ids: identifier of each cell of `expected`.
        cube: gives types and week.
        expected: counts on the grid of `ids`.
        model: gives dispersion and name.
        stamp: written on every row.

    Returns:
        Columns `FORECAST_COLUMNS`: counts a week; ranks from 1 within a type, ties at random with a fixed seed.
    """
    coverage, pairs = 1 - 2 * model.interval_tail, zip(expected.model, model.dispersion, strict=True)
    intervals = [count_interval(mean, alpha, coverage) for mean, alpha in pairs]
    english, french = reasons(expected.parts, expected.is_known)
    values = {
        "territory": model.territory,
        "cell_id": np.tile(np.array(ids, dtype=object), len(cube.types)),
        "type": np.repeat(np.array(cube.types, dtype=object), len(ids)),
        "week_start_date": cube.day_of(cube.weeks),
        "expected_count": expected.model.ravel(),
        "lower_count": np.concatenate([low for low, _ in intervals]),
        "upper_count": np.concatenate([high for _, high in intervals]),
        "baseline_count": expected.baseline.ravel(),
        "rank_model": ranks(expected.model).ravel(),
        "rank_baseline": ranks(expected.baseline).ravel(),
        "is_known": np.tile(expected.is_known, len(cube.types)),
        **dict(zip(PARTS, expected.parts.reshape(len(PARTS), -1).astype(float), strict=True)),
        "reason_en": english,
        "reason_fr": french,
        "model_name": model.name,
        "model_version": stamp.model_version,
        "served": stamp.served.value,
        "data_version": stamp.data_version,
        "forecast_at": stamp.forecast_at,
    }
    return pd.DataFrame(values)[list(FORECAST_COLUMNS)]


def ranks(values: NDArray[np.floating]) -> NDArray[np.int32]:
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
    if grid.name.partition("/")[0] != model.territory or not same:
        raise CalanqueError(f"The model was trained on another grid than that of '{grid.name}': train again.")
    if cube.types != model.types:
        raise CalanqueError(f"The model knows the types {', '.join(model.types)}, not those of the data: train again.")
    if cube.premises != model.premises:
        told = ", ".join(model.premises) or "none"
        raise CalanqueError(f"The model knows the premises {told}, not those of the data: train again.")
