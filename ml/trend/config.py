"""The parameters of trends: `model.yml`, closed, so that a typo is an error."""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from calanque.closed import Closed
from calanque.yaml_file import read_closed

MODEL_FILE = Path(__file__).with_name("model.yml")
WEEKS_IN_BLOCK = 4
BLOCKS_IN_YEAR = 13


class SpanConfig(Closed):
    """How the limits of one span (weeks, or blocks of four) are learnt; lengths are in periods of the span."""

    shown: int = Field(ge=1)
    years_back: int = Field(ge=1, le=10)
    half_window: int = Field(ge=0)
    season_groups: int = Field(ge=1)
    left_out: int = Field(ge=0)


class YearConfig(Closed):
    """How the year to date is compared with earlier years."""

    years_back: int = Field(ge=2, le=10)
    min_years: int = Field(ge=2)
    prior_years: int = Field(ge=0)


class TrendConfig(Closed):
    """Everything a trend depends on besides the data."""

    false_alarm_rate: float = Field(gt=0, lt=0.5)
    false_discovery_rate: float = Field(gt=0, lt=1)
    outbreak_residual: float = Field(ge=1)
    yearly_drift: float = Field(ge=0)
    week: SpanConfig
    month: SpanConfig
    year: YearConfig
    min_incidents: int = Field(ge=1)
    min_freedom: int = Field(ge=1)
    percent_from_count: int = Field(ge=30)
    silence_chance: float = Field(gt=0, lt=0.5)
    gap_share: float = Field(ge=0, le=1)
    mature_weeks: int = Field(ge=1)
    min_delays: int = Field(ge=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for span, periods in ((self.week, 52), (self.month, BLOCKS_IN_YEAR)):
            window = 2 * span.half_window + 1
            if span.season_groups > 1 and span.season_groups - 1 > periods - window:
                raise ValueError("season_groups: a year does not hold so many beside the window")
            if span.left_out + window > periods:
                raise ValueError("left_out and half_window must leave a part of the last year")
        if self.year.min_years > self.year.years_back:
            raise ValueError("year.min_years must be at most year.years_back")
        return self


@cache
def trend_config() -> TrendConfig:
    """Return the parameters of `ml/trend/model.yml`, read once."""
    return read_closed(MODEL_FILE, TrendConfig)
