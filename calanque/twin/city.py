"""A simulated city whose true intensity is known, to prove calibration, bias and feedback on.

Incidents happen; the public reports some of them, at a rate that depends on the area; patrols find some of the others,
in proportion to where they go. Only places and hours: nobody lives in this city but as a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from calanque.errors import CalanqueError
from calanque.places.grid import unproject
from calanque.twin.city_config import DAYS_A_WEEK, CityConfig
from calanque.twin.city_source import Points, Source, make_source
from calanque.twin.city_surfaces import city_grid, deprivation_classes, place_shares, residents

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calanque.places.grid import Grid

INCIDENT_COLUMNS = ("occurred_at", "lon", "lat", "type", "x", "y", "cell_index", "week")
RECORD_COLUMNS = (*INCIDENT_COLUMNS, "origin", "is_reported")
_DAY = np.timedelta64(1, "D") / np.timedelta64(1, "s")


@dataclass(frozen=True, eq=False)
class City:
    """The fixed part of a simulated city: cells, residents, classes and, per type, the true intensity."""

    config: CityConfig

    @cached_property
    def grid(self) -> Grid:
        """The cells, all inside."""
        return city_grid(self.config)

    @property
    def types(self) -> tuple[str, ...]:
        """Names of the types, sorted as in a count cube."""
        return tuple(sorted(kind.name for kind in self.config.types))

    def _draw(self, part: int) -> np.random.Generator:
        return np.random.default_rng([self.config.layout_seed, part])

    @cached_property
    def population(self) -> NDArray[np.float64]:
        """Residents of each cell."""
        return residents(self.config, self.grid, self._draw(0))

    @cached_property
    def deprivation_class(self) -> NDArray[np.int8]:
        """Class of each cell, 1 the least deprived, 5 the most."""
        return deprivation_classes(self.config, self.grid, self._draw(1))

    @cached_property
    def reporting_rate(self) -> NDArray[np.float64]:
        """Probability that the public reports an incident, per cell."""
        return np.asarray(self.config.deprivation.reporting_rates)[self.deprivation_class - 1]

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The types' sources, in the order of `types`."""
        kinds = sorted(self.config.types, key=lambda kind: kind.name)
        if self.config.uniform_over_population:
            kinds = [kind.without_interaction() for kind in kinds]
        return tuple(
            make_source(
                self.config,
                kind,
                self.grid,
                place_shares(self.grid, kind.hot_spots, self.population, self._draw(2 + n)),
            )
            for n, kind in enumerate(kinds)
        )

    def intensity(self, week: int, past: pd.DataFrame | None = None) -> NDArray[np.float64]:
        """Return the true expected counts of a week, reported or not, types x cells.

        Multiply by `reporting_rate` for those the public reports.

        Args:
            week: 0 to `config.weeks - 1`.
            past: incidents (`CityRun.incidents`, unreported ones included) of which those before the week set off
                others; without it, the expectation over all pasts.

        Raises:
            CalanqueError: if the city has no such week.
        """
        return np.asarray(self.slot_intensity(week, past).sum(axis=1))

    def slot_intensity(self, week: int, past: pd.DataFrame | None = None) -> NDArray[np.float64]:
        """Return the same by slot of six hours (Monday 0 h UTC first), types x 28 x cells."""
        self._require_week(week)
        if past is None:
            return np.stack([source.expected(week) for source in self.sources])
        return np.stack([source.expected_after(week, self._points(past, source)) for source in self.sources])

    def _require_week(self, week: int) -> None:
        if not 0 <= week < self.config.weeks:
            raise CalanqueError(f"The city has no week {week}: choose one from 0 to {self.config.weeks - 1}.")

    def _points(self, incidents: pd.DataFrame, source: Source) -> Points:
        rows = incidents[incidents["type"] == source.kind.name]
        seconds = (rows["occurred_at"] - pd.Timestamp(self.config.first_day, tz="UTC")).dt.total_seconds()
        return Points(seconds.to_numpy(dtype=float) / _DAY, rows["x"].to_numpy(), rows["y"].to_numpy())

    def run(self, seed: int) -> CityRun:
        """Return one life of the city: same city and seed, same incidents and same luck of being seen."""
        draws = [np.random.default_rng([seed, n]) for n in range(len(self.sources) + 1)]
        frames = [self._frame(source, draw) for source, draw in zip(self.sources, draws[1:], strict=True)]
        incidents = pd.concat(frames, ignore_index=True).sort_values("occurred_at", kind="stable", ignore_index=True)
        luck = draws[0].random((2, len(incidents)))
        is_reported = luck[0] < self.reporting_rate[incidents["cell_index"]]
        return CityRun(self, incidents, is_reported, luck[1])

    def _frame(self, source: Source, draw: np.random.Generator) -> pd.DataFrame:
        points = source.draw(draw)
        cell = self.grid.cell_index(points.x, points.y)
        keep = (cell >= 0) & (points.day >= 0) & (points.day < DAYS_A_WEEK * self.config.weeks)
        points, cell = points.take(keep), cell[keep]
        lon, lat = unproject(self.config.crs, points.x, points.y)
        at = np.datetime64(self.config.first_day, "s") + np.floor(points.day * _DAY).astype("timedelta64[s]")
        values = (
            pd.to_datetime(at).tz_localize("UTC"),
            lon,
            lat,
            source.kind.name,
            points.x,
            points.y,
            cell,
            (points.day // DAYS_A_WEEK).astype(int),
        )
        return pd.DataFrame(dict(zip(INCIDENT_COLUMNS, values, strict=True)))

    def simulate(self, seed: int, patrol_share: NDArray[np.float64] | None = None) -> pd.DataFrame:
        """Return the recorded incidents of one life under one patrol share, columns `RECORD_COLUMNS`, in time order.

        Args:
            seed: of the run.
            patrol_share: share of the patrols in each cell, of sum 1; without it, the same everywhere.

        Raises:
            CalanqueError: if the patrol share is not one.
        """
        return self.run(seed).recorded(patrol_share)


@dataclass(frozen=True, eq=False)
class CityRun:
    """One life of a city. Whether an incident is reported does not depend on patrols, only whether it is found does.

    `incidents` holds every incident (`INCIDENT_COLUMNS`), seen or not, in time order.
    """

    city: City
    incidents: pd.DataFrame
    is_reported: NDArray[np.bool_]
    patrol_luck: NDArray[np.float64]

    def observe(self, week: int, patrol_share: NDArray[np.float64]) -> pd.DataFrame:
        """Return what is recorded in a week under its patrol share: the public's reports and the patrols' finds.

        Runs of one seed under different patrols share their luck, so that they can be compared in pairs.

        Args:
            week: 0 to `config.weeks - 1`; in any order.
            patrol_share: share of the week's patrols in each cell, of sum 1.

        Returns:
            Columns `RECORD_COLUMNS`; `origin` is 'reported' or 'enforced'.

        Raises:
            CalanqueError: if the city has no such week, or the patrol share is not one.
        """
        self.city._require_week(week)
        weeks = self.incidents["week"].to_numpy()
        return self._recorded(slice(*np.searchsorted(weeks, [week, week + 1])), patrol_share)

    def recorded(self, patrol_share: NDArray[np.float64] | None = None) -> pd.DataFrame:
        """Return what is recorded in all weeks under one patrol share (without it, the same everywhere)."""
        count = self.city.grid.count
        return self._recorded(slice(None), np.full(count, 1 / count) if patrol_share is None else patrol_share)

    def _recorded(self, rows: slice, patrol_share: NDArray[np.float64]) -> pd.DataFrame:
        incidents, is_reported = self.incidents.iloc[rows], self.is_reported[rows]
        found = self.patrol_luck[rows] < self._discovery_rate(patrol_share)[incidents["cell_index"]]
        seen = is_reported | found
        origin = np.where(is_reported, "reported", "enforced")
        return incidents.assign(origin=origin, is_reported=is_reported)[seen].reset_index(drop=True)

    def _discovery_rate(self, patrol_share: NDArray[np.float64]) -> NDArray[np.float64]:
        share, count = np.asarray(patrol_share, dtype=float), self.city.grid.count
        if share.shape != (count,):
            raise CalanqueError(f"The patrol share must hold one number for each of the {count} cells.")
        if not (np.isfinite(share).all() and share.min() >= 0 and abs(share.sum() - 1) < 1e-6):
            raise CalanqueError("The patrol share must be 0 or more in each cell and sum to 1: divide it by its sum.")
        return np.minimum(1.0, self.city.config.discovery_rate * share * count)
