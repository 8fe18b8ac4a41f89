"""The parameters of the risk model: `model.yml`, closed, so that a typo is an error."""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from calanque.closed import Closed
from calanque.yaml_file import read_closed
from ml.intervals import Judging

MODEL_FILE = Path(__file__).with_name("model.yml")


class BaselineConfig(Closed):
    """Slow-decay counts; a half-life under a year is a straw man (guide, forecasting)."""

    half_life_days: float = Field(ge=365)


class ChallengerConfig(Closed):
    """The pool of surfaces, what corrects it, and the past weeks both are learnt on."""

    half_lives_days: tuple[float, ...] = Field(min_length=1)
    widths_m: tuple[float, ...] = Field(min_length=1)
    other_types_half_lives_days: tuple[float, ...] = Field(min_length=1)
    places_widths_m: tuple[float, ...] = Field(min_length=1)
    premises_half_life_days: float = Field(gt=730, description="Slow: reasons count these surfaces as the long past.")
    premises_widths_m: tuple[float, ...] = Field(min_length=1)
    iterations: int = Field(ge=1, le=5000)
    prior_event_count: float = Field(ge=0, description="Pseudo-events given to each surface: keeps rare types calm.")
    fit_weeks: int = Field(ge=4)
    refit_weeks: int = Field(ge=1)
    min_fit_weeks: int = Field(ge=4)
    zeros_a_week: int = Field(ge=50, description="Cells without an event that are kept of each week, over all types.")
    regression_weight: float = Field(ge=0, le=1, description="Its exponent in the geometric mean with the pool.")
    regression_alpha: float = Field(gt=0)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if min(self.half_lives_days) <= 0 or min(*self.widths_m, *self.premises_widths_m) < 0:
            raise ValueError("half-lives must be above 0 and widths not below 0")
        if not set(self.places_widths_m) <= set(self.widths_m):
            raise ValueError("places_widths_m must be among widths_m")
        if not set(self.other_types_half_lives_days) <= set(self.half_lives_days):
            raise ValueError("other_types_half_lives_days must be among half_lives_days")
        if self.min_fit_weeks > self.fit_weeks:
            raise ValueError("min_fit_weeks must not exceed fit_weeks")
        return self


class SlotConfig(Closed):
    """How the week is shared out over its slots of six hours."""

    weeks: int = Field(ge=4, description="Past weeks that the profiles of types are learnt on.")
    place_weeks: int = Field(ge=4, description="Past weeks that tell how a place departs from the profile of its type.")
    place_widths_m: tuple[float, ...] = Field(min_length=1, description="Kernels around a cell, the widest first.")
    place_prior_count: float = Field(gt=0, description="Pseudo-incidents that each kernel's shares lean on.")


class BacktestConfig(Judging):
    """Rolling origins and how the figures are compared."""

    weeks: int = Field(ge=1)
    area_shares: tuple[float, float]


class EnforcedException(Closed):
    """The explicit decision to train on rows produced by enforcement."""

    reason: str = Field(min_length=20)
    decision_record: str = Field(min_length=1, description="File name in infra/decisions/.")


class TrainingConfig(Closed):
    """Which rows may train."""

    enforced_exception: EnforcedException | None = None


class RiskConfig(Closed):
    """Everything a training run depends on besides the data."""

    name: str
    fine_factor: int = Field(ge=1, le=10)
    baseline: BaselineConfig
    challenger: ChallengerConfig
    slots: SlotConfig
    level_half_life_days: float = Field(gt=0)
    bound_probability: float = Field(gt=0.5, lt=1, description="That a count does not exceed its upper_count.")
    backtest: BacktestConfig
    training: TrainingConfig

    @model_validator(mode="after")
    def _holds_the_baselines(self) -> Self:
        if self.baseline.half_life_days not in self.challenger.half_lives_days:
            raise ValueError(
                "challenger.half_lives_days must hold the baseline's half-life: the pool contains its rival"
            )
        if 0 not in self.challenger.widths_m:
            raise ValueError("challenger.widths_m must hold 0: plain counts")
        return self

    def parameters(self) -> dict[str, str]:
        """Return the parameters flat, as text, for the tracking server."""
        flat: dict[str, str] = {}
        for section, value in self.model_dump(mode="json").items():
            entries = value.items() if isinstance(value, dict) else ((None, value),)
            flat.update({f"{section}.{key}" if key else section: str(entry) for key, entry in entries})
        return flat


@cache
def risk_config() -> RiskConfig:
    """Return the parameters of `ml/risk/model.yml`, read once."""
    return read_closed(MODEL_FILE, RiskConfig)
