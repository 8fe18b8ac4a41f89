"""Read and type: landed files to typed rows by contract, each good or with its reasons; lazy until staged."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.ingest.header import HEADER_BYTES, Header, Refusal, check_headers, read_header
from calanque.ingest.typing_sql import CORRUPT, FILE, ROW_NUMBER, GridNumbers, quoted, typing_sql
from calanque.ingest.zones import landing_path, spark_path

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract, FileFormat
    from calanque.ingest.records import LandedBatch


def read_headers(contract: FeedContract, landed: LandedBatch) -> dict[str, Header]:
    """Return the column names of each landed file."""
    folder, form = landing_path(landed.feed, landed.batch_id), contract.file_format
    starts = {
        file.name: lake().read(f"{folder}/{file.name}", length=HEADER_BYTES) if file.size_bytes else b""
        for file in landed.files
    }
    return {name: read_header(start, form.encoding, form.delimiter) for name, start in starts.items()}


def judge_files(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> Refusal | None:
    """Return why the batch is refused before a row is read, or None."""
    refusal = check_headers(contract, headers)
    cut = next((file.name for file in landed.files if file.is_cut), None)
    if refusal is None and cut:
        refusal = Refusal(
            "truncated_file", f"{cut} is truncated: its last row stops midway. Ask the source to send it again, whole."
        )
    if refusal is None and landed.row_count == 0:
        refusal = Refusal(
            "empty_batch", "The batch holds a header and no row: the source sent nothing. Ask for it again."
        )
    return refusal


def read_rows(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> DataFrame:
    """Return every row as strings: the declared columns that the files have, `_corrupt`, `_file` and `_n`.

    `_corrupt` holds the text of a line whose number of fields is not the header's.
    """
    by_header: dict[Header, list[str]] = {}
    for name, header in headers.items():
        by_header.setdefault(header, []).append(spark_path(f"{landing_path(landed.feed, landed.batch_id)}/{name}"))
    frames = [_read(contract, header, paths) for header, paths in by_header.items() if any(header)]
    return reduce(lambda left, right: left.unionByName(right, allowMissingColumns=True), frames)


def _read(contract: FeedContract, header: Header, paths: list[str]) -> DataFrame:
    # Files are read by position, so a repeated or unknown name only needs to be unique here.
    declared = {column.name for column in contract.landing}
    names = [name if name in declared and header.index(name) == at else f"c{at}__" for at, name in enumerate(header)]
    schema = ", ".join(f"{quoted(name)} string" for name in [*names, CORRUPT])
    frame = spark.session().read.schema(schema).options(**_options(contract.file_format)).csv(paths)
    kept = [quoted(name) for name in names if name in declared]
    # Not _metadata.file_name: Spark joins it to every row, and joins all its fields when nobody asks for it.
    file_name = "substring_index(input_file_name(), '/', -1)"
    return frame.selectExpr(*kept, CORRUPT, f"{file_name} AS {FILE}", f"monotonically_increasing_id() AS {ROW_NUMBER}")


def _options(form: FileFormat) -> dict[str, str]:
    return {
        "sep": form.delimiter,
        "encoding": form.encoding,
        "header": "true",
        "multiLine": str(form.multiline).lower(),
        "quote": '"',
        "escape": '"',
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": CORRUPT,
        # With pruning on, Spark does not see that a row has too few fields.
        "columnPruning": "false",
    }


def type_rows(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> DataFrame:
    """Return typed rows: the bronze columns, `_is_good`, `_reasons`, `_payload`, `_file`, `_n`.

    Protected columns still hold the source's value: nothing but `protect` may write this frame.
    """
    view = f"landing_{landed.feed}_{landed.batch_id}"
    read_rows(contract, landed, headers).createOrReplaceTempView(view)
    check_encoding = not all(file.is_decodable for file in landed.files)
    return spark.sql(typing_sql(contract, view, grid_of(contract), check_encoding))


def grid_of(contract: FeedContract) -> GridNumbers | None:
    """Return the grid of the contract's territory, None when no column needs it."""
    if not any(column.projected for column in contract.bronze):
        return None
    from calanque.places.grid import grid_vars
    from calanque.places.territory import load_territory

    territory = load_territory(contract.territory)
    numbers = grid_vars(territory)
    origin = {name: float(numbers[name]) for name in ("x0_m", "y0_m", "cell_m")}
    return GridNumbers(territory.name, territory.crs, **origin, rows=int(numbers["rows"]), cols=int(numbers["cols"]))
