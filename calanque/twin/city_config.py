"""The parameters of the simulated city: frozen and closed, each with its unit."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from calanque.closed import Closed

CLASS_COUNT = 5
DAYS_A_WEEK = 7
SLOTS_A_DAY = 4
SLOTS_A_WEEK = DAYS_A_WEEK * SLOTS_A_DAY
SLOT_DAYS = 1 / SLOTS_A_DAY


class HotSpots(Closed):
    """Places that draw more than their residents would; the rest of the type follows the population."""

    count: int = Field(default=40, ge=0)
    share: float = Field(default=0.6, ge=0, le=1, description="Share of the type's incidents that fall in hot spots.")
    concentration: float = Field(default=0.8, ge=0, description="Spot k weighs k**-concentration; 0 is equal spots.")
    width_m: float = Field(default=300.0, gt=0, description="Standard deviation of a spot on each axis.")

    @model_validator(mode="after")
    def _has_spots_to_fill(self) -> Self:
        if self.count == 0 and self.share > 0:
            raise ValueError("without hot spots their share must be 0: set share to 0, or count to 1 or more")
        return self


class Contagion(Closed):
    """Near-repeat: each incident sets off others of its type, later and nearby (a Hawkes process)."""

    branching_ratio: float = Field(ge=0, le=0.9, description="Expected incidents set off directly by one.")
    decay_days: float = Field(gt=0, le=60, description="Mean wait, exponential.")
    distance_m: float = Field(gt=0, description="Standard deviation of the displacement on each axis, Gaussian.")


class IncidentType(Closed):
    """One type of incident. Weights are relative: only their proportions count."""

    name: str = Field(min_length=1)
    weekly_total: float = Field(gt=0, description="Expected incidents a week over the year, set-off ones included.")
    hot_spots: HotSpots = HotSpots()
    season_amplitude: float = Field(default=0.2, ge=0, lt=1)
    season_peak_day: int = Field(default=200, ge=1, le=366, description="Day of the year of the peak.")
    weekday_weights: tuple[float, float, float, float, float, float, float] = (1.0, 1.0, 1.0, 1.0, 1.2, 1.3, 1.1)
    slot_weights: tuple[float, float, float, float] = (0.7, 0.6, 1.2, 1.5)
    contagion: Contagion | None = None
    over_dispersion: float = Field(
        default=0.0, ge=0, description="Variance of a cell's week is m + over_dispersion * m**2 before contagion."
    )

    @model_validator(mode="after")
    def _has_weights(self) -> Self:
        for name in ("weekday_weights", "slot_weights"):
            weights = getattr(self, name)
            if min(weights) < 0 or sum(weights) <= 0:
                raise ValueError(f"{name} must be 0 or more and not all 0")
        return self

    def without_interaction(self) -> IncidentType:
        """Return the type drawn from residents only: no hot spot, no contagion, no over-dispersion."""
        none = HotSpots(count=0, share=0)
        return self.model_copy(update={"hot_spots": none, "contagion": None, "over_dispersion": 0.0})


class Population(Closed):
    """Residents: centres of Gaussian shape over an even background, roughened."""

    resident_count: float = Field(default=870_000, gt=0)
    centre_count: int = Field(default=6, ge=1)
    centre_width_m: float = Field(default=1800.0, gt=0)
    background_share: float = Field(default=0.2, gt=0, le=1)
    roughness: float = Field(default=0.5, ge=0, le=2, description="Log standard deviation between neighbouring cells.")


class Deprivation(Closed):
    """A smooth surface cut into five classes of as many cells: 1 the least deprived, 5 the most."""

    width_m: float = Field(default=1500.0, gt=0)
    reporting_rates: tuple[float, float, float, float, float] = (0.7, 0.66, 0.62, 0.56, 0.5)

    @model_validator(mode="after")
    def _has_rates(self) -> Self:
        if not all(0 <= rate <= 1 for rate in self.reporting_rates):
            raise ValueError("reporting_rates must lie between 0 and 1")
        return self


def _default_types() -> tuple[IncidentType, ...]:
    near = Contagion(branching_ratio=0.2, decay_days=6.0, distance_m=120.0)
    return (
        IncidentType(name="burglary", weekly_total=90, season_peak_day=350, contagion=near),
        IncidentType(name="robbery", weekly_total=45, hot_spots=HotSpots(share=0.8, concentration=1.0)),
        IncidentType(name="vehicle_theft", weekly_total=120, hot_spots=HotSpots(share=0.4), over_dispersion=0.3),
    )


class CityConfig(Closed):
    """A simulated city. The map depends on `layout_seed` alone; what happens on it, on the seed of the run.

    Weeks, days and slots are those of UTC.
    """

    name: str = "twin"
    crs: int = 2154
    cell_m: float = Field(default=250.0, gt=0)
    rows: int = Field(default=60, ge=1, le=1000)
    cols: int = Field(default=60, ge=1, le=1000)
    # South-west of Marseille's Vieux-Port in Lambert-93, on a multiple of the cell.
    x0: float = 887_000.0
    y0: float = 6_240_000.0
    first_day: date = date(2022, 1, 3)
    weeks: int = Field(default=156, ge=1)
    # Weeks lived before the first one, so that contagion does not start from nothing.
    burn_in_weeks: int = Field(default=8, ge=0)
    layout_seed: int = 13
    types: tuple[IncidentType, ...] = Field(default_factory=_default_types, min_length=1)
    population: Population = Population()
    deprivation: Deprivation = Deprivation()
    discovery_rate: float = Field(
        default=0.05, ge=0, le=1, description="P(patrols find an unreported incident) at the average patrol share."
    )
    uniform_over_population: bool = False

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [kind.name for kind in self.types]
        if len(set(names)) < len(names):
            raise ValueError("two types have the same name: rename one")
        if self.first_day.weekday() != 0:
            raise ValueError("first_day must be a Monday: the weekday weights start on it")
        return self

    def null_data(self) -> CityConfig:
        """Return the null city: incidents drawn from residents only, and everywhere reported at the same mean rate."""
        mean = sum(self.deprivation.reporting_rates) / CLASS_COUNT
        even = self.deprivation.model_copy(update={"reporting_rates": (mean,) * CLASS_COUNT})
        return self.model_copy(update={"uniform_over_population": True, "deprivation": even})
