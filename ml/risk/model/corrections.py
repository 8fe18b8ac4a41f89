"""What corrects the pool: a Poisson regression on the logarithms of its surfaces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.risk.config import ChallengerConfig
from ml.risk.model.features import LEAST_SHARE, Layout, SurfaceStream
from ml.risk.model.numbers import Numbers
from ml.risk.model.rows import Rows


def columns_of(layout: Layout) -> list[int]:
    """Return the surfaces that the regression looks at: each width over the long run, each past at two widths."""
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

    coefficients: Numbers
    intercepts: Numbers
    mean: Numbers
    scale: Numbers

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
