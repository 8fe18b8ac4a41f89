"""Protect: personal columns become tokens or redacted text, and the batch is written once, to staging.

The good rows are written as the very data files that bronze will have, the refused ones as the rows of the quarantine:
gate and publish read what is written here and never compute it again. Values in clear exist in the memory of the engine
only: nothing before this step writes a row, and no shuffle can spill one.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from calanque.engines import spark
from calanque.engines.hdfs import LakeError, lake
from calanque.engines.parquet import data_files
from calanque.errors import CalanqueError
from calanque.ingest.records import StagedBatch, utc_now
from calanque.ingest.tables import QUARANTINE_COLUMNS, bronze_columns, technical_columns
from calanque.ingest.type_ import type_rows
from calanque.ingest.typing_sql import ROW_SQL, quoted
from calanque.ingest.zones import attempt_path, published_path, spark_path, staging_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame

    from calanque.contracts.model import BronzeColumn, FeedContract
    from calanque.ingest.header import Header
    from calanque.ingest.records import LandedBatch

SUMMARY = "staged.json"
# VACUUM judges a file that no commit names by its age, a week: older staging is made again, not moved under a table.
STAGING_LIFE = timedelta(days=1)
# zstd takes no longer than lz4 here, since fewer bytes go through three DataNodes; Spark's mark of success is no data.
WRITE_OPTIONS = {"compression": "zstd", "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}


def staged_batch(contract: FeedContract, batch_id: str) -> StagedBatch | None:
    """Return the staged batch, None when it is not (or no longer) there."""
    path = f"{staging_path(contract.feed, batch_id, contract.version)}/{SUMMARY}"
    if not lake().exists(path):
        return None
    staged = StagedBatch.model_validate_json(lake().read(path))
    if utc_now() - staged.staged_at > STAGING_LIFE or not _places(contract, batch_id, staged):
        discard_staging(contract.feed, batch_id)
        return None
    return staged


def good_path(contract: FeedContract, batch_id: str, staged: StagedBatch) -> str:
    """Return where the good rows of a staged batch lie now: in staging, or below their table.

    Raises:
        CalanqueError: if they are nowhere: another run published them, or they were deleted.
    """
    places = _places(contract, batch_id, staged)
    if not places:
        raise CalanqueError(f"{contract.feed}: the staged rows of batch {batch_id} are gone: run the batch again.")
    return places[0]


def _places(contract: FeedContract, batch_id: str, staged: StagedBatch) -> list[str]:
    before = attempt_path(contract.feed, batch_id, contract.version, staged.attempt)
    return [path for path in (before, published_path(contract.bronze_table, staged.attempt)) if lake().exists(path)]


def stage_batch(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> StagedBatch:
    """Type, protect and write a landed batch once; one already staged under this contract version is returned as it is.

    Each attempt has its own folder and the summary names the one that counts: a killed or second run leaves no mix.
    """
    known = staged_batch(contract, landed.batch_id)
    if known:
        return known
    folder = staging_path(contract.feed, landed.batch_id, contract.version)
    staged = _write(contract, landed, headers, f"rows-{uuid.uuid4().hex[:12]}")
    try:
        lake().write(f"{folder}/{SUMMARY}", staged.model_dump_json(indent=2))
    except LakeError as error:
        winner = staged_batch(contract, landed.batch_id)
        if error.remote != "FileAlreadyExistsException" or winner is None:
            raise
        lake().delete(f"{folder}/{staged.attempt}")
        return winner
    return staged


def _write(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header], attempt: str) -> StagedBatch:
    """Write the good rows, count them from their files, and write the others when the files held more rows than that.

    Two passes over a batch with refused rows cost less than one that carries reasons and payloads beside every row.
    """
    path = attempt_path(contract.feed, landed.batch_id, contract.version, attempt)
    typed = type_rows(contract, landed, headers)
    good = protect_rows(contract, typed.where("_is_good").selectExpr(*map(_cast, contract.bronze)))
    good = good.selectExpr("*", *technical_columns(contract, landed)).select(*bronze_columns(contract))
    good.write.options(**WRITE_OPTIONS).parquet(spark_path(path))
    good_count = sum(file.row_count for file in data_files(path))
    refused_path = None
    reasons: dict[str, int] = {}
    refused_count = 0
    if landed.row_count != good_count:
        refused_path = f"{path}-refused"
        refused = typed.where("NOT _is_good").selectExpr(ROW_SQL, "_reasons AS reasons", "_payload AS payload")
        refused = refused.selectExpr("*", *technical_columns(contract, landed)).select(*QUARANTINE_COLUMNS)
        refused.write.options(**WRITE_OPTIONS).parquet(spark_path(refused_path))
        refused_count = sum(file.row_count for file in data_files(refused_path))
        reasons = _reasons(refused_path)
    return StagedBatch(
        attempt=attempt,
        refused_path=refused_path if refused_count else None,
        landed_count=good_count + refused_count,
        good_count=good_count,
        reasons=reasons,
        staged_at=utc_now(),
    )


def discard_staging(feed: str, batch_id: str) -> None:
    """Delete what a batch left in staging."""
    lake().delete(staging_path(feed, batch_id, "").rstrip("/"))


def protect_rows(contract: FeedContract, frame: DataFrame) -> DataFrame:
    """Return the rows with every protected column replaced by its token or its redacted text."""
    plan = protection_plan(contract)
    if not plan:
        return frame

    def protect(batches: Iterator[Any]) -> Iterator[Any]:
        from calanque.privacy.protect import protect_batches

        return protect_batches(batches, plan)

    return frame.mapInPandas(protect, frame.schema)


def protection_plan(contract: FeedContract) -> dict[str, str]:
    """Return the protection of each protected bronze column: `redact` or `token:<purpose>`."""
    return {column.name: column.protection for column in contract.bronze if column.is_protected}


def _cast(column: BronzeColumn) -> str:
    # The files are the table's own: no write will bring an expression's type to the table's.
    return f"CAST({quoted(column.name)} AS {column.physical_type}) AS {quoted(column.name)}"


def _reasons(path: str) -> dict[str, int]:
    frame = spark.session().read.parquet(spark_path(path)).selectExpr("explode(reasons) AS reason")
    return {group["reason"]: group["count"] for group in frame.groupBy("reason").count().orderBy("reason").collect()}
