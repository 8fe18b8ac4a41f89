"""What every format gives: facts of a local file, its rows as text, and the same rows as a frame of the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, ClassVar, Literal, NamedTuple, Self, get_args

from pydantic import Field, model_validator

from calanque.closed import Options
from calanque.errors import CalanqueError
from calanque.files import LARGEST_BYTES
from calanque.settings import settings

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

# Begins every name that the SQL of a batch puts beside a partner's columns; no landing column may begin so.
OWN = "_c__"
CORRUPT, REASON, FILE, ROW_NUMBER = f"{OWN}corrupt", f"{OWN}reason", f"{OWN}file", f"{OWN}row"
ROW_SQL = f"concat({FILE}, '#', {ROW_NUMBER}) AS _row"
Header = tuple[str, ...]
Row = dict[str, str | None]
Record = Row | str
"""A row by column name, or the text of what should have been one."""
# Reasons of a record that is no row; CSV has one more, `too_many_fields`.
MALFORMED, NULL_BYTE, DUPLICATE_KEY, OTHER_CRS = "malformed_row", "null_byte", "duplicate_key", "other_crs"
# What a file begins with that is packed in a way that nothing here unpacks; a tar says so further on.
NOT_UNPACKED = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}
TAR, TAR_AT = b"ustar", 257
MIB = 1024**2
MOST_ROW_BYTES, MOST_COLUMNS = 64 * MIB, 20_000
"""The most that a contract or a setting may allow: what one row may take of the engine."""
START_BYTES = 512
"""Of a file, enough to see whether it is packed."""


class Odd(str):
    """The text of what should have been a row, of which more is known than that it is malformed."""

    def __new__(cls, text: str, reason: str) -> Self:
        """Return the text with the reason why it is no row."""
        made = super().__new__(cls, text)
        made.reason = reason
        return made

    reason: str


class UnreadableError(CalanqueError):
    """A file that its format can not judge; the text ends a sentence that begins with the file's name."""


class Facts(NamedTuple):
    """What a file says before the engine reads it.

    `row_count` is None when only the engine can tell; `is_cut` says that the last row stops midway, `is_decodable` that
    all of it is text in its encoding, without a null byte.
    """

    header: Header
    row_count: int | None
    is_cut: bool
    is_decodable: bool


class Bounds(Options):
    """What a row may be at most, where the settings would let it be less or more; a field is a part of its row."""

    row_bytes: Annotated[int, Field(ge=1024, le=MOST_ROW_BYTES)] | None = None
    columns: Annotated[int, Field(ge=1, le=MOST_COLUMNS)] | None = None


class Most(NamedTuple):
    """What holds of a file: bytes of one row, line or value, and columns. What is more is no row, and stops engines."""

    row_bytes: int
    columns: int

    def too_long(self, what: str, where: str, cure: str) -> UnreadableError:
        """Return the error for a line, a value or a record that is longer, with what is likely the cure."""
        most = f"{self.row_bytes // MIB} MiB" if self.row_bytes % MIB == 0 else f"{self.row_bytes:,} bytes"
        return UnreadableError(f"has a {what} longer than {most}{where}: {cure}; bounds: {{rowBytes}} in fileFormat")


Packing = Literal["gzip", "zip"]


class Container(Options):
    """How files are packed; the members are what is landed: by their names, or with a slash by their whole paths."""

    type: Packing
    members: str = Field(default="*", pattern=r"^[^/\\]+(/[^/\\]+)*$")

    @model_validator(mode="after")
    def _names_members_of_a_zip(self) -> Self:
        if self.type == "gzip" and self.members != "*":
            raise ValueError("members is for zip only: a gzip holds one file")
        return self


