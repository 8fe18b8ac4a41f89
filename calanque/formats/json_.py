"""JSON: an array of objects, or the one in a member of an object. Nested ones become columns by dotted path."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, ClassVar, Literal

from pydantic import Field

from calanque.formats.base import START_BYTES, Facts, Odd, Record, UnreadableError, refuse_packed
from calanque.formats.json_stream import Elements
from calanque.formats.records import UnfitError, flat, header_of, written
from calanque.formats.text import check_encoding, refuse_wide, text_chunks
from calanque.formats.whole import WholeFormat


class JsonRecords(WholeFormat):
    """A file that is one JSON value with an array of records in it, in UTF-8."""

    has_header: ClassVar[bool] = False

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file."""
        with path.open("rb") as stream:
            start = stream.read(START_BYTES)
            refuse_packed(start, self.container)
            refuse_wide(start)
            stream.seek(0)
            elements = self._elements(stream)
            header, count = header_of(_shallow(self._records(elements)), self.most)
        return Facts(header, count, elements.is_cut, check_encoding(path, header))

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row of an open file, in its order."""
        return _shallow(self._records(self._elements(stream)))

    @property
    def array_member(self) -> str | None:
        """The member of the file's object whose array holds the records; None where the file is the array."""
        return None

    @property
    def members_beside(self) -> tuple[str, ...]:
        """The members beside it that say how its records are to be read."""
        return ()

    def _elements(self, stream: BinaryIO) -> Elements:
        # A null byte is written out, so that the text that it stands in can still be read, and its record judged alone.
        chunks = (chunk.replace("\0", "\\u0000") for chunk in text_chunks(stream))
        return Elements(chunks, self.most, self.array_member, self.members_beside)

    def _records(self, elements: Elements) -> Iterator[Record]:
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
    except UnfitError as error:
        return Odd(written(value), error.reason)
