"""XML: the elements at one path are the records. Attributes and children become columns by dotted path, as in JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, ClassVar, Literal

from pydantic import Field

from calanque.formats.base import START_BYTES, Facts, Header, Record, Row, UnreadableError, refuse_packed
from calanque.formats.records import CollidingNamesError, header_of, row_of, written
from calanque.formats.whole import WholeFormat
from calanque.formats.xml_stream import Element, Found, Records, decoded

TEXT = "#text"
OUTSIDE = "/"
"""Begins what a file has beside its columns: no row holds it, and a forbidden name is found there too."""


class XmlFormat(WholeFormat):
    """Records at a path of local names from the root, `MetadataStream/VideoAnalytics/Frame/Object`.

    An attribute of an element that a record stands in is a column by both names, `Frame.UtcTime`: the nearest of two,
    and the record's own before either. Text is that of its element, `Class.Type`, beside `Class.Type.Likelihood`; what
    comes more than once in a record is one column of JSON.
    """

    type: Literal["xml"]
    record: Annotated[str, Field(pattern=r"^[^\s/]+(/[^\s/]+)*$")]
    keeps_empty_parents: bool = False
    """Whether an element that could hold records and holds none is a row of attributes: nothing was seen, but looked
    for."""
    has_header: ClassVar[bool] = False

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file; its header holds every name of the file, those beside the columns too."""
        with path.open("rb") as stream:
            refuse_packed(stream.read(START_BYTES), self.container)
            stream.seek(0)
            records = self._records(stream)
            columns, count = header_of(map(_row_of, records), self.most)
        if records.places and not (records.has_path or records.is_cut):
            raise UnreadableError(f"has no element {self.record}: correct record in its fileFormat")
        return Facts((*columns, *self._outside(records, columns)), count, records.is_cut, True)

    def columns(self, header: Header) -> Header:
        """Return the columns that rows have: what stands outside of them is none."""
        return tuple(name for name in header if not name.startswith(OUTSIDE))

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row of an open file, in its order."""
        return map(_row_of, self._records(stream))

    def _records(self, stream: BinaryIO) -> Records:
        return Records(decoded(stream), self.record, self.keeps_empty_parents, self.most)

    def _outside(self, records: Records, columns: Header) -> list[str]:
        """Return the paths that are no column and lead to none, and that of the records."""
        led = {name[:at] for name in columns for at, letter in enumerate(name) if letter == "."} | set(columns)
        record = f"/{self.record}"
        return [
            path for path in records.places if not record.startswith(f"{path}/") and _column(path, record) not in led
        ]


def _column(path: str, record: str) -> str:
    """Return the column that a path is, if it is one."""
    if path.startswith(f"{record}/"):
        return path[len(record) + 1 :].replace("/", ".")
    above, _, name = path.rpartition("/")
    return f"{above.rpartition('/')[2]}.{name}" if record.startswith(f"{above}/") else path


def _row_of(found: Found) -> Record:
    row: Row = {f"{name}.{key}": value or None for name, attributes in found.above for key, value in attributes}
    if found.element is None:
        return row
    try:
        return {**row, **row_of(_pairs(found.element, ""))}
    except CollidingNamesError:
        return written(_tree(found.element))


def _pairs(element: Element, path: str) -> Iterator[tuple[str, str | None]]:
    text = element.text
    if text or (path and not element.parts):
        yield path or element.name, text
    for name, same in element.parts.items():
        below = f"{path}.{name}" if path else name
        if len(same) == 1:
            yield from _pairs(same[0], below)
        else:
            yield below, written([_tree(one) for one in same])


def _tree(element: Element) -> Any:
    """Return an element as JSON has it: its text alone, or an object of its parts."""
    if not element.parts:
        return element.text
    parts = {name: [_tree(one) for one in same] for name, same in element.parts.items()}
    text = {TEXT: element.text} if element.text else {}
    return text | {name: values if len(values) > 1 else values[0] for name, values in parts.items()}
