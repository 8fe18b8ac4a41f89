"""The parameters of the near-repeat test and alert: `model.yml`, closed, so that a typo is an error."""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from calanque.closed import Closed
from calanque.yaml_file import read_closed

MODEL_FILE = Path(__file__).with_name("model.yml")


class KnoxConfig(Closed):
    """The bands, and when a band is significant."""

    same_point_m: float = Field(ge=0)
    distance_edges_m: tuple[float, ...] = Field(min_length=1)
    last_days: tuple[int, ...] = Field(min_length=1)
    history_days: int = Field(ge=60, le=10_000)
    permutations: int = Field(ge=19)
    significance: float = Field(gt=0, lt=0.5)
    min_pairs: int = Field(ge=1)
    min_ratio: float = Field(ge=1)
    max_pair_count: int = Field(ge=1)
    seed: int

    @property
    def reaches_m(self) -> tuple[float, ...]:
        """Upper edges of the distance bands, the same-point band first."""
        return (self.same_point_m, *self.distance_edges_m)

    @property
    def band_significance(self) -> float:
        """The p-value a band must reach: the significance shared between all bands."""
        return self.significance / (len(self.reaches_m) * len(self.last_days))

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for name, edges in (("distance_edges_m", self.reaches_m), ("last_days", self.last_days)):
            if list(edges) != sorted(set(edges)):
                raise ValueError(f"{name} must rise, and start above same_point_m")
        if self.last_days[0] < 0 or self.last_days[-1] >= self.history_days:
            raise ValueError("last_days must be 0 or more and below history_days")
        if 1 / (self.permutations + 1) > self.band_significance:
            raise ValueError("no band could ever be significant: raise permutations, or take fewer bands")
        return self


class AlertConfig(Closed):
    """When the alert layer speaks, and what it adds up."""

    horizon_days: tuple[int, ...] = Field(min_length=1)
    lead_distance_m: float = Field(gt=0)

    @model_validator(mode="after")
    def _looks_ahead(self) -> Self:
        if min(self.horizon_days) < 1:
            raise ValueError("horizon_days must be 1 or more")
        return self


class NearRepeatConfig(Closed):
    """Everything a near-repeat alert depends on besides the data."""

    knox: KnoxConfig
    alert: AlertConfig

    @model_validator(mode="after")
    def _has_a_lead_band(self) -> Self:
        if self.alert.lead_distance_m < self.knox.distance_edges_m[0]:
            raise ValueError("alert.lead_distance_m must reach the first of knox.distance_edges_m")
        return self


@cache
def near_repeat_config() -> NearRepeatConfig:
    """Return the parameters of `ml/near_repeat/model.yml`, read once."""
    return read_closed(MODEL_FILE, NearRepeatConfig)
