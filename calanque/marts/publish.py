"""Show a mart to its readers: what was built and gated of some cities takes the place of their rows, in one commit."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from calanque.engines import delta, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.settings import settings
from calanque.sql_text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from pyspark.sql import DataFrame

log = logging.getLogger(__name__)
_Hashes = dict[tuple[str | None, "date | None"], tuple[int, int]]
PERIODS = ("week_start_date", "month_start_date")
"""Columns by which the rows of a city are compared, and replaced."""
MOST_PERIODS = 200
# One week more of a city then rewrites one file of its history, not all of it.
_ROWS_PER_FILE = 50_000


class Shown(NamedTuple):
    """A mart as it is shown now: its version, the cities whose rows have changed, and the rows built of each."""

    version: int
    changed: frozenset[str]
    row_counts: dict[str, int]


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


def refer_to(marts: Sequence[str], schema: str, territories: Sequence[str]) -> None:
    """Let a build read the rows of cities in marts that are shown already, under the names of its own schema."""
    for mart in marts:
        spark.rows(f"create view {schema}.{mart} as select * from marts.{mart} where {_of(territories)}")


def publish(marts: Sequence[str], schema: str, territories: Sequence[str], run_id: str) -> dict[str, Shown]:
    """Put what was built of some cities in the place of their rows in each mart; what says the same is left alone.

    Args:
        marts: tables of the schema `marts`, each built under the same name in `schema`.
        schema: where they were built, and gated.
        territories: the cities; a mart without a territory is replaced whole.
        run_id: written in the commits.

    Returns:
        Each mart as it is shown now, by its name in the lake.
    """
    return {f"marts.{mart}": _publish(f"{schema}.{mart}", f"marts.{mart}", territories, run_id) for mart in marts}


def _publish(source: str, name: str, territories: Sequence[str], run_id: str) -> Shown:
    built, is_new = spark.session().table(source), not spark.table_exists(name)
    has_cities = "territory" in built.columns
    ours = built.where(_of(territories)) if has_cities else built
    if is_new:
        delta.remove_unborn(name)
    is_comparable = not is_new and built.schema.simpleString() == spark.session().table(name).schema.simpleString()
    made, kept = _compared(ours, name if is_comparable else None, _of(territories) if has_cities else "true")
    different = {key for key in made.keys() | kept.keys() if made.get(key) != kept.get(key)}
    moved = {city for city, _ in different}
    changed = [city for city in territories if not is_comparable or moved & {city, None}]
    if changed:
        periods = {city: [day for one, day in different if one == city and is_comparable] for city in changed}
        where = " or ".join(_where(city, days, _period(built)) for city, days in periods.items())
        where = where if has_cities else "true"
        with spark.user_metadata({"step": "publish", "territories": changed, "run_id": run_id}):
            _write(ours.where(where), source, name, where)
            # It names every feed that is in the mart, and a feed may be new.
            told = {column: comment for column, _, comment in spark.columns(source)}
            spark.describe(name, spark.comment_of(source), told)
    counted = {city: sum(rows for (one, _), (rows, _) in made.items() if one in (city, None)) for city in territories}
    return Shown(delta.data_version(name) or 0, frozenset(changed), counted)


def _compared(built: DataFrame, shown: str | None, where: str) -> tuple[_Hashes, _Hashes]:
    """Return by city and period, of rows that have them, their number and the XOR of their hashes: made, and kept."""
    columns = ", ".join(f"`{column}`" for column in built.columns)
    of = f"{'territory' if 'territory' in built.columns else 'null'} as territory"
    hashed = (of, f"{_period(built) or 'null'} as period", f"xxhash64({columns}) as row_hash")
    both = built.selectExpr("true as is_made", *hashed)
    if shown:
        both = both.union(spark.session().table(shown).where(where).selectExpr("false", *hashed))
    found = both.groupBy("is_made", "territory", "period").agg({"*": "count", "row_hash": "bit_xor"}).collect()
    made, kept = ({(r[1], r[2]): (r[3], r[4]) for r in found if r.is_made is side} for side in (True, False))
    return made, kept


def _where(city: str, periods: Iterable[date | None], period: str | None) -> str:
    """Return the condition on the rows of a city that are replaced: those of some periods, or all of them."""
    days = [f"date '{day}'" for day in sorted(filter(None, periods))]
    few = period and 0 < len(days) <= MOST_PERIODS
    return f"(territory = '{city}' and {period} in ({', '.join(days)}))" if few else f"territory = '{city}'"


def _of(territories: Sequence[str]) -> str:
    return f"territory in ({listed(territories)})"


def _period(built: DataFrame) -> str | None:
    return next((column for column in PERIODS if column in built.columns and "territory" in built.columns), None)


def _write(built: DataFrame, source: str, name: str, where: str) -> None:
    location = f"{settings().hdfs_uri}{delta.table_path(name)}"
    (detail,) = spark.rows(f"describe detail {source}")
    in_order = built.sort("territory", period) if (period := _period(built)) else built
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
