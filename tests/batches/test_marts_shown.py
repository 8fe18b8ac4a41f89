"""The marts of a city: built where no reader looks, and only then shown, its own rows in one commit a mart."""

import re
from collections.abc import Iterator

import pytest

from calanque.contracts import load_contract, load_contracts
from calanque.engines import delta, spark
from calanque.engines.hdfs import lake
from calanque.marts import build, domains
from calanque.places.grid import grid_vars
from calanque.places.territory import load_territory
from calanque.settings import settings

RENAMED = {"occurred_at": "begun_at", "type": "code"}
TORONTO = load_contract("toronto_incidents")
# A city under the shape that has no feed of its own: south of the equator, whose feed has other names.
SOUTH = TORONTO.model_copy(
    update={
        "feed": "test_south",
        "territory": "auckland",
        "time_zone": "Pacific/Auckland",
        "valid_from": None,
        "bronze": tuple(
            column.model_copy(update={"name": RENAMED[column.name], "fills": column.name})
            if column.name in RENAMED
            else column
            for column in TORONTO.bronze
        ),
    }
)
# Monday there while it is Sunday in UTC, in summer and in winter; a code of nobody's; a row that is closed.
ROWS = """
    select 'a' as incident_id, timestamp '2014-01-05 11:30:00' as begun_at, 'assault' as code,
      cast(null as timestamp) as _closed_at
    union all select 'winter', timestamp '2014-07-05 11:30:00', 'SMASH_GRAB', null
    union all select 'gone', timestamp '2014-07-05 11:30:00', 'robbery', timestamp '2015-01-01'
"""


def write_bronze() -> None:
    spark.rows(
        f"""create or replace table bronze.test_south using delta
        location '{settings().hdfs_uri}/lake/bronze/test_south' as
        select *, 'house' as premises, 'synthetic' as neighbourhood, 174.7D as lon, -36.8D as lat, 1745000D as x_m,
          5900000D as y_m, date '2014-07-05' as occurred_local_date, 12 as occurred_local_hour,
          'b1' as _batch_id, timestamp '2026-01-01' as _ingested_at, '1.0.0' as _contract_version,
          cast(null as string) as _closed_by
        from ({ROWS})"""
    )


@pytest.fixture(scope="module")
def city(stack: object) -> Iterator[None]:
    """The city as a contract more would make it, with its places."""
    found = load_contracts() | {SOUTH.feed: SOUTH}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(domains, "load_contracts", lambda: found)
        write_bronze()
        assert build.build_domain("places", "auckland", "first") is not None
        yield


def shown(
    columns: str, table: str = "fct_incidents", where: str = "territory = 'auckland'"
) -> list[tuple[object, ...]]:
    return [tuple(row) for row in spark.rows(f"select {columns} from marts.{table} where {where} order by 1")]


@pytest.fixture(scope="module")
def built(city: None) -> None:
    """The marts of the city."""
    assert build.build_domain("incidents", "auckland", "first") is not None


def test_a_city_is_shown_in_its_own_time_grid_and_codes(built: None) -> None:
    grid = grid_vars(load_territory("auckland"))
    row, column = (5900000 - grid["y0_m"]) // 250, (1745000 - grid["x0_m"]) // 250
    cell = f"auckland:{row:.0f}:{column:.0f}"
    columns = "incident_id, string(occurred_local_at), string(week_start_date), type, type_code, cell_id"
    assert shown(columns) == [
        ("a", "2014-01-06 00:30:00", "2014-01-06", "assault", "assault", cell),
        ("winter", "2014-07-05 23:30:00", "2014-06-30", "other", "SMASH_GRAB", cell),
    ]


def test_what_is_shown_is_described_and_cites_its_feeds(built: None) -> None:
    for mart in ("fct_incidents", "dim_cell", "dim_area", "dim_incident_type", "fct_cell_week"):
        assert [name for name, _, comment in spark.columns(f"marts.{mart}") if not comment] == [], mart
        assert f"Source: {SOUTH.provenance.citation}" in spark.comment_of(f"marts.{mart}"), mart


def test_nothing_new_is_not_built_again(built: None) -> None:
    before = {mart: delta.data_version(f"marts.{mart}") for mart in ("fct_incidents", "dim_cell", "fct_cell_week")}
    for name in ("places", "incidents"):
        assert build.build_domain(name, "auckland", "again") is None
    assert {mart: delta.data_version(f"marts.{mart}") for mart in before} == before


