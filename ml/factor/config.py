"""The parameters of factors: `model.yml`, closed, so that a typo is an error."""

from functools import cache
from pathlib import Path

from pydantic import Field

from calanque.closed import Closed
from calanque.yaml_file import read_closed

MODEL_FILE = Path(__file__).with_name("model.yml")


class FactorConfig(Closed):
    """Everything a finding depends on besides the data."""

    min_incidents: int = Field(ge=100)
    min_weeks: int = Field(ge=26)
    min_units: int = Field(ge=5)
    min_count: int = Field(ge=5)
    min_year_count: int = Field(ge=1)
    year_known_share: float = Field(gt=0, le=1)
    bend_days: int = Field(ge=90)
    bend_incidents: int = Field(ge=20)
    harmonics: int = Field(ge=1, le=6)
    lags: int = Field(ge=7)
    rain_mm: float = Field(gt=0)
    extreme_share: float = Field(gt=0, lt=0.5)
    max_inflation: float = Field(gt=1)
    false_discovery_rate: float = Field(gt=0, lt=1)
    min_years: int = Field(ge=2)
    same_sign_share: float = Field(gt=0.5, le=1)
    percent_from_count: int = Field(ge=100)


@cache
def factor_config() -> FactorConfig:
    """Return the parameters of `ml/factor/model.yml`, read once."""
    return read_closed(MODEL_FILE, FactorConfig)
