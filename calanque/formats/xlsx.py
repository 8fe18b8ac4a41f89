"""Workbooks of Excel: one sheet, its first row the column names. Formulas give the value they had when it was saved."""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Literal

from calanque.files import LARGEST_BYTES
from calanque.formats.base import Facts, Header, Record, UnreadableError, text_of
from calanque.formats.whole import WHOLE_BYTES, WholeFormat

# What a broken workbook raises when it is opened, or only when the row is read; a SyntaxError is the one of XML.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, SyntaxError),
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError, NotImplementedError),
)
# Parts of a number format that are no date or time: a language, a colour or a condition, but [h]; text; a sign.
NO_TIME = re.compile(r'\[(?![hms]+\])[^\]]*\]|"[^"]*"|\\.', re.IGNORECASE)


class XlsxFormat(WholeFormat):
    """The first sheet, or the one named; blank rows are no rows, a day without hour is a date."""

    type: Literal["xlsx"]
    sheet: str | None = None
    largest_bytes: ClassVar[int] = WHOLE_BYTES // 4

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file."""
        if path.stat().st_size == 0:
            return Facts((), 0, False, True)
        with path.open("rb") as stream:
            rows = self._rows(stream)
            header = _header(next(rows, ()))
            return Facts(header, sum(1 for _ in rows), False, True)

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row of an open file, in its order."""
        rows = self._rows(stream)
        header = _header(next(rows, ()))
        for values in rows:
            if any(values[len(header) :]):
                yield ",".join(value or "" for value in values)
            else:
                padded = [*values, *[None] * len(header)][: len(header)]
                yield dict(zip(header, padded, strict=True))

    def _rows(self, stream: BinaryIO) -> Iterator[list[str | None]]:
        sheet = self._opened(stream)
        try:
            for cells in sheet.iter_rows():
                values = [_text(cell) for cell in cells]
                if any(values):
                    yield values
        except BROKEN:
            # Not chained: the error quotes the value of a cell.
            raise UnreadableError("holds a cell that can not be read: save it anew, or ask for it again") from None

    def _opened(self, stream: BinaryIO) -> Any:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            with zipfile.ZipFile(stream) as parts:
                if sum(part.file_size for part in parts.infolist()) > LARGEST_BYTES:
                    raise UnreadableError("unpacks to more than 2 GiB: send it in parts")
            stream.seek(0)
            book = load_workbook(stream, read_only=True, data_only=True)
        except (*BROKEN, InvalidFileException):
            raise UnreadableError("is not an Excel workbook (.xlsx), or is truncated: ask for it again") from None
        names = [sheet.title for sheet in book.worksheets]
        if not names or (self.sheet is not None and self.sheet not in names):
            raise UnreadableError(f"has no sheet '{self.sheet or 1}': name one that is there in the contract")
        sheet = book[self.sheet or names[0]]
        sheet.reset_dimensions()  # programs write them wrong
        return sheet


def _header(values: Any) -> Header:
    names = [(value or "").strip() for value in values]
    while names and not names[-1]:
        names.pop()
    return tuple(name or f"column_{at}" for at, name in enumerate(names, 1))


def _has_time(number_format: str) -> bool:
    return any(mark in NO_TIME.sub("", number_format).lower() for mark in "hs")


def _text(cell: Any) -> str | None:
    value = cell.value
    if isinstance(value, dt.datetime) and not _has_time(cell.number_format):
        value = value.date()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return text_of(value) or None
