"""When in the week: the share of each slot of six hours in the week's incidents, by type and by place."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.special import gammaln

from calanque.closed import Closed
from calanque.places.grid import Grid, unit_m
from ml.delays import DAYS_A_WEEK
from ml.hours import HEAPED_HOURS
from ml.risk.config import SlotConfig
from ml.risk.model.cube import HOURS_A_DAY, CountCube
from ml.risk.model.numbers import Numbers

SLOT_HOURS = 6
SLOTS_A_DAY = HOURS_A_DAY // SLOT_HOURS
SLOTS = DAYS_A_WEEK * SLOTS_A_DAY
HEAP_DEVIATIONS = 3
# Pseudo-incidents of a prior: one a slot at least.
STRENGTHS = SLOTS * 2.0 ** np.arange(12)


class Profile(StrEnum):
    """What tells the shares of the slots, each finer than the one before."""

    FLAT = "flat"
    ALL_TYPES = "all_types"
    TYPE = "type"
    PLACE = "place"


@dataclass(frozen=True, eq=False)
class SlotProfiles:
    """What the weeks before an origin tell: the shares of the 28 slots, Monday 0 to 6 h first, of sum 1.

    Attributes:
        all_types: by slot.
        by_type: types x slots.
        hour_weights: types x 24, the part of the incidents at an hour whose hour is believed.
    """

    all_types: Numbers
    by_type: Numbers
    hour_weights: Numbers


class SlotModel(Closed):
    """The profiles, and the one of them that each type deserves."""

    profiles: SlotProfiles
    served: tuple[Profile, ...]


@dataclass(frozen=True, eq=False)
class SlotEvents:
    """Incidents whose hour is told: type, published cell and slot, and how far the hour is believed, 0 to 1."""

    kind: NDArray[np.intp]
    cell: NDArray[np.intp]
    slot: NDArray[np.intp]
    weight: NDArray[np.float64]


def learn_profiles(cube: CountCube, config: SlotConfig, until: int) -> SlotProfiles:
    """Return the profiles that the weeks before week `until` tell; incidents of later weeks are not read.

    A type leans on all types together, and these on equal shares, each by as many pseudo-incidents as explain best what
    was counted.
    """
    first, seen = max(0, until - config.weeks), cube.seen
    weights = believed_hours(seen, first, until)
    return SlotProfiles(*_profiles(slot_events(seen, weights, first, until), len(cube.types)), weights)


def _profiles(events: SlotEvents, types: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    counts = _summed(events.kind * SLOTS + events.slot, events.weight, types * SLOTS).reshape(types, SLOTS)
    [all_types] = shrunk(counts.sum(axis=0)[None], np.full(SLOTS, 1 / SLOTS))
    return all_types, shrunk(counts, all_types)


def believed_hours(cube: CountCube, first: int, last: int) -> NDArray[np.float64]:
    """Return the part of the incidents of each type and hour that is believed, types x 24.

    It is 1 but where midnight or noon stand out, beyond chance, above the larger of the hours beside them: of that many
    the hour is believed, that of the others is not known.
    """
    events, part = cube.events, cube.events.of(first, last)
    is_timed = events.hour[part] >= 0
    hour = events.hour[part][is_timed] % HOURS_A_DAY
    shape = (len(cube.types), HOURS_A_DAY)
    counts = _summed(events.kind[part][is_timed] * HOURS_A_DAY + hour, None, shape[0] * shape[1]).reshape(shape)
    weights = np.ones(shape)
    for heap in HEAPED_HOURS:
        count, beside = counts[:, heap], np.maximum(counts[:, heap - 1], counts[:, heap + 1])
        stands_out = count - beside > HEAP_DEVIATIONS * np.sqrt(count + beside)
        weights[stands_out, heap] = beside[stands_out] / count[stands_out]
    return weights


def slot_events(cube: CountCube, hour_weights: NDArray[np.float64], first: int, last: int) -> SlotEvents:
    """Return the incidents of the weeks from `first` up to `last`, not included, whose hour is told."""
    events, part = cube.events, cube.events.of(first, last)
    is_timed = events.hour[part] >= 0
    hour, kind = events.hour[part][is_timed].astype(np.intp), events.kind[part][is_timed]
    parent = published_parents(cube.grid)
    return SlotEvents(
        kind, parent[events.cell[part][is_timed]], hour // SLOT_HOURS, hour_weights[kind, hour % HOURS_A_DAY]
    )


def published_grid(grid: Grid) -> Grid:
    """Return the grid whose cells were cut into those of a cube; the grid itself when none were."""
    return grid.coarsened(_factor(grid), grid.name.partition("/")[0])


def published_parents(grid: Grid) -> NDArray[np.intp]:
    """Return the published cell of each cell of the grid of a cube."""
    return published_grid(grid).parents(_factor(grid))


def shrunk(counts: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the shares of each row of counts, drawn to a prior by a Dirichlet of the likeliest common strength.

    Args:
        counts: rows x slots, fractions allowed.
        prior: shares of sum 1.
    """
    likelihoods = [
        sum(
            gammaln(s) - gammaln(s + row.sum()) + (gammaln(s * prior + row) - gammaln(s * prior)).sum()
            for row in counts
        )
        for s in STRENGTHS
    ]
    strength = STRENGTHS[int(np.argmax(likelihoods))]
    return np.asarray((counts + strength * prior) / (counts.sum(axis=1, keepdims=True) + strength))


def place_shares(cube: CountCube, profiles: SlotProfiles, config: SlotConfig, until: int) -> NDArray[np.float32]:
    """Return the shares of each published cell, types x slots x cells, from the weeks before week `until`.

    The incidents around a cell, weighed by a Gaussian kernel, count as themselves against `place_prior_count` of the
    profile of its type; first in a wide circle, whose shares are then the prior of a narrow one. How they depart from
    the type's profile of the same weeks is then laid on its profile of now: a type that changes is no trait of a place.
    """
    grid, types = published_grid(cube.grid), len(cube.types)
    events = slot_events(cube.seen, profiles.hour_weights, max(0, until - config.place_weeks), until)
    flat = (events.kind * SLOTS + events.slot) * grid.count + events.cell
    counts = np.zeros((types, SLOTS, grid.rows, grid.cols), dtype=np.float32)
    counts[..., grid.mask] = _summed(flat, events.weight, types * SLOTS * grid.count).reshape(types, SLOTS, -1)
    then = _profiles(events, types)[1]
    shares = np.repeat(then.astype(np.float32)[..., None], grid.count, axis=2)
    prior = np.float32(config.place_prior_count)
    for width_m in config.place_widths_m:
        around = _around(counts, width_m / (grid.cell * unit_m(grid.crs)))[..., grid.mask]
        shares = (around + prior * shares) / (around.sum(axis=1, keepdims=True) + prior)
    shares *= (profiles.by_type / then).astype(np.float32)[..., None]
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _around(counts: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Return the incidents around each square under a kernel of height 1, the square's own in full."""
    height = max(1.0, 2 * np.pi * sigma**2)
    return np.asarray(gaussian_filter(counts, (0, 0, sigma, sigma), mode="constant", truncate=3.0) * height)


def _factor(grid: Grid) -> int:
    return int(grid.name.partition("/")[2] or 1)


def _summed(index: NDArray[np.intp], weights: NDArray[np.float64] | None, size: int) -> NDArray[np.float64]:
    return np.bincount(index, weights=weights, minlength=size).astype(np.float64)
