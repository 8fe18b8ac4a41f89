"""The trained model: a few dozen weights and what is needed to use them; plain JSON, readable by a person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from calanque.errors import CalanqueError
from ml.risk.features import surface_names
from ml.risk.method import MethodName

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.config import RiskConfig
    from ml.risk.rolling import Rolled


class GridSignature(BaseModel):
    """The grid a model was trained on; another grid needs another model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    crs: int
    cell: float
    x0: float
    y0: float
    cell_count: int


class RiskModel(BaseModel):
    """Weights per type of the pool and of its baseline, in the order of `config`'s surfaces."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    territory: str
    grid: GridSignature
    types: tuple[str, ...]
    trained_until: date
    half_lives_days: tuple[float, ...]
    widths_cells: tuple[float, ...]
    baseline_half_life_days: float
    level_half_life_days: float
    interval_coverage: float
    pool_weights: tuple[tuple[float, ...], ...]
    baseline_weights: tuple[tuple[float, ...], ...]
    dispersion: tuple[float, ...]

    def to_json(self) -> str:
        """Return the model as JSON text."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the model of a JSON text.

        Raises:
            CalanqueError: if the text is not a model of this version of the code.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise CalanqueError("The stored risk model was written by another version: train again.") from error

    def weights(self, method: MethodName) -> NDArray[np.float64]:
        """Return the weights (types x columns) of the pool or of the slow-decay baseline."""
        return np.array(self.pool_weights if method is MethodName.POOL else self.baseline_weights)

    def main_weights(self, index: int, count: int = 5) -> list[tuple[str, float]]:
        """Return the heaviest surfaces of one type, heaviest first, with their weights."""
        names = surface_names(self.half_lives_days, self.widths_cells)
        ordered = sorted(zip(names, self.pool_weights[index], strict=True), key=lambda pair: -pair[1])
        return ordered[:count]


def model_of(rolled: Rolled, config: RiskConfig) -> RiskModel:
    """Return the model whose weights were refitted at the end of a rolling run."""
    cube, grid = rolled.cube, rolled.cube.grid
    pool, decay = rolled.weights[MethodName.POOL], rolled.weights[MethodName.DECAY]
    return RiskModel(
        name=config.name,
        territory=grid.name,
        grid=GridSignature(crs=grid.crs, cell=grid.cell, x0=grid.x0, y0=grid.y0, cell_count=grid.count),
        types=cube.types,
        trained_until=cube.day_of(cube.weeks),
        half_lives_days=config.challenger.half_lives_days,
        widths_cells=config.challenger.widths_cells,
        baseline_half_life_days=config.baseline.half_life_days,
        level_half_life_days=config.level_half_life_days,
        interval_coverage=config.interval_coverage,
        pool_weights=tuple(tuple(row) for row in pool.tolist()),
        baseline_weights=tuple(tuple(row) for row in decay.tolist()),
        dispersion=tuple(rolled.tallies[MethodName.POOL].dispersion(len(cube.types)).tolist()),
    )
