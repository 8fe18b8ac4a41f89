"""The weekly monitor: does a champion still keep what its back-test promised?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from calanque.errors import CalanqueError
from ml.risk.features import SurfaceStream
from ml.risk.method import CHALLENGER, MethodName
from ml.risk.metrics import Difference, expected_hits, log_gain, paired_bootstrap, top_cell_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.cube import CountCube
    from ml.risk.model import RiskModel

MONITORED_WEEKS = 8
LEAST_KEPT = 0.5
"""Share of the promised gain under which the model retires, when the whole interval lies below it."""


@dataclass(frozen=True)
class Verdict:
    """What the last weeks say of a model, against slow-decay counts.

    Attributes:
        weeks: weeks judged.
        log_gain: nats an incident, with its paired interval.
        hit_gain: share of incidents caught at the larger area, the same.
        promised: the log gain of its back-test.
        is_kept: whether it goes on.
        reason: one sentence.
    """

    weeks: int
    log_gain: Difference
    hit_gain: Difference
    promised: float
    is_kept: bool
    reason: str


def judge(cube: CountCube, model: RiskModel, weeks: int = MONITORED_WEEKS) -> Verdict:
    """Forecast the last weeks again with the model as it is, each from its own past, and compare.

    Raises:
        CalanqueError: if the data hold too few weeks.
    """
    if cube.weeks <= weeks:
        raise CalanqueError(f"The monitor needs more than {weeks} complete weeks of data: run the feed first.")
    settings = model.config.backtest
    top = top_cell_count(cube.grid.count, settings.area_shares[-1])
    logs, hits, events = _scores(cube, model, weeks, top)
    rule = (settings.bootstrap_draws, settings.bootstrap_coverage, settings.seed)
    gained = paired_bootstrap(logs[0], logs[1], events, *rule)
    caught = paired_bootstrap(hits[0], hits[1], events, *rule)
    promised = model.promised.get("log_gain", 0.0)
    is_kept = gained.value > 0 and gained.high >= LEAST_KEPT * promised
    return Verdict(weeks, gained, caught, promised, is_kept, _reason(gained, promised, weeks, is_kept))


def _scores(
    cube: CountCube, model: RiskModel, weeks: int, top: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return log scores and hits (model, baseline by week) and the events of each week."""
    stream = SurfaceStream(cube, cube.weeks - weeks, model.config)
    logs, hits, events = np.zeros((2, weeks)), np.zeros((2, weeks)), np.zeros(weeks)
    for number in range(weeks):
        counts = cube.week(stream.origin)
        both = (model.fitted.challengers(stream)[CHALLENGER], model.fitted.baseline(MethodName.DECAY, stream))
        for row, shares in enumerate(both):
            pairs = list(zip(shares, counts, strict=True))
            logs[row, number] = sum(log_gain(s, c) for s, c in pairs)
            hits[row, number] = sum(expected_hits(s, c, top) for s, c in pairs)
        events[number] = counts.sum()
        stream.advance()
    return logs, hits, events


def _reason(gained: Difference, promised: float, weeks: int, is_kept: bool) -> str:
    told = (
        f"over the last {weeks} weeks its log-score gain on slow-decay counts is {gained.value:+.3f} "
        f"[{gained.low:+.3f}, {gained.high:+.3f}], {promised:+.3f} were promised"
    )
    if is_kept:
        return f"The model goes on: {told}."
    return f"The model retires and the counts are served: {told}."
