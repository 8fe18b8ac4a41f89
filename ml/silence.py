"""When a feed said nothing: runs without an incident that are no calm, and types that are recorded no more.

A model takes this module with it.
"""

import numpy as np
from numpy.typing import NDArray

# A run without any incident where more than this were expected: a feed that stopped, not a calm.
SILENT_EXPECTED_COUNT = 14.0


def silent_runs(total: NDArray[np.integer | np.floating], newest: int = 0) -> NDArray[np.bool_]:
    """Return the days (or weeks) of runs without an incident that the mean of those before makes next to impossible.

    So are those before the first incident: the feed had not begun.

    Args:
        total: incidents of each.
        newest: last ones of which nothing may be known yet.
    """
    empty = np.concatenate([[False], total == 0, [False]])
    starts, ends = np.flatnonzero(empty[1:] & ~empty[:-1]), np.flatnonzero(~empty[1:] & empty[:-1])
    silent = np.zeros(len(total), dtype=bool)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        known_count, happened = np.count_nonzero(~silent[:start]), float(total[:start].sum())
        # As few a day as a handful of incidents leave possible.
        fewest = max(happened - 3 * happened**0.5, 0.0) / max(known_count, 1)
        if not known_count or (min(end, len(total) - newest) - start) * fewest > SILENT_EXPECTED_COUNT:
            silent[start:end] = True
    return silent


def has_stopped(
    counts: NDArray[np.integer | np.floating], is_known: NDArray[np.bool_], year: int, newest: int = 0
) -> bool:
    """Tell whether a type that was recorded within a year has been without an incident for too long to be chance.

    Its own past tells: no earlier pause, such as that of a season, was half as long.

    Args:
        counts: incidents of each day (or week); at least one.
        is_known: those on which the feeds of the city spoke.
        year: days (or weeks) of one.
        newest: last ones of which nothing may be known yet.
    """
    if not is_known[-1]:
        return True
    known = counts[is_known]
    if is_gone(counts, is_known, year) or not silent_runs(known, newest)[-1]:
        return False
    pauses = np.diff(np.flatnonzero(known), append=len(known))
    return bool(pauses[-1] > 2 * pauses[:-1].max(initial=0))


def is_gone(counts: NDArray[np.integer | np.floating], is_known: NDArray[np.bool_], year: int) -> bool:
    """Tell whether a type has not been recorded for a year in which the feeds spoke; the arguments of `has_stopped`."""
    return not counts[is_known][-year:].any()
