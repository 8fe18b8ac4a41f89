"""The parameters of the level: `model.yml`, closed, so that a typo is an error."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from calanque.closed import Closed
from calanque.yaml_file import read_closed
from ml.intervals import Judging

Term = Literal["weekday", "season", "holiday", "school", "month_start"]
MODEL_FILE = Path(__file__).with_name("model.yml")


class BaselineConfig(Closed):
    """Seasonal counts: how fast the mean and the weekdays forget, and how smooth the season is."""

    half_lives_days: tuple[float, ...] = Field(min_length=1)
    weekday_half_life_days: float = Field(ge=180)
    season_window_days: int = Field(ge=7, le=91)

    @model_validator(mode="after")
    def _is_no_straw_man(self) -> Self:
        if max(self.half_lives_days) < 365:
            raise ValueError("baseline.half_lives_days must hold one of a year or more: less is a straw man")
        return self


class ModelConfig(Closed):
    """The regression: its terms, and the past weeks it is learnt on."""

    half_lives_days: tuple[float, ...] = Field(min_length=1)
    prior_sd: dict[Term, Annotated[float, Field(gt=0)]] = Field(min_length=1)
    harmonics: int = Field(ge=1, le=6)
    level_weeks: int = Field(ge=1, description="First weeks of a history, from which no effect is learnt.")
    fit_weeks: int = Field(ge=26)
    refit_weeks: int = Field(ge=1)
    min_fit_weeks: int = Field(ge=17)


class DayRiskConfig(Closed):
    """When a day counts as passing its threshold, and the days it is ranked among."""

    passed_share: float = Field(gt=0, lt=0.5, description="Share of the past days that passed the threshold.")
    weeks: int = Field(ge=26, le=104, description="Past weeks that set the threshold and hold the ranks.")


class RecordConfig(Judging):
    """Rolling origins and how the figures are compared."""

    weeks: int = Field(ge=52)
    min_weeks: int = Field(ge=13, description="Below, no model serves: its record is too short.")


class LevelConfig(Closed):
    """Everything a level depends on besides the data."""

    min_weeks: int = Field(ge=4)
    baseline: BaselineConfig
    model: ModelConfig
    bound_probability: float = Field(gt=0.5, lt=1)
    day_risk: DayRiskConfig
    record: RecordConfig


@cache
def level_config() -> LevelConfig:
    """Return the parameters of `ml/level/model.yml`, read once."""
    return read_closed(MODEL_FILE, LevelConfig)
