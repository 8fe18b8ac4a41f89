"""Rows of the tables of runs, written and read without the engine: some tenths of a second each."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from calanque.engines import deltars, spark
from calanque.runs.tables import RunTable

Row = dict[str, Any]


def append(table: RunTable, rows: Sequence[Mapping[str, Any]]) -> datetime:
    """Add rows to a table in one commit, with when they were written and by which run; returns that time, UTC.

    Args:
        table: the table.
        rows: values by column; `run_id` is Airflow's when it is left out, or `manual`.

    Raises:
        CalanqueError: if HDFS does not take them.
    """
    now = datetime.now(UTC)
    # The log has bounds of files to the millisecond.
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    written: Row = {"day": now.date(), "recorded_at": now, **running()}
    spark.with_retry(lambda: deltars.append_rows(table.name, [written | dict(row) for row in rows]))
    return now


def running() -> dict[str, str | None]:
    """Return the DAG and the run of this process, as Airflow tells its tasks."""
    get = os.environ.get
    return {"dag_id": get("AIRFLOW_CTX_DAG_ID"), "run_id": get("AIRFLOW_CTX_DAG_RUN_ID", "manual")}


def read(table: RunTable, **equal: Any) -> list[Row]:
    """Return the rows of a table with given values in some columns, oldest first."""
    return _read(table, [(name, "=", value) for name, value in equal.items()])


def newest_values(table: RunTable, column: str, by: str) -> Iterator[Any]:
    """Yield the values of one column of all rows, the newest first: one read, and of no other column but times.

    Args:
        table: the table.
        column: the column.
        by: the time that tells which rows are newest; of rows of one time, when they were written.
    """
    kept = deltars.read_columns(table.name, [column, by, "recorded_at"])
    for value in kept.sort_by([(by, "descending"), ("recorded_at", "descending")])[column]:
        yield value.as_py()


def newest_first(table: RunTable, by: str = "recorded_at", **equal: Any) -> Iterator[list[Row]]:
    """Read back from the newest rows on, only while asked: a file at a time, or files that overlap.

    Args:
        table: the table.
        by: the time that tells which rows are newest.
        equal: values that the rows have; one of the table's key leaves out the files that have none.
    """
    part = (table.key, equal[table.key]) if table.key in equal else None
    for low, high in reversed(disjoint(deltars.bounds(table.name, by, part))):
        same = [(name, "=", value) for name, value in equal.items()]
        yield _read(table, [*same, (by, ">=", low), (by, "<=", high)])[::-1]


def disjoint(spans: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return spans that hold what some spans hold, in order, none of them touching another."""
    found: list[tuple[Any, Any]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def _read(table: RunTable, filters: list[tuple[str, str, Any]]) -> list[Row]:
    return sorted(deltars.read_rows(table.name, filters), key=lambda row: row["recorded_at"])
