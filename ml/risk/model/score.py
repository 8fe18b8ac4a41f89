"""The forecast step: next week's expected count per cell and type, beside the baseline's, with bound and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.errors import CalanqueError
from ml.risk.model.cube import CountCube
from ml.risk.model.features import SurfaceStream
from ml.risk.model.level import ended_types, weekly_level, weekly_totals
from ml.risk.model.method import CHALLENGER, MethodName
from ml.risk.model.metrics import any_probability
from ml.risk.model.published import bounds, summed
from ml.risk.model.reasons import PARTS, has_begun, has_ended, reasons
from ml.risk.model.trained import RiskModel

RANK_SEED = 20180101
# Fewer incidents of any kind than this within the widest kernel, ever: nobody knows.
FEWEST_KNOWN = 1.0


class Served(StrEnum):
    """Which of the two columns is shown first."""

    MODEL = "model"
    BASELINE = "baseline"


@dataclass(frozen=True)
class ForecastStamp:
    """Where a forecast comes from, written on every row.

    Attributes:
        model_name: such as `risk`.
        model_version: in the registry.
        data_version: versions of the tables read.
        served: which figure is shown.
        forecast_at: when it was made.
        data_until: last day that the data hold.
        note: what every reason says besides, in English and in French.
    """

    model_name: str
    model_version: str
    data_version: str
    served: Served
    forecast_at: datetime
    data_until: date
    note: tuple[str, str] = ("", "")


@dataclass(frozen=True, eq=False)
class Expected:
    """Expected counts of next week, types x cells of one grid.

    Attributes:
        model: of the model.
        baseline: of the best of the plain counts, with the same total.
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
        model = summed(self.model, parent, cells)
        parts = np.stack([summed(part * self.model, parent, cells) for part in self.parts]) / np.maximum(model, 1e-300)
        known = np.bincount(parent, weights=self.is_known, minlength=cells) > 0
        return Expected(model, summed(self.baseline, parent, cells), parts.astype(np.float32), known)


def expected_counts(cube: CountCube, model: RiskModel) -> Expected:
    """Return the expected counts of the week after the last complete one.

    Raises:
        CalanqueError: if the model was trained on another grid or other types.
    """
    require_same_ground(cube, model)
    level = weekly_level(weekly_totals(cube), model.config.level_half_life_days)
    stream = SurfaceStream(cube, cube.weeks, model.config)
    fitted, layout = model.fitted, stream.layout
    shares = fitted.challengers(stream)
    pool = np.maximum(shares[MethodName.POOL], 1e-30)
    parts = [
        stream.mixture(fitted.pool[:, columns], tuple(columns)) / pool
        for columns in layout.parts(len(cube.types)).values()
    ]
    baseline = fitted.baseline(model.baseline, stream)
    return Expected(
        shares[CHALLENGER] * level[:, None],
        baseline * level[:, None],
        np.stack(parts).astype(np.float32),
        stream.history_around() >= FEWEST_KNOWN,
    )


def forecast(
    ids: list[str],
    cube: CountCube,
    expected: Expected,
    dispersion: tuple[float, ...],
    probability: float,
    stamp: ForecastStamp,
) -> pd.DataFrame:
    """Return the forecast as rows, one per cell and type, each with its reasons.

    Args:
        ids: identifier of each cell of `expected`.
        cube: gives territory, types and week.
        expected: counts on the grid of `ids`.
        dispersion: over-dispersion of each type on that grid.
        probability: that a count does not exceed its `upper_count`.
        stamp: written on every row.

    Returns:
        Columns of `marts.fct_forecast`: counts a week; ranks from 1 within a type, ties at random with a fixed seed.
    """
    rows = figures(ids, np.arange(len(ids)), cube, expected, dispersion, probability, stamp)
    english, french = _reasons(cube, expected, stamp)
    for name, sentences in (("reason_en", english), ("reason_fr", french)):
        rows.insert(list(rows).index("model_name"), name, sentences)
    return rows


