"""The methods that are compared: two baselines, the pool, the regression that corrects it, and the mean of the two."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ml.risk.config import RiskConfig
from ml.risk.model.cores import in_turns
from ml.risk.model.corrections import Regression, columns_of, features, fit_regression, surface_features
from ml.risk.model.features import Layout, SurfaceStream
from ml.risk.model.kernels import shares
from ml.risk.model.metrics import expected_hits
from ml.risk.model.numbers import Numbers
from ml.risk.model.pool import fit_by_type
from ml.risk.model.rows import Rows, joined

# A baseline is one surface and a uniform floor: without the floor its log score is minus infinity at the first event
# in a cell that never had one. The floor's weight is learnt, so the baseline is at its best.
BASELINE_ITERATIONS = 50


class MethodName(StrEnum):
    """Names of the methods, as they are printed, logged and stored."""

    DECAY = "decay"
    KDE = "kde"
    POOL = "pool"
    REGRESSION = "regression"
    STACK = "stack"


RIVALS = (MethodName.DECAY, MethodName.KDE)
"""What the challenger must beat: slow decay, and the smoothing of counts that caught most."""
CHALLENGER = MethodName.STACK


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was learnt on past weeks.

    Attributes:
        baselines: column of each baseline's surface.
        floors: weights (types x 2) of each baseline's surface and of the uniform floor.
        pool: weights, types x surfaces of the pool.
        regression: the Poisson regression.
        regression_weight: its exponent in the geometric mean; the pool has the rest.
    """

    baselines: dict[MethodName, int]
    floors: dict[MethodName, Numbers]
    pool: Numbers
    regression: Regression
    regression_weight: float

    def baseline(self, name: MethodName, stream: SurfaceStream) -> NDArray[np.float32]:
        """Return a baseline's shares, types x cells."""
        return stream.mixture(self.floors[name], (self.baselines[name], stream.layout.uniform))

    def challengers(self, stream: SurfaceStream) -> dict[MethodName, NDArray[np.float32]]:
        """Return the shares (types x cells) of the pool, its correction, and their weighted geometric mean."""
        layout, count = stream.layout, stream.cube.grid.count
        pool = stream.mixture(self.pool, layout.pool)
        columns = columns_of(layout)
        regression = np.empty_like(pool)

        def correct(kind: int) -> None:
            regression[kind] = self.regression.predict(surface_features(stream, pool, columns, kind), kind)

        in_turns(correct, range(len(pool)))
        regression = shares(regression) + np.float32(1e-6 / count)
        stack = pool ** (1 - self.regression_weight) * regression**self.regression_weight
        return {
            MethodName.POOL: pool,
            MethodName.REGRESSION: shares(regression),
            MethodName.STACK: shares(stack),
        }


class Tuning:
    """Hits of every smoothing of the own type in past weeks: the baseline `kde` is the one that caught most."""

    def __init__(self, layout: Layout, top_count: int) -> None:
        """Take the surfaces and the number of cells that may be flagged."""
        self._candidates = range(layout.own_count)
        self._top_count = top_count
        self._hits: list[NDArray[np.float64]] = []

    def look(self, stream: SurfaceStream, counts: NDArray[np.float32]) -> None:
        """Count what each candidate would have caught of the week of the origin."""

        def caught(column: int) -> float:
            rows = zip(stream.counts(column), counts, strict=True)
            return sum(expected_hits(score, events, self._top_count) for score, events in rows)

        self._hits.append(np.array(in_turns(caught, self._candidates)))

    def best(self, weeks: int, late: int = 0) -> int:
        """Return the column that caught most in the latest weeks but `late`, the first one when none was looked at."""
        if not (looked := self._hits[: len(self._hits) - late][-weeks:]):
            return self._candidates[0]
        return self._candidates[int(np.sum(looked, axis=0).argmax())]


def fit(past: list[Rows], layout: Layout, config: RiskConfig, kde: int, cell_count: int) -> Fitted:
    """Learn every method on the rows of past weeks.

    Args:
        past: one entry a week, oldest first; the latest `fit_weeks` are used.
        layout: the order of the surfaces.
        config: the parameters.
        kde: the surface of the tuned baseline.
        cell_count: cells of the territory.
    """
    challenger = config.challenger
    rows = joined(past[-challenger.fit_weeks :])
    events = rows.chosen(rows.number > 0)
    types = int(rows.kind.max()) + 1
    baselines = {MethodName.DECAY: layout.own(config.baseline.half_life_days, 0), MethodName.KDE: kde}
    floors = {
        name: fit_by_type(events, types, (column, layout.uniform), BASELINE_ITERATIONS, challenger.prior_event_count)
        for name, column in baselines.items()
    }
    weights = fit_by_type(events, types, layout.pool, challenger.iterations, challenger.prior_event_count)
    pool = np.einsum("rk,rk->r", rows.shares, weights[rows.kind].astype(np.float32))
    table = features(rows.shares[:, columns_of(layout)], pool, cell_count)
    regression = fit_regression(table, rows, types, cell_count, challenger)
    return Fitted(baselines, floors, weights, regression, challenger.regression_weight)
