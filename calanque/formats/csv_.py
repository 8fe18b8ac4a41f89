"""CSV, also wide tables. Quotes follow RFC 4180 (a quote inside a field is doubled); Spark reads the rows itself."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

from pydantic import Field

from calanque.closed import Options
from calanque.files import CHUNK_BYTES, chunks_of
from calanque.formats.base import (
    CORRUPT,
    FILE,
    MALFORMED,
    NULL_BYTE,
    OWN,
    REASON,
    Facts,
    FormatOptions,
    Header,
    Most,
    Record,
    UnreadableError,
    refuse_packed,
)
from calanque.formats.text import check_encoding, length_of_last_line, refuse_wide
from calanque.sql_text import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

HEADER_BYTES = 64 * 1024
TAIL_BYTES = 64 * 1024
DELIMITERS = ",;\t|"
TOO_MANY_FIELDS = "too_many_fields"
FIELD_LIMIT = "field limit"
# A row of so many fields beside those of its header is not a row with a comma too many: ends of lines were lost.
SURPLUS_MAX = 100
# Spark gives up the whole batch on a row with more: it makes room for so many before it reads. A line in one piece of a
# file has no more.
MOST_FIELDS = CHUNK_BYTES
# Spark passes over a line that is blank or holds nothing but controls, where it is not to read over several lines.
NULLS_ALONE = re.compile(rb"\n[\0-\x09\x0b-\x20]*\0[\0-\x09\x0b-\x20]*(\n|$)")


class Unpivot(Options):
    """A wide table made long: the columns to keep, then one row for each line and other column, or one of `columns`."""

    keep: Annotated[tuple[str, ...], Field(min_length=1)]
    columns: tuple[str, ...] = ()
    name_column: str
    value_column: str


class CsvFormat(FormatOptions):
    """Text with a line of column names; a column without a name is called `column_<n>`, n its position from 1."""

    type: Literal["csv"]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)]
    encoding: Literal["UTF-8", "ISO-8859-1", "windows-1252"]
    multiline: bool
    unpivot: Unpivot | None = None

    @property
    def is_splittable(self) -> bool:
        """Whether the engine reads one file in several tasks."""
        return not self.multiline

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file; lines are counted, and rows where a row may span lines."""
        with path.open("rb") as stream:
            start = stream.read(HEADER_BYTES + 1)
        refuse_packed(start, self.container)
        refuse_wide(start, self.encoding)
        if why := unreadable_because(start, self.delimiter):
            raise UnreadableError(f"has a first line that {why}")
        header = self.header(start)
        if self.unpivot and len(set(header)) < len(header):
            # Which one is not told: in a file without its header, a "name" would be a value.
            raise UnreadableError("names a column twice: ask the source to correct it")
        count, is_cut = self._count_lines(path)
        if self.multiline:
            count = self._count_rows(path)
        if count is not None and self.unpivot:
            count *= len(self._wide(header))
        return Facts(header, count, is_cut, check_encoding(path, header, self.encoding))

    def header(self, start: bytes) -> Header:
        """Return the column names in the first bytes of a file; empty when there is no line."""
        text = start.decode(self._codec, errors="replace")
        line = text.split("\n", 1)[0].rstrip("\r")
        try:
            names = [name.strip() for name in next(csv.reader([line], delimiter=self.delimiter), [])]
        except csv.Error:
            return (line,)
        return tuple(name or f"column_{at}" for at, name in enumerate(names, 1)) if any(names) else ()

    def columns(self, header: Header) -> Header:
        """Return the columns that rows have: of a wide table those kept, and the two that hold names and values."""
        wide = set(self._wide(header))
        if self.unpivot is None or not wide:
            return header
        kept = tuple(name for name in header if name not in wide)
        return (*kept, self.unpivot.name_column, self.unpivot.value_column)

    def mismatch(self, header: Header, declared: tuple[str, ...]) -> tuple[str, str] | None:
        """Return why the delimiter is wrong, when all columns came as one."""
        if len(header) != 1 or len(declared) == 1 or header[0] in declared:
            return None
        counts = {other: header[0].count(other) for other in DELIMITERS if other != self.delimiter}
        found = max(counts, key=lambda other: counts[other])
        likely = f"it looks separated by {found!r}" if counts[found] else "its first line is not the header"
        return (
            "wrong_delimiter",
            f"is not separated by {self.delimiter!r} as its contract says: {likely}. Correct one of the two.",
        )

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row; what has not as many fields as the header is given as it is written."""
        text = io.TextIOWrapper(stream, encoding=self._codec, errors="replace", newline="")
        header = self.header(text.readline().encode(self._codec, errors="replace"))
        columns, wide = self.columns(header), set(self._wide(header))
        for fields in _rows(text, self.delimiter, self.most, is_strict=False):
            if len(fields) != len(header):
                yield self.delimiter.join(fields)
                continue
            row = {name: value or None for name, value in zip(header, fields, strict=True)}
            if not wide:
                yield row
                continue
            kept = [row[name] for name in columns[:-2]]
            for name, value in row.items():
                if name in wide:
                    yield dict(zip(columns, [*kept, name, value], strict=True))

    def frame(self, session: SparkSession, header: Header, declared: set[str], paths: list[str]) -> DataFrame:
        """Return the declared columns of files with the same header as strings, `CORRUPT`, `REASON` and `FILE`."""
        # Files are read by position, so a repeated or unknown name only needs to be unique here.
        wide = {at for at, name in enumerate(header) if name in set(self._wide(header))}
        needed = declared | set(self.unpivot.keep if self.unpivot else ())
        names = [
            name if at not in wide and name in needed and header.index(name) == at else f"{OWN}{at}"
            for at, name in enumerate(header)
        ]
        schema = ", ".join(f"{quoted(name)} string" for name in [*names, CORRUPT])
        frame = session.read.schema(schema).options(**self._reading).csv(paths)
        kept = [quoted(name) for name in names if name in declared]
        if self.unpivot and wide:
            pairs = ", ".join(f"{literal(header[at])}, {quoted(names[at])}" for at in sorted(wide))
            new = f"{quoted(self.unpivot.name_column)}, {quoted(self.unpivot.value_column)}"
            kept.append(f"stack({len(wide)}, {pairs}) AS ({new})")
        # Not _metadata.file_name: Spark joins it to every row, and joins all its fields when nobody asks for it.
        why = f"{self._reason_sql(len(header))} AS {REASON}"
        return frame.selectExpr(*kept, CORRUPT, why, f"substring_index(input_file_name(), '/', -1) AS {FILE}")

    def _reason_sql(self, column_count: int) -> str:
        fields = f"length({CORRUPT}) - length(replace({CORRUPT}, {literal(self.delimiter)}, '')) + 1"
        return (
            f"CASE WHEN contains({CORRUPT}, char(0)) THEN '{NULL_BYTE}' "
            f"WHEN {fields} > {column_count + SURPLUS_MAX} THEN '{TOO_MANY_FIELDS}' "
            f"WHEN {CORRUPT} IS NOT NULL THEN '{MALFORMED}' END"
        )

    @property
    def _codec(self) -> str:
        return "utf-8-sig" if self.encoding == "UTF-8" else self.encoding

    @property
    def _reading(self) -> dict[str, str]:
        return {
            "sep": self.delimiter,
            "encoding": self.encoding,
            "header": "true",
            "multiLine": str(self.multiline).lower(),
            "quote": '"',
            "escape": '"',
            "mode": "PERMISSIVE",
            "columnNameOfCorruptRecord": CORRUPT,
            # With pruning on, Spark does not see that a row has too few fields.
            "columnPruning": "false",
            "maxColumns": str(MOST_FIELDS),
        }

    def _wide(self, header: Header) -> list[str]:
        if self.unpivot is None:
            return []
        chosen, kept = self.unpivot.columns, self.unpivot.keep
        return [name for name in header if (name in chosen if chosen else name not in kept)]

    def _count_lines(self, path: Path) -> tuple[int | None, bool]:
        """Return the data lines, None when some are blank, and whether the last one is cut."""
        size = lines = quotes = fields = length = 0
        delimiter = self.delimiter.encode(self.encoding, errors="replace")
        has_blank, tail, most = False, b"", self.most
        with path.open("rb") as stream:
            for chunk in chunks_of(stream):
                length = length_of_last_line(chunk, length, lines, most)
                size, lines, quotes = size + len(chunk), lines + chunk.count(b"\n"), quotes + chunk.count(b'"')
                seam = tail[-2:] + chunk
                has_blank = has_blank or b"\n\n" in seam or b"\n\r\n" in seam
                fields += chunk.partition(b"\n")[0].count(delimiter)
                if fields >= MOST_FIELDS:
                    raise UnreadableError(f"has a row of more than {MOST_FIELDS:,} fields: see that its lines end")
                if not self.multiline and b"\0" in chunk and NULLS_ALONE.search(seam):
                    raise UnreadableError(
                        "has a line of null bytes alone, as a disk leaves what was not written: ask for it again"
                    )
                fields = chunk.rpartition(b"\n")[2].count(delimiter) if b"\n" in chunk else fields
                tail = (tail + chunk)[-TAIL_BYTES:]
        ends_whole = size == 0 or tail.endswith(b"\n")
        count = None if has_blank or tail.startswith(b"\n") else max(lines - 1 + (not ends_whole), 0)
        return count, quotes % 2 == 1 or (not ends_whole and self._is_short(path, tail))

    def _count_rows(self, path: Path) -> int | None:
        """Return the rows, counted by Python's reader; None when quotes are written so that readers disagree."""
        with path.open(encoding=self._codec, errors="replace", newline="") as text:
            try:
                return max(sum(1 for _ in _rows(text, self.delimiter, self.most, is_strict=True)) - 1, 0)
            except csv.Error:
                return None

    def _is_short(self, path: Path, tail: bytes) -> bool:
        with path.open("rb") as file:
            header = file.readline(HEADER_BYTES)
        last = tail.rsplit(b"\n", 1)[-1]
        if last.count(b'"') % 2 == 1 or b"\n" not in tail:
            return False
        return self._field_count(last) < self._field_count(header)

    def _field_count(self, line: bytes) -> int:
        text = line.decode(self.encoding, errors="replace").rstrip("\r\n")
        try:
            return len(next(csv.reader([text], delimiter=self.delimiter), []))
        except csv.Error:
            return text.count(self.delimiter) + 1


