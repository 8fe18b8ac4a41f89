"""What every format gives: facts of a local file, its rows as text, and the same rows as a frame of the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from calanque.closed import Options
from calanque.errors import CalanqueError
from calanque.files import LARGEST_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

# Begins every name that the SQL of a batch puts beside a partner's columns; no landing column may begin so.
OWN = "_c__"
CORRUPT, FILE, ROW_NUMBER = f"{OWN}corrupt", f"{OWN}file", f"{OWN}row"
ROW_SQL = f"concat({FILE}, '#', {ROW_NUMBER}) AS _row"
Header = tuple[str, ...]
Row = dict[str, str | None]
Record = Row | str
"""A row by column name, or the text of what should have been one."""


class UnreadableError(CalanqueError):
    """A file that its format can not judge; the text ends a sentence that begins with the file's name."""


class Facts(NamedTuple):
    """What a file says before the engine reads it.

    `row_count` is None when only the engine can tell; `is_cut` says that the last row stops midway.
    """

    header: Header
    row_count: int | None
    is_cut: bool
    is_decodable: bool


class Container(Options):
    """How files are packed; the members are what is landed."""

    type: Literal["gzip", "zip"]
    members: str = Field(default="*", pattern=r"^[^/\\]+$")

    @model_validator(mode="after")
    def _names_members_of_a_zip(self) -> Self:
        if self.type == "gzip" and self.members != "*":
            raise ValueError("members is for zip only: a gzip holds one file")
        return self


class FormatOptions(Options):
    """How a landed file is written; each format has its own options."""

    container: Container | None = None
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

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file.

        Raises:
            UnreadableError: if the file is not of this format, so that nobody can say what its columns are.
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
        """Return the declared columns of files with the same header as strings, `CORRUPT` and `FILE`."""
        raise NotImplementedError


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


def refuse_packed(start: bytes) -> None:
    """Refuse the first bytes of an archive where text is expected.

    Raises:
        UnreadableError: saying what to write in the contract.
    """
    for magic, kind in ((b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip")):
        if start.startswith(magic):
            raise UnreadableError(f"is packed: write container: {{type: {kind}}} in its fileFormat")
    if start.startswith(b"PAR1"):
        raise UnreadableError("is Parquet: write type: parquet in its fileFormat")
