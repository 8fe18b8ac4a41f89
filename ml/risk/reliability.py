"""Whether probabilities and bounds mean what they say: calibration, Brier score, hit curve, coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.risk.metrics import any_probability, count_law, dispersion_of, flagged_cells, hit_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

CURVE_SHARES = tuple(percent / 100 for percent in (0.5, 1, 2, 3, 4, 5, 7.5, 10, 15, 20))
# Over-dispersion is estimated on the weeks already scored: the first few would judge a law not yet learnt.
COVERAGE_MIN_WEEKS = 4
# Expected counts are binned between these, evenly by their logarithm; the first and last bin are open.
_LOWEST, _HIGHEST, _BINS = 1e-9, 1e3, 4000


@dataclass(frozen=True)
class CalibrationBin:
    """One tenth of the forecasts, by expected count: what was expected, what happened, over so many cell-weeks."""

    expected: float
    observed: float
    probability: float
    frequency: float
    count: int


class Reliability:
    """Takes in one week after the other; every judgement uses what was known before that week."""

    def __init__(self, types: int, probability: float, flagged_count: int, seed: int) -> None:
        """Take the number of types, the probability that bounds promise, and the cells flagged at the larger share.

        `covered_count` of `covered_of` counts of flagged cells lie below the bound, those on its edge placed at random
        within the step of a whole count: a law that is right gives the promise itself. It judges the method; what
        people read is judged by `ml.risk.record`, for whole counts and as published.
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

    def add(self, mean: NDArray[np.float64], counts: NDArray[np.float32]) -> None:
        """Judge the expected counts of a week (types x cells) against what happened."""
        dispersion = self.dispersion
        probability = np.stack([any_probability(m, d) for m, d in zip(mean, dispersion, strict=True)])
        self.brier.append(((probability - (counts > 0)) ** 2).mean(axis=1))
        self.curve.append(np.sum([hit_curve(m, c, CURVE_SHARES) for m, c in zip(mean, counts, strict=True)], axis=0))
        self._bin(mean, counts, probability)
        self._judge_bounds(mean, counts, dispersion)
        self._excess += ((counts - mean) ** 2 - mean).sum(axis=1)
        self._square += (mean**2).sum(axis=1)

    def _bin(self, mean: NDArray[np.float64], counts: NDArray[np.float32], probability: NDArray[np.float64]) -> None:
        logs, span = np.log(np.clip(mean.ravel(), _LOWEST, _HIGHEST)), np.log(_HIGHEST / _LOWEST)
        place, size = np.ceil((logs - np.log(_LOWEST)) * (_BINS / span)).astype(np.intp), len(self._cells)
        self._cells += np.bincount(place, minlength=size)
        happened = (counts > 0).astype(float)
        for row, values in enumerate((mean, counts.astype(float), probability, happened)):
            self._bins[row] += np.bincount(place, weights=values.ravel(), minlength=size)

    def _judge_bounds(
        self, mean: NDArray[np.float64], counts: NDArray[np.float32], dispersion: NDArray[np.float64]
    ) -> None:
        """Count how often flagged cells stayed below; over all cells, zeros would hide every miss."""
        if len(self.brier) <= COVERAGE_MIN_WEEKS:
            return
        for mean_row, count_row, alpha in zip(mean, counts, dispersion, strict=True):
            flagged = flagged_cells(mean_row, self.flagged_count)
            law, outcome = count_law(mean_row[flagged], float(alpha)), count_row[flagged]
            below, upto = law.cdf(outcome - 1), law.cdf(outcome)
            ranks = below + self._generator.random(len(flagged)) * (upto - below)
            self.covered_count += float((ranks <= self.probability).sum())
            self.covered_of += len(ranks)

    def calibration(self, bins: int = 10) -> list[CalibrationBin]:
        """Return expected against observed by decile of the forecast, lowest first."""
        upto = np.cumsum(self._cells)
        groups = np.minimum((upto - 0.5 * self._cells) * bins / max(upto[-1], 1), bins - 1).astype(int)
        found = []
        for group in range(bins):
            chosen = groups == group
            cells = int(self._cells[chosen].sum())
            if cells:
                expected, observed, probability, happened = self._bins[:, chosen].sum(axis=1)
                found.append(
                    CalibrationBin(float(expected), float(observed), probability / cells, happened / cells, cells)
                )
        return found
