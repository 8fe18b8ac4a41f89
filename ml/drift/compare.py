"""Is the distance of the last weeks larger than the reference's own blocks of as many weeks make likely?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ml.drift.inputs import RECENT_WEEKS, REFERENCE_WEEKS, SHARES, Input, InputCounts

FALSE_ALARM_RATE = 0.05
"""P(anything is called drifted in a run where nothing has moved); of what is called so, the expected part in error."""
LEAST_COUNT = 20
"""Incidents that a block needs before their shares are compared."""
BLOCKS = REFERENCE_WEEKS // RECENT_WEEKS
# A mean and a wave of one year: what a block differs by because of its season is no drift.
_TURN = 2 * np.pi * np.arange(BLOCKS + 1) * RECENT_WEEKS * 7 / 365.25
SEASON = np.column_stack([np.ones(BLOCKS + 1), np.cos(_TURN), np.sin(_TURN)])
FREEDOM = BLOCKS - SEASON.shape[1]
# Added to counts before the square root or the arcsine, whose variance then hangs on no mean (Anscombe 1948).
ANSCOMBE = 3 / 8
LEAST = 1e-9


@dataclass(frozen=True)
class Finding:
    """What became of one input of one type.

    Attributes:
        type: type of incident, or all types.
        input: what was compared.
        count: incidents of the last weeks.
        part: of an input with several parts, the one that moved most, such as an hour.
        observed: incidents a week (weekly total), or share of the part, in the last weeks.
        expected: the same by the reference, in this season.
        distance: between the two on a scale of even variance (square roots of counts, Hellinger's of shares); not a
            number where incidents are too few to tell.
        threshold: the distance beyond which the input has drifted.
        has_drifted: whether it has.
    """

    type: str
    input: Input
    count: int
    part: str
    observed: float
    expected: float
    distance: float
    threshold: float
    has_drifted: bool


class _Measured(NamedTuple):
    """A total or a share: the distance, and its deviation without drift."""

    distance: float
    spread: float
    observed: float
    expected: float
    part: int = -1

    def p_value(self) -> float:
        return float(2 * stats.t.sf(self.distance / self.spread, FREEDOM))

    def threshold(self, level: float) -> float:
        return float(stats.t.isf(level / 2, FREEDOM) * self.spread)


class _Profile(NamedTuple):
    """A profile: the distance, and how its logarithm is spread without drift.

    Chance alone is the least there is: four times the count times the squares of the roots' differences is chi-square.
    """

    distance: float
    centre: float
    spread: float
    incidents: float
    freedom: int
    observed: float
    expected: float
    part: int

    def p_value(self) -> float:
        by_blocks = stats.t.sf((np.log(max(self.distance, LEAST)) - self.centre) / self.spread, FREEDOM)
        return float(max(by_blocks, stats.chi2.sf(8 * self.incidents * self.distance**2, self.freedom)))

    def threshold(self, level: float) -> float:
        by_blocks = np.exp(self.centre + stats.t.isf(level, FREEDOM) * self.spread)
        return float(max(by_blocks, np.sqrt(stats.chi2.isf(level, self.freedom) / (8 * self.incidents))))


def compare(inputs: Iterable[InputCounts]) -> list[Finding]:
    """Return a finding per input, drifted or not, by the rule of Benjamini and Hochberg over all of them.

    Args:
        inputs: of one territory.
    """
    measured = [(one, _measure(one)) for one in inputs]
    p_values = [found.p_value() for _, found in measured if found]
    passed = int((stats.false_discovery_control(p_values) <= FALSE_ALARM_RATE).sum())
    level = FALSE_ALARM_RATE * max(passed, 1) / max(len(p_values), 1)
    return [_finding(one, found, level) for one, found in measured]


def _finding(one: InputCounts, found: _Measured | _Profile | None, level: float) -> Finding:
    count, nan = int(one.counts[-RECENT_WEEKS:].sum()), float("nan")
    if found is None:
        return Finding(one.type, one.input, count, "", nan, nan, nan, nan, has_drifted=False)
    threshold, part = found.threshold(level), one.parts[found.part] if found.part >= 0 else ""
    figures = (part, found.observed, found.expected, found.distance, threshold)
    return Finding(one.type, one.input, count, *figures, has_drifted=bool(found.distance >= threshold))


def _measure(one: InputCounts) -> _Measured | _Profile | None:
    blocks = one.counts.reshape(BLOCKS + 1, RECENT_WEEKS, -1).sum(axis=1)
    totals = blocks.sum(axis=1)
    if one.input is Input.WEEKLY_TOTAL:
        return _measure_total(totals)
    if totals.min() < LEAST_COUNT:
        return None
    return _measure_share(blocks[:, 1], totals) if one.input in SHARES else _measure_profile(blocks, totals)


def _expected(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values by season of all blocks, learnt on the reference's, and residuals scaled to even variance."""
    inverse = np.linalg.pinv(SEASON[:-1])
    fitted = SEASON @ (inverse @ values[:-1])
    leverage = np.einsum("ij,ij->i", SEASON @ (inverse @ inverse.T), SEASON)
    scale = np.sqrt(np.append(1 - leverage[:-1], 1 + leverage[-1]))
    return fitted, (values - fitted) / (scale if values.ndim == 1 else scale[:, None])


def _measure_total(totals: NDArray[np.float64]) -> _Measured:
    fitted, residuals = _expected(np.sqrt(totals + ANSCOMBE))
    # No count varies less than by chance: a square root of a Poisson count has the deviation 1/2.
    spread = max(_deviation(residuals[:-1]), 0.5)
    expected = max(fitted[-1] ** 2 - ANSCOMBE, 0.0)
    return _Measured(abs(residuals[-1]), spread, totals[-1] / RECENT_WEEKS, expected / RECENT_WEEKS)


def _measure_share(having: NDArray[np.float64], totals: NDArray[np.float64]) -> _Measured:
    fitted, residuals = _expected(np.arcsin(np.sqrt((having + ANSCOMBE) / (totals + 2 * ANSCOMBE))))
    spread = max(_deviation(residuals[:-1]), 0.5 / np.sqrt(totals[:-1].mean())) * _thinner(totals)
    return _Measured(abs(residuals[-1]), spread, having[-1] / totals[-1], np.sin(fitted[-1]) ** 2)


def _measure_profile(blocks: NDArray[np.float64], totals: NDArray[np.float64]) -> _Profile:
    shares = blocks / totals[:, None]
    fitted, residuals = _expected(np.sqrt(shares))
    distances = np.linalg.norm(residuals, axis=1) / np.sqrt(2)
    logs = np.log(np.maximum(distances[:-1], LEAST))
    centre, spread = logs.mean() + np.log(_thinner(totals)), max(logs.std(ddof=1), LEAST) * np.sqrt(1 + 1 / BLOCKS)
    freedom, part = max(int((blocks.sum(axis=0) > 0).sum()) - 1, 1), int(np.abs(residuals[-1]).argmax())
    moved = (shares[-1, part], max(fitted[-1, part], 0.0) ** 2, part)
    return _Profile(distances[-1], centre, spread, totals[-1], freedom, *moved)


def _deviation(residuals: NDArray[np.float64]) -> float:
    return float(np.sqrt((residuals**2).sum() / BLOCKS))


def _thinner(totals: NDArray[np.float64]) -> float:
    """Return how much farther chance alone brings shares of fewer incidents than the reference's blocks hold."""
    return float(np.sqrt(max(1.0, totals[:-1].mean() / totals[-1])))
