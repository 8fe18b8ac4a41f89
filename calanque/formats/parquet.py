"""Parquet, flat: every value becomes the text that the same value has in a CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal

from calanque.formats.base import (
    NULL_BYTE,
    START_BYTES,
    Facts,
    Most,
    Odd,
    Record,
    UnreadableError,
    refuse_packed,
    text_of,
)
from calanque.formats.whole import ROWS_AT_ONCE, WholeFormat

FEW_ROWS = 64
"""Of which each may be long."""


class ParquetFormat(WholeFormat):
    """Columns of text, numbers, booleans, dates and times; nested ones are refused."""

    type: Literal["parquet"]

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file, from its footer."""
        with path.open("rb") as stream:
            if stream.read(1) == b"":
                return Facts((), 0, False, True)
            stream.seek(0)
            start = stream.read(START_BYTES)
            if not start.startswith(b"PAR1"):
                refuse_packed(start, self.container)
            stream.seek(0)
            file = _opened(stream)
            _check_flat(file.schema_arrow)
            _check_length(file, self.most)
            return Facts(tuple(name.strip() for name in file.schema_arrow.names), file.metadata.num_rows, False, True)

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row of an open file, in its order."""
        for batch in _opened(stream).iter_batches(ROWS_AT_ONCE):
            names = [name.strip() for name in batch.schema.names]
            for values in zip(*(map(text_of, _column(column)) for column in batch.columns), strict=True):
                if any(text and "\0" in text for text in values):
                    yield Odd(",".join(text or "" for text in values), NULL_BYTE)
                else:
                    yield {name: text or None for name, text in zip(names, values, strict=True)}


def _opened(stream: BinaryIO) -> Any:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        return ParquetFile(stream)
    except (ArrowException, OSError) as error:
        raise UnreadableError("is not Parquet, or is truncated: ask for it again") from error


def _check_flat(schema: Any) -> None:
    from pyarrow import types

    for field in schema:
        kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
            raise UnreadableError(f"has a column of the kind {str(kind).partition('<')[0]}: only flat values are read")


def _check_length(file: Any, most: Most) -> None:
    """Look for a text that is too long where a column has so many bytes: in each of its pieces a text stands once."""
    import pyarrow
    from pyarrow import compute, types

    fields = file.schema_arrow
    for group in range(file.metadata.num_row_groups):
        for at, field in enumerate(fields):
            if file.metadata.row_group(group).column(at).total_uncompressed_size <= most.row_bytes:
                continue
            kind = field.type.value_type if types.is_dictionary(field.type) else field.type
            if types.is_string(kind) or types.is_large_string(kind):
                for part in file.iter_batches(FEW_ROWS, row_groups=[group], columns=[field.name]):
                    texts = part.column(0).cast(pyarrow.large_string())
                    if (compute.max(compute.binary_length(texts)).as_py() or 0) > most.row_bytes:
                        raise most.too_long("value", "", "ask for it apart")


def _column(column: Any) -> list[Any]:
    from pyarrow import timestamp, types

    # Python knows no nanoseconds: what is finer than a microsecond is left out.
    if types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(timestamp("us", column.type.tz), safe=False)
    return list(column.to_pylist())
