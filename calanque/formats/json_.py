"""JSON: an array of objects, or the one in a member of an object. Nested ones become columns by dotted path."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, ClassVar, Literal

from pydantic import Field

from calanque.formats.base import Facts, Record, UnreadableError, refuse_packed
from calanque.formats.json_stream import Elements
from calanque.formats.records import CollidingNamesError, flat, header_of, written
from calanque.formats.text import decodes, text_chunks
from calanque.formats.whole import WholeFormat


class JsonRecords(WholeFormat):
    """A file that is one JSON value with an array of records in it, in UTF-8."""

    has_header: ClassVar[bool] = False

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file."""
        with path.open("rb") as stream:
            refuse_packed(stream.read(4))
            stream.seek(0)
            elements = self._elements(stream)
            header, count = header_of(_shallow(self._records(elements)))
        return Facts(header, count, elements.is_cut, decodes(path))

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row of an open file, in its order."""
        return _shallow(self._records(self._elements(stream)))

    @property
    def array_member(self) -> str | None:
        """The member of the file's object whose array holds the records; None where the file is the array."""
        return None

    def _elements(self, stream: BinaryIO) -> Elements:
        return Elements(text_chunks(stream), self.array_member)

    def _records(self, elements: Iterable[Any]) -> Iterator[Record]:
        return map(record_of, elements)


def _shallow(records: Iterable[Record]) -> Iterator[Record]:
    try:
        yield from records
    except RecursionError:
        raise UnreadableError("is JSON nested too deep") from None


class JsonFormat(JsonRecords):
    """An array of objects, or the one that is the `member` of an object; an array inside a record stays JSON text."""

    type: Literal["json"]
    member: Annotated[str, Field(min_length=1)] | None = None

    @property
    def array_member(self) -> str | None:
        """What the contract says."""
        return self.member


def record_of(value: Any) -> Record:
    """Return an object as a row, and anything else as its text."""
    try:
        return flat(value) if isinstance(value, dict) else written(value)
    except CollidingNamesError:
        return written(value)
