"""Read and type: landed files to typed rows by contract, each good or with its reasons; lazy until staged."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from calanque.engines import spark
from calanque.formats.base import ROW_NUMBER
from calanque.ingest.header import Header, Refusal, judge_headers
from calanque.ingest.selection import empty_because, kept_sql
from calanque.ingest.staged import ROWS
from calanque.ingest.tiers import landing_path, spark_path
from calanque.ingest.typing_sql import GridNumbers, typing_sql

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract
    from calanque.ingest.records import LandedBatch

# The bits of a row's number below those of its partition's.
IN_PARTITION = 2**33 - 1


def read_headers(contract: FeedContract, landed: LandedBatch) -> dict[str, Header]:
    """Return the columns of the rows of each landed file."""
    return {name: contract.file_format.columns(header) for name, header in landed.headers.items()}


def judge_files(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> Refusal | None:
    """Return why the batch is refused before a row is read, or None."""
    refusal = judge_headers(contract, headers, [file.name for file in landed.files if file.is_cut])
    if refusal is None and landed.row_count == 0:
        refusal = Refusal("empty_batch", empty_because(0))
    return refusal


def read_rows(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> DataFrame:
    """Return the feed's rows as strings: the declared columns that the files have, then the names of ours.

    Ours are `CORRUPT`, `REASON`, `FILE` and `ROW_NUMBER`. `CORRUPT` holds the text of what is no row of its format, in
    CSV a line whose number of fields is not the header's; `REASON` says why it is none.
    """
    rows = _read_all(contract, landed, headers)
    if contract.keep_where is None:
        return rows
    return spark.sql(kept_sql(contract, ROWS), {ROWS: rows}).select(*rows.columns)


def left_out_count(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> int:
    """Return how many rows of the files are not the feed's, by the contract's `keep_where`."""
    if contract.keep_where is None:
        return 0
    frame = {ROWS: _read_all(contract, landed, headers)}
    return int(spark.sql(f"SELECT count(*) FROM ({kept_sql(contract, ROWS, is_kept=False)})", frame).collect()[0][0])


def _read_all(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> DataFrame:
    folder, form = landing_path(landed.feed, landed.batch_id), contract.file_format
    declared = {column.name for column in contract.landing}
    by_header: dict[Header, list[str]] = {}
    for name in headers:
        by_header.setdefault(landed.headers[name], []).append(spark_path(f"{folder}/{name}"))
    session = spark.session()
    frames = [form.frame(session, header, declared, paths) for header, paths in by_header.items() if any(header)]
    rows = reduce(lambda left, right: left.unionByName(right, allowMissingColumns=True), frames)
    if form.is_splittable or not contract.is_personal:
        return rows.selectExpr("*", f"monotonically_increasing_id() AS {ROW_NUMBER}")
    # One task reads a file that can not be split, and what follows is dearer: each of several reads all of it and keeps
    # its share of the rows. A shuffle would put values in clear on the engine's disk.
    count = int(session.conf.get("spark.sql.shuffle.partitions") or 1)
    numbered = rows.selectExpr("*", f"monotonically_increasing_id() & {IN_PARTITION} AS {ROW_NUMBER}")
    shares = [numbered.where(f"{ROW_NUMBER} % {count} = {share}") for share in range(count)]
    return reduce(lambda left, right: left.union(right), shares)


def type_rows(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> DataFrame:
    """Return typed rows: the bronze columns, `_is_good`, `_reasons`, `_payload`, `FILE`, `ROW_NUMBER`.

    Protected columns still hold the source's value: nothing but `protect` may write this frame.
    """
    check_encoding = not all(file.is_decodable for file in landed.files)
    text = typing_sql(contract, ROWS, grid_of(contract), check_encoding)
    return spark.sql(text, {ROWS: read_rows(contract, landed, headers)})


def grid_of(contract: FeedContract) -> GridNumbers | None:
    """Return the grid of the contract's territory, None when no column needs it."""
    if not any(column.projected for column in contract.bronze):
        return None
    from calanque.places.grid import grid_vars
    from calanque.places.territory import load_territory

    territory = load_territory(contract.territory)
    numbers = grid_vars(territory)
    origin = {name: float(numbers[name]) for name in ("x0_m", "y0_m", "cell_m")}
    rows, cols = int(numbers["rows"]), int(numbers["cols"])
    box = territory.bounding_box
    return GridNumbers(territory.name, territory.crs, **origin, rows=rows, cols=cols, box=box)
