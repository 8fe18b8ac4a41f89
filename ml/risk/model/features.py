"""What is known at an origin: decayed counts, smoothed in space, rolled forward a week at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ml.delays import DAYS_A_WEEK
from ml.risk.config import RiskConfig
from ml.risk.model.cores import in_turns
from ml.risk.model.cube import CountCube
from ml.risk.model.kernels import Kernels, shares

ALL_HISTORY_DAYS = math.inf
# Log shares of cells that never had anything: a hundredth of a uniform map.
LEAST_SHARE = 0.01
_RECENT_DAYS, _YEAR_DAYS = 90, 730


def weekly_decay(half_life_days: float) -> float:
    """Return the factor one week of age costs: 0.5 ** (7 / half-life); 1 for all-history counts."""
    return float(0.5 ** (DAYS_A_WEEK / half_life_days))


class Layout:
    """The order of the surfaces: own type by half-life then width, all types by width, places, uniform, premises.

    The premises, where incidents tell them, are each kind of place by width, of the own type, then of all types.
    """

    def __init__(self, config: RiskConfig, premises: tuple[str, ...] = ()) -> None:
        """Read the half-lives and widths of the configuration, and the kinds of place."""
        challenger = config.challenger
        self.half_lives_days = (*challenger.half_lives_days, ALL_HISTORY_DAYS)
        self.widths_m = challenger.widths_m
        self.own_count = len(self.half_lives_days) * len(self.widths_m)
        self.together_lives = [self.half_lives_days.index(days) for days in challenger.other_types_half_lives_days]
        self.places_widths_m = challenger.places_widths_m
        self.places = self.own_count + len(self.together_lives) * len(self.widths_m)
        self.uniform = self.places + len(self.places_widths_m)
        self.premises, self.premises_life_days = premises, challenger.premises_half_life_days
        self.premises_widths_m = challenger.premises_widths_m
        self.by_premises = self.uniform + 1
        self.all_by_premises = self.by_premises + len(premises) * len(self.premises_widths_m)
        self.count = self.all_by_premises + len(premises) * len(self.premises_widths_m)
        self.pool = tuple(range(self.count))

    def own(self, half_life_days: float, width_m: float) -> int:
        """Return the index of a surface of the own type."""
        return self.half_lives_days.index(half_life_days) * len(self.widths_m) + self.widths_m.index(width_m)

    @property
    def together_intensity(self) -> int:
        """Return the index of all types together at the middle width: where anything is likely."""
        return self.places - len(self.widths_m) // 2

    def names(self) -> list[str]:
        """Return the name of every surface, such as `365d/80m`."""
        lives = ["all" if math.isinf(days) else f"{days:g}d" for days in self.half_lives_days]
        own = [f"{life}/{width:g}m" for life in lives for width in self.widths_m]
        together = [f"all types {lives[i]}/{width:g}m" for i in self.together_lives for width in self.widths_m]
        places = [f"places/{width:g}m" for width in self.places_widths_m]
        kinds = [f"{kind} {self.premises_life_days:g}d/{width:g}m" for kind, width in self._kinds()]
        all_kinds = [f"all types, {name}" for name in kinds]
        return [*own, *together, *places, "uniform", *kinds, *all_kinds]

    def _kinds(self) -> product[tuple[str, float]]:
        return product(self.premises, self.premises_widths_m)

    def parts(self, types: int) -> dict[str, list[int]]:
        """Return the surfaces of each part that an analyst is told of: recent weeks, the last year, longer, others.

        A type that is alone in its city has no others: what all types tell is its own past.
        """
        widths, all_types = len(self.widths_m), range(self.own_count, self.places)

        def lasting(low: float, high: float) -> list[int]:
            lives = [i for i, days in enumerate(self.half_lives_days) if low <= days <= high]
            own = [life * widths + width for life in lives for width in range(widths)]
            among = [index for index in all_types if self.together_lives[(index - self.own_count) // widths] in lives]
            return own + among if types == 1 else own

        return {
            "recent": lasting(0, _RECENT_DAYS),
            "year": lasting(_RECENT_DAYS + 1, _YEAR_DAYS),
            "long": [
                *lasting(_YEAR_DAYS + 1, math.inf),
                *range(self.by_premises, self.count if types == 1 else self.all_by_premises),
            ],
            "other_types": [] if types == 1 else [*all_types, *range(self.all_by_premises, self.count)],
            "background": list(range(self.places, self.by_premises)),
        }


class SurfaceStream:
    """Surfaces as of an origin, that is from the weeks strictly before it; `advance` moves the origin by a week."""

    def __init__(self, cube: CountCube, origin: int, config: RiskConfig) -> None:
        """Build the surfaces of what was known before `origin`; what was known at and after it is not read."""
        cube = cube.seen
        self.cube, self.origin, self.layout = cube, origin, Layout(config, cube.premises)
        layout, self._shape, self._kinds = self.layout, (len(cube.types), cube.grid.count), max(len(cube.premises), 1)
        self._kernels = Kernels(cube.grid, layout.widths_m)
        self._decay = np.array([weekly_decay(days) for days in layout.half_lives_days], dtype=np.float32)
        part = cube.events.of(0, origin)
        age = (origin - 1 - cube.events.week()[part]).astype(np.float32)
        self._own = np.stack(
            [self._kernels.spread(cube.events, part, decay**age, len(cube.types)) for decay in self._decay]
        )
        self._place_kernels = Kernels(cube.grid, layout.places_widths_m)
        self._of_any_type = replace(cube.events, kind=np.zeros_like(cube.events.kind))
        self._places = np.zeros((len(layout.places_widths_m), 1, cube.grid.count), dtype=np.float32)
        self._add_places(part)
        # Where incidents tell their kind of place, slow counts of each kind apart: burglaries of shops stay where the
        # shops are, those of houses wander over the streets of houses, and a type learns from the shops that another
        # type has shown.
        self._premises_kernels = Kernels(cube.grid, layout.premises_widths_m if cube.premises else ())
        self._premises_decay = np.float32(weekly_decay(layout.premises_life_days))
        self._of_kind = replace(cube.events, kind=cube.events.kind * self._kinds + cube.events.premises)
        weights, rows = self._premises_decay**age, len(cube.types) * self._kinds
        self._premises = self._premises_kernels.spread(self._of_kind, part, weights, rows)
        self._sum_up()

    def _add_places(self, part: slice) -> None:
        new = self.cube.events.is_new[part].astype(np.float32)
        self._place_kernels.add(self._places, self._of_any_type, part, new)

    def _sum_up(self) -> None:
        """Put the surfaces in their order, each of its types or of all as one row, with the totals of its rows."""
        types, cells = self._shape
        own = self._own.reshape(self.layout.own_count, types, cells)
        together = self._own[self.layout.together_lives].sum(axis=2).reshape(-1, 1, cells)
        of_kinds = self._premises.reshape(len(self._premises), types, self._kinds, cells)
        kinds = [of_kinds[width, :, kind] for kind, width in np.ndindex(self._kinds, len(of_kinds))]
        uniform = np.ones((1, cells), dtype=np.float32)
        any_type = [surface.sum(axis=0, keepdims=True) for surface in kinds]
        self._surfaces: list[NDArray[np.float32]] = [*own, *together, *self._places, uniform, *kinds, *any_type]
        self._totals = [surface.sum(axis=1, dtype=np.float64) for surface in self._surfaces]

    def advance(self) -> None:
        """Take in the week of the origin, then move the origin to the next one."""
        part = self.cube.events.of(self.origin, self.origin + 1)
        weights = np.ones(part.stop - part.start, dtype=np.float32)

        def own() -> None:
            latest = self._kernels.spread(self.cube.events, part, weights, len(self.cube.types))
            self._own *= self._decay[:, None, None, None]
            self._own += latest[None]
            self._add_places(part)

        def by_premises() -> None:
            self._premises *= self._premises_decay
            self._premises_kernels.add(self._premises, self._of_kind, part, weights)

        def take(one: Callable[[], None]) -> None:
            one()

        in_turns(take, (own, by_premises))
        self._sum_up()
        self.origin += 1

    def counts(self, index: int) -> NDArray[np.float32]:
        """Return a surface as it is counted, types x cells or, where it is the same for all types, 1 x cells."""
        return self._surfaces[index]

    def surface(self, index: int) -> NDArray[np.float32]:
        """Return one surface as shares, types x cells."""
        return np.asarray(np.broadcast_to(shares(self._surfaces[index]), self._shape))

    def surface_of(self, index: int, kind: int) -> NDArray[np.float32]:
        """Return one surface of one type as shares, by cell."""
        counts = self._surfaces[index]
        return shares(np.asarray(counts[kind if len(counts) > 1 else 0]))

    def mixture(self, weights: NDArray[np.float64], columns: tuple[int, ...]) -> NDArray[np.float32]:
        """Return the surfaces of `columns` mixed with weights (types x columns): shares, types x cells."""
        mixed = np.zeros(self._shape, dtype=np.float32)
        # Summed surface by surface, so that cells with equal histories stay exactly tied.
        for column, weight in zip(columns, weights.T, strict=True):
            total = self._totals[column]
            scaled = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
            mixed += scaled[:, None].astype(np.float32) * self._surfaces[column]
            if not total.all():
                mixed += np.where(total > 0, 0, weight / self._shape[1])[:, None].astype(np.float32)
        return mixed

    def history_around(self) -> NDArray[np.float32]:
        """Return incidents of all types ever known around each cell, spread by the widest kernel, in cells' area."""
        widest = self.layout.own(ALL_HISTORY_DAYS, self.layout.widths_m[-1])
        sigma = self.layout.widths_m[-1] / (self.cube.grid.area_m2**0.5)
        # The kernel's mass in one cell is about 1 / (2 pi sigma^2): undone, one incident counts for one.
        return np.asarray(self._surfaces[widest].sum(axis=0) * max(1.0, 2 * math.pi * sigma**2), dtype=np.float32)

    def gather(self, kind: NDArray[np.intp], cell: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return the shares of every surface at some types and cells, rows x surfaces."""
        found = np.full((len(kind), self.layout.count), 1.0 / self._shape[1], dtype=np.float32)
        for column, counts, total in zip(found.T, self._surfaces, self._totals, strict=True):
            row = kind if len(counts) > 1 else np.zeros_like(kind)
            np.divide(counts[row, cell], total[row], out=column, where=total[row] > 0, casting="same_kind")
        return found
