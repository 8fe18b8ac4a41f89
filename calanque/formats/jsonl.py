"""JSON lines: an object a line, read by all cores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Literal

from calanque.formats.base import (
    NULL_BYTE,
    START_BYTES,
    Facts,
    FormatOptions,
    Header,
    Odd,
    Record,
    UnreadableError,
    refuse_packed,
)
from calanque.formats.json_ import record_of
from calanque.formats.json_stream import decoder
from calanque.formats.records import header_of
from calanque.formats.text import check_encoding, refuse_wide
from calanque.formats.whole import frames_of, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession


class LinesFormat(FormatOptions):
    """An object a line in UTF-8; blank lines are no rows."""

    has_header: ClassVar[bool] = False

    @property
    def is_splittable(self) -> bool:
        """Whether the engine reads one file in several tasks."""
        return True

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file."""
        with path.open("rb") as stream:
            start = stream.read(START_BYTES)
            refuse_packed(start, self.container)
            refuse_wide(start)
            stream.seek(0)
            header, count = header_of(self.parse(stream), self.most)
            stream.seek(max(0, path.stat().st_size - self.most.row_bytes))
            last = stream.read().rsplit(b"\n", 1)[-1]
        if count and not header:
            raise UnreadableError("holds no JSON object on any line")
        return Facts(header, count, bool(last.strip()) and _is_cut(last), check_encoding(path, header))

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row of an open file, in its order."""
        most = self.most
        while line := stream.readline(most.row_bytes + 1):
            if len(line) > most.row_bytes:
                raise most.too_long("line", "", "end each object's line")
            if line.strip():
                yield _record(line)

    def frame(self, session: SparkSession, header: Header, declared: set[str], paths: list[str]) -> DataFrame:
        """Return the declared columns of files with the same header as strings, `CORRUPT`, `REASON` and `FILE`."""
        names = [name for name in header if name in declared]

        def read(frames: Iterator[Any]) -> Iterator[Any]:
            for frame in frames:
                for file, lines in frame.groupby("file", sort=False)["value"]:
                    yield from frames_of((_record(line) for line in lines if line.strip()), names, str(file))

        # A wrong byte would stop the whole batch on its way to Python.
        lines = session.read.option("lineSep", "\n").text(paths)
        lines = lines.selectExpr(
            "make_valid_utf8(value) AS value", "substring_index(input_file_name(), '/', -1) AS file"
        )
        return lines.mapInPandas(read, schema_of(names))


class JsonlFormat(LinesFormat):
    """JSON lines as the source writes them."""

    type: Literal["jsonl"]


def _record(line: bytes | str) -> Record:
    text = (line.decode("utf-8-sig", errors="replace") if isinstance(line, bytes) else line.lstrip("\ufeff")).strip()
    try:
        return record_of(decoder.decode(text.replace("\0", "\\u0000")))
    except (json.JSONDecodeError, RecursionError):
        return Odd(text, NULL_BYTE) if "\0" in text else text


def _is_cut(line: bytes) -> bool:
    record = _record(line)
    return isinstance(record, str) and not isinstance(record, Odd)
