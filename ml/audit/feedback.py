"""The loop: patrols go where the forecast points, find what they meet there, and the forecast learns from their finds.

Lum and Isaac (2016) showed the loop, Ensign et al. (2018) why it runs away and the correction tried here: what patrols
find in a cell is kept with a probability inverse to the patrols sent there, so that finds count as if patrols had gone
everywhere alike.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.twin.city import City, CityRun
from ml.audit.forecasters import Forecaster, top_cells
from ml.delays import DAYS_A_WEEK
from ml.risk.model.cube import CountCube, build_cube


class Correction(StrEnum):
    """What is done with the incidents that patrols find before the model learns."""

    NONE = "uncorrected"
    ENSIGN = "corrected"
    EXCLUDED = "excluded"


class LoopConfig(Closed):
    """The patrols' policy, how often the model learns, and the bar."""

    warm_up_weeks: int = Field(default=52, ge=1, description="Weeks of even patrols before the loop.")
    loop_weeks: int = Field(default=52, ge=1)
    retrain_weeks: int = Field(default=4, ge=1)
    # 1 sends patrols everywhere in proportion to the forecast: the urn of Ensign et al.
    patrolled_area_share: float = Field(default=0.05, gt=0, le=1)
    even_share: float = Field(default=0.1, gt=0, le=1, description="Share of the patrols spread over all cells alike.")
    judged_area_share: float = Field(default=0.05, gt=0, lt=1)
    least_relative_share: float = Field(
        default=0.02, gt=0, le=1, description="Patrol shares are clipped from below at this part of an even share."
    )
    judged_weeks: int = Field(default=26, ge=1, description="Last weeks of the loop that the verdict is on.")
    tolerance: float = Field(default=0.1, gt=0, description="Share given may differ from the true share by this part.")


@dataclass(frozen=True, eq=False)
class LoopRun:
    """One loop, week by week, on the cells that the forecast of the week puts first.

    Attributes:
        forecast_share: share of the expected incidents that the forecast gives these cells.
        true_share: their share of the true intensity, reported or not.
        patrol_share: share of the patrols that they got.
        found_share: share of the rows learnt from in the week that patrols had found.
    """

    forecast_share: NDArray[np.float64]
    true_share: NDArray[np.float64]
    patrol_share: NDArray[np.float64]
    found_share: NDArray[np.float64]

    def excess(self, weeks: int) -> float:
        """Return how far the share given exceeds the true share over the last weeks, as a part of the true share."""
        return float(self.forecast_share[-weeks:].sum() / self.true_share[-weeks:].sum() - 1)


@dataclass(frozen=True, eq=False)
class LoopStudy:
    """The same life of one city under each correction; the means are over lives."""

    config: LoopConfig
    runs: dict[Correction, tuple[LoopRun, ...]]

    @property
    def life_count(self) -> int:
        """Number of lives under each correction."""
        return max(len(lives) for lives in self.runs.values())

    @property
    def is_weak(self) -> bool:
        """Whether nothing says how far another life would differ."""
        return self.life_count < 2

    def excess(self, correction: Correction) -> float:
        """Return the mean excess of the last weeks, over lives."""
        return float(np.mean([run.excess(self.config.judged_weeks) for run in self.runs[correction]]))

    def mean(self, correction: Correction, name: str) -> NDArray[np.float64]:
        """Return a weekly series of `LoopRun`, the mean over lives."""
        return np.asarray(np.mean([getattr(run, name) for run in self.runs[correction]], axis=0))

    @property
    def is_passed(self) -> bool:
        """Whether the share given stays within the tolerance with the correction, and without the finds at all.

        A loop that was not run is not passed.
        """
        guarded = (Correction.ENSIGN, Correction.EXCLUDED)
        return all(name in self.runs and abs(self.excess(name)) <= self.config.tolerance for name in guarded)


