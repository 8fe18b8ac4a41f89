"""Show a mart to its readers: what was built and gated of some cities takes the place of their rows, in one commit."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from calanque.engines import delta, deltars, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.marts.touched import MOST_PERIODS
from calanque.settings import settings
from calanque.sql_text import carried, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from deltalake import Metadata
    from pyspark.sql import DataFrame

    from calanque.engines.dbt_contracts import Described
    from calanque.marts.touched import Weeks

    Cities = Mapping[str, Weeks | None]

log = logging.getLogger(__name__)
_Hashes = dict[tuple[str | None, "date | None"], tuple[int, int]]
PERIODS = ("week_start_date", "month_start_date")
"""Columns by which the rows of a city are compared, and replaced."""
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
    # The metastore drops a schema and then says that it does not exist: what is left of it stops the next statement.
    with suppress(Exception):
        spark.rows(f"drop schema if exists {schema} cascade")
    lake().delete(place)
    try:
        spark.rows(f"create schema {schema} location '{settings().hdfs_uri}{place}'")
    except Exception as error:
        raise CalanqueError(spark.sentence_of(error, f"making the schema {schema} anew")) from None


def refer_to(marts: Sequence[str], schema: str, territories: Sequence[str]) -> None:
    """Let a build read the rows of cities in marts that are shown already, under the names of its own schema."""
    for mart in marts:
        spark.rows(f"create view {schema}.{mart} as select * from marts.{mart} where {_of(dict.fromkeys(territories))}")


def publish(
    marts: Mapping[str, Cities], schema: str, described: Mapping[str, Described], run_id: str
) -> dict[str, Shown]:
    """Put what was built of some cities in the place of their rows in each mart; what says the same is left alone.

    Args:
        marts: tables of the schema `marts`, each built under the same name in `schema`, in the order in which they are
            shown: with the cities, and the weeks of each that were built, if not all; one without a territory is
            replaced whole.
        schema: where they were built, and gated.
        described: what each of them says that it holds.
        run_id: written in the commits.

    Returns:
        Each mart as it is shown now, by its name in the lake.
    """
    known = spark.tables("marts")
    pairs = [_pair(mart, f"{schema}.{mart}", cities, mart in known) for mart, cities in marts.items()]
    compared = _compared(pairs)
    return {pair.name: _publish(pair, *compared[pair.name], described[pair.mart], run_id) for pair in pairs}


class _Pair(NamedTuple):
    """A mart of a build: its rows of the cities that are shown, and those that readers have, if it is there."""

    mart: str
    source: str
    territories: Cities
    built: DataFrame
    shown: DataFrame | None
    columns: Sequence[str]
    is_comparable: bool

    @property
    def name(self) -> str:
        return f"marts.{self.mart}"

    def in_order(self, rows: DataFrame) -> DataFrame:
        return rows.sort("territory", self.period) if self.period else rows

    @property
    def has_cities(self) -> bool:
        return "territory" in self.columns

    @property
    def period(self) -> str | None:
        return next((column for column in PERIODS if column in self.columns and self.has_cities), None)


def _pair(mart: str, source: str, territories: Cities, is_made: bool) -> _Pair:
    built, shown = spark.session().table(source), None
    columns, schema = built.columns, built.schema.simpleString()
    if "territory" in columns:
        built = built.where(_of(territories))
    if is_made:
        shown = spark.session().table(f"marts.{mart}")
    else:
        delta.remove_uncommitted(f"marts.{mart}")
    is_comparable = shown is not None and shown.schema.simpleString() == schema
    return _Pair(mart, source, territories, built, shown, columns, is_comparable)


def _publish(pair: _Pair, made: _Hashes, kept: _Hashes, described: Described, run_id: str) -> Shown:
    different = {key for key in made.keys() | kept.keys() if made.get(key) != kept.get(key)}
    moved = {city for city, _ in different}
    changed = [city for city in pair.territories if not pair.is_comparable or moved & {city, None}]
    if changed:
        periods = {city: [day for one, day in different if one == city and pair.is_comparable] for city in changed}
        where = " or ".join(_where(city, pair.territories[city], days, pair.period) for city, days in periods.items())
        with spark.user_metadata({"step": "publish", "territories": changed, "run_id": run_id}):
            _write(pair, where if pair.has_cities else "true", described)
    row_counts = {
        city: sum(rows for (one, _), (rows, _) in made.items() if one in (city, None)) for city in pair.territories
    }
    return Shown(delta.data_version(pair.name) or 0, frozenset(changed), row_counts)


def _compared(pairs: Sequence[_Pair]) -> dict[str, tuple[_Hashes, _Hashes]]:
    """Return by mart, city and period, of rows that have them, their number and the XOR of their hashes: made, kept.

    One reading of all marts: each alone would take the engine as long to begin as to read.
    """
    found: dict[str, tuple[_Hashes, _Hashes]] = {pair.name: ({}, {}) for pair in pairs}
    sides = [side for pair in pairs for side in _hashed(pair)]
    united = reduce(lambda left, right: left.union(right), sides).groupBy("mart", "is_made", "territory", "period")
    for row in united.agg({"*": "count", "row_hash": "bit_xor"}).collect():
        made, kept = found[row[0]]
        (made if row[1] else kept)[row[2], row[3]] = (row[4], row[5])
    return found


def _hashed(pair: _Pair) -> Iterator[DataFrame]:
    columns = ", ".join(f"`{column}`" for column in pair.columns)
    of = f"{'territory' if pair.has_cities else 'null'} as territory"
    hashed = (of, f"{pair.period or 'cast(null as date)'} as period", f"xxhash64({columns}) as row_hash")
    yield pair.built.selectExpr(f"'{pair.name}' as mart", "true as is_made", *hashed)
    if pair.shown is not None and pair.is_comparable:
        rows = pair.shown.where(_of(pair.territories)) if pair.has_cities else pair.shown
        yield rows.selectExpr(f"'{pair.name}'", "false", *hashed)


def _where(city: str, weeks: Weeks | None, periods: Iterable[date | None], period: str | None) -> str:
    """Return the condition on the rows of a city that are replaced: those of some periods, or all that were built."""
    days = [day for day in periods if day]
    return _within(city, period, days) if period and 0 < len(days) <= MOST_PERIODS else _of({city: weeks})


def _of(territories: Cities) -> str:
    """Return the condition on the rows of cities: of all their weeks, or of some."""
    whole = [city for city, weeks in territories.items() if not weeks]
    parts = [_within(city, PERIODS[0], weeks) for city, weeks in territories.items() if weeks]
    return " or ".join([*parts, *([f"territory in ({listed(whole)})"] if whole else [])])


def _within(city: str, period: str, days: Iterable[date]) -> str:
    named = ", ".join(f"date '{day}'" for day in sorted(days))
    return f"(territory = '{city}' and {period} in ({named}))"


def _write(pair: _Pair, where: str, described: Described) -> None:
    rows, made = spark.commented(pair.built.where(where), described.columns), deltars.open_table(pair.source).metadata()
    if pair.shown is None:
        _create(pair, rows, made, described.text)
        return
    _replace(pair, pair.shown, where, rows, made.partition_columns)
    # It names every feed that is in the mart, and a feed may be new.
    spark.describe(pair.name, described.text, described.columns)


def _create(pair: _Pair, rows: DataFrame, made: Metadata, text: str) -> None:
    """Make the mart of its rows, with its description: one commit."""
    # What a constraint asks was held while the mart was built: the rows of every city come that way.
    kept = {key: value for key, value in made.configuration.items() if key.startswith(("delta.log", "delta.check"))}
    writer = pair.in_order(rows).writeTo(pair.name).using("delta").option("maxRecordsPerFile", str(_ROWS_PER_FILE))
    for key, value in {**kept, "location": delta.table_uri(pair.name), "comment": text}.items():
        writer = writer.tableProperty(key, value)
    if made.partition_columns:
        writer = writer.partitionedBy(*(rows[name] for name in made.partition_columns))
    writer.create()


def _replace(pair: _Pair, shown: DataFrame, where: str, rows: DataFrame, partitions: Sequence[str]) -> None:
    name, location = pair.name, delta.table_uri(pair.name)
    if pair.is_comparable and deltars.open_table(name).metadata().partition_columns == partitions:
        writer = pair.in_order(rows).write.format("delta").mode("overwrite").partitionBy(*partitions)
        writer.option("maxRecordsPerFile", _ROWS_PER_FILE).option("replaceWhere", where).save(location)
        return
    # Of an earlier version: other cities keep their rows, with nothing in the columns that are new.
    log.info("%s is of an earlier version: it is written anew with the columns of this one.", name)
    old, new = ({field.name: field.dataType.simpleString() for field in one.schema.fields} for one in (shown, rows))
    others = shown.where(f"not ({where})").selectExpr(*carried(old, new))
    rows.unionByName(others).write.format("delta").mode("overwrite").partitionBy(*partitions).option(
        "overwriteSchema", "true"
    ).save(location)
