"""Boosted trees read for speed: every cell of a city is scored every week of a back-test.

The leaf of a tree is found without walking down it (QuickScorer, Lucchese et al. 2015): each split that sends a row to
the right rules out the leaves on its left, one bit a leaf; the first leaf that is left is the row's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LEAVES = 16
# Below so many rows, reading the trees costs more than walking down them.
FEW_ROWS = 20_000
# Rows are scored in pieces whose working arrays stay in a core's cache.
PIECE = 1 << 15


@dataclass
class _Tree:
    """The leaves of a tree from left to right, and its splits: feature, threshold, bits of the leaves on its left."""

    leaves: list[float] = field(default_factory=list)
    splits: list[tuple[int, np.float32, np.uint16]] = field(default_factory=list)


class Forest:
    """The trees as they are for one type: splits by type are decided beforehand."""

    def __init__(self, dump: dict[str, Any], kind: int) -> None:
        """Read the dump of a LightGBM booster whose only categorical feature is the type."""
        self._trees = []
        for info in dump["tree_info"]:
            tree = _Tree()
            _read(info["tree_structure"], kind, tree)
            self._trees.append((tree.splits, np.array(tree.leaves)[_first_left(len(tree.leaves))]))

    def raw(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the sum of the trees for the rows of a table, rows x features; fastest where features lie together."""
        columns, total = np.ascontiguousarray(table.T), np.zeros(len(table))
        for low in range(0, len(total), PIECE):
            self._add(columns[:, low : low + PIECE], total[low : low + PIECE])
        return total

    def _add(self, columns: NDArray[np.float32], total: NDArray[np.float64]) -> None:
        is_right = np.empty(len(total), dtype=np.bool_)
        out, bits = np.empty(len(total), dtype=np.uint16), np.empty(len(total), dtype=np.uint16)
        # To look up by a narrow index, numpy widens it piece by piece: three times slower than at once.
        index, gain = np.empty(len(total), dtype=np.intp), np.empty(len(total))
        for splits, value in self._trees:
            out[:] = 0
            for feature, threshold, left in splits:
                np.greater(columns[feature], threshold, out=is_right)
                np.multiply(is_right.view(np.uint8), left, out=bits, dtype=np.uint16)
                np.bitwise_or(out, bits, out=out)
            index[:] = out
            total += value.take(index, out=gain, mode="clip")


def _read(node: dict[str, Any], kind: int, tree: _Tree) -> None:
    """Add the leaves and splits under a node, from left to right."""
    if "split_feature" not in node:
        tree.leaves.append(node["leaf_value"])
    elif node["decision_type"] == "==":
        kinds = {int(code) for code in node["threshold"].split("||")}
        _read(node["left_child" if kind in kinds else "right_child"], kind, tree)
    else:
        first = len(tree.leaves)
        _read(node["left_child"], kind, tree)
        left = np.uint16((1 << len(tree.leaves)) - (1 << first))
        tree.splits.append((int(node["split_feature"]), _at_most(node["threshold"]), left))
        _read(node["right_child"], kind, tree)


def _at_most(threshold: float) -> np.float32:
    """Return the largest single float up to a threshold: a single float is above the one as above the other."""
    rounded = np.float32(threshold)
    return rounded if float(rounded) <= threshold else np.nextafter(rounded, np.float32(-np.inf))


def _first_left(leaves: int) -> NDArray[np.intp]:
    """Return, for each pattern of leaves ruled out, the first leaf that is left."""
    return np.asarray(np.minimum(_LOWEST_FREE, leaves - 1), dtype=np.intp)


_PATTERNS = np.arange(1 << MOST_LEAVES)
# The place of the lowest bit that is not set: so many set bits lie below it.
_LOWEST_FREE = np.bitwise_count((~_PATTERNS & (_PATTERNS + 1)) - 1).astype(np.intp)
