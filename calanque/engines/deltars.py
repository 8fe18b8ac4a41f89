"""Tables by delta-rs: rows become part of one, and are read, without the engine.

What is no Delta table, and an HDFS that does not answer, are a `CalanqueError` in all that reads here.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from calanque.engines.delta import parse_user_metadata, table_uri
from calanque.engines.hdfs import LAKE_USER
from calanque.errors import CalanqueError
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pandas
    import pyarrow
    from deltalake import DeltaTable


Filter = tuple[str, str, Any]
STATISTICS_PROPERTY = "delta.dataSkippingStatsColumns"
BACK_S = 60
log = logging.getLogger(__name__)


def open_table(table: str) -> DeltaTable:
    """Return a table `<tier>.<name>` as it stands now; `append_files` commits on top of this very version."""
    identify()
    from deltalake import DeltaTable

    with or_unread(f"The table {table} cannot be opened"):
        return DeltaTable(table_uri(table))


@contextmanager
def or_unread(sentence: str) -> Iterator[None]:
    """Say the beginning of a sentence, and where to look, when delta-rs fails inside the block."""
    from deltalake.exceptions import DeltaError

    try:
        yield
    except (DeltaError, OSError) as error:
        raise CalanqueError(f"{sentence} ({type(error).__name__}): look at 'calanque stack status'.") from None


def identify() -> None:
    """Tell delta-rs who asks, and of whom: it takes both from the environment, as every HDFS client does.

    HDFS believes whoever asks, and the stack of another clone answers at the same ports.

    Raises:
        CalanqueError: if the lake is this machine's and has not been started from here.
    """
    here = settings()
    if here.profile == "local" and not (here.home / "supervisor.pid").exists():
        raise CalanqueError("The stack of this clone is not up: start it with 'calanque stack up'.")
    os.environ["HADOOP_USER_NAME"] = LAKE_USER
    os.environ["HADOOP_CONF_DIR"] = str(here.home / "conf/hadoop")


@cache
def _kept_open(table: str) -> DeltaTable:
    return open_table(table)


def newest(table: str) -> DeltaTable:
    """Return a table as it stands now; this process opens it once, and then reads what its log has more."""
    from deltalake.exceptions import DeltaError

    opened = _kept_open(table)
    try:
        opened.update_incremental()
    except (DeltaError, OSError):  # its log begins later than what was known of it, or HDFS was away
        _kept_open.cache_clear()
        opened = _kept_open(table)
    return opened


def append_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a table in one commit; they name its columns, and one that is left out is empty.

    Raises:
        CalanqueError: if HDFS did not take the commit (`CommitFailedError` in its sentence: another one came first).
    """
    from deltalake import write_deltalake

    def once() -> None:
        opened = newest(table)
        write_deltalake(opened, _arrow(opened, rows), mode="append")

    _write(table, once)


def replace_rows(table: str, frame: pandas.DataFrame, where: str, facts: Mapping[str, Any]) -> None:
    """Put rows, which fulfil a condition, in the place of those that it names, in one commit that says some facts.

    Raises:
        CalanqueError: as `append_rows` does, or if a row does not fulfil the condition.
    """
    import pyarrow
    from deltalake import CommitProperties, write_deltalake

    about = CommitProperties(custom_metadata={"userMetadata": json.dumps(dict(facts), sort_keys=True)})

    def once() -> None:
        opened = newest(table)
        schema = pyarrow.schema(opened.schema().to_arrow())
        rows = pyarrow.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
        write_deltalake(opened, rows, mode="overwrite", predicate=where, commit_properties=about)

    _write(table, once)


def _write(table: str, once: Callable[[], None]) -> None:
    from deltalake.exceptions import DeltaError

    # It writes to the DataNodes that the NameNode names and no other: one that has just died is named until it is back.
    patient = Retrying(
        stop=stop_after_delay(BACK_S),
        wait=wait_fixed(2),
        retry=retry_if_exception(lambda error: type(error) in {DeltaError, OSError}),
        before_sleep=lambda _: log.info("HDFS did not take rows of %s: trying again for %d s.", table, BACK_S),
        reraise=True,
    )
    try:
        patient(once)
    except (DeltaError, OSError) as error:
        raise CalanqueError(
            f"Rows of {table} were not written ({type(error).__name__}): run the step again, or look at 'calanque "
            "stack status'."
        ) from None


def read_rows(table: str, filters: Sequence[Filter]) -> list[dict[str, Any]]:
    """Return the rows of a table for which all filters (column, comparison, value) hold.

    What was read of a version is remembered.
    """
    return list(_rows(table, newest(table).version(), tuple(filters)))


@lru_cache(maxsize=16)
def _rows(table: str, version: int, filters: tuple[Filter, ...]) -> tuple[dict[str, Any], ...]:
    from pyarrow.parquet import filters_to_expression

    with or_unread(f"Version {version} of {table} cannot be read"):
        where = filters_to_expression(list(filters)) if filters else None
        found = _files(_kept_open(table), filters).to_table(filter=where)
    return tuple(found.to_pylist(maps_as_pydicts="strict"))


