"""Publish: one atomic Delta commit to bronze and one to quarantine, from the staged batch alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.engines import spark
from calanque.errors import CalanqueError
from calanque.ingest.header import Header, Refusal
from calanque.ingest.tables import (
    QUARANTINE_COLUMNS,
    bronze_columns,
    ensure_tables,
    holds_batch,
    newest_commit,
    replace_batch,
)
from calanque.ingest.type_ import read_rows
from calanque.ingest.typing_sql import FILE, ROW_NUMBER, literal, quoted
from calanque.ingest.zones import spark_path

if TYPE_CHECKING:
    from typing import Any

    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract
    from calanque.ingest.records import LandedBatch, StagedBatch

ROW_SQL = f"concat({FILE}, '#', {ROW_NUMBER}) AS _row"


def publish_rows(contract: FeedContract, landed: LandedBatch, staged: StagedBatch, run_id: str) -> int:
    """Put the refused rows in quarantine and the good rows in bronze; returns the bronze version of the batch.

    A run that was killed after a commit finds it in the table's history and does not write it again.

    Raises:
        CalanqueError: if what the tables took is not what was landed.
    """
    ensure_tables(contract)
    frame = spark.session().read.parquet(spark_path(staged.path))
    refused = frame.where("NOT _is_good").selectExpr(ROW_SQL, "_reasons AS reasons", "_payload AS payload")
    quarantined = _quarantine(contract, landed, refused, staged.refused_count, run_id)
    good = frame.where("_is_good").selectExpr(
        *(quoted(column.name) for column in contract.bronze), *_technical(contract, landed)
    )
    commit = newest_commit(contract.bronze_table, landed.batch_id)
    if commit is None or commit["user_metadata"].get("contract_version") != contract.version:
        commit = replace_batch(
            contract.bronze_table, good.select(*bronze_columns(contract)), contract, landed.batch_id, run_id
        )
    check_balance(contract.feed, staged.landed_count, written_count(commit), quarantined)
    return int(commit["version"])


def quarantine_staged(
    contract: FeedContract, landed: LandedBatch, staged: StagedBatch, reasons: list[str], run_id: str
) -> int:
    """Put every row of a staged batch in quarantine with the batch's reasons; returns how many."""
    ensure_tables(contract)
    shown = ", ".join(quoted(column.name) for column in contract.bronze if column.classification == "open")
    added = f"array({', '.join(literal(reason) for reason in reasons)})"
    frame = spark.session().read.parquet(spark_path(staged.path))
    rows = frame.selectExpr(
        ROW_SQL,
        f"concat(coalesce(_reasons, CAST(array() AS array<string>)), {added}) AS reasons",
        f"CASE WHEN _is_good THEN to_json(struct({shown})) ELSE _payload END AS payload",
    )
    return _quarantine(contract, landed, rows, staged.landed_count, run_id)


def quarantine_files(
    contract: FeedContract, landed: LandedBatch, headers: dict[str, Header], refusal: Refusal, run_id: str
) -> int:
    """Put every row of files that cannot be typed in quarantine with the batch's reason; returns how many.

    Their values are kept only for declared columns of a feed that is not personal: nobody knows what the others hold.
    """
    ensure_tables(contract)
    if not any(map(any, headers.values())):
        return _quarantine(contract, landed, None, 0, run_id)
    frame = read_rows(contract, landed, headers)
    known = [quoted(name) for name in frame.columns if contract.landing_column(name)]
    payload = f"to_json(struct({', '.join(known)}))" if known and not contract.is_personal else "'{}'"
    rows = frame.selectExpr(ROW_SQL, f"array({literal(refusal.reason)}) AS reasons", f"{payload} AS payload")
    return _quarantine(contract, landed, rows, landed.row_count, run_id)


def check_balance(feed: str, landed_count: int, loaded_count: int, quarantined_count: int) -> None:
    """Check that no row was lost or doubled.

    Raises:
        CalanqueError: if landed is not loaded plus quarantined.
    """
    if landed_count != loaded_count + quarantined_count:
        raise CalanqueError(
            f"{feed}: {landed_count} rows landed but {loaded_count} were loaded and {quarantined_count} quarantined: "
            "do not use this batch; run it again, and keep its report."
        )


def written_count(commit: dict[str, Any]) -> int:
    """Return the rows that a commit wrote, by Delta's own count."""
    return int(commit["metrics"].get("numOutputRows", 0))


def _quarantine(
    contract: FeedContract, landed: LandedBatch, rows: DataFrame | None, expected: int | None, run_id: str
) -> int:
    table = contract.quarantine_table
    if rows is None or expected == 0:
        # No empty commit: a table version says that something changed.
        if holds_batch(table, landed.batch_id):
            spark.with_retry(lambda: spark.rows(f"DELETE FROM {table} WHERE _batch_id = '{landed.batch_id}'"))
        return 0
    commit = replace_batch(
        table,
        rows.selectExpr("*", *_technical(contract, landed)).select(*QUARANTINE_COLUMNS),
        contract,
        landed.batch_id,
        run_id,
    )
    if expected is not None:
        check_balance(f"{contract.feed} quarantine", expected, 0, written_count(commit))
    return written_count(commit)


def _technical(contract: FeedContract, landed: LandedBatch) -> list[str]:
    return [
        f"'{landed.batch_id}' AS _batch_id",
        f"timestamp'{landed.landed_at:%Y-%m-%d %H:%M:%S}' AS _ingested_at",
        f"'{contract.version}' AS _contract_version",
    ]