def add_batch(batch_id: str, rows: str, closed: str = "none") -> None:
    """Add rows to the south's bronze, and close one, as a batch does."""
    like = spark.rows("select * from bronze.test_south limit 1")[0].asDict()
    fixed = {name: like[name] for name in ("premises", "neighbourhood", "lon", "lat", "x_m", "y_m")}
    columns = ", ".join(
        f"{spark.literal(value) if isinstance(value, str) else f'{value}D'} as {name}" for name, value in fixed.items()
    )
    with spark.user_metadata({"batch": batch_id}):
        spark.rows(
            f"""insert into bronze.test_south by name
            select incident_id, cast(begun_at as timestamp) as begun_at, code, {columns},
              date '2014-07-05' as occurred_local_date, 12 as occurred_local_hour, '{batch_id}' as _batch_id,
              timestamp '2026-02-01' as _ingested_at, '1.0.0' as _contract_version,
              cast(null as timestamp) as _closed_at, cast(null as string) as _closed_by
            from values {rows} as t(incident_id, begun_at, code)"""
        )
        spark.rows(
            f"update bronze.test_south set _closed_at = timestamp '2026-03-01', _closed_by = '{batch_id}' "
            f"where incident_id = '{closed}' and _closed_at is null"
        )


WEEK_MARTS = ("fct_incidents", "fct_incident_hour", "fct_territory_week", "fct_cell_week")


def test_a_new_batch_rewrites_the_weeks_that_it_touches_and_no_other(
    built: None, caplog: pytest.LogCaptureFixture
) -> None:
    """What the weeks alone give is what a build of everything gives, which a type that is new in the city asks for."""
    caplog.set_level("INFO", logger="calanque")
    add_batch("b2", "('new', '2014-07-13 11:30:00', 'assault'), ('short', '2014-07-08 02:00:00', 'assault')")
    # A copy of a row of January, and a row that is closed again.
    add_batch("b3", "('a', '2014-07-10 02:00:00', 'assault')", closed="short")
    assert build.build_domain("incidents", "auckland", "b3") is not None
    assert "New batches touch 3 weeks, from 2014-01-06 to 2014-07-07" in caplog.text
    assert "the whole is built" not in caplog.text
    assert "Unknown codes are counted as other: SMASH_GRAB (1 rows)." in caplog.text
    # What it can not keep it tries to keep ten times, two seconds apart.
    assert "Retrying HMSHandler" not in (settings().logs / "metastore.log").read_text(encoding="utf-8")
    weeks_of = {key: ["2014-07-07"] for key in WEEK_MARTS[:2]}
    weeks_of |= {key: ["2014-06-30", "2014-07-07"] for key in WEEK_MARTS[2:]}
    for mart, row_count in zip(WEEK_MARTS, (1, 1, 4, 2), strict=True):
        condition, written = last_write(f"marts.{mart}")
        assert re.findall(r"\d{4}-\d\d-\d\d", condition) == weeks_of[mart], mart
        assert ("auckland" in condition, written) == (True, row_count), mart
    assert shown("incident_id") == [("a",), ("new",), ("winter",)]
    told = {mart: sorted(shown("*", mart), key=str) for mart in WEEK_MARTS}
    add_batch("b4", "('other', '2014-07-10 02:00:00', 'robbery')")
    assert build.build_domain("incidents", "auckland", "b4") is not None
    assert "They change what is told of other weeks: the whole is built now." in caplog.text
    assert shown("count(*)", "fct_territory_week", "type = 'robbery' and territory = 'auckland'") == [(27,)]
    old = "territory = 'auckland' and type <> 'robbery'"
    assert {mart: sorted(shown("*", mart, old), key=str) for mart in WEEK_MARTS} == told


def last_write(table: str) -> tuple[str, int]:
    """Return the condition and the rows of the newest commit that brought rows."""
    commits = spark.rows(f"describe history {table}")
    commit = next(row for row in commits if row.operation == "WRITE")
    return commit.operationParameters["predicate"], int(commit.operationMetrics["numOutputRows"])


def test_a_city_without_a_loaded_feed_has_nothing_to_build(city: None) -> None:
    assert build.build_domain("incidents", "toronto", "none") is None
    assert not lake().exists("/lake/silver/incidents_toronto")
