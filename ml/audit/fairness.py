"""Whether areas are treated alike: flags, misses and calibration by class of deprivation, and what sways them.

A class is of areas, never of persons. Reported harm is what the public reports: where people report less, so does it,
and no figure here can see that; `reporting_sensitivity` says how much it would matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy import stats

from calanque.closed import Closed
from calanque.errors import CalanqueError
from ml.audit.forecasters import top_cells

if TYPE_CHECKING:
    from ml.audit.parity import ParityCost


class FairnessConfig(Closed):
    """Changes that are tried, and the bars."""

    area_share: float = Field(default=0.05, gt=0, lt=1)
    reporting_changes: tuple[float, ...] = Field(default=(-0.2, 0.2), min_length=1)
    # Expected over observed of a class, against that of the city. Four fifths and its inverse: the usual rule of thumb.
    calibration_range: tuple[float, float] = (0.8, 1.25)
    least_spearman: float = Field(default=0.9, ge=-1, le=1)


@dataclass(frozen=True, eq=False)
class Judged:
    """Weeks of forecasts beside what was then reported; all arrays are weeks x cells but the last two.

    Attributes:
        expected: expected incidents, or harm.
        observed: reported incidents, or harm, in the same unit.
        flagged: cells that were flagged.
        population: residents of each cell.
        area_class: class of each cell, 1 the least deprived.
    """

    expected: NDArray[np.floating]
    observed: NDArray[np.floating]
    flagged: NDArray[np.bool_]
    population: NDArray[np.float64]
    area_class: NDArray[np.integer]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit.

        Raises:
            CalanqueError: if shapes differ, nothing was reported or nothing is flagged.
        """
        shape = self.expected.shape
        cells = (self.population.shape, self.area_class.shape)
        if {self.observed.shape, self.flagged.shape} != {shape} or set(cells) != {shape[1:]}:
            raise CalanqueError("Forecasts, reports and flags must be weeks x cells, residents and classes by cell.")
        if not (self.observed.sum() > 0 and self.flagged.any() and self.expected.sum() > 0):
            raise CalanqueError("Nothing was forecast, reported or flagged in these weeks: there is nothing to audit.")


@dataclass(frozen=True)
class ClassFigures:
    """The figures of one class of areas, over all weeks.

    Attributes:
        area_class: 1 the least deprived.
        population_share: of the city's residents.
        harm_share: of what was reported.
        flagged_share: of the flagged cell-weeks.
        flagged_per_population: flagged share over population share.
        flagged_per_harm: flagged share over harm share.
        miss_rate: share of what was reported in the class outside flagged cells.
        calibration: expected over observed.
        exposure: share of weeks that a resident's cell is flagged, the mean over the class's residents.
        yield_count: reported incidents per flagged cell-week: a class flagged on thinner grounds has less.
        harm_count: what was reported, on which the other figures rest.
    """

    area_class: int
    population_share: float
    harm_share: float
    flagged_share: float
    flagged_per_population: float
    flagged_per_harm: float
    miss_rate: float
    calibration: float
    exposure: float
    yield_count: float
    harm_count: float


@dataclass(frozen=True)
class RankChange:
    """What becomes of the ranking when one class reports more or less; the whole city's cells are compared."""

    area_class: int
    change: float
    spearman: float
    flags_changed_share: float
    flagged_share_change: float


@dataclass(frozen=True, eq=False)
class FairnessStudy:
    """The whole audit of one forecast in one city."""

    config: FairnessConfig
    classes: tuple[ClassFigures, ...]
    rank_changes: tuple[RankChange, ...]
    parity: tuple[ParityCost, ...]
    calibration: float

    @property
    def relative_calibration(self) -> dict[int, float]:
        """Calibration of each class over that of the city; classes without a report are left out."""
        return {f.area_class: f.calibration / self.calibration for f in self.classes if np.isfinite(f.calibration)}

    @property
    def fewest_reports(self) -> float:
        """What was reported in the class that reported least, classes without a report left out."""
        return min(f.harm_count for f in self.classes if f.harm_count > 0)

    @property
    def reports_needed(self) -> int:
        """Fewest reports of a class whose chance alone (Poisson, two standard errors) stays within the bar."""
        low, high = self.config.calibration_range
        return ceil((2 / min(-log(low), log(high))) ** 2)

    @property
    def is_weak(self) -> bool:
        """Whether a class reported so little that chance alone can cross the bar."""
        return self.fewest_reports < self.reports_needed

    @property
    def is_calibrated(self) -> bool:
        """Whether every class is forecast about as high, for what it reports, as the city."""
        low, high = self.config.calibration_range
        return all(low <= value <= high for value in self.relative_calibration.values())

    @property
    def is_stable(self) -> bool:
        """Whether no tried change of a class's reporting upsets the ranking."""
        return all(change.spearman >= self.config.least_spearman for change in self.rank_changes)

    @property
    def is_passed(self) -> bool:
        """Whether both bars are reached. Parity has no bar: how much of it to buy is for people to decide."""
        return self.is_calibrated and self.is_stable


