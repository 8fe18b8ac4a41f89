"""The one module that opens a Spark session: Spark Connect, one per process."""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager, suppress
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from calanque.engines import deltars
from calanque.errors import CalanqueError
from calanque.settings import settings
from calanque.sql_text import literal as literal
from calanque.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspark.sql import DataFrame, SparkSession

log = logging.getLogger(__name__)
T = TypeVar("T")
METADATA_KEY = "spark.databricks.delta.commitInfo.userMetadata"
TRANSACTION_KEYS = ("spark.databricks.delta.write.txnAppId", "spark.databricks.delta.write.txnVersion")
RETRY_COUNT = 8
COMPILED_FROM_ROWS = 20_000
"""A plan over fewer is interpreted: to write, compile and load its code takes longer than to run it."""
_CLOSING = Lock()
UNCOMMITTED = "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION"
"""What Spark says of a table that has files and no commit: its first writer is at work, or was killed."""
# Over Connect these arrive as bare UnknownException or SparkException: only the text tells them apart.
CONCURRENT = re.compile(
    r"DELTA_CONCURRENT|Concurrent(Append|Delete|Transaction|Modification|Write)|DELTA_PROTOCOL_CHANGED"
    r"|ProtocolChangedException|MetadataChangedException|DELTA_METADATA_CHANGED|AlreadyExistsException"
    # Two that create a table at once: IF NOT EXISTS was asked before the other one had.
    r"|DELTA_TABLE_ALREADY_EXISTS|TABLE_OR_VIEW_ALREADY_EXISTS"
    rf"|{UNCOMMITTED}"
    r"|CommitFailedError"  # delta-rs
)
LOST = re.compile(
    r"UNAVAILABLE|SESSION_|NO_ACTIVE_SESSION|INVALID_HANDLE|server side session|failed to connect|Socket closed"
    r"|Connection reset"
)
DEAD = re.compile(
    r"SESSION_CLOSED|SESSION_CHANGED|SESSION_NOT_FOUND|NO_ACTIVE_SESSION|INVALID_HANDLE|server side session"
)
# They log an error in Spark's words, which may quote a row; what failed is said by our own sentences.
_QUOTING = ("pyspark.sql.connect.logging", "SQLQueryContextLogger", "DataFrameQueryContextLogger")
REFUSED = re.compile(r"UNAUTHENTICATED|Invalid authentication")
ERROR_CLASS = re.compile(r"\[([A-Z][A-Z0-9_.]+)\]")


def session() -> SparkSession:
    """Return the Spark Connect session of this process.

    Raises:
        CalanqueError: if the engine does not answer, or refuses the key.
    """
    try:
        opened = _connection()
        try:
            return _awake(opened)
        except Exception as error:
            if not DEAD.search(str(error)):
                raise
            # The engine was restarted: the client still holds the session that died with it.
            _close(opened)
            return _awake(_connection())
    except CalanqueError:
        raise
    except Exception as error:
        raise CalanqueError(sentence_of(error, "opening a session")) from error


def _awake(opened: SparkSession) -> SparkSession:
    # A session that died with its engine shows when it is asked anything: here, and not in the middle of a step.
    opened.conf.get("spark.app.name", None)
    return opened


@cache
def _connection() -> SparkSession:
    # Spark's own "active session" is a thread's: another thread could not close it.
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession

    for name in _QUOTING:
        PySparkLogger.getLogger(name).setLevel(logging.CRITICAL + 1)
    return SparkSession.builder.remote(settings().spark_remote).config(map={**plan_settings(0)}).getOrCreate()


def _close(opened: SparkSession) -> None:
    """Close a session, and forget it unless another thread has opened the next one already."""
    with _CLOSING:
        if _connection.cache_info().currsize and _connection() is opened:
            _connection.cache_clear()
    with suppress(Exception):  # a session that died with its engine cannot be released
        opened.stop()


def stop_session() -> None:
    """Close the session of this process, if there is one; the next `session()` opens another."""
    if _connection.cache_info().currsize:
        _close(_connection())


def sql(text: str, frames: Mapping[str, DataFrame] | None = None) -> DataFrame:
    """Plan one SQL query; the engine is not asked before rows are.

    Args:
        text: the query.
        frames: what it reads beside tables, by the names that it has in the text.
    """
    # The session's own `sql` has the engine analyse the text at once, and again with what is made of it.
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.plan import SQL, SubqueryAlias

    named: list[Any] = [SubqueryAlias(frame._plan, name) for name, frame in (frames or {}).items()]  # type: ignore[arg-type]
    return DataFrame(SQL(text, [], {}, named), session())  # type: ignore[arg-type, return-value]


def rows(text: str, frames: Mapping[str, DataFrame] | None = None) -> list[Any]:
    """Run one SQL statement; return the rows of a query, or what a command says of itself. Arguments as of `sql`."""
    return sql(text, frames).collect()


def observe(frame: DataFrame, facts: Mapping[str, str]) -> tuple[DataFrame, Callable[[], dict[str, Any]]]:
    """Have aggregates of a frame's rows computed while something else is done with them.

    Args:
        frame: the rows.
        facts: by name, SQL of each aggregate.

    Returns:
        The frame to use instead, and what gives the aggregates once it was used.
    """
    from pyspark.sql import Observation, functions

    if not facts:
        return frame, dict
    observed = Observation()
    named = (functions.expr(text).alias(name) for name, text in facts.items())
    return frame.observe(observed, *named), lambda: dict(observed.get)


