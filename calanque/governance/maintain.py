"""Upkeep: small files merged, old ones removed, a list of what is still small; what is past its days deleted."""

import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from calanque.contracts import load_contracts
from calanque.engines import delta, spark
from calanque.engines.hdfs import lake

log = logging.getLogger(__name__)
MANIFEST = "/lake/governance/state/small_files.json"
# Below this many files a table reads as fast as when merged, and a rewrite would only cost.
OPTIMISED_FROM = 32
KEPT_HOURS = 168
ZONES = ("bronze", "quarantine", "silver", "marts")


def lake_tables() -> list[str]:
    """Return every Delta table of the lake, `<zone>.<name>`, in alphabetical order."""
    return sorted(
        f"{zone}.{name}"
        for zone in ZONES
        for name in lake().list(f"/lake/{zone}")
        if lake().exists(f"/lake/{zone}/{name}/_delta_log")
    )


def versions() -> dict[str, int]:
    """Return the newest version of each table, maintenance included."""
    commits = {table: delta.last_commit(table) for table in lake_tables()}
    return {table: commit.version for table, commit in commits.items() if commit}


def maintain() -> dict[str, Any]:
    """Optimise and vacuum every table, write the manifest of small files, delete what is past its contract's days.

    Those are rows of quarantine and raw files; the log counts both.

    Returns:
        By table: files before and after; and the batches whose raw files were deleted.
    """
    report: dict[str, Any] = {}
    days = {
        contract.quarantine_table: contract.retention_days.get("quarantine") for contract in load_contracts().values()
    }
    for table in lake_tables():
        before = _file_count(table)
        if before >= OPTIMISED_FROM:
            spark.with_retry(partial(spark.rows, f"OPTIMIZE {table}"))
        _expire_quarantine(table, days.get(table))
        vacuum(table)
        after = _file_count(table)
        log.info("%s: %s files, then %s.", table, before, after)
        report[table] = {"files_before": before, "files_after": after}
    expired = list(_expire_landing())
    log.info("Raw files of %s batches deleted: older than the days of their contract.", len(expired))
    lake().write_json(MANIFEST, report)
    return {"tables": report, "expired_batches": expired}


def vacuum(table: str) -> bool:
    """Remove the files that no version of the last week needs; False, and nothing done, for a table younger than that.

    VACUUM writes two commits whether or not it finds a file. A table's log is never shorter than what VACUUM keeps.
    """
    folder = f"{delta.table_path(table)}/_delta_log"
    first = next((name for name in lake().list(folder) if name.endswith(".json")), "")
    born_at_ms = (lake().status(f"{folder}/{first}") or {}).get("modificationTime", 0)
    if time.time() * 1000 - born_at_ms < KEPT_HOURS * 3_600_000:
        return False
    spark.rows(f"VACUUM {table} RETAIN {KEPT_HOURS} HOURS")
    return True


def _expire_quarantine(table: str, days: int | None) -> None:
    if days:
        past = f"_ingested_at < current_timestamp() - INTERVAL {days} DAYS"
        (done,) = spark.rows(f"DELETE FROM {table} WHERE {past}")
        log.info("%s: %s rows older than %s days deleted.", table, done["num_affected_rows"], days)


def _file_count(table: str) -> int:
    return int(spark.rows(f"DESCRIBE DETAIL {table}")[0]["numFiles"])


def _expire_landing() -> Iterator[str]:
    now_ms = time.time() * 1000
    for contract in load_contracts().values():
        days = contract.retention_days.get("landing")
        folder = f"/lake/landing/{contract.feed}"
        for batch in lake().list(folder) if days else ():
            status = lake().status(f"{folder}/{batch}") or {}
            if now_ms - status.get("modificationTime", now_ms) > (days or 0) * 86_400_000:
                lake().delete(f"{folder}/{batch}")
                log.info("Deleted the raw files of %s/%s: older than %s days.", contract.feed, batch, days)
                yield f"{contract.feed}/{batch}"
