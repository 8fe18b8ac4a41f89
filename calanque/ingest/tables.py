"""The bronze and quarantine tables of a feed: created once, then one commit a batch."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any

from calanque.contracts.model import CLOSING_COLUMNS, TECHNICAL_COLUMNS
from calanque.engines import delta, deltars, spark
from calanque.errors import CalanqueError
from calanque.ingest.erased import ERASED
from calanque.ingest.tiers import spark_path
from calanque.sql_text import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract
    from calanque.ingest.records import LandedBatch, StagedBatch

_FIRST_COMMIT_S = 30.0
"""A writer makes its first commit within seconds of its first file; after these, nobody is making it."""
_LOOK_AGAIN_S = 1.0
NO_SCHEMA = "SCHEMA_NOT_FOUND"
log = logging.getLogger(__name__)
QUARANTINE_COLUMNS = {
    "_batch_id": "string",
    "_row": "string",
    "reasons": "array<string>",
    "payload": "string",
    "_ingested_at": "timestamp",
    "_contract_version": "string",
}
# Statistics end in the Delta log, which an erasure must not have to rewrite: only places and times have some.
STATISTICS_TYPES = ("date", "timestamp", "double", "int", "bigint")


def bronze_columns(contract: FeedContract) -> dict[str, str]:
    """Return the columns of the bronze table and their SQL types, technical columns last."""
    return {**{column.name: column.physical_type for column in contract.bronze}, **TECHNICAL_COLUMNS}


def staged_columns(contract: FeedContract) -> list[str]:
    """Return the columns of bronze that a batch brings: it is the table that closes a row."""
    return [name for name in bronze_columns(contract) if name not in CLOSING_COLUMNS]


def landed_at(landed: LandedBatch) -> str:
    """Return the SQL of the instant at which a batch was landed."""
    return f"timestamp'{landed.landed_at:%Y-%m-%d %H:%M:%S.%f}'"


def technical_columns(contract: FeedContract, landed: LandedBatch) -> list[str]:
    """Return the expressions of the technical columns of a batch."""
    return [
        f"'{landed.batch_id}' AS _batch_id",
        f"{landed_at(landed)} AS _ingested_at",
        f"'{contract.version}' AS _contract_version",
    ]


def create_sql(table: str, columns: dict[str, str], comments: dict[str, str], statistics: list[str], days: int) -> str:
    """Return the CREATE TABLE of a Delta table at its explicit location."""
    lines = ", ".join(
        f"{quoted(name)} {kind}" + (f" COMMENT {literal(comments[name])}" if name in comments else "")
        for name, kind in columns.items()
    )
    properties = {
        "delta.dataSkippingStatsColumns": ",".join(statistics),
        # A week at least, as VACUUM keeps files: a shorter log would forget which files it may remove.
        "delta.logRetentionDuration": f"interval {max(7, min(days, 30))} days",
        "delta.deletedFileRetentionDuration": "interval 7 days",
    }
    rendered = ", ".join(f"'{name}' = '{value}'" for name, value in properties.items())
    return (
        f"CREATE TABLE IF NOT EXISTS {table} ({lines}) USING delta LOCATION '{delta.table_uri(table)}' "
        f"TBLPROPERTIES ({rendered})"
    )


def ensure_tables(contract: FeedContract) -> None:
    """Create both tables of a feed if they are not there, and add the columns of a newer contract.

    Raises:
        CalanqueError: if the contract drops or retypes a column that the table has.
    """
    # A commit to bronze comes after the catalogue knows both; of a run killed before, the log alone may be there.
    if delta.last_version(contract.bronze_table):
        _evolve(contract)
        return
    statistics = [c.name for c in contract.bronze if c.physical_type in STATISTICS_TYPES and c.classification == "open"]
    comments = {column.name: column.description for column in contract.bronze}
    days = contract.retention_days
    for table, columns, notes, kept, table_days in (
        (contract.quarantine_table, QUARANTINE_COLUMNS, {}, ["_batch_id", "_ingested_at"], days["quarantine"]),
        (
            contract.bronze_table,
            bronze_columns(contract),
            comments,
            ["_batch_id", "_ingested_at", "_closed_at", *statistics],
            days["bronze"],
        ),
    ):
        _create(table, create_sql(table, columns, notes, kept, table_days))
    _evolve(contract)


def _create(table: str, text: str) -> None:
    """Create a table, be it beside another run that does, or over the files of one that was killed while it did."""

    def create() -> None:
        try:
            spark.rows(text)
        except Exception as error:
            if spark.UNCOMMITTED in str(error):
                _await_first_commit(table)
            if NO_SCHEMA not in str(error):
                raise
            schema = table.partition(".")[0]
            spark.rows(f"CREATE SCHEMA IF NOT EXISTS {schema} LOCATION '{spark_path(f'/lake/{schema}')}'")
            spark.rows(text)

    spark.with_retry(create)


def _await_first_commit(table: str) -> None:
    """Wait until the first writer of a table has made its first commit, or has been silent so long that it is dead."""
    while delta.is_uncommitted(table):
        if delta.remove_uncommitted(table, _FIRST_COMMIT_S):
            log.warning("Removed the files of %s, whose first writer was killed; creating it again.", table)
        else:
            time.sleep(_LOOK_AGAIN_S)


def _evolve(contract: FeedContract) -> None:
    table, wanted = contract.bronze_table, bronze_columns(contract)
    have = {field.name: field.dataType.simpleString() for field in spark.session().table(table).schema.fields}
    for name, kind in have.items():
        if wanted.get(name) != kind:
            raise CalanqueError(
                f"The table {table} has the column {name} ({kind}), which contract {contract.version} drops or "
                "retypes: keep the column, or publish the new shape as a new feed."
            )
    if wanted.keys() - have.keys():
        spark.add_columns(table, wanted)


def commit_mark(
    contract: FeedContract, batch_id: str, run_id: str, protected_by: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return what the Delta history says of a commit."""
    return {"batch": batch_id, "run": run_id, "contract_version": contract.version, **(protected_by or {})}


