"""What parity costs: flags shared out between classes by quota, and the incidents that are then no longer caught."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from calanque.errors import CalanqueError
from ml.audit.fairness import (
    FairnessConfig,
    FairnessStudy,
    Judged,
    RankChange,
    class_figures,
    ratio,
)


class ParityTarget(StrEnum):
    """What the flags of a class should be in proportion to."""

    POPULATION = "population"
    HARM = "harm"


@dataclass(frozen=True)
class ParityCost:
    """One step from the free choice of cells (0) to full quotas (1).

    Attributes:
        target: what the quotas follow.
        step: share of the way from the free shares to the target's.
        hit_rate: share of what was reported that fell in flagged cells.
        gap: share of the flags that would have to change class to reach the target.
        loss_per_parity: hit rate lost against the free choice per unit of gap closed; not a number at step 0.
    """

    target: ParityTarget
    step: float
    hit_rate: float
    gap: float
    loss_per_parity: float


def quotas(shares: NDArray[np.float64], total: int, most: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return whole numbers that sum to `total` in proportion to `shares`, by largest remainder, none above `most`.

    What a full class cannot take goes to the others.
    """
    left, given = min(total, int(most.sum())), np.zeros(len(shares), dtype=np.intp)
    while left > 0:
        open_shares = np.where(given < most, np.maximum(shares, 1e-12), 0.0)
        exact = left * open_shares / open_shares.sum()
        step = np.floor(exact).astype(np.intp)
        first = np.argsort(step - exact, kind="stable")[: left - int(step.sum())]
        step[first] += 1
        step = np.minimum(step, most - given)
        given, left = given + step, left - int(step.sum())
    return given


def quota_flags(
    expected: NDArray[np.floating], area_class: NDArray[np.integer], shares: NDArray[np.float64], flag_count: int
) -> NDArray[np.bool_]:
    """Return the flags of one week: the highest cells of each class, as many as its share of the flags gives.

    Args:
        expected: by cell.
        area_class: class of each cell.
        shares: one a class, in rising order of class.
        flag_count: cells to flag.
    """
    names, index = np.unique(area_class, return_inverse=True)
    numbers = quotas(shares, flag_count, np.bincount(index, minlength=len(names)).astype(np.intp))
    flags = np.zeros(len(expected), dtype=bool)
    for position, number in enumerate(numbers):
        cells = np.flatnonzero(index == position)
        flags[cells[np.argsort(-expected[cells], kind="stable")[:number]]] = True
    return flags


def parity_costs(
    judged: Judged, target: ParityTarget, steps: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
) -> tuple[ParityCost, ...]:
    """Return the hit rate and the gap on the way from free flags to flags in proportion to the target."""
    figures = class_figures(judged)
    free = np.array([f.flagged_share for f in figures])
    wanted = np.array([f.population_share if target is ParityTarget.POPULATION else f.harm_share for f in figures])
    counts = judged.flagged.sum(axis=1)
    costs: list[ParityCost] = []
    for step in steps:
        shares = (1 - step) * free + step * wanted
        rows = zip(judged.expected, counts, strict=True)
        flags = np.stack([quota_flags(week, judged.area_class, shares, int(count)) for week, count in rows])
        # At step 0 the flags are the free ones, which no quota holds week by week.
        flags = judged.flagged if step == 0 else flags
        hit_rate = float(judged.observed[flags].sum() / judged.observed.sum())
        given = np.array([flags[:, judged.area_class == f.area_class].sum() for f in figures]) / flags.sum()
        gap = float(np.abs(given - wanted).sum() / 2)
        first = costs[0] if costs else None
        loss = ratio(first.hit_rate - hit_rate, first.gap - gap) if first else float("nan")
        costs.append(ParityCost(target, step, hit_rate, gap, loss))
    return tuple(costs)


def study_fairness(judged: Judged, rank_changes: tuple[RankChange, ...], config: FairnessConfig) -> FairnessStudy:
    """Return the audit: figures by class, the changes of rank given, and the cost of parity with both targets.

    Raises:
        CalanqueError: if no change of rank is given: an empty list would pass for a steady ranking.
    """
    if not rank_changes:
        raise CalanqueError("The fairness audit needs changes of rank: run reporting_sensitivity first.")
    parity = tuple(cost for target in ParityTarget for cost in parity_costs(judged, target))
    calibration = float(judged.expected.sum() / judged.observed.sum())
    return FairnessStudy(config, class_figures(judged), rank_changes, parity, calibration)