def figures(
    ids: Sequence[str],
    among: NDArray[np.intp],
    cube: CountCube,
    expected: Expected,
    dispersion: tuple[float, ...],
    probability: float,
    stamp: ForecastStamp,
) -> pd.DataFrame:
    """Return the rows of the cells of `among`, by their index, without reasons; `ids` are theirs, the rest as above."""
    model, parts = expected.model[:, among], expected.parts[:, :, among]
    any_one = [any_probability(mean, alpha) for mean, alpha in zip(model, dispersion, strict=True)]
    values = {
        "territory": cube.grid.name.partition("/")[0],
        "cell_id": np.tile(np.array(ids, dtype=object), len(cube.types)),
        "type": np.repeat(np.array(cube.types, dtype=object), len(among)),
        "week_start_date": cube.day_of(cube.weeks),
        "expected_count": model.ravel(),
        "upper_count": bounds(model, dispersion, probability).ravel(),
        "p_at_least_one": np.concatenate(any_one),
        "baseline_count": expected.baseline[:, among].ravel(),
        "rank_model": ranks(expected.model)[:, among].ravel(),
        "rank_baseline": ranks(expected.baseline)[:, among].ravel(),
        "is_known": np.tile(expected.is_known[among], len(cube.types)),
        **dict(zip(PARTS, parts.reshape(len(PARTS), -1).astype(float), strict=True)),
    }
    return pd.DataFrame(values | _stamped(stamp))


def _stamped(stamp: ForecastStamp) -> dict[str, object]:
    return {
        "model_name": stamp.model_name,
        "model_version": stamp.model_version,
        "served": stamp.served.value,
        "data_version": stamp.data_version,
        "data_until_date": stamp.data_until,
        "forecast_at": stamp.forecast_at,
    }


def _reasons(
    cube: CountCube, expected: Expected, stamp: ForecastStamp
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the reasons, each followed by what is true of the whole forecast."""
    week = cube.day_of(cube.weeks)
    begun = has_begun(stamp.data_until, week - timedelta(days=1)) if stamp.data_until >= week else ("", "")
    english, french = reasons(expected.parts, expected.is_known)
    cells = len(expected.is_known)
    for one in ended_types(cube):
        of_type = slice(one.kind * cells, (one.kind + 1) * cells)
        english[of_type], french[of_type] = has_ended(one.last_week, is_recent=one.is_recent)
    ends = ["".join(f" {sentence}" for sentence in pair if sentence) for pair in zip(stamp.note, begun, strict=True)]
    return english + ends[0], french + ends[1]


def ranks(values: NDArray[np.floating]) -> NDArray[np.int32]:
    """Return the rank of each cell within its type, 1 for the highest; ties at random, fixed seed."""
    generator = np.random.default_rng(RANK_SEED)
    ranked = np.empty(values.shape, dtype=np.int32)
    for row, target in zip(values, ranked, strict=True):
        order = np.lexsort((generator.random(len(row)), -row))
        target[order] = np.arange(1, len(row) + 1)
    return ranked


def require_same_ground(cube: CountCube, model: RiskModel) -> None:
    """Refuse to forecast where the grid, the types or the premises are not those that the model learnt.

    Raises:
        CalanqueError: saying which of them differs.
    """
    grid, signature = cube.grid, model.grid
    same = (grid.crs, grid.cell, grid.x0, grid.y0) == (signature.crs, signature.cell, signature.x0, signature.y0)
    if grid.name.partition("/")[0] != model.territory or not same:
        raise CalanqueError(f"The model was trained on another grid than that of '{grid.name}': train again.")
    if cube.types != model.types:
        raise CalanqueError(f"The model knows the types {', '.join(model.types)}, not those of the data: train again.")
    if cube.premises != model.premises:
        known = ", ".join(model.premises) or "none"
        raise CalanqueError(f"The model knows the premises {known}, not those of the data: train again.")
