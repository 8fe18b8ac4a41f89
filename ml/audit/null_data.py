"""Null data: incidents that follow residents alone must not be turned into hot spots.

The permutation band alone cannot catch a forecast that always leans to the same cells: the refits that make the band
lean as well. So the share given to the top cells is also held against their residents' share, which on null data is the
truth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy import stats

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.twin.city import City, CityRun
from calanque.twin.city_config import CityConfig
from ml.audit.feedback import cube_until
from ml.audit.forecasters import Forecaster, top_cells

# Of what the share of all lives is said to be at least.
SHOWN_CONFIDENCE = 0.95


class NullConfig(Closed):
    """The statistic, the band and the bars."""

    top_area_share: float = Field(default=0.05, gt=0, lt=1)
    band_draws: int = Field(default=40, ge=10)
    # At 0.95 a perfect forecast has 95 of 100 seeds inside on average, and so fails the bar four times out of ten.
    band_coverage: float = Field(default=0.99, gt=0.5, lt=1)
    least_share_within: float = Field(default=0.95, gt=0, lt=1, description="Seeds that must be within the band.")
    tolerance: float = Field(default=0.1, gt=0, description="Mean excess over the residents' share that is accepted.")


@dataclass(frozen=True)
class Band:
    """Where the concentration of a refit falls when places are redrawn from residents."""

    low: float
    high: float
    mean: float
    draw_count: int

    def holds(self, value: float) -> bool:
        """Whether a concentration is within."""
        return self.low <= value <= self.high


@dataclass(frozen=True, eq=False)
class NullStudy:
    """The concentration of the forecast in each null life, beside the band."""

    config: NullConfig
    band: Band
    concentration: NDArray[np.float64]

    @property
    def share_within(self) -> float:
        """Share of the lives within the band."""
        return float(np.mean([self.band.holds(value) for value in self.concentration]))

    @property
    def life_count(self) -> int:
        """Number of lives tried."""
        return len(self.concentration)

    @property
    def least_share(self) -> float:
        """Share of all lives within the band that these lives show at least (Clopper and Pearson, one-sided)."""
        within = round(self.share_within * self.life_count)
        return float(stats.beta.ppf(1 - SHOWN_CONFIDENCE, within, self.life_count - within + 1)) if within else 0.0

    @property
    def lives_needed(self) -> int:
        """Fewest lives that could show that the bar is held, if all of them are within the band."""
        return ceil(log(1 - SHOWN_CONFIDENCE) / log(self.config.least_share_within))

    @property
    def is_weak(self) -> bool:
        """Whether so few lives cannot tell that the bar is held, whatever they give."""
        return self.life_count < self.lives_needed

    @property
    def excess(self) -> float:
        """Mean excess of the top cells' share over their residents' share, as a part of the latter."""
        return float(self.concentration.mean() - 1)

    @property
    def is_passed(self) -> bool:
        """Whether both bars are reached."""
        return self.share_within >= self.config.least_share_within and self.excess <= self.config.tolerance


def concentration(expected: NDArray[np.floating], population: NDArray[np.float64], area_share: float) -> float:
    """Return the share of the expected incidents in the top cells over these cells' share of the residents.

    Args:
        expected: expected incidents of each cell, all types.
        population: residents of each cell.
        area_share: share of the cells that are the top.
    """
    top = top_cells(expected, area_share)
    return float(expected[top].sum() / expected.sum() / (population[top].sum() / population.sum()))


def relocated(incidents: pd.DataFrame, population: NDArray[np.float64], seed: int) -> pd.DataFrame:
    """Return the incidents with their dates and types, each in a cell drawn from the residents."""
    drawn = np.random.default_rng(seed).choice(len(population), len(incidents), p=population / population.sum())
    return incidents[["occurred_at", "type"]].assign(cell_index=drawn)


def reported_only(run: CityRun) -> pd.DataFrame:
    """Return what the public reports in a life: what the product learns from."""
    return run.incidents[run.is_reported]


def permutation_band(
    city: City, incidents: pd.DataFrame, forecaster: Forecaster, config: NullConfig, seed: int
) -> Band:
    """Return the prediction interval of the concentration under refits on places redrawn from residents.

    Student's, from the mean and the deviation of the draws: 40 refits then give a 99 % band, which their extremes would
    not.
    """
    values = [
        _concentration_of(city, relocated(incidents, city.population, seed + n), forecaster, config)
        for n in range(config.band_draws)
    ]
    mean, deviation = float(np.mean(values)), float(np.std(values, ddof=1))
    quantile = float(stats.t.ppf((1 + config.band_coverage) / 2, config.band_draws - 1))
    half = quantile * deviation * (1 + 1 / config.band_draws) ** 0.5
    return Band(mean - half, mean + half, mean, config.band_draws)


def study_null(
    config: CityConfig,
    forecaster: Forecaster,
    seeds: tuple[int, ...],
    null: NullConfig | None = None,
    record: Callable[[CityRun], pd.DataFrame] = reported_only,
) -> NullStudy:
    """Return the concentration of the forecast over null lives of a city, beside the band.

    Args:
        config: of the city; taken as it is, so give `CityConfig.null_data()`, and anything else to see the test fail.
        forecaster: the forecast that is tried.
        seeds: of the lives, one forecast each.
        null: the bars.
        record: what the forecast learns from; the band is always of what the public reports.

    Raises:
        CalanqueError: if there is no seed.
    """
    if not seeds:
        raise CalanqueError("The null-data test needs at least one seed.")
    chosen, city = null or NullConfig(), City(config)
    values = [_concentration_of(city, record(city.run(seed)), forecaster, chosen) for seed in seeds]
    # The band comes from a life that is not judged, its places redrawn each time.
    spare = max(seeds) + 1
    band = permutation_band(city, reported_only(city.run(spare)), forecaster, chosen, spare)
    return NullStudy(chosen, band, np.array(values))


def _concentration_of(city: City, incidents: pd.DataFrame, forecaster: Forecaster, config: NullConfig) -> float:
    expected = forecaster(cube_until(city, incidents, city.config.weeks)).sum(axis=0)
    return concentration(expected, city.population, config.top_area_share)
