"""Upkeep of tables: small files merged, old ones removed."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from calanque.engines import delta, delta_files, deltars, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.retention import kept_going
from calanque.runs.tables import TABLES

log = logging.getLogger(__name__)
# Below this many files to save a table reads as fast as when merged, and a rewrite would only cost.
OPTIMISED_FROM = 32
KEPT_HOURS = 168
TIERS = ("bronze", "quarantine", "silver", "marts")
OTHERS = "others"
"""Who writes the tables that no writer is named for."""


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


def due_writers(by_writer: Mapping[str, Collection[str]]) -> list[str]:
    """Return those of some writers that have a table with small files to merge or old ones to remove.

    Args:
        by_writer: the tables of each, whether or not they exist; all others are those of `OTHERS`.
    """
    named = {table for tables in by_writer.values() for table in tables}
    made = _all_tables()
    writers = {**by_writer, OTHERS: made.difference(named)}
    found = {
        writer: [table for table in sorted(made.intersection(tables)) if _is_due(table)]
        for writer, tables in writers.items()
    }
    for writer, tables in found.items():
        if tables:
            log.info("%s: %s", writer, ", ".join(tables))
    log.info("%s of %s tables are due.", sum(map(len, found.values())), len(made))
    return [writer for writer, tables in found.items() if tables]


def _is_due(table: str) -> bool:
    try:
        return _small_count(deltars.file_uris(table)) >= OPTIMISED_FROM or delta_files.has_removable(table, KEPT_HOURS)
    except CalanqueError:  # its writer's task says what is wrong with it
        return True


def _small_count(files: Collection[str]) -> int:
    """Return how many files of a table merging would save: each partition keeps one."""
    return len(files) - len({file.rpartition("/")[0] for file in files})


def tidy(tables: Iterable[str]) -> dict[str, dict[str, int]]:
    """Merge small files and remove old ones, table by table, whatever fails; tables that do not exist are passed over.

    Returns:
        By table: files before and after.

    Raises:
        CalanqueError: with the sentence of everything that failed, after all the rest was done.
    """
    made, failures = _all_tables(), list[str]()
    report: dict[str, dict[str, int]] = {}
    for table in sorted(made.intersection(tables)):
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
    files = deltars.file_uris(table)
    before = after = len(files)
    if _small_count(files) >= OPTIMISED_FROM:
        with _marked(table):
            spark.with_retry(partial(spark.rows, f"OPTIMIZE {table}"))
        after = len(deltars.file_uris(table))
    vacuum(table)
    log.info("%s: %s files, then %s.", table, before, after)
    return {"files_before": before, "files_after": after}


def vacuum(table: str) -> bool:
    """Remove the files that no version of the last week needs; False, and nothing done, where none is there.

    VACUUM writes two commits whether or not it finds a file.
    """
    if not delta_files.has_removable(table, KEPT_HOURS):
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
