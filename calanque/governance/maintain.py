"""Upkeep of tables: small files merged, old ones removed."""

import logging
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from calanque.engines import delta, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.retention import kept_going
from calanque.runs.tables import TABLES

log = logging.getLogger(__name__)
# Below this many files a table reads as fast as when merged, and a rewrite would only cost.
OPTIMISED_FROM = 32
KEPT_HOURS = 168
TIERS = ("bronze", "quarantine", "silver", "marts")


def lake_tables() -> list[str]:
    """Return every Delta table of the lake, `<tier>.<name>`, in alphabetical order."""
    return sorted(
        f"{tier}.{name}"
        for tier in TIERS
        for name in lake().list(f"/lake/{tier}")
        if lake().exists(f"/lake/{tier}/{name}/_delta_log")
    )


def versions() -> dict[str, int]:
    """Return the newest version of each table, maintenance included."""
    commits = {table: delta.last_commit(table) for table in lake_tables()}
    return {table: commit.version for table, commit in commits.items() if commit}


def tidy(tables: Iterable[str]) -> dict[str, dict[str, int]]:
    """Merge small files and remove old ones, table by table, whatever fails; tables that do not exist are passed over.

    Returns:
        By table: files before and after.

    Raises:
        CalanqueError: with the sentence of everything that failed, after all the rest was done.
    """
    there, failures = _all_tables(), list[str]()
    report: dict[str, dict[str, int]] = {}
    for table in sorted(there.intersection(tables)):
        with kept_going(failures, f"merging and removing files of {table}"):
            report[table] = _tidy(table)
    if failures:
        raise CalanqueError(" ".join(failures))
    return report


def tidy_others(named: Collection[str]) -> dict[str, dict[str, int]]:
    """Do the same for every table of the lake but those named.

    Raises:
        CalanqueError: with the sentence of everything that failed, after all the rest was done.
    """
    return tidy(_all_tables().difference(named))


def _all_tables() -> set[str]:
    return {*lake_tables(), *(table.name for table in TABLES)}


def _tidy(table: str) -> dict[str, int]:
    before = _file_count(table)
    if before >= OPTIMISED_FROM:
        with _marked(table):
            spark.with_retry(partial(spark.rows, f"OPTIMIZE {table}"))
    vacuum(table)
    after = _file_count(table)
    log.info("%s: %s files, then %s.", table, before, after)
    return {"files_before": before, "files_after": after}


def vacuum(table: str) -> bool:
    """Remove the files that no version of the last week needs; False, and nothing done, for a table younger than that.

    VACUUM writes two commits whether or not it finds a file. A log without its first commit has been shortened, which
    happens to none younger than a week.
    """
    folder = f"{delta.table_path(table)}/_delta_log"
    born_at_ms = (lake().status(f"{folder}/{0:020d}.json") or {}).get("modificationTime", 0)
    if time.time() * 1000 - born_at_ms < KEPT_HOURS * 3_600_000:
        return False
    with _marked(table):
        spark.rows(f"VACUUM {table} RETAIN {KEPT_HOURS} HOURS")
    return True


@contextmanager
def _marked(table: str) -> Iterator[None]:
    """Let the commits inside the block say which one last changed rows: Delta removes its entry after a month."""
    found = delta.last_data_commit(table)
    with spark.user_metadata({delta.STANDING: found.model_dump()} if found else {}):
        yield


def _file_count(table: str) -> int:
    return int(spark.rows(f"DESCRIBE DETAIL {table}")[0]["numFiles"])
