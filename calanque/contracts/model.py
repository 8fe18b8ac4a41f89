"""What a feed is, once its contract has been read: frozen, closed types."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, StrictBool
from pydantic.alias_generators import to_camel

from calanque.closed import Closed as Closed
from calanque.closed import Options
from calanque.contracts.allow_list import AllowList, Resemblance
from calanque.contracts.origin import Made, OriginOf
from calanque.contracts.promise import Place, Promise, Time
from calanque.contracts.write import Duplicates, Write
from calanque.formats import Container, FileFormat
from calanque.sources import Source

Language = Literal["en", "fr"]
Classification = Literal["open", "personal", "identifier", "free_text"]
LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
PhysicalType = Literal["string", "int", "bigint", "double", "boolean", "date", "timestamp"]
Projected = Literal["x_m", "y_m", "cell", "zone"]
NullMarker = Annotated[str, Field(strict=True, pattern=r"^\S(.*\S)?$")]
Tier = Literal["landing", "bronze", "quarantine"]
Severity = Literal["critical", "warning"]
Protection = Literal["none", "redact", "drop", "token"]
TokenKind = Literal["person", "phone", "email", "plate", "identifier"]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Sentence = Annotated[str, Field(pattern=r"\S")]

# What the lake adds to a table begins with `_`, so that it never meets a column of a feed.
COLUMN_NAME = r"^[a-z][a-z0-9_]*$"
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
    # NULL while a row is current, and always in a table that only grows.
    "_closed_at": "timestamp",
    "_closed_by": "string",
}
CLOSING_COLUMNS = ("_closed_at", "_closed_by")
BETWEEN_LANGUAGES = " / "
# A French name of something has one of these words, or an accent: `Speeds / Vitesses` is not known from `Theft / loss`.
_FRENCH = re.compile(
    r"[àâçéèêëîïôùûüœ]|\b[dl][’']|\b(?:à|au|aux|d|de|des|du|en|et|la|le|les|ou|par|pour|sur|un|une)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"[.!?…][»”)]?$")


def in_language(text: str, language: Language) -> str:
    """Return what a text of a contract says in a language, or all of it where it is of one language alone.

    `in_language("Name of the area. / Nom du secteur.", "fr")` is `Nom du secteur.`; `MIT / BSD` stays what it is.
    """
    halves = _in_both(text)
    return halves[language == "fr"] if halves else text


def is_in_both(text: str) -> bool:
    """Whether a text of a contract is in French beside its English."""
    return _in_both(text) is not None


def _in_both(text: str) -> tuple[str, str] | None:
    """Return the English and the French of a text; None of one that only has a stroke in it.

    Either both are sentences, or neither is and what stands behind the stroke is French.
    """
    cuts = [found.span() for found in re.finditer(re.escape(BETWEEN_LANGUAGES), text)]
    halves = [(text[:begin].strip(), text[end:].strip()) for begin, end in cuts]
    whole = [(one, other) for one, other in halves if _SENTENCE.search(one) and _SENTENCE.search(other)]
    if not whole and len(halves) == 1 and not any(map(_SENTENCE.search, halves[0])) and _FRENCH.search(halves[0][1]):
        whole = halves
    return whole[0] if len(whole) == 1 and all(whole[0]) else None


class DayRule(Options):
    """Which day a run is about: the day of its instant in the feed's zone, moved by whole days."""

    offset_days: Annotated[int, Field(ge=-366, le=366)] = 0


class Provenance(Closed):
    """Who made the data, by what right they are here, and how whoever shows them names their origin."""

    model_config = ConfigDict(alias_generator=to_camel, serialize_by_alias=True)

    producer: Sentence
    licence: Sentence
    citation: Sentence
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    date_published: date | None = None


class Live(Closed):
    """Where the real files of a feed of the twin come from, and what is otherwise with them; `is_on` is the switch.

    Columns and rules are the feed's own: the twin writes as the source does, but for what the files are packed in.
    """

    model_config = ConfigDict(alias_generator=to_camel, serialize_by_alias=True)

    is_on: StrictBool
    title: Sentence
    limitations: str | None = None
    source: Source
    provenance: Provenance
    container: Container | None = None
    keep_where: Sentence | None = None
    valid_from: date | None = None


class LandingColumn(Closed):
    """One column of the file as received.

    `names_places` declares that its values are names of places: a person's name among them is a street or a park.
    `null_markers` are the values by which the source says that it has none ("NA"): they are read as blank.
    `reads_like` says which types of personal values the pack takes its values for, and why nobody is meant.
    """

    name: str
    classification: Classification
    description: str
    names_places: bool = False
    null_markers: tuple[NullMarker, ...] = ()
    reads_like: Resemblance | None = None


