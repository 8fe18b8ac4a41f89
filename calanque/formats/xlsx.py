"""Workbooks of Excel: one sheet, its first row or the one named the column names; of a formula its saved value."""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Literal

from pydantic import Field

from calanque.files import LARGEST_BYTES
from calanque.formats.base import Facts, Header, Record, UnreadableError, text_of
from calanque.formats.whole import WHOLE_BYTES, WholeFormat

# What a broken workbook raises when it is opened, or only when the row is read; a SyntaxError is the one of XML.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, SyntaxError),
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError, NotImplementedError),
)
# Parts of a number format that are no date or time: a language, a colour or a condition, but [h]; text; a sign.
NUMBER, ZEROS = re.compile(r"-?[\d.,]+%?"), re.compile("0{2,}")
"""A value that is no column's name; the number format that shows 7 as 007."""
LOOKED_AT, WIDE_SHARE = 20, 0.8
NO_TIME = re.compile(r'\[(?![hms]+\])[^\]]*\]|"[^"]*"|\\.', re.IGNORECASE)


class XlsxFormat(WholeFormat):
    """The first sheet, or the one named; blank rows are no rows, a day without hour is a date.

    `header_row` is the number, as Excel shows it, of the row of column names: titles above it are left out.
    """

    type: Literal["xlsx"]
    sheet: str | None = None
    header_row: int | None = Field(default=None, ge=1)
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
        sheet, most = self._opened(stream), self.most
        try:
            for cells in sheet.iter_rows(min_row=self.header_row):
                values = [_text(cell) for cell in cells]
                if sum(len(value) for value in values if value) > most.row_bytes:
                    raise most.too_long("row", "", "ask for it apart")
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


def sheet_and_header(path: Path) -> dict[str, Any]:
    """Return the options of a workbook: its first visible sheet with a table, and the row of the column names.

    That row is the first, of the first twenty, as wide as the widest but a fifth, whose cells are words and differ;
    only what differs from the first sheet and the first row is said.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        for at, sheet in enumerate(book.worksheets):
            sheet.reset_dimensions()
            rows = [[_text(cell) for cell in cells] for cells in sheet.iter_rows(max_row=LOOKED_AT)]
            found = _header_row(rows)
            if sheet.sheet_state == "visible" and found is not None:
                is_first = not any(map(any, rows[:found]))
                named = {"sheet": sheet.title} if at else {}
                return named | ({} if is_first else {"header_row": found + 1})
    except BROKEN:
        pass  # said when it is read
    return {}


def _header_row(rows: list[list[str | None]]) -> int | None:
    filled = [[value for value in values if value] for values in rows]
    widest = max(map(len, filled), default=0)
    for at, values in enumerate(filled[:-1]):
        is_wide = len(values) >= max(2, WIDE_SHARE * widest)
        if is_wide and len({*values}) == len(values) and not any(NUMBER.fullmatch(value) for value in values):
            return at
    return None


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
    if isinstance(value, int) and not isinstance(value, bool) and ZEROS.fullmatch(cell.number_format or ""):
        return f"{value:0{len(cell.number_format)}d}"
    return text_of(value) or None
