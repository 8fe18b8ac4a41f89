"""What corrects the pool: a Poisson regression and boosted trees on the logarithms of its surfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.risk.features import LEAST_SHARE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.config import ChallengerConfig
    from ml.risk.features import Layout, SurfaceStream
    from ml.risk.forest import Forest
    from ml.risk.rows import Rows


def columns_of(layout: Layout) -> list[int]:
    """Return the surfaces that the corrections look at: each width over the long run, each past at two widths."""
    widths, lives = layout.widths_m, layout.half_lives_days
    broad = [widths[len(widths) // 3], widths[-2]]
    long = [layout.own(lives[-2], width) for width in widths]
    recent = [layout.own(life, width) for life in (*lives[:-2], lives[-1]) for width in broad]
    return [*long, *recent, *range(layout.own_count, layout.uniform)]


def features(shares: NDArray[np.float32], pool: NDArray[np.float32], cell_count: int) -> NDArray[np.float32]:
    """Return log(share over uniform) of the pool, then of each chosen surface; rows x features, a feature together."""
    table = np.empty((1 + shares.shape[1], len(pool)), dtype=np.float32)
    table[0], table[1:] = pool, shares.T
    table *= np.float32(cell_count)
    table += np.float32(LEAST_SHARE)
    return np.log(table, out=table).T


def surface_features(
    stream: SurfaceStream, pool: NDArray[np.float32], columns: list[int], kind: int
) -> NDArray[np.float32]:
    """Return the features of every cell for one type, cells x features."""
    surfaces = np.stack([stream.surface_of(column, kind) for column in columns])
    return features(surfaces.T, pool[kind], stream.cube.grid.count)


@dataclass(frozen=True, eq=False)
class Regression:
    """A Poisson regression a type: coefficients of the standardised features."""

    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    def predict(self, table: NDArray[np.float32], kind: int) -> NDArray[np.float32]:
        """Return the relative intensity of the rows of one type."""
        slope = self.coefficients[kind] / self.scale
        shift = self.intercepts[kind] - float(self.mean @ slope)
        return np.asarray(np.exp(table @ slope.astype(np.float32) + np.float32(shift)), dtype=np.float32)


def fit_regression(
    table: NDArray[np.float32], rows: Rows, types: int, cell_count: int, config: ChallengerConfig
) -> Regression:
    """Fit the intensity over that of a uniform map, by type: a row's exposure goes into its weight."""
    from sklearn.linear_model import PoissonRegressor

    mean, scale = table.mean(axis=0, dtype=np.float64), table.std(axis=0, dtype=np.float64) + 1e-6
    standard = (table - mean) / scale
    coefficients, intercepts = [], []
    for kind in range(types):
        chosen = rows.kind == kind
        if not rows.number[chosen].any():
            # Where nothing of a type has come, nothing says where it is likelier: a uniform map.
            coefficients.append(np.zeros(table.shape[1]))
            intercepts.append(0.0)
            continue
        # What a uniform map would expect: rates near 1 keep the solver's tolerance meaningful.
        exposure = rows.level[chosen] / cell_count
        fitted = PoissonRegressor(alpha=config.regression_alpha, solver="newton-cholesky", max_iter=50).fit(
            standard[chosen],
            rows.number[chosen] / exposure,
            sample_weight=rows.weight[chosen] * exposure,
        )
        coefficients.append(fitted.coef_)
        intercepts.append(float(fitted.intercept_))
    return Regression(np.array(coefficients), np.array(intercepts), mean, scale)


def fit_trees(
    table: NDArray[np.float32], pool: NDArray[np.float32], rows: Rows, config: ChallengerConfig, seed: int
) -> Any:
    """Fit boosted trees that multiply the pool's expectation, over all types; returns a LightGBM booster.

    Where nothing has come in all the weeks, there is no tree: nothing says where the pool is wrong.
    """
    import lightgbm

    data = lightgbm.Dataset(
        np.column_stack([table, rows.kind]).astype(np.float32),
        label=rows.number,
        weight=rows.weight,
        init_score=np.log(pool.astype(np.float64) * rows.level),
        categorical_feature=[table.shape[1]],
        params={"max_bin": 127, "verbosity": -1},
    )
    settings = {
        "objective": "poisson",
        "num_leaves": config.leaves,
        "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.fewest_rows_a_leaf,
        "lambda_l2": 5.0,
        "feature_fraction": 0.7,
        "num_threads": 2,
        "deterministic": True,
        "seed": seed,
        "verbosity": -1,
        "max_bin": 127,
    }
    if not rows.number.any():
        return lightgbm.Booster(settings | {"objective": "none"}, data)
    return lightgbm.train(settings, data, num_boost_round=config.trees)


def boosted(booster: Any, table: NDArray[np.float32], kind: int, forest: Forest | None) -> NDArray[np.float32]:
    """Return the factor by which the trees multiply the pool, for rows of one type; a forest is those trees, faster."""
    if forest is not None:
        return np.exp(forest.raw(table)).astype(np.float32)
    codes = np.full((len(table), 1), kind, dtype=np.float32)
    raw = booster.predict(np.hstack([table, codes]), raw_score=True, num_threads=1)
    return np.asarray(np.exp(raw), dtype=np.float32)
