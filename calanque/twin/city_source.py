"""One type of incident of the simulated city: its true expected counts, and draws from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import signal

from calanque.places.grid import unit_m
from calanque.twin.city_config import DAYS_A_WEEK, SLOT_DAYS, SLOTS_A_WEEK
from calanque.twin.city_surfaces import spread_map, spread_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calanque.places.grid import Grid
    from calanque.twin.city_config import CityConfig, IncidentType

# Later generations of contagion are left out of the expected counts once they weigh less than this.
NEGLIGIBLE = 1e-4


@dataclass(frozen=True, eq=False)
class Points:
    """Incidents in continuous time: days since the start of week 0 (below 0 in the burn-in), x, y in the CRS's unit."""

    day: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def take(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Points:
        """Return the chosen points, or the points at these places."""
        return Points(self.day[keep], self.x[keep], self.y[keep])

    @staticmethod
    def joined(parts: list[Points]) -> Points:
        """Return the points of all parts."""
        return Points(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("day", "x", "y")))


@dataclass(frozen=True, eq=False)
class Source:
    """A type on a grid. Incidents are background ones (place x week x slot) or set off by an earlier one."""

    kind: IncidentType
    grid: Grid
    place_share: NDArray[np.float64]
    week_totals: NDArray[np.float64]
    burn_in_weeks: int

    @property
    def _branching(self) -> float:
        return self.kind.contagion.branching_ratio if self.kind.contagion else 0.0

    @cached_property
    def slot_shares(self) -> NDArray[np.float64]:
        """Share of a week's background incidents in each of its 28 slots of six hours."""
        shares = np.outer(self.kind.weekday_weights, self.kind.slot_weights).ravel()
        return np.asarray(shares / shares.sum())

    @cached_property
    def generation_count(self) -> int:
        """Generations that weigh on the expected counts, background included."""
        count = 1
        while self._branching**count / (1 - self._branching) > NEGLIGIBLE:
            count += 1
        return count

    def _generation_maps(self, mass: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a map and where the generations it sets off fall, generations x cells."""
        distance = self.kind.contagion.distance_m if self.kind.contagion else 0.0
        return np.stack([spread_map(self.grid, mass, distance * k**0.5) for k in range(self.generation_count)])

    def _generation_times(self, slots: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return expected counts by slot and those of the generations they set off, generations x slots."""
        times = [slots]
        if self.kind.contagion:
            ratio = SLOT_DAYS / self.kind.contagion.decay_days
            left = np.exp(-ratio)
            # An exponential wait from a start even in its slot: none, then one slot or more, geometric.
            same, later = 1 - (1 - left) / ratio, (1 - left) ** 2 / ratio
            for _ in range(self.generation_count - 1):
                moved = signal.lfilter([same, later - same * left], [1, -left], times[-1])
                times.append(self._branching * moved)
        return np.stack(times)

    @cached_property
    def _maps(self) -> NDArray[np.float64]:
        return self._generation_maps(self.place_share)

    @cached_property
    def _times(self) -> NDArray[np.float64]:
        return self._generation_times(np.outer(self.week_totals, self.slot_shares).ravel())

    def expected(self, week: int) -> NDArray[np.float64]:
        """Return the expected counts of a week over all possible pasts, slots x cells."""
        start = (week + self.burn_in_weeks) * SLOTS_A_WEEK
        return np.asarray(self._times[:, start : start + SLOTS_A_WEEK].T @ self._maps)

    def expected_after(self, week: int, past: Points) -> NDArray[np.float64]:
        """Return the expected counts of a week given the incidents before it, slots x cells; later ones are ignored."""
        background = self.week_totals[week + self.burn_in_weeks] * self.slot_shares
        total = self._generation_times(background).T @ self._maps
        past = past.take(past.day < DAYS_A_WEEK * week)
        if not self.kind.contagion or not len(past.day):
            return np.asarray(total)
        decay = self.kind.contagion.decay_days
        pending = self._branching * np.exp(-(DAYS_A_WEEK * week - past.day) / decay)
        near = spread_points(self.grid, past.x, past.y, pending, self.kind.contagion.distance_m)
        ends = np.exp(-np.arange(SLOTS_A_WEEK + 1) * SLOT_DAYS / decay)
        return np.asarray(total + self._generation_times(-np.diff(ends)).T @ self._generation_maps(near))

    def draw(self, draw: np.random.Generator) -> Points:
        """Return what happens, burn-in and overflow included; points may lie outside the cells, moved by contagion."""
        generations = [self._draw_background(draw)]
        while len(generations[-1].day) and self.kind.contagion:
            generations.append(self._draw_set_off(generations[-1], draw))
        return Points.joined(generations)

    def _draw_background(self, draw: np.random.Generator) -> Points:
        mean = np.outer(self.week_totals, self.place_share)
        if self.kind.over_dispersion > 0:
            size = 1 / self.kind.over_dispersion
            mean *= draw.gamma(size, 1 / size, mean.shape)
        counts = draw.poisson(mean)
        week, cell = np.nonzero(counts)
        number = counts[week, cell]
        week, cell = np.repeat(week, number) - self.burn_in_weeks, np.repeat(cell, number)
        slot = draw.choice(SLOTS_A_WEEK, len(week), p=self.slot_shares)
        rows, cols = self.grid.row_col()
        within = draw.random((3, len(week)))
        return Points(
            DAYS_A_WEEK * week + SLOT_DAYS * (slot + within[0]),
            self.grid.x0 + self.grid.cell * (cols[cell] + within[1]),
            self.grid.y0 + self.grid.cell * (rows[cell] + within[2]),
        )

    def _draw_set_off(self, parents: Points, draw: np.random.Generator) -> Points:
        contagion = self.kind.contagion
        if contagion is None:
            return parents.take(np.zeros(len(parents.day), dtype=bool))
        from_parent = np.repeat(np.arange(len(parents.day)), draw.poisson(contagion.branching_ratio, len(parents.day)))
        start, count = parents.take(from_parent), len(from_parent)
        move = draw.normal(0, contagion.distance_m / unit_m(self.grid.crs), (2, count))
        return Points(start.day + draw.exponential(contagion.decay_days, count), start.x + move[0], start.y + move[1])


def make_source(config: CityConfig, kind: IncidentType, grid: Grid, place_share: NDArray[np.float64]) -> Source:
    """Return the source of a type; its background is the share of the weekly total that contagion does not add."""
    weeks = np.arange(-config.burn_in_weeks, config.weeks)
    # The season holds over a week: its middle day decides.
    middle_day = config.first_day.timetuple().tm_yday + DAYS_A_WEEK * weeks + DAYS_A_WEEK / 2
    season = 1 + kind.season_amplitude * np.cos(2 * np.pi * (middle_day - kind.season_peak_day) / 365.25)
    branching = kind.contagion.branching_ratio if kind.contagion else 0.0
    return Source(kind, grid, place_share, kind.weekly_total * (1 - branching) * season, config.burn_in_weeks)
