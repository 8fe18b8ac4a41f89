"""How sure a difference is: two ratios of sums over the same weeks or months, drawn with replacement."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from calanque.closed import Closed


class SetApart(Closed):
    """A span of days that figures are also shown without."""

    name: str = Field(min_length=1)
    first: date
    last: date


class Judging(Closed):
    """How the figures of a record are compared."""

    bootstrap_draws: int = Field(ge=100)
    bootstrap_coverage: float = Field(gt=0.5, lt=1)
    seed: int
    set_apart: SetApart | None = None


@dataclass(frozen=True)
class Difference:
    """Challenger minus baseline, with its paired bootstrap interval and its z."""

    value: float
    low: float
    high: float
    z: float


def paired_bootstrap(
    challenger: NDArray[np.floating], baseline: NDArray[np.floating], denominator: NDArray[np.floating], rules: Judging
) -> Difference:
    """Return the difference of two ratios of sums, blocks drawn with replacement, the same blocks for both.

    Args:
        challenger: numerators (hits, nats, squared errors) by block: a week, or a month where days go together.
        baseline: the same blocks' numerators of the baseline.
        denominator: of the blocks (events, cells, days).
        rules: draws, their seed, and the coverage of the percentile interval.
    """
    drawn = _drawn(len(denominator), rules.bootstrap_draws, rules.seed)
    totals = drawn @ denominator
    gain = challenger - baseline
    differences = np.divide(drawn @ gain, totals, out=np.zeros(len(totals)), where=totals > 0)
    tail = (1 - rules.bootstrap_coverage) / 2
    low, high = np.quantile(differences, [tail, 1 - tail])
    value = float(gain.sum() / denominator.sum()) if denominator.sum() > 0 else 0.0
    spread = float(differences.std())
    return Difference(value, float(low), float(high), value / spread if spread > 0 else 0.0)


@lru_cache(maxsize=4)
def _drawn(blocks: int, draws: int, seed: int) -> NDArray[np.float64]:
    """Return how often each block is drawn, draws x blocks: hundreds of figures are told of the same ones."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws).astype(np.float64)