class BronzeColumn(Closed):
    """One column of the bronze table and how it is made from landing columns.

    `fills` names the column of the feed's shape that it fills, where the two are not called alike.
    """

    name: Annotated[str, Field(pattern=COLUMN_NAME)]
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
    protection: Protection
    token_kind: TokenKind | None
    token_purpose: Name | None
    projected: Projected | None
    fills: str | None = None
    description: str

    @property
    def is_protected(self) -> bool:
        """Whether the value goes through tokens or redaction before it is written."""
        return self.protection != "none"


class FeedContract(Closed):
    """The whole contract of one feed, resolved from its ODCS file.

    `row_stands_for` says what counts when rows are counted: persons, told apart by the token in `person_column` or one
    a row without it, or facts. `language` is that of its free text, as ISO 639-1 writes it. `keep_where` says in SQL
    of landing columns which rows of a file are the feed's: where it is false they are another town's or another year's,
    and are counted and left out. `personal_in_open` says what personal values in an open column of a batch do: they are
    told as a warning, or stop the batch (`critical`). `allow_list` is what redaction leaves in its free text, `promise`
    how fine its rows are seen. `origin_of` tells rows apart where a feed mixes what was reported with what was found.
    """

    feed: Name
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Sentence
    description: str
    domain: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    territory: Name
    time_zone: str
    regime: Literal["rgpd", "title_iii"]
    purpose: Name
    legal_basis: str
    provenance: Provenance
    recipients: Annotated[tuple[str, ...], Field(min_length=1)]
    origin: Made
    origin_of: OriginOf | None = None
    shape: str | None = None
    is_personal: bool
    promise: Promise | None = None
    is_synthetic: bool
    row_stands_for: Literal["person", "fact"] | None
    person_column: str | None
    language: LanguageCode | None = None
    source: Source
    live: Live | None = None
    day: DayRule
    file_format: FileFormat
    landing: Annotated[tuple[LandingColumn, ...], Field(min_length=1)]
    bronze: Annotated[tuple[BronzeColumn, ...], Field(min_length=1)]
    unknown_columns: Literal["refuse", "ignore"]
    keep_where: Sentence | None = None
    write: Write
    duplicates: Duplicates | None
    valid_from: date | None
    max_refused_rate: Annotated[float, Field(ge=0, le=1)]
    gates: tuple[str, ...]
    personal_in_open: Severity = "warning"
    allow_list: AllowList | None = None
    retention_days: dict[Tier, Annotated[int, Field(gt=0)]]
    retention_column: str | None = None
    team: str
    owner: Annotated[str, Field(pattern=r"^[\w .@-]{1,100}$")]
    schedule: str
    frequency: Sentence
    # A daily feed that misses one day and half of the next.
    latency_hours: int = 36
    usage: str | None = None
    limitations: str | None = None
    grain: str | None = None

    def titled(self, language: Language) -> str:
        """Return what the feed is called in a language."""
        return in_language(self.title, language)

    def described(self, language: Language) -> str:
        """Return what its rows are in a language."""
        return in_language(self.description, language)

    @property
    def bronze_table(self) -> str:
        """Name of the bronze table in the catalogue."""
        return f"bronze.{self.feed}"

    @property
    def quarantine_table(self) -> str:
        """Name of the quarantine table in the catalogue."""
        return f"quarantine.{self.feed}"

    @property
    def place_grain(self) -> Place:
        """How fine the place of a row is seen beyond bronze."""
        return self.promise.place if self.promise else "exact"

    @property
    def time_grain(self) -> Time:
        """How fine its time is."""
        return self.promise.time if self.promise else "exact"

    def filling(self) -> dict[str, BronzeColumn]:
        """Return each bronze column by the column of a shape that it would fill: of its name, or told by `fills`."""
        return {column.fills or column.name: column for column in self.bronze}

    def landing_column(self, name: str) -> LandingColumn | None:
        """Return one landing column by its exact name."""
        return next((column for column in self.landing if column.name == name), None)

    def late_after(self, loaded_at: datetime) -> datetime:
        """Return when the feed is late without a batch after the one that was loaded at a time."""
        return loaded_at + timedelta(hours=self.latency_hours)

    def day_at(self, instant: datetime) -> date:
        """Return the day that a run at an instant is about."""
        return instant.astimezone(ZoneInfo(self.time_zone)).date() + timedelta(days=self.day.offset_days)
