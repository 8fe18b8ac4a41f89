"""What the footers of Parquet files in the lake say: rows, and the bounds of chosen columns; no row is read."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from calanque.closed import Closed
from calanque.engines.hdfs import lake

if TYPE_CHECKING:
    from collections.abc import Collection

# A footer of a bronze file takes a few kB; a longer one is read again, whole.
TAIL_BYTES = 64 * 1024
MAGIC_BYTES = 8


class DataFile(Closed):
    """One Parquet file: its name in its folder, size, time of writing, rows, and bounds as Delta's log writes them."""

    name: str
    size_bytes: int
    modified_at_ms: int
    row_count: int
    minimum: dict[str, Any]
    maximum: dict[str, Any]
    null_count: dict[str, int]


def data_files(folder: str, columns: Collection[str] = ()) -> tuple[DataFile, ...]:
    """Return the Parquet files of a folder that hold rows, by name.

    Args:
        folder: path on HDFS; no file when it does not exist.
        columns: the columns whose bounds are read; no other column's bound leaves the footer.
    """
    names = [name for name in lake().list(folder) if name.endswith(".parquet")]
    found = (_data_file(folder, name, frozenset(columns)) for name in names)
    return tuple(file for file in found if file.row_count)


def _data_file(folder: str, name: str, columns: frozenset[str]) -> DataFile:
    path = f"{folder}/{name}"
    status = lake().status(path) or {}
    size_bytes = int(status["length"])
    footer = _footer(path, size_bytes)
    minimum: dict[str, Any] = {}
    maximum: dict[str, Any] = {}
    null_count: dict[str, int] = {}
    groups = [footer.row_group(at).to_dict()["columns"] for at in range(footer.num_row_groups)]
    for chunks in zip(*groups, strict=True):
        column, bounds = chunks[0]["path_in_schema"], [chunk["statistics"] for chunk in chunks]
        if column not in columns or None in bounds:
            continue
        if all(part["null_count"] is not None for part in bounds):
            null_count[column] = sum(part["null_count"] for part in bounds)
        known = [part for part in bounds if part["has_min_max"]]
        # A group of nulls only has no bound and needs none.
        if known and all(part["has_min_max"] or part["num_values"] == 0 for part in bounds):
            minimum[column] = _logged(min(part["min"] for part in known))
            maximum[column] = _logged(max(part["max"] for part in known), is_upper=True)
    return DataFile(
        name=name,
        size_bytes=size_bytes,
        modified_at_ms=int(status["modificationTime"]),
        row_count=footer.num_rows,
        minimum=minimum,
        maximum=maximum,
        null_count=null_count,
    )


def _footer(path: str, size_bytes: int) -> Any:
    from pyarrow import parquet

    tail = lake().read(path, offset=max(0, size_bytes - TAIL_BYTES))
    length = int.from_bytes(tail[-MAGIC_BYTES : -MAGIC_BYTES // 2], "little") + MAGIC_BYTES
    if length > len(tail):
        tail = lake().read(path, offset=size_bytes - length)
    return parquet.read_metadata(io.BytesIO(tail))


def _logged(value: Any, is_upper: bool = False) -> Any:
    """Return a bound as JSON; the log keeps milliseconds, so an upper bound is rounded up."""
    if isinstance(value, datetime):
        known = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        if is_upper and known.microsecond % 1000:
            known += timedelta(milliseconds=1)
        return known.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
