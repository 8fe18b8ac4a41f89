"""The closed models of our `customProperties`: ODCS leaves them free, so a typo there would pass unseen."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool
from pydantic.alias_generators import to_camel

from calanque.contracts.allow_list import AllowList, Resemblance
from calanque.contracts.model import (
    DayRule,
    LanguageCode,
    Live,
    NullMarker,
    Projected,
    Protection,
    Provenance,
    Severity,
    TokenKind,
)
from calanque.contracts.origin import Made, OriginOf
from calanque.contracts.promise import Promise
from calanque.contracts.write import AppendWrite, Duplicates, Write
from calanque.formats import FileFormat
from calanque.sources import Source


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
    provenance: Provenance
    recipients: tuple[str, ...]
    origin: Made
    origin_of: OriginOf | None = None
    shape: str | None = None
    is_personal: StrictBool
    promise: Promise | None = None
    is_synthetic: StrictBool
    row_stands_for: Literal["person", "fact"] | None = None
    person_column: str | None = None
    language: LanguageCode | None = None
    source: Source
    live: Live | None = None
    day: DayRule = DayRule()
    file_format: FileFormat
    unknown_columns: Literal["refuse", "ignore"]
    keep_where: str | None = None
    write: Write = AppendWrite()
    duplicates: Duplicates | None = None
    valid_from: date | None = None
    max_refused_rate: Annotated[float, Field(ge=0, le=1, strict=True)]
    gates: tuple[str, ...] = ()
    personal_in_open: Severity = "warning"
    allow_list: AllowList | None = None
    retention_column: str | None = None

    def switched(self) -> dict[str, Any]:
        """Return the values by name, those of the live source in the place of the twin's where it is switched on."""
        values, live = dict(self), self.live
        if live and live.is_on:
            values |= dict(live) | {
                "is_synthetic": False,
                "file_format": self.file_format.model_copy(update={"container": live.container}),
                "valid_from": live.valid_from or self.valid_from,
            }
            del values["is_on"], values["container"]
        return values


class LandingProperties(_Properties):
    """Custom properties of one landing column; what happens to its values is said where they go, in bronze."""

    names_places: bool = False
    null_markers: tuple[NullMarker, ...] = ()
    reads_like: Resemblance | None = None


class ColumnProperties(_Properties):
    """Custom properties of one bronze column."""

    protection: Protection = "none"
    token_kind: TokenKind | None = None
    token_purpose: str | None = None
    projected: Projected | None = None
    fills: str | None = None
