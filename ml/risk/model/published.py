"""The record of forecasts: each week's forecast, as it was published, against what then happened.

The same function scores the weeks of the back-test, on the published grid and with the bound that would have been
published, so that an analyst has a record from the first day; those rows are always marked `back_test`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calanque.places.taxonomy import ALL_TYPES
from ml.risk.model.metrics import at_most, dispersion_of, flagged_cells, hit_curve, log_gain, top_cell_count
from ml.risk.model.numbers import Numbers

# Over-dispersion is estimated on the weeks already scored: the first few would judge a law not yet learnt.
COVERAGE_MIN_WEEKS = 4
FLAGGED_SHARE = 0.05
AREA_SHARES = (0.01, 0.02, FLAGGED_SHARE, 0.1, 0.2)
"""Shares of the area that the columns of the mart are named after."""


@dataclass(frozen=True, eq=False)
class WeekScore:
    """One figure of one week against what happened, by type.

    Attributes:
        events: incidents.
        hits: those caught at each of `AREA_SHARES`, types x shares.
        log: nats over a uniform map, summed over incidents.
        cells: cells, and flagged cells.
        covered: cells, and flagged cells, whose count did not exceed the bound, types x 2; None without a bound.
    """

    events: Numbers
    hits: Numbers
    log: Numbers
    cells: tuple[int, int]
    covered: Numbers | None


def score_week(
    mean: NDArray[np.floating], counts: NDArray[np.floating], bound: NDArray[np.integer] | None
) -> WeekScore:
    """Score one week.

    Args:
        mean: expected counts, types x cells; none of a type that had never come yet, which is then as likely anywhere.
        counts: what happened.
        bound: `upper_count` of each, None where none was published.
    """
    top = top_cell_count(mean.shape[1], FLAGGED_SHARE)
    pairs = list(zip(mean, counts, strict=True))
    covered = None
    if bound is not None:
        inside = counts <= bound
        flagged = np.stack([flagged_cells(row, top) for row in mean])
        covered = np.stack([inside.sum(axis=1), np.take_along_axis(inside, flagged, axis=1).sum(axis=1)], axis=1)
    return WeekScore(
        events=counts.sum(axis=1, dtype=np.float64),
        hits=np.array([hit_curve(m, c, AREA_SHARES) for m, c in pairs]),
        log=np.array([log_gain(m / m.sum(), c) if m.any() else 0.0 for m, c in pairs]),
        cells=(mean.shape[1], top),
        covered=None if covered is None else covered.astype(np.float64),
    )


class PublishedWeek(NamedTuple):
    """A week on the published grid: its score, and by type the sums of (count - mean)² - mean and of mean²."""

    score: WeekScore
    excess: Numbers
    square: Numbers


class PublishedRecord:
    """Takes in the weeks of a rolling run, summed to the published grid; each bound knows only the weeks before."""

    def __init__(self, parent: NDArray[np.intp], types: int, probability: float) -> None:
        """Take the published cell of each cell, the number of types, and the probability that bounds promise."""
        self.weeks: list[WeekScore] = []
        self._parent, self._cells, self._probability = parent, int(parent.max()) + 1, probability
        self._excess, self._square = np.zeros(types), np.zeros(types)

    @property
    def dispersion(self) -> NDArray[np.float64]:
        """Over-dispersion of each type in published cells on the weeks so far; 0 before the first."""
        return np.array([dispersion_of(float(e), float(s)) for e, s in zip(self._excess, self._square, strict=True)])

    def add(self, mean: NDArray[np.floating], counts: NDArray[np.floating]) -> None:
        """Score the expected counts of a week (types x cells of the fine grid) against what happened."""
        self.take(self.judge(mean, counts))

    def take(self, week: PublishedWeek) -> None:
        """Add a week to the record."""
        self.weeks.append(week.score)
        self._excess += week.excess
        self._square += week.square

    def judge(self, mean: NDArray[np.floating], counts: NDArray[np.floating]) -> PublishedWeek:
        """Return what a week (types x cells of the fine grid) adds to the record."""
        mean, counts = (summed(values, self._parent, self._cells) for values in (mean, counts))
        bound = None
        if len(self.weeks) >= COVERAGE_MIN_WEEKS:
            bound = bounds(mean, self.dispersion, self._probability)
        excess, square = ((counts - mean) ** 2 - mean).sum(axis=1), (mean**2).sum(axis=1)
        return PublishedWeek(score_week(mean, counts, bound), excess, square)

    def coverage(self, types: tuple[str, ...]) -> dict[str, tuple[float, float]]:
        """Return the share of counts within the bound, over all cells and over flagged ones, pooled and by type."""
        held = [(week.cells, week.covered) for week in self.weeks if week.covered is not None]
        if not held:
            return {}
        cells, covered = (np.sum(values, axis=0) for values in zip(*held, strict=True))
        rows = {ALL_TYPES: covered.mean(axis=0), **dict(zip(types, covered, strict=True))}
        return {name: (float(row[0] / cells[0]), float(row[1] / cells[1])) for name, row in rows.items()}


def summed(values: NDArray[np.floating], parent: NDArray[np.intp], cells: int) -> NDArray[np.float64]:
    """Return figures of fine cells (types x cells) added up in `cells` coarser ones, the `parent` of each."""
    return np.stack([np.bincount(parent, weights=row, minlength=cells) for row in values])


def bounds(
    mean: NDArray[np.floating], dispersion: NDArray[np.floating] | tuple[float, ...], probability: float
) -> NDArray[np.int32]:
    """Return `upper_count` of expected counts, types x cells, with the over-dispersion of each type."""
    return np.stack([at_most(row, float(alpha), probability) for row, alpha in zip(mean, dispersion, strict=True)])
