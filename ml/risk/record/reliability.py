"""Whether probabilities and bounds mean what they say: calibration, Brier score, hit curve, coverage."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.risk.model.metrics import any_probability, count_law, dispersion_of, flagged_cells, hit_curve
from ml.risk.model.numbers import Numbers
from ml.risk.model.published import COVERAGE_MIN_WEEKS

CURVE_SHARES = tuple(percent / 100 for percent in (0.5, 1, 2, 3, 4, 5, 7.5, 10, 15, 20))
# Expected counts are binned between these, evenly by their logarithm; the first and last bin are open.
_LOWEST, _HIGHEST, _BINS, _TENTHS = 1e-9, 1e3, 4000, 10


@dataclass(frozen=True)
class CalibrationBin:
    """One tenth of the forecasts, by expected count: what was expected, what happened, over so many cell-weeks."""

    expected: float
    observed: float
    probability: float
    frequency: float
    count: int


class ReliabilityWeek(NamedTuple):
    """What one week adds to the record: by type, by share of the area, and by bin of the expected count.

    Attributes:
        brier: mean squared error of the probabilities, by type.
        curve: events caught at each of `CURVE_SHARES`.
        covered: counts of flagged cells within their bound, and all of them; 0 while no bound is known.
        excess: sum of (count - mean)² - mean, by type.
        square: sum of mean², by type.
        bins: expected, observed, probability, happened and cells, by bin.
    """

    brier: Numbers
    curve: Numbers
    covered: Numbers
    excess: Numbers
    square: Numbers
    bins: Numbers


class Reliability:
    """Takes in one week after the other; every judgement uses what was known before that week."""

    def __init__(self, types: int, probability: float, flagged_count: int, seed: int) -> None:
        """Take the number of types, the probability that bounds promise, and the cells flagged at the larger share.

        `covered_count` of `covered_of` counts of flagged cells lie below the bound, those on its edge placed at random
        within the step of a whole count: a law that is right gives the promise itself. It judges the method; what
        people read is judged by `ml.risk.model.published`, for whole counts and as published.
        """
        self.probability, self.flagged_count = probability, flagged_count
        self.brier: list[NDArray[np.float64]] = []
        self.curve: list[NDArray[np.float64]] = []
        self.covered_count = self.covered_of = 0.0
        self._excess, self._square = np.zeros(types), np.zeros(types)
        self._bins = np.zeros((4, _BINS + 2))
        self._cells = np.zeros(_BINS + 2, dtype=np.int64)
        self._generator = np.random.default_rng(seed)

    @property
    def dispersion(self) -> NDArray[np.float64]:
        """Over-dispersion of each type on the weeks so far; 0 before the first."""
        return np.array([dispersion_of(float(e), float(s)) for e, s in zip(self._excess, self._square, strict=True)])

    def take(self, week: ReliabilityWeek) -> None:
        """Add a week to the record."""
        self.brier.append(week.brier)
        self.curve.append(week.curve)
        self.covered_count, self.covered_of = np.add((self.covered_count, self.covered_of), week.covered).tolist()
        self._excess += week.excess
        self._square += week.square
        self._bins += week.bins[:4]
        self._cells += week.bins[4].astype(np.int64)

    def judge(self, mean: NDArray[np.float64], counts: NDArray[np.float32]) -> ReliabilityWeek:
        """Return what a week (types x cells) adds to the record, by what is known from the weeks in it."""
        dispersion = self.dispersion
        probability = np.stack([any_probability(m, d) for m, d in zip(mean, dispersion, strict=True)])
        return ReliabilityWeek(
            brier=((probability - (counts > 0)) ** 2).mean(axis=1),
            curve=np.sum([hit_curve(m, c, CURVE_SHARES) for m, c in zip(mean, counts, strict=True)], axis=0),
            covered=self._judge_bounds(mean, counts, dispersion),
            excess=((counts - mean) ** 2 - mean).sum(axis=1),
            square=(mean**2).sum(axis=1),
            bins=_binned(mean, counts, probability),
        )

    def _judge_bounds(
        self, mean: NDArray[np.float64], counts: NDArray[np.float32], dispersion: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Count how often flagged cells stayed below; over all cells, zeros would hide every miss."""
        covered = np.zeros(2)
        if len(self.brier) < COVERAGE_MIN_WEEKS:
            return covered
        for mean_row, count_row, alpha in zip(mean, counts, dispersion, strict=True):
            flagged = flagged_cells(mean_row, self.flagged_count)
            law, outcome = count_law(mean_row[flagged], float(alpha)), count_row[flagged]
            below, upto = law.cdf(outcome - 1), law.cdf(outcome)
            ranks = below + self._generator.random(len(flagged)) * (upto - below)
            covered += ((ranks <= self.probability).sum(), len(ranks))
        return covered

    def calibration(self) -> list[CalibrationBin]:
        """Return expected against observed by decile of the forecast, lowest first."""
        upto = np.cumsum(self._cells)
        groups = np.minimum((upto - 0.5 * self._cells) * _TENTHS / max(upto[-1], 1), _TENTHS - 1).astype(int)
        found = []
        for group in range(_TENTHS):
            chosen = groups == group
            cells = int(self._cells[chosen].sum())
            if cells:
                expected, observed, probability, happened = self._bins[:, chosen].sum(axis=1)
                found.append(
                    CalibrationBin(float(expected), float(observed), probability / cells, happened / cells, cells)
                )
        return found


def _binned(
    mean: NDArray[np.float64], counts: NDArray[np.float32], probability: NDArray[np.float64]
) -> NDArray[np.float64]:
    logs, span = np.log(np.clip(mean.ravel(), _LOWEST, _HIGHEST)), np.log(_HIGHEST / _LOWEST)
    place = np.ceil((logs - np.log(_LOWEST)) * (_BINS / span)).astype(np.intp)
    rows = (mean, counts, probability, counts > 0, np.ones_like(mean))
    return np.stack([np.bincount(place, weights=values.ravel(), minlength=_BINS + 2) for values in rows])