def replace_batch(
    table: str,
    frame: DataFrame,
    contract: FeedContract,
    batch_id: str,
    run_id: str,
    protected_by: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Replace the rows of one batch in one atomic commit; returns that commit's history entry.

    The batch, run and contract version go to the Delta history.
    """
    mark = commit_mark(contract, batch_id, run_id, protected_by)
    spark.with_retry(
        lambda: (
            frame.write.format("delta")
            .mode("overwrite")
            .option("replaceWhere", f"_batch_id = '{batch_id}'")
            .option("userMetadata", json.dumps(mark, sort_keys=True))
            # By its place: by its name the metastore would be told its columns once more, and fail to read them.
            .save(delta.table_uri(table))
        )
    )
    commit = newest_commit(table, batch_id)
    if commit is None:
        raise CalanqueError(f"The commit of batch {batch_id} is not in the history of {table}: run the batch again.")
    return commit


def newest_commit(table: str, batch_id: str) -> dict[str, Any] | None:
    """Return the newest history entry of a table that wrote this batch, among its last fifty."""
    return next(
        (commit for commit in deltars.history(table, 50) if commit["user_metadata"].get("batch") == batch_id), None
    )


def commit_of(contract: FeedContract, batch_id: str, staged: StagedBatch) -> dict[str, Any] | None:
    """Return the history entry of bronze that wrote a staged batch, None when none did.

    With a row of an erased person, what was written may be from before the erasure: the batch is written as it is now.
    """
    return None if ERASED in staged.reasons else commit_under(contract, contract.bronze_table, batch_id)


def commit_under(contract: FeedContract, table: str, batch_id: str) -> dict[str, Any] | None:
    """Return the newest history entry of a table that wrote this batch, None when another contract version did."""
    commit = newest_commit(table, batch_id)
    return commit if commit and commit["user_metadata"].get("contract_version") == contract.version else None


def holds_batch(table: str, batch_id: str) -> bool:
    """Whether a table has at least one row of a batch; the engine is asked where the log does not rule it out."""
    if not deltars.may_hold(table, "_batch_id", lambda low, high: low <= batch_id <= high):
        return False
    return bool(spark.session().table(table).where(f"_batch_id = '{batch_id}'").select("_batch_id").take(1))
