"""Show a mart to its readers: what was built and gated of a city takes the place of its rows, in one commit."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from calanque.engines import delta, deltars, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.marts.weeks import dates
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pyspark.sql import DataFrame

log = logging.getLogger(__name__)
PERIODS = ("week_start_date", "month_start_date")
"""Columns by which the rows of a city are compared, and replaced."""
MOST_PERIODS = 200
# One week more of a city then rewrites one file of its history, not all of it.
_ROWS_PER_FILE = 50_000


def build_schema(domain: str, territory: str) -> str:
    """Return the schema in which the marts of a domain and city are built: of silver, where no reader looks."""
    return f"silver__{domain}_{territory}"


def new_schema(schema: str) -> None:
    """Make the schema of a build, empty: what an earlier build left in it goes."""
    place = f"/lake/{schema.replace('__', '/')}"
    # The metastore drops a schema and then says that it does not exist: only what is left counts.
    with suppress(Exception):
        spark.rows(f"drop schema if exists {schema} cascade")
    if spark.schema_exists(schema):
        raise CalanqueError(f"The schema {schema} of an earlier build could not be dropped: see the metastore's log.")
    lake().delete(place)
    spark.rows(f"create schema {schema} location '{settings().hdfs_uri}{place}'")


def refer_to(marts: Sequence[str], schema: str, territory: str) -> None:
    """Let a build read the rows of a city in marts that are shown already, under the names of its own schema."""
    for mart in marts:
        spark.rows(f"create view {schema}.{mart} as select * from marts.{mart} where territory = '{territory}'")


def publish(
    marts: Sequence[str], schema: str, territory: str, run_id: str, weeks: Sequence[date] | None = None
) -> dict[str, int]:
    """Put what was built of a city in the place of its rows in each mart; the periods that say the same are left alone.

    Args:
        marts: tables of the schema `marts`, each built under the same name in `schema`.
        schema: where they were built, and gated.
        territory: the city; a mart without a territory is replaced whole.
        run_id: written in the commits.
        weeks: Mondays of the weeks that were built, None when the whole was.

    Returns:
        The version of each mart that holds what was built.
    """
    for mart in marts:
        built, name = spark.session().table(f"{schema}.{mart}"), f"marts.{mart}"
        ours = f"territory = '{territory}'" if "territory" in built.columns else "true"
        where: str | None = ours
        if weeks and "week_start_date" in built.columns:
            where = f"{ours} and week_start_date in ({dates(weeks)})"
        if not spark.table_exists(name):
            delta.remove_unborn(name)
        elif _can_be_compared(mart, schema, territory, built):
            where = _different(built, name, str(where), ours)
        if where is None:
            continue
        mark = {"step": "publish", "territory": territory, "run_id": run_id}
        with spark.user_metadata(mark):
            _write(built.where(where), f"{schema}.{mart}", name, where)
            # It names every feed that is in the mart, and a feed may be new.
            told = {column: comment for column, _, comment in spark.columns(f"{schema}.{mart}")}
            spark.describe(name, spark.comment_of(f"{schema}.{mart}"), told)
    return {f"marts.{mart}": delta.data_version(f"marts.{mart}") or 0 for mart in marts}


def _can_be_compared(mart: str, schema: str, territory: str, built: DataFrame) -> bool:
    """Tell whether a mart has the columns that were built, and rows of the city, unless none was built either."""
    if built.schema.simpleString() != spark.session().table(f"marts.{mart}").schema.simpleString():
        return False
    city = ("territory", territory) if "territory" in built.columns else None
    return deltars.file_count(f"marts.{mart}", city) > 0 or deltars.file_count(f"{schema}.{mart}", city) == 0


def _different(built: DataFrame, name: str, where: str, ours: str) -> str | None:
    """Return the condition on the rows of a mart that are not as they were built, None when there are none.

    Rows are compared period by period in a mart that has periods: their number, and the XOR of their hashes.

    Args:
        built: rows that meet the condition `where`.
        name: the mart.
        where: the rows whose place they take.
        ours: those of the city.
    """
    period, shown = _period(built), spark.session().table(name).where(where)
    columns = ", ".join(f"`{column}`" for column in built.columns)
    hashed = (f"{period or 'null'} as period", f"xxhash64({columns}) as row_hash")
    both = built.selectExpr("true as is_made", *hashed).union(shown.selectExpr("false", *hashed))
    found = both.groupBy("is_made", "period").agg({"*": "count", "row_hash": "bit_xor"}).collect()
    made, kept = ({tuple(row)[1:] for row in found if row.is_made is side} for side in (True, False))
    periods = {row[0] for row in made ^ kept}
    if not periods:
        return None
    few = period and len(periods) <= MOST_PERIODS
    return f"{ours} and {period} in ({dates(sorted(periods))})" if few else where


def _period(built: DataFrame) -> str | None:
    return next((column for column in PERIODS if column in built.columns and "territory" in built.columns), None)


def _write(built: DataFrame, source: str, name: str, where: str) -> None:
    location = f"{settings().hdfs_uri}{delta.table_path(name)}"
    (detail,) = spark.rows(f"describe detail {source}")
    in_order = built.sort(period) if (period := _period(built)) else built
    writer = in_order.write.format("delta").mode("overwrite").partitionBy(*detail.partitionColumns)
    writer.option("maxRecordsPerFile", _ROWS_PER_FILE)
    if not spark.table_exists(name):
        # What a constraint asks was held while the mart was built: the rows of every city come that way.
        kept = {key: value for key, value in detail.properties.items() if key.startswith(("delta.log", "delta.check"))}
        writer.options(**kept).option("path", location).saveAsTable(name)
        return
    shown, (held,) = spark.session().table(name), spark.rows(f"describe detail {name}")
    is_of_today = held.partitionColumns == detail.partitionColumns
    if is_of_today and built.schema.simpleString() == shown.schema.simpleString():
        writer.option("replaceWhere", where).save(location)
        return
    # Of an earlier version: other cities keep their rows, with nothing in the columns that are new.
    log.info("%s is of an earlier version: it is written anew with the columns of this one.", name)
    kinds = {field.name: field.dataType.simpleString() for field in shown.schema.fields}
    chosen = [
        f"`{field.name}`"
        if kinds.get(field.name) == field.dataType.simpleString()
        else f"cast(null as {field.dataType.simpleString()}) as `{field.name}`"
        for field in built.schema.fields
    ]
    others = shown.where(f"not ({where})").selectExpr(*chosen)
    built.unionByName(others).write.format("delta").mode("overwrite").partitionBy(*detail.partitionColumns).option(
        "overwriteSchema", "true"
    ).save(location)