def _files(opened: DeltaTable, filters: Sequence[Filter]) -> pyarrow.dataset.Dataset:
    """Return the files that may hold rows of some filters, by what the log says: of the others nothing is prepared.

    To prepare a file costs half a millisecond, and a table of runs has one for each commit of the day.
    """
    return opened.to_pyarrow_dataset(file_pruning_predicate=list(filters) or None)


def read_columns(table: str, columns: Iterable[str], partition: tuple[str, str] | None = None) -> pyarrow.Table:
    """Return some columns of a table as it stands now, of those that it has: no other column is read.

    Args:
        table: `<tier>.<name>`.
        columns: names; their order is that of the table.
        partition: a partition column and its value, for the files of that part only.
    """
    opened, wanted = open_table(table), frozenset(columns)
    with or_unread(f"The table {table} cannot be read"):
        present = [field.name for field in opened.schema().fields if field.name in wanted]
        part = [(partition[0], "=", partition[1])] if partition else []
        return _files(opened, part).to_table(columns=present)


def read_parts(table: str, columns: Sequence[str]) -> Iterator[pyarrow.RecordBatch]:
    """Yield some columns of a table as it stands now, in parts, of which few are in memory at once."""
    opened = open_table(table)
    with or_unread(f"The table {table} cannot be read"):
        yield from _files(opened, []).to_batches(columns=list(columns), batch_readahead=2, fragment_readahead=2)


def first_rows(
    table: str, columns: Sequence[str], equal: tuple[str, Any], is_wanted: Callable[[dict[str, Any]], bool], limit: int
) -> list[dict[str, Any]]:
    """Return the first rows of a table that are wanted, with some of its columns: no other column is read.

    Args:
        table: `<tier>.<name>`.
        columns: names of those that are read.
        equal: a column and its value, in every row that is looked at.
        is_wanted: judges a row by these columns.
        limit: rows at most.
    """
    from itertools import islice

    from pyarrow.dataset import field

    opened = open_table(table)
    with or_unread(f"The table {table} cannot be read"):
        files = _files(opened, [(equal[0], "=", equal[1])])
        parts = files.scanner(columns=list(columns), filter=field(equal[0]) == equal[1])
        return list(islice((row for part in parts.to_batches() for row in part.to_pylist() if is_wanted(row)), limit))


def bounds(table: str, column: str, partition: tuple[str, str] | None = None) -> list[tuple[Any, Any]]:
    """Return the least and the greatest value of a column in each file of a table, as the log says them.

    Args:
        table: `<tier>.<name>`.
        column: one that has bounds; a file in which it is empty is left out.
        partition: a partition column and its value, for the files of that part only.
    """
    actions = newest(table).get_add_actions(flatten=True)
    names = [f"min.{column}", f"max.{column}", *([f"partition.{partition[0]}"] if partition else [])]
    if any(name not in actions.schema.names for name in names):  # the table is empty
        return []
    found = zip(*(actions.column(name).to_pylist() for name in names), strict=True)
    wanted = [partition[1]] if partition else []
    return [(low, high) for low, high, *part in found if low is not None and part == wanted]


def may_hold(table: str, column: str, is_possible: Callable[[Any, Any], bool]) -> bool:
    """Tell whether a row may be wanted, by what the log says of a column: no when it rules every file out.

    Args:
        table: `<tier>.<name>`.
        column: one without bounds in the log rules nothing out; one that the table has not holds nothing.
        is_possible: judges a file by the column's least and greatest value in it.
    """
    opened = newest(table)
    if column not in statistics_columns(opened):
        return column in {field.name for field in opened.schema().fields} and bool(opened.file_uris())
    return any(is_possible(low, high) for low, high in bounds(table, column))


def row_count(table: str) -> int:
    """Return how many rows a table has, as its log says them."""
    return sum(count or 0 for count in newest(table).get_add_actions(flatten=True).column("num_records").to_pylist())


def file_uris(table: str) -> list[str]:
    """Return the files that a table is of now."""
    return open_table(table).file_uris()


def _arrow(opened: DeltaTable, rows: Sequence[Mapping[str, Any]]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.Table.from_pylist(list(rows), schema=pyarrow.schema(opened.schema().to_arrow()))


def history(table: str, limit: int = 20) -> list[dict[str, Any]]:
    """Return the newest commits of a table: version, operation, user_metadata (parsed) and metrics."""
    return [
        {
            "version": int(commit["version"]),
            "operation": commit.get("operation"),
            "user_metadata": parse_user_metadata(commit.get("userMetadata")),
            "metrics": dict(commit.get("operationMetrics") or {}),
        }
        for commit in open_table(table).history(limit)
    ]


def statistics_columns(opened: DeltaTable) -> tuple[str, ...]:
    """Return the columns that may have bounds in the log: those of the table's property, none without it."""
    listed = opened.metadata().configuration.get(STATISTICS_PROPERTY) or ""
    return tuple(name for name in listed.split(",") if name)


def transactions_among(opened: DeltaTable, app_ids: Iterable[str]) -> frozenset[str]:
    """Return those of some names of work that a commit of the table has had, however long ago."""
    return frozenset(name for name in app_ids if opened.transaction_version(name) is not None)