def flags_of(expected: NDArray[np.floating], area_share: float) -> NDArray[np.bool_]:
    """Return the flagged cells of each week (weeks x cells): the highest, the same number each week."""
    return np.stack([top_cells(week, area_share) for week in expected])


def class_figures(judged: Judged) -> tuple[ClassFigures, ...]:
    """Return the figures of every class that has cells, the least deprived first.

    A ratio to nothing (a class without a report, a resident or a flag) is not a number.
    """
    return tuple(_class(judged, int(number)) for number in np.unique(judged.area_class))


def _class(judged: Judged, number: int) -> ClassFigures:
    cells = judged.area_class == number
    flags, seen, people = judged.flagged[:, cells], judged.observed[:, cells], judged.population[cells]
    population_share = float(people.sum() / judged.population.sum())
    harm_share = float(seen.sum() / judged.observed.sum())
    flagged_share = float(flags.sum() / judged.flagged.sum())
    return ClassFigures(
        number,
        population_share,
        harm_share,
        flagged_share,
        ratio(flagged_share, population_share),
        ratio(flagged_share, harm_share),
        ratio(seen[~flags].sum(), seen.sum()),
        ratio(judged.expected[:, cells].sum(), seen.sum()),
        ratio(flags.mean(axis=0) @ people, people.sum()),
        ratio(seen[flags].sum(), flags.sum()),
        float(seen.sum()),
    )


def ratio(part: float, whole: float) -> float:
    """Return part / whole, not a number when the whole is 0."""
    return float(part / whole) if whole > 0 else float("nan")


def with_reporting(incidents: pd.DataFrame, rows: NDArray[np.bool_], change: float, seed: int) -> pd.DataFrame:
    """Return reported incidents as if some rows' areas reported more or less by a part of what they do.

    Fewer are drawn without the others; more are rows written twice, so that the same places and weeks return: a mild
    overstatement of how much they repeat.

    Args:
        incidents: one row each.
        rows: the rows of the areas that change.
        change: -0.2 for a fifth less, above -1 and at most 1.
        seed: of the draw.

    Raises:
        CalanqueError: if the change is not such a part.
    """
    if not -1 < change <= 1:
        raise CalanqueError("A change of the reporting rate must lie above -1 and be at most 1: -0.2 is a fifth less.")
    drawn = rows & (np.random.default_rng(seed).random(len(incidents)) < abs(change))
    return incidents[~drawn] if change < 0 else pd.concat([incidents, incidents[drawn]], ignore_index=True)


def reporting_sensitivity(
    incidents: pd.DataFrame,
    area_class: NDArray[np.integer],
    forecast: Callable[[pd.DataFrame], NDArray[np.floating]],
    config: FairnessConfig,
    seed: int,
) -> tuple[RankChange, ...]:
    """Return what each change of each class's reporting rate does to the ranking of cells.

    Args:
        incidents: what the forecast learns from, with `cell_index`.
        area_class: class of each cell.
        forecast: incidents in, expected incidents by cell out.
        config: the changes, and the share of the area that is flagged.
        seed: of the draws.
    """
    before = forecast(incidents)
    flags = top_cells(before, config.area_share)
    changes = []
    for number in np.unique(area_class):
        rows = area_class[incidents["cell_index"]] == number
        for change in config.reporting_changes:
            after = forecast(with_reporting(incidents, rows, change, seed))
            moved = top_cells(after, config.area_share)
            of_class = [float(chosen[area_class == number].sum() / flags.sum()) for chosen in (flags, moved)]
            spearman = float(stats.spearmanr(before, after).statistic)
            gone = float((flags & ~moved).sum() / flags.sum())
            changes.append(RankChange(int(number), change, spearman, gone, of_class[1] - of_class[0]))
    return tuple(changes)
