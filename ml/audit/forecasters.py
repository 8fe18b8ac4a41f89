"""What an audit asks of a forecast: counts of past weeks in, expected counts of the next week out."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ml.risk.config import RiskConfig, risk_config
from ml.risk.model.cube import CountCube
from ml.risk.model.level import weekly_level, weekly_totals
from ml.risk.model.method import CHALLENGER
from ml.risk.model.metrics import top_cell_count
from ml.risk.record.rolling import roll

Forecaster: TypeAlias = Callable[[CountCube], NDArray[np.floating]]


def risk_forecaster(config: RiskConfig | None = None) -> Forecaster:
    """Return the forecast of the product, learnt anew by every call; `config` is `ml/risk/model.yml` when absent."""
    chosen = config or risk_config()

    def forecast(cube: CountCube) -> NDArray[np.floating]:
        rolled = roll(cube, chosen, 0)
        shares = rolled.fitted.challengers(rolled.stream)[CHALLENGER]
        return np.asarray(shares * weekly_level(weekly_totals(cube), chosen.level_half_life_days)[:, None])

    return forecast


def top_cells(score: NDArray[np.floating], area_share: float) -> NDArray[np.bool_]:
    """Return the cells of highest score that make a share of the area; of equal ones, the first by index."""
    flags = np.zeros(len(score), dtype=bool)
    flags[np.argsort(-score, kind="stable")[: top_cell_count(len(score), area_share)]] = True
    return flags
