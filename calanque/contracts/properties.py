"""The closed models of our `customProperties`: ODCS leaves them free, so a typo there would pass unseen."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from calanque.contracts.model import FileFormat, Projected, Source


class _Properties(BaseModel):
    """camelCase keys, as ODCS asks of custom properties."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class FeedProperties(_Properties):
    """Custom properties of a contract."""

    territory: str
    time_zone: str
    regime: Literal["rgpd", "title_iii"]
    purpose: str
    legal_basis: str
    licence: str
    recipients: tuple[str, ...]
    origin: Literal["reported", "enforced"]
    is_personal: bool
    is_synthetic: bool
    source: Source
    file_format: FileFormat
    unknown_columns: Literal["refuse", "ignore"]
    duplicates: str | None = None
    valid_from: date | None = None
    max_refused_rate: Annotated[float, Field(ge=0, le=1)]
    gates: tuple[str, ...]


class LandingProperties(_Properties):
    """Custom properties of one landing column; what happens to its values is said where they go, in bronze."""

    names_places: bool = False


class ColumnProperties(_Properties):
    """Custom properties of one bronze column."""

    protection: str = "none"
    projected: Projected | None = None
