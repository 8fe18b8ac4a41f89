"""Files that only a parser in Python reads: each is handed whole to one task, which gives its rows as text."""

from __future__ import annotations

import io
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from calanque.formats.base import CORRUPT, FILE, MALFORMED, REASON, FormatOptions, Header, Record
from calanque.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspark.sql import DataFrame, SparkSession

# Such a file is in memory three times on its way: in the engine, between the two, and in the parser.
WHOLE_BYTES = 256 * 1024**2
ROWS_AT_ONCE = 5_000


def schema_of(names: list[str]) -> str:
    """Return the schema of a frame of strings."""
    return ", ".join(f"{quoted(name)} string" for name in [*names, CORRUPT, REASON, FILE])


class WholeFormat(FormatOptions):
    """A format that only a parser in Python reads."""

    largest_bytes: ClassVar[int] = WHOLE_BYTES

    def frame(self, session: SparkSession, header: Header, declared: set[str], paths: list[str]) -> DataFrame:
        """Return the declared columns of files with the same header as strings, `CORRUPT`, `REASON` and `FILE`."""
        names, parse = [name for name in header if name in declared], self.parse

        def read(frames: Iterator[Any]) -> Iterator[Any]:
            for frame in frames:
                for path, content in zip(frame["path"], frame["content"], strict=True):
                    file = str(path).rsplit("/", 1)[-1]
                    yield from frames_of(parse(io.BytesIO(content)), names, file)

        files = session.read.format("binaryFile").load(paths).select("path", "content")
        return files.mapInPandas(read, schema_of(names))


def frames_of(records: Iterable[Record], names: list[str], file: str) -> Iterator[Any]:
    """Yield records as pandas frames of a bounded number of rows."""
    import pandas as pd

    running = iter(records)
    while some := list(islice(running, ROWS_AT_ONCE)):
        rows = [{} if isinstance(record, str) else record for record in some]
        values = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
        values[CORRUPT] = pd.Series([r if isinstance(r, str) else None for r in some], dtype=object)
        why = [getattr(r, "reason", MALFORMED) if isinstance(r, str) else None for r in some]
        values[REASON] = pd.Series(why, dtype=object)
        values[FILE] = pd.Series([file] * len(some), dtype=object)
        yield pd.DataFrame(values)
