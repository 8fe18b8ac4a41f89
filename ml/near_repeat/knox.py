"""The Knox test: are there more pairs of incidents close in place and time than permuted dates give?

Permuting the dates keeps every place and every date as often as it was: lasting hot spots and seasons of the whole city
are no finding. Source: Knox (1964), with the Monte-Carlo p-value of Besag and Diggle (1977).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.places.grid import Grid, unit_m
from ml.near_repeat.config import KnoxConfig, NearRepeatConfig, near_repeat_config
from ml.near_repeat.events import Events, reported_events
from ml.near_repeat.pairs import close_pairs


@dataclass(frozen=True)
class BandResult:
    """Pairs of one band of distance (above `over_m`, up to `up_to_m`) and of days apart (both ends included)."""

    over_m: float
    up_to_m: float
    first_day: int
    last_day: int
    observed: int
    expected: float
    ratio: float
    p_value: float
    is_significant: bool

    @property
    def is_same_point(self) -> bool:
        """Whether the band holds pairs at one point: returns, facts recorded twice, points moved to a crossing."""
        return self.over_m < 0


@dataclass(frozen=True)
class KnoxReport:
    """What the test says of one type in one territory; `lead` is its strongest significant lead band, if any."""

    territory: str
    type: str
    event_count: int
    bands: tuple[BandResult, ...]
    lead: BandResult | None

    @property
    def is_found(self) -> bool:
        """Whether near-repeat is found: only then may an alert speak."""
        return self.lead is not None


def knox_test(
    grid: Grid, kind: str, incidents: pd.DataFrame, config: NearRepeatConfig | None = None, seed: int | None = None
) -> KnoxReport:
    """Test one type over the last `history_days` of its incidents.

    Args:
        grid: the territory's cells: its name and the unit of x and y.
        kind: the type.
        incidents: columns `EVENT_COLUMNS`; other types are left aside.
        config: `model.yml` when absent.
        seed: of the permutations; the configuration's when absent.

    Returns:
        One result per band, distances first; the same-point band comes first of all.

    Raises:
        CalanqueError: on rows without place or date or not reported by the public, or on more pairs than memory allows.
    """
    config = config or near_repeat_config()
    events = _recent(reported_events(incidents, kind), config.knox.history_days)
    observed, permuted = _counts(grid, events, config.knox, config.knox.seed if seed is None else seed)
    bands = _bands(config.knox, observed, permuted)
    return KnoxReport(
        territory=grid.name,
        type=kind,
        event_count=len(events.day),
        bands=bands,
        lead=_lead(bands, config.alert.lead_distance_m),
    )


def _recent(events: Events, history_days: int) -> Events:
    if not len(events.day):
        return events
    return events.take(events.day > events.day.max() - np.timedelta64(history_days, "D"))


def _counts(grid: Grid, events: Events, config: KnoxConfig, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the observed pairs, distances x times, and those of each permutation, permutations x distances x times."""
    shape = (len(config.reaches_m), len(config.last_days))
    if len(events.day) < 2:
        return np.zeros(shape, dtype=np.int64), np.zeros((config.permutations, *shape), dtype=np.int64)
    unit = unit_m(grid.crs)
    pairs = close_pairs(events.x * unit, events.y * unit, config.reaches_m, config.max_pair_count)
    day = (events.day - events.day.min()).astype(np.int16)
    draw = np.random.default_rng(seed)
    permuted = [pairs.count_close_in_time(draw.permutation(day), config.last_days) for _ in range(config.permutations)]
    return pairs.count_close_in_time(day, config.last_days), np.stack(permuted)


def _bands(config: KnoxConfig, observed: NDArray[np.int64], permuted: NDArray[np.int64]) -> tuple[BandResult, ...]:
    overs = (-1.0, *config.reaches_m[:-1])
    first_days = (0, *(day + 1 for day in config.last_days[:-1]))
    return tuple(
        _band(
            config,
            (overs[i], config.reaches_m[i], first_days[j], config.last_days[j]),
            int(observed[i, j]),
            permuted[:, i, j],
        )
        for i in range(observed.shape[0])
        for j in range(observed.shape[1])
    )


def _band(
    config: KnoxConfig, edges: tuple[float, float, int, int], observed: int, permuted: NDArray[np.int64]
) -> BandResult:
    expected = float(permuted.mean())
    p_value = (1 + int((permuted >= observed).sum())) / (len(permuted) + 1)
    ratio = observed / expected if expected > 0 else (float("inf") if observed else 1.0)
    is_significant = p_value <= config.band_significance and observed >= config.min_pairs and ratio >= config.min_ratio
    return BandResult(*edges, observed, expected, ratio, p_value, is_significant)


def _lead(bands: tuple[BandResult, ...], lead_distance_m: float) -> BandResult | None:
    found = [
        band
        for band in bands
        if band.is_significant and not band.is_same_point and band.first_day == 0 and band.up_to_m <= lead_distance_m
    ]
    return max(found, key=lambda band: band.ratio, default=None)