def unreadable_because(start: bytes, delimiter: str) -> str | None:
    """Return why the first line of a file can not be judged, to end a sentence; None when it can.

    Args:
        start: the first bytes of the file, one more than a header may have when there are as many.
        delimiter: between two columns.
    """
    line, end, _ = start.partition(b"\n")
    if not end and len(start) > HEADER_BYTES:
        return f"is longer than {HEADER_BYTES // 1024} kB: see that the source writes its lines' ends"
    if line.count(b'"') % 2:
        return "opens a quotation mark and does not close it: write the names of columns on one line"
    if b"\0" in line:
        return "holds a null byte: give a text file"
    try:
        next(csv.reader([line.rstrip(b"\r").decode("latin-1")], delimiter=delimiter), [])
    except csv.Error:
        return "is not CSV (a carriage return stands in it): end lines with a line feed"
    return None


def looks_separated_by(lines: list[str]) -> str:
    """Return the delimiter that gives the first lines of a file the same number of fields, and the most of them."""

    def score(delimiter: str) -> tuple[int, int]:
        counts = Counter(len(fields) for fields in csv.reader(lines, delimiter=delimiter) if fields)
        width, agreeing = counts.most_common(1)[0] if counts else (1, 0)
        return (agreeing, width) if width > 1 else (0, 0)

    # Where a semicolon fits as well as a comma, the commas are those of decimals.
    return max(sorted(DELIMITERS, reverse=True), key=score)


def _rows(text: io.TextIOBase, delimiter: str, most: Most, is_strict: bool) -> Iterator[list[str]]:
    # Python's own limit is 128 kB.
    csv.field_size_limit(most.row_bytes)
    try:
        for fields in filter(None, csv.reader(text, delimiter=delimiter, strict=is_strict)):
            if sum(map(len, fields)) > most.row_bytes:
                raise most.too_long("row", "", "see that its quotation marks are closed")
            yield fields
    except csv.Error as error:
        if FIELD_LIMIT not in str(error):
            raise
        raise most.too_long("value", "", "see that its quotation marks are closed") from None
