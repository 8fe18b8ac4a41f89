"""Where each dataset of a picture stands: ranks from left to right by tier, and heights near what it is made of."""

from __future__ import annotations

from itertools import pairwise
from statistics import mean
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIERS = ("files", "landing", "bronze", "shapes", "intermediate", "marts", "models", "forecasts")
_BEGINS = {
    "/lake/landing/": "landing",
    "bronze.": "bronze",
    "silver.shape_": "shapes",
    "silver.territory_": "shapes",
    "silver.": "intermediate",
    "marts.fct_forecast": "forecasts",
    "marts.": "marts",
    "models:/": "models",
}
APART, LANE = 22.0, 12.0
Pair = tuple[str, str]


class Lane(NamedTuple):
    """Where an arrow passes between the boxes of a rank that it does not stop at."""

    source: str
    target: str
    rank: int


Slot = str | Lane


def tier_of(dataset: str) -> str:
    """Return the tier that a dataset is drawn in."""
    return next((tier for start, tier in _BEGINS.items() if dataset.startswith(start)), "files")


def ranks(datasets: Sequence[str], pairs: Sequence[Pair]) -> dict[str, int]:
    """Return the place of each dataset from left to right: by tier, and within one after what it is made of."""
    depth = dict.fromkeys(datasets, 0)
    within = [(a, b) for a, b in pairs if tier_of(a) == tier_of(b)]
    for _ in datasets:  # as often as the longest way is long; tables that read one another end it too
        for source, target in within:
            depth[target] = max(depth[target], min(depth[source] + 1, len(datasets)))
    at = {dataset: (TIERS.index(tier_of(dataset)), depth[dataset]) for dataset in datasets}
    order = {place: rank for rank, place in enumerate(sorted(set(at.values())))}
    return {dataset: order[place] for dataset, place in at.items()}


def heights(rank_of: Mapping[str, int], tall: Mapping[str, float], pairs: Sequence[Pair]) -> dict[Slot, float]:
    """Return the middle of each box, and of each lane between boxes, from the top.

    Args:
        rank_of: place from left to right, by dataset.
        tall: height of each box.
        pairs: what arrows lead from and to.
    """
    before: dict[Slot, list[Slot]] = {dataset: [] for dataset in rank_of}
    for pair in pairs:
        slots: list[Slot] = [pair[0], *lanes(rank_of, *pair), pair[1]]
        for source, target in pairwise(slots):
            before.setdefault(target, []).append(source)
    by_rank: dict[int, list[Slot]] = {}
    for slot in before:
        by_rank.setdefault(slot.rank if isinstance(slot, Lane) else rank_of[slot], []).append(slot)
    middle: dict[Slot, float] = {}
    for _, among in sorted(by_rank.items()):
        wished = {slot: mean([middle[one] for one in before[slot] if one in middle] or [0.0]) for slot in among}
        free = float("-inf")
        for slot in sorted(among, key=wished.__getitem__):
            half = (LANE if isinstance(slot, Lane) else tall[slot]) / 2
            middle[slot] = max(wished[slot], free + half)
            free = middle[slot] + half + APART
        moved = mean(wished[slot] - middle[slot] for slot in among)
        middle |= {slot: middle[slot] + moved for slot in among}
    top = min(middle[dataset] - tall[dataset] / 2 for dataset in rank_of)
    top = min(top, *middle.values())
    return {slot: y - top for slot, y in middle.items()}


def lanes(rank_of: Mapping[str, int], source: str, target: str) -> list[Lane]:
    """Return what an arrow passes through between its source and its target."""
    return [Lane(source, target, rank) for rank in range(rank_of[source] + 1, rank_of[target])]