def plan_settings(row_count: int) -> dict[str, str]:
    """Return how a session is to run plans over so many rows: compiled from `COMPILED_FROM_ROWS` on."""
    is_compiled = row_count >= COMPILED_FROM_ROWS
    return {
        "spark.sql.codegen.wholeStage": str(is_compiled).lower(),
        "spark.sql.codegen.factoryMode": "FALLBACK" if is_compiled else "NO_CODEGEN",
    }


@contextmanager
def over_rows(row_count: int) -> Iterator[None]:
    """Run the plans of this process for so many rows: its session interprets, unless they are worth compiling."""
    many, few = plan_settings(row_count), plan_settings(0)
    if many == few:
        yield
        return
    for key, value in many.items():
        session().conf.set(key, value)
    try:
        yield
    finally:
        for key, value in few.items():
            session().conf.set(key, value)


@contextmanager
def user_metadata(values: Mapping[str, Any]) -> Iterator[None]:
    """Write `values` as JSON in the history of every Delta commit made inside the block by this session."""
    spark = session()
    spark.conf.set(METADATA_KEY, json.dumps(dict(values), sort_keys=True))
    try:
        yield
    finally:
        spark.conf.unset(METADATA_KEY)


@contextmanager
def only_on_top_of(version: int, app_id: str) -> Iterator[None]:
    """Let a Delta write inside the block be skipped when a write of this name came since a version of its table.

    Example: two runs read version 7 and both write; the second one finds that `app_id` has written 8, and does nothing.
    """
    spark = session()
    for key, value in zip(TRANSACTION_KEYS, (app_id, str(version + 1)), strict=True):
        spark.conf.set(key, value)
    try:
        yield
    finally:
        for key in TRANSACTION_KEYS:
            spark.conf.unset(key)


def with_retry(action: Callable[[], T]) -> T:
    """Run a write again, with growing random pauses, while Delta says that another writer came first."""
    retrying = Retrying(
        stop=stop_after_attempt(RETRY_COUNT),
        wait=wait_random_exponential(multiplier=0.5, max=20),
        retry=retry_if_exception(is_concurrent),
        reraise=True,
        before_sleep=lambda state: log.info(
            "Another writer came first; attempt %s failed, trying again.", state.attempt_number
        ),
    )
    return retrying(action)


def is_concurrent(error: BaseException) -> bool:
    """Whether an error means that another writer committed first, so that the same write may be tried again."""
    return bool(CONCURRENT.search(str(error)))


def sentence_of(error: BaseException, doing: str) -> str:
    """Return one sentence for an engine error, without any value of a row that its text may hold."""
    text = str(error)
    if REFUSED.search(text):
        return f"Spark refused the key while {doing}: CALANQUE_HOME is not the one of the running stack."
    if LOST.search(text):
        return f"Spark stopped answering while {doing}: look at 'calanque stack status', then run the task again."
    found = ERROR_CLASS.search(text)
    kind = found.group(1) if found else type(error).__name__
    return f"Spark failed while {doing} ({kind}): see its log, 'calanque stack logs spark'."


def table_exists(table: str) -> bool:
    """Whether the catalogue knows a table `<schema>.<name>`."""
    return bool(session().catalog.tableExists(table))


def tables(schema: str) -> frozenset[str]:
    """Return the names of the tables of a schema."""
    return frozenset(row.tableName for row in rows(f"show tables in {schema}"))


def columns(table: str) -> list[tuple[str, str, str]]:
    """Return the columns of a table in their order: name, type, comment (empty where there is none)."""
    fields = session().table(table).schema.fields
    return [(field.name, field.dataType.simpleString(), field.metadata.get("comment", "")) for field in fields]


def comment_of(table: str) -> str:
    """Return what a Delta table says that it holds; empty when it says nothing."""
    # From its log: the engine would make a state of all its files to say as much.
    return deltars.open_table(table).metadata().description or ""


def describe(table: str, comment: str, comments: Mapping[str, str]) -> None:
    """Say what a Delta table and its columns hold, where they say something else: commits that touch no row."""
    known = {name: comment for name, _, comment in columns(table)}
    changed = [(name, text) for name, text in comments.items() if known[name] != text]
    if changed:
        listed = ", ".join(f"`{name}` comment {literal(text)}" for name, text in changed)
        rows(f"alter table {table} alter column {listed}")
    if comment_of(table) != comment:
        rows(f"comment on table {table} is {literal(comment)}")


def add_columns(table: str, declared: Mapping[str, str]) -> None:
    """Add the columns that a Delta table lacks; they are empty in its rows.

    Args:
        table: `<schema>.<name>`.
        declared: by column, its type and what else SQL is to say of it.
    """
    known = {field.name for field in deltars.open_table(table).schema().fields}
    if missing := ", ".join(f"{quoted(name)} {kind}" for name, kind in declared.items() if name not in known):
        with_retry(lambda: rows(f"alter table {table} add columns ({missing})"))


def commented(frame: DataFrame, comments: Mapping[str, str]) -> DataFrame:
    """Return a frame whose columns have comments, which a table that is made of it takes."""
    columns = (frame[name].alias(name, metadata={"comment": comments.get(name, "")}) for name in frame.columns)
    return frame.select(*columns)


def rewrite(table: str, location: str, chosen: Sequence[str], comments: Mapping[str, str], partition: str) -> None:
    """Replace a Delta table by expressions over its own rows, in one commit; readers see the old rows until then.

    Args:
        table: `<schema>.<name>`.
        location: its address. Written there and not by name: the table's own log says its columns, to every reader.
        chosen: SQL of each new column, `name` or `expression as name`.
        comments: by new column.
        partition: column that the table is partitioned by.
    """
    frame = commented(session().table(table).selectExpr(*chosen), comments)
    writer = frame.write.format("delta").mode("overwrite").option("overwriteSchema", "true")
    writer.partitionBy(partition).save(location)
