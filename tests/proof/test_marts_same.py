"""One query of each mart, on rows that nobody chose: the same at the query door, on the engine and in pandas."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pyspark.sql import types

from calanque.demo.run import DemoRun
from calanque.engines import deltars, spark, trino
from calanque.engines.hdfs import lake
from calanque.marts.domains import DOMAINS, WRITTEN_BY_ML
from calanque.settings import settings as here

OF_DOMAINS = (mart for domain in DOMAINS.values() for mart in domain.marts)
MARTS = sorted([*OF_DOMAINS, *WRITTEN_BY_ML, "dim_feed_freshness", "fct_model_promotion"])
# To the millisecond, as the query door tells instants; whole thousandths, whose sums every engine has alike.
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
VALUES: dict[type[types.DataType], st.SearchStrategy[Any]] = {
    types.StringType: st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
    types.DateType: st.dates(date(1970, 1, 1), date(2100, 1, 1)),
    types.TimestampType: INSTANTS.map(lambda at: at.replace(tzinfo=UTC)),
    types.TimestampNTZType: INSTANTS,
    types.BooleanType: st.booleans(),
    types.IntegerType: st.integers(-(2**31), 2**31 - 1),
    types.LongType: st.integers(-(2**53), 2**53),
    types.DoubleType: st.integers(-(10**9), 10**9).map(lambda whole: whole / 1000),
}


def rows_of(schema: types.StructType) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Return rows that the columns of a mart could hold, half of them of one city."""
    columns = []
    for field in schema.fields:
        values = VALUES[type(field.dataType)]
        if field.name == "territory":
            values = st.sampled_from(["here", "there"])
        columns.append(st.none() | values if field.nullable and field.name != "territory" else values)
    return st.lists(st.tuples(*columns), min_size=6, max_size=30)


@pytest.fixture
def table(first: DemoRun, mart: str) -> Iterator[str]:
    """A table that the engineer may read: of the marts nobody reads one that no file declares.

    It has a name of its own, for the query door remembers the columns of a name.
    """
    lake().make_readable(f"/lake/governance/rows_of_{mart}", "engineer")
    yield f"governance.rows_of_{mart}"
    spark.rows(f"drop table if exists governance.rows_of_{mart}")
    lake().delete(f"/lake/governance/rows_of_{mart}")


@pytest.mark.parametrize("mart", MARTS)
def test_a_query_of_a_mart_says_the_same_everywhere(table: str, mart: str) -> None:
    schema = spark.session().table(f"marts.{mart}").schema

    @settings(
        max_examples=1,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(rows=rows_of(schema))
    def check(rows: list[tuple[Any, ...]]) -> None:
        assume(len(set(rows)) > 5)  # the first that are made are all alike
        frame = spark.session().createDataFrame(rows, schema).coalesce(1)
        writer = frame.write.format("delta").mode("overwrite").option("overwriteSchema", "true")
        writer.option("path", f"{here().hdfs_uri}/lake/governance/rows_of_{mart}").saveAsTable(table)
        query = query_of(schema, table)
        engine = plain([tuple(row) for row in spark.rows(query)])
        assert plain(trino.query(query, "engineer")) == engine
        assert plain(in_pandas(schema, deltars.open_table(table).to_pandas())) == engine

    check()


def query_of(schema: types.StructType, table: str) -> str:
    """Return a query in the SQL of both engines: of each city its rows, and of each column how full and how far."""
    facts = ["count(*)"]
    for field in schema.fields:
        if isinstance(field.dataType, types.BooleanType):
            facts.append(f"sum(case when {field.name} then 1 else 0 end)")
        else:
            facts += [
                f"count({field.name})",
                f"count(distinct {field.name})",
                f"min({field.name})",
                f"max({field.name})",
            ]
    named = any(field.name == "territory" for field in schema.fields)
    ends = "group by territory order by territory" if named else ""
    return f"select {'territory' if named else 1}, {', '.join(facts)} from {table} {ends}"


def in_pandas(schema: types.StructType, frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Answer the same query from the rows themselves."""
    parts = frame.groupby("territory") if "territory" in frame.columns else [(1, frame)]
    answer = []
    for name, part in parts:
        facts: list[Any] = [name, len(part)]
        for field in schema.fields:
            values = part[field.name].dropna()
            if isinstance(field.dataType, types.BooleanType):
                facts.append(int(values.astype(bool).sum()))
            else:
                least, most = (values.min(), values.max()) if len(values) else (None, None)
                facts += [len(values), values.nunique(), least, most]
        answer.append(tuple(facts))
    return answer


def plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows in Python's own types, instants in UTC."""

    def value(found: Any) -> Any:
        if isinstance(found, pd.Timestamp):
            found = found.to_pydatetime()
        if isinstance(found, datetime):
            return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
        return found.item() if hasattr(found, "item") else found

    return [tuple(value(found) for found in row) for row in rows]