def keep_probability(patrol_share: NDArray[np.float64], least_relative_share: float) -> NDArray[np.float64]:
    """Return the probability to keep what patrols find in each cell: min(p) / p of the dose log, clipped to 1.

    Rejection form of Ensign et al. (2018): P(found) grows with p and P(kept | found) falls with it, so what is kept
    grows with the true intensity alone. A cell without patrols would make the minimum 0 and throw everything away, so
    shares are clipped from below; cells under the clip then count too little. Where patrols are so many that they find
    all, the correction takes too much away: it errs against the most patrolled cells.

    Args:
        patrol_share: share of the patrols in each cell.
        least_relative_share: the clip, in even shares (1 / number of cells).
    """
    clipped = np.maximum(patrol_share, least_relative_share / len(patrol_share))
    return np.asarray(clipped.min() / clipped)


def patrol_plan(expected: NDArray[np.floating], config: LoopConfig) -> NDArray[np.float64]:
    """Return the patrols' share of each cell: by the forecast over the most flagged cells, and a small even part."""
    wanted = np.where(top_cells(expected, config.patrolled_area_share), expected, 0.0).astype(np.float64)
    return np.asarray((1 - config.even_share) * wanted / wanted.sum() + config.even_share / len(expected))


def run_loop(city: City, forecaster: Forecaster, seed: int, correction: Correction, config: LoopConfig) -> LoopRun:
    """Return one loop; loops of one seed live the same incidents with the same luck, whatever the correction.

    Raises:
        CalanqueError: if the city has fewer weeks than the warm-up and the loop.
    """
    weeks = config.warm_up_weeks + config.loop_weeks
    if city.config.weeks < weeks:
        raise CalanqueError(f"The loop needs {weeks} weeks: give the city that many, it has {city.config.weeks}.")
    run, count = city.run(seed), city.grid.count
    patrol = np.full(count, 1 / count)
    kept = [_kept(run, week, patrol, correction, config, seed) for week in range(config.warm_up_weeks)]
    series: list[tuple[float, float, float, float]] = []
    for week in range(config.warm_up_weeks, weeks):
        if (week - config.warm_up_weeks) % config.retrain_weeks == 0:
            expected = forecaster(cube_until(city, pd.concat(kept, ignore_index=True), week)).sum(axis=0)
            patrol = patrol_plan(expected, config)
            top = top_cells(expected, config.judged_area_share)
        kept.append(_kept(run, week, patrol, correction, config, seed))
        true = city.intensity(week).sum(axis=0)
        given = [float(surface[top].sum() / surface.sum()) for surface in (expected, true, patrol)]
        series.append((given[0], given[1], given[2], float((kept[-1]["origin"] == "enforced").mean())))
    return LoopRun(*np.array(series).T)


def study_loop(
    city: City,
    forecaster: Forecaster,
    seeds: tuple[int, ...],
    config: LoopConfig | None = None,
    corrections: tuple[Correction, ...] = tuple(Correction),
) -> LoopStudy:
    """Return the loops of several lives under each correction, paired by seed."""
    chosen = config or LoopConfig()
    runs = {name: tuple(run_loop(city, forecaster, seed, name, chosen) for seed in seeds) for name in corrections}
    return LoopStudy(chosen, runs)


def cube_until(city: City, records: pd.DataFrame, week: int) -> CountCube:
    """Return the counts of the weeks before `week`."""
    first_day = city.config.first_day
    until = first_day + timedelta(days=DAYS_A_WEEK * week - 1)
    days = records["occurred_at"].dt.tz_localize(None).to_numpy(dtype="datetime64[D]")
    cells = records["cell_index"].to_numpy(dtype=np.intp)
    return build_cube(city.grid, first_day, until, days, cells, records["type"])


def _kept(
    run: CityRun, week: int, patrol: NDArray[np.float64], correction: Correction, config: LoopConfig, seed: int
) -> pd.DataFrame:
    record = run.observe(week, patrol)
    if correction is Correction.NONE:
        return record
    is_reported = (record["origin"] == "reported").to_numpy()
    if correction is Correction.EXCLUDED:
        return record[is_reported]
    luck = np.random.default_rng([seed, week]).random(len(record))
    keep = keep_probability(patrol, config.least_relative_share)[record["cell_index"]]
    return record[is_reported | (luck < keep)]
