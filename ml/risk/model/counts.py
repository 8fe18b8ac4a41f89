"""Slow-decay counts on their own: what is served from the first month, until the record is long enough for a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ml.risk.config import RiskConfig
from ml.risk.model.cube import CountCube
from ml.risk.model.features import SurfaceStream, weekly_decay
from ml.risk.model.kernels import shares
from ml.risk.model.level import weekly_level, weekly_totals
from ml.risk.model.method import BASELINE_ITERATIONS
from ml.risk.model.pool import fit_by_type
from ml.risk.model.published import PublishedRecord
from ml.risk.model.rows import Rows, joined
from ml.risk.model.score import FEWEST_KNOWN, Expected
from ml.risk.model.slots import Profile, SlotModel, learn_profiles, published_parents
from ml.risk.model.trained import RiskModel

COUNTS_VERSION = "counts"
"""`model_version` of a forecast made of counts, where there is no model yet."""
FEWEST_WEEKS = 4
"""A bound learnt on fewer weeks would say more of chance than of the city."""


@dataclass(frozen=True, eq=False)
class Counts:
    """What the past says without a model.

    Attributes:
        config: the parameters.
        weeks: whole weeks known.
        floors: weights of the decayed counts and of the uniform floor, types x 2.
        dispersion: over-dispersion of each type in the cells of the fine grid.
        published_dispersion: the same in published cells.
        slots: the hours of all types together; a finer profile would have to be proven.
    """

    config: RiskConfig
    weeks: int
    floors: NDArray[np.float64]
    dispersion: tuple[float, ...]
    published_dispersion: tuple[float, ...]
    slots: SlotModel

    @property
    def note(self) -> tuple[str, str]:
        """What every reason says of it, in English and in French."""
        return (
            f"No model yet: slow-decay counts of {self.weeks} weeks.",
            f"Pas encore de modèle : comptage lissé de {self.weeks} semaines.",
        )


Publishes: TypeAlias = RiskModel | Counts
"""What a forecast is made by."""


def learn_counts(cube: CountCube, config: RiskConfig) -> Counts:
    """Learn the uniform floor and the over-dispersion on the weeks there are, each forecast from its own past."""
    types, grid = len(cube.types), cube.grid
    incomplete = max(2, cube.weeks - cube.complete_weeks)
    past = [_rows(cube, week, share) for week, share in _decayed(cube, config) if week < incomplete]
    floors = fit_by_type(joined(past), types, (0, 1), BASELINE_ITERATIONS, config.challenger.prior_event_count)
    totals, parents = weekly_totals(cube), (np.arange(grid.count), published_parents(grid))
    fine, published = (PublishedRecord(parent, types, config.bound_probability) for parent in parents)
    for week, share in _decayed(cube, config):
        mixed = floors[:, :1] * share + floors[:, 1:] / grid.count
        mean = mixed * weekly_level(totals[:week], config.level_half_life_days)[:, None]
        for record in (fine, published):
            record.add(mean, cube.week(week))
    return Counts(
        config,
        cube.weeks,
        floors,
        tuple(fine.dispersion.tolist()),
        tuple(published.dispersion.tolist()),
        SlotModel(profiles=learn_profiles(cube, config.slots, cube.weeks), served=(Profile.ALL_TYPES,) * types),
    )


def _decayed(cube: CountCube, config: RiskConfig) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the latest weeks with the shares (types x cells) of the decayed counts known before each."""
    decay, held = np.float32(weekly_decay(config.baseline.half_life_days)), cube.seen.week(0)
    for week in range(1, cube.weeks):
        if week >= cube.weeks - config.challenger.fit_weeks:
            yield week, shares(held)
        held = held * decay + cube.seen.week(week)


def _rows(cube: CountCube, week: int, share: NDArray[np.float32]) -> Rows:
    kind, cell, number = cube.happened(week)
    ones = np.ones(len(kind), dtype=np.float32)
    both = np.column_stack([share[kind, cell], ones / cube.grid.count])
    return Rows(kind, number, ones, ones, both)


def counted(cube: CountCube, counts: Counts) -> Expected:
    """Return the counts as the forecast of the week after the last whole one, baseline and served figure alike."""
    stream, config = SurfaceStream(cube, cube.weeks, counts.config), counts.config
    columns = (stream.layout.own(config.baseline.half_life_days, 0), stream.layout.uniform)
    mixed = stream.mixture(counts.floors, columns)
    parts = []
    for surfaces in stream.layout.parts(len(cube.types)).values():
        held = [position for position, column in enumerate(columns) if column in surfaces]
        part = stream.mixture(counts.floors[:, held], tuple(columns[position] for position in held))
        parts.append(part / np.maximum(mixed, 1e-30))
    mean = mixed * weekly_level(weekly_totals(cube), config.level_half_life_days)[:, None]
    known = stream.history_around() >= FEWEST_KNOWN
    return Expected(mean, mean, np.stack(parts).astype(np.float32), known)
