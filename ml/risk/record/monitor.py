"""The weekly monitor: does a champion keep, in the weeks it published, what its back-test promised?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.risk.record.reason import Reason, judged, nothing_to_judge

LEAST_KEPT = 0.5
"""Share of the promised gain that a champion must keep on average."""
SAFE_WEEKS, FALSE_RATE = 200, 0.05
EVIDENCE = SAFE_WEEKS / FALSE_RATE
"""Evidence at which a champion retires: one that keeps its promise reaches it within 200 weeks once in twenty."""
BETS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
LEAST_PROMISE = 0.005
"""Nats an incident: the scale of the bets of a model that promised next to nothing."""


@dataclass(frozen=True)
class Verdict:
    """What the published weeks say of a model, against the counts beside it.

    Attributes:
        weeks: published weeks judged.
        evidence: against the claim that it keeps its promise; `EVIDENCE` retires it.
        is_kept: whether it goes on.
        reason: why.
    """

    weeks: int
    evidence: float
    is_kept: bool
    reason: Reason


def judge(gains: NDArray[np.floating], promised: float) -> Verdict:
    """Judge a champion by the weeks that were published, each look at it weekly allowed.

    Only forecasts as they were published count. The weeks of the back-test are out of sample too, but they have made
    the champion: of many that are tried, the one that looked good on them is promoted. With no published week nothing
    is said.

    The claim is that in every week, whatever came before, the gain over the counts is on average at least half the
    promised one. A bettor against it stakes a share of its money each week; were the claim true, no way of staking
    would make it richer. One bettor starts each week, so that a model that was good for years and is left behind is
    caught soon, and the evidence is the money of all of them together. Its expectation grows by at most 1 a week while
    the claim is true, so within n weeks it reaches `EVIDENCE` with a probability of at most n / `EVIDENCE`, however
    often it is looked at (Shin, Ramdas & Rinaldo 2024, "E-detectors", NEJSDS 2(2), the Shiryaev-Roberts form, with
    Ville's inequality; bets as in Waudby-Smith & Ramdas 2024, JRSS B 86(1); on score differences of forecasts as in
    Choe & Ramdas 2024, Operations Research 72(4)). Gains are cut at the promised gain on either side of what must be
    kept: a bet must be bounded, and one odd week must not decide.

    Args:
        gains: log score of the model minus that of the counts by published week, oldest first, nats an incident.
        promised: the mean weekly gain of the back-test.
    """
    scale = max(promised, LEAST_PROMISE)
    lost = np.clip((LEAST_KEPT * max(promised, 0.0) - np.asarray(gains, dtype=float)) / scale, -1, 1)
    money, most = np.zeros(len(BETS)), 0.0
    for week in lost:
        money = (money + 1) * (1 + BETS * week)
        most = max(most, float(money.mean()))
    is_kept = most < EVIDENCE
    if len(lost) == 0:
        return Verdict(0, most, is_kept, nothing_to_judge())
    reason = judged(len(lost), float(np.mean(gains)), promised, most, EVIDENCE, is_kept)
    return Verdict(len(lost), most, is_kept, reason)