class FormatOptions(Options):
    """How a landed file is written; each format has its own options."""

    container: Container | None = None
    bounds: Bounds = Bounds()
    has_header: ClassVar[bool] = True
    """Whether names of columns stand apart from the rows; else any of them may be a value of a row."""
    largest_bytes: ClassVar[int] = LARGEST_BYTES

    @property
    def is_splittable(self) -> bool:
        """Whether the engine reads one file in several tasks."""
        return False

    def enter(self, paths: list[Path], folder: Path, name: str) -> list[Path]:
        """Return what of a file, or of its members, may enter the lake: all of it, where a format says nothing else.

        Args:
            paths: the file, or what was packed in it.
            folder: takes what is written instead.
            name: the file's own.
        """
        return paths

    @property
    def most(self) -> Most:
        """What holds of a file: the contract's own bounds, else those of the settings."""
        mine, others = self.bounds, settings()
        return Most(mine.row_bytes or others.row_bytes, mine.columns or others.columns)

    def facts(self, path: Path) -> Facts:
        """Return the facts of a local file that is within its bounds.

        Raises:
            UnreadableError: if the file is not of this format, so that nobody can say what its columns are, or over
                its bounds.
        """
        facts = self.look(path)
        check_columns(len(facts.header), self.most)
        return facts

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file, the number of its columns unjudged; `facts` is what to ask.

        Raises:
            UnreadableError: if the file is not of this format, or holds a row that is too long.
        """
        raise NotImplementedError

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row of an open file, in its order."""
        raise NotImplementedError

    def columns(self, header: Header) -> Header:
        """Return the columns that rows have, given those that the file has."""
        return header

    def mismatch(self, header: Header, declared: tuple[str, ...]) -> tuple[str, str] | None:
        """Return a reason and the end of a sentence when the columns say that the options are wrong."""
        return None

    def frame(self, session: SparkSession, header: Header, declared: set[str], paths: list[str]) -> DataFrame:
        """Return the declared columns of files with the same header as strings, `CORRUPT`, `REASON` and `FILE`.

        `REASON` says why a record is no row, and is NULL where it is one; `CORRUPT` is its text where it has one.
        """
        raise NotImplementedError


def check_columns(count: int, most: Most) -> None:
    """Check how many columns a file has.

    Raises:
        UnreadableError: if they are too many; none is quoted, a name may be a value.
    """
    if count > most.columns:
        raise UnreadableError(
            f"has more than {most.columns:,} columns: are its names values? Ask for rows that all have the same names; "
            "bounds: {columns} in fileFormat"
        )


def text_of(value: Any) -> str | None:
    """Return a typed value as text: decimals with a point, ISO dates, times in UTC with a blank between day and hour.

    Raises:
        UnreadableError: if the value is no plain one.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        utc = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
        return utc.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    raise UnreadableError(f"holds a value of the kind {type(value).__name__}, which is not text, number or time")


def packed_as(start: bytes) -> str | None:
    """Return how a file is packed that begins so: gzip, zip, or what is not unpacked here; None when it is not."""
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    # A zip of files, one of nothing, and a part of one.
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if start[TAR_AT:].startswith(TAR):
        return "tar"
    return next((kind for magic, kind in NOT_UNPACKED.items() if start.startswith(magic)), None)


def refuse_packed(start: bytes, container: Container | None = None) -> None:
    """Refuse the first `START_BYTES` of an archive where text is expected.

    Args:
        start: the first bytes of a file, or of a member of an archive.
        container: how the archive is packed that it came in.

    Raises:
        UnreadableError: saying what to write in the contract, or how to pack it.
    """
    kind = packed_as(start)
    if kind and container:
        raise UnreadableError(
            f"is a {kind} archive inside a {container.type} archive, and only the outer one is unpacked: pack the "
            f"files once, in one {container.type}"
        )
    if kind in get_args(Packing):
        raise UnreadableError(f"is packed: write container: {{type: {kind}}} in its fileFormat")
    if kind:
        raise UnreadableError(f"is a {kind} archive, which is not unpacked: pack its files in one zip")
    if start.startswith(b"PAR1"):
        raise UnreadableError("is Parquet: write type: parquet in its fileFormat")
