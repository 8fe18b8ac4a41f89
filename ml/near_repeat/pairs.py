"""Pairs of incidents close in place, and how many of them are close in time too."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from calanque.errors import CalanqueError

# Small enough for the working arrays of a chunk to stay in a core's cache.
CHUNK_PAIRS = 1 << 15


@dataclass(frozen=True, eq=False)
class ClosePairs:
    """Pairs of points within the largest distance, sorted by distance band; band b holds `starts[b]:starts[b + 1]`."""

    first: NDArray[np.int32]
    second: NDArray[np.int32]
    starts: NDArray[np.intp]

    def count_close_in_time(self, day: NDArray[np.int16], last_days: tuple[int, ...]) -> NDArray[np.int64]:
        """Return the pairs by distance band and band of days apart.

        Args:
            day: day of each point, from 0.
            last_days: last day of each band; the first starts at 0.
        """
        up_to = np.zeros((len(self.starts) - 1, len(last_days)), dtype=np.int64)
        for band in range(len(up_to)):
            for start in range(self.starts[band], self.starts[band + 1], CHUNK_PAIRS):
                part = slice(start, min(start + CHUNK_PAIRS, self.starts[band + 1]))
                # 'clip' spares the check of each index: they all come from the tree.
                first, second = (day.take(ends[part], mode="clip") for ends in (self.first, self.second))
                offset = np.abs(first - second)
                up_to[band] += [np.count_nonzero(offset <= last) for last in last_days]
        return np.diff(up_to, axis=1, prepend=0)


def close_pairs(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64], reaches_m: tuple[float, ...], max_pair_count: int
) -> ClosePairs:
    """Return the pairs no further apart than the last reach, each once.

    Args:
        x_m: position of each point, metres.
        y_m: the same.
        reaches_m: upper edge of each band, rising, included in its band.
        max_pair_count: pairs that memory allows.

    Raises:
        CalanqueError: if there are more.
    """
    points = np.column_stack([x_m, y_m])
    tree = cKDTree(points)
    pair_count = (int(tree.count_neighbors(tree, reaches_m[-1])) - len(points)) // 2
    if pair_count > max_pair_count:
        raise CalanqueError(
            f"{pair_count:,} pairs lie within {reaches_m[-1]:g} m, more than max_pair_count: shorten history_days or "
            "the largest distance in ml/near_repeat/model.yml."
        )
    pairs = tree.query_pairs(reaches_m[-1], output_type="ndarray").astype(np.int32)
    offset = points[pairs[:, 0]] - points[pairs[:, 1]]
    squared = offset[:, 0] ** 2 + offset[:, 1] ** 2
    band = np.searchsorted(np.square(reaches_m[:-1]), squared).astype(np.uint8)
    order = np.argsort(band, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(band, minlength=len(reaches_m)))])
    return ClosePairs(pairs[order, 0], pairs[order, 1], starts)
