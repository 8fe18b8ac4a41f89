"""What the models learn from: the events of past weeks and a sample of the cells where nothing happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.risk.model.cube import CountCube
from ml.risk.model.features import SurfaceStream

# Of the sampled cells without an event, the share drawn by intensity; the others are drawn evenly.
BY_INTENSITY = 0.7


@dataclass(frozen=True, eq=False)
class Rows:
    """One row a cell and type of a past week.

    Attributes:
        kind: type index.
        number: events that then happened.
        weight: cells that the row stands for; 1 where something happened.
        level: events of the type in the whole week.
        shares: what each surface had given the cell beforehand, rows x surfaces.
    """

    kind: NDArray[np.intp]
    number: NDArray[np.float32]
    weight: NDArray[np.float32]
    level: NDArray[np.float32]
    shares: NDArray[np.float32]

    def chosen(self, keep: NDArray[np.bool_]) -> Rows:
        """Return some of the rows."""
        return Rows(self.kind[keep], self.number[keep], self.weight[keep], self.level[keep], self.shares[keep])


def joined(parts: list[Rows]) -> Rows:
    """Return the rows of several weeks as one."""
    names = ("kind", "number", "weight", "level", "shares")
    return Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def gather(cube: CountCube, week: int, stream: SurfaceStream, zeros: int, seed: int) -> Rows:
    """Return the rows of a week as of its origin: all cells with events, and `zeros` others drawn by intensity.

    A cell without an event is kept with a known probability and weighs its inverse, so that sums over the sample are
    sums over all cells on average.
    """
    kind, cell, number = cube.happened(week)
    level = np.maximum(np.bincount(kind, weights=number, minlength=len(cube.types)), 1.0)
    empty_kind, empty_cell, weight = _empty(cube, stream, (kind, cell), zeros, np.random.default_rng((seed, week)))
    kinds = np.concatenate([kind, empty_kind])
    return Rows(
        kinds,
        np.concatenate([number, np.zeros(len(empty_kind), dtype=np.float32)]),
        np.concatenate([np.ones(len(kind), dtype=np.float32), weight]),
        level[kinds].astype(np.float32),
        stream.gather(kinds, np.concatenate([cell, empty_cell])),
    )


def _empty(
    cube: CountCube,
    stream: SurfaceStream,
    taken: tuple[NDArray[np.intp], NDArray[np.intp]],
    zeros: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    count, types = cube.grid.count, len(cube.types)
    quota = zeros / types
    keep = np.empty((types, count), dtype=np.float32)
    keep[:] = (1 - BY_INTENSITY) * quota / count
    keep += BY_INTENSITY * quota * stream.surface(stream.layout.together_intensity)
    np.minimum(keep, 1.0, out=keep)
    drawn = generator.random(keep.shape, dtype=np.float32) < keep
    drawn[taken] = False
    kind, cell = np.nonzero(drawn)
    return kind, cell, 1.0 / keep[kind, cell]
