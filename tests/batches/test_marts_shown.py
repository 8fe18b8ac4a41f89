"""The marts of a city: built where no reader looks, gated, and only then shown, its own rows in one commit a mart."""

import re
from collections.abc import Iterator

import pytest

from calanque.contracts import load_contract, load_contracts
from calanque.engines import delta, deltars, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.marts import build, domains
from calanque.places.grid import grid_vars
from calanque.places.territory import load_territory
from calanque.settings import settings

RENAMED = {"occurred_at": "begun_at", "type": "code"}
TORONTO = load_contract("toronto_incidents")
# Two cities under the shape, neither with a feed of its own: one south of the equator, whose feed has other names.
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
WEST = TORONTO.model_copy(update={"feed": "test_west", "territory": "san_francisco", "valid_from": None})
IN_SOUTH, IN_WEST = "174.7D as lon, -36.8D as lat", "-122.4D as lon, 37.75D as lat"
# Monday there while it is Sunday in UTC, in summer and in winter; a code of nobody's; a row that is closed.
ROWS = """
    select 'a' as incident_id, timestamp '2014-01-05 11:30:00' as begun_at, 'assault' as code,
      cast(null as timestamp) as _closed_at
    union all select 'winter', timestamp '2014-07-05 11:30:00', 'SMASH_GRAB', null
    union all select 'gone', timestamp '2014-07-05 11:30:00', 'robbery', timestamp '2015-01-01'
"""


def write_bronze(feed: str, rows: str, place: str, x_m: float, y_m: float) -> None:
    spark.rows(
        f"""create or replace table bronze.{feed} using delta
        location '{settings().hdfs_uri}/lake/bronze/{feed}' as
        select *, 'house' as premises, 'synthetic' as neighbourhood, {place}, {x_m}D as x_m, {y_m}D as y_m,
          date '2014-07-05' as occurred_local_date, 12 as occurred_local_hour,
          'b1' as _batch_id, timestamp '2026-01-01' as _ingested_at, '1.0.0' as _contract_version,
          cast(null as string) as _closed_by
        from ({rows})"""
    )


@pytest.fixture(scope="module")
def cities(stack: object) -> Iterator[None]:
    grid = grid_vars(load_territory("san_francisco"))
    write_bronze("test_south", ROWS, IN_SOUTH, 1745000.0, 5900000.0)
    west = ROWS.replace("begun_at", "occurred_at").replace("as code", "as type")
    write_bronze("test_west", west, IN_WEST, float(grid["x0_m"]) + 5000, float(grid["y0_m"]) + 5000)
    found = load_contracts() | {SOUTH.feed: SOUTH, WEST.feed: WEST}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(domains, "load_contracts", lambda: found)
        patch.setattr("calanque.marts.freshness.load_contract", lambda feed: found[feed])
        for feed in (SOUTH, WEST):
            for name in ("places", "incidents"):
                assert build.build_domain(name, feed.territory, f"first-{feed.territory}") is not None
        yield


def shown(
    columns: str, table: str = "fct_incidents", where: str = "territory = 'auckland'"
) -> list[tuple[object, ...]]:
    return [tuple(row) for row in spark.rows(f"select {columns} from marts.{table} where {where} order by 1")]


def test_two_cities_share_a_shape_each_in_its_own_time_grid_and_codes(cities: None) -> None:
    grid = grid_vars(load_territory("auckland"))
    row, column = (5900000 - grid["y0_m"]) // 250, (1745000 - grid["x0_m"]) // 250
    cell = f"auckland:{row:.0f}:{column:.0f}"
    columns = "incident_id, string(occurred_local_at), string(week_start_date), type, type_code, cell_id"
    assert shown(columns) == [
        ("a", "2014-01-06 00:30:00", "2014-01-06", "assault", "assault", cell),
        ("winter", "2014-07-05 23:30:00", "2014-06-30", "other", "SMASH_GRAB", cell),
    ]
    west = shown("incident_id, string(occurred_local_at)", where="territory = 'san_francisco'")
    assert west == [("a", "2014-01-05 03:30:00"), ("winter", "2014-07-05 04:30:00")]


def test_a_second_city_takes_no_row_from_the_first_and_says_so_in_its_commit(cities: None) -> None:
    assert shown("count(*)", "fct_cell_week")[0][0] > 0
    # Comments are commits of their own, which bring no row.
    commits = [c for c in deltars.history("marts.fct_incidents") if c["operation"] not in delta.MAINTENANCE]
    marked = [(c["user_metadata"]["territory"], c["user_metadata"]["run_id"]) for c in commits]
    assert marked == [("san_francisco", "first-san_francisco"), ("auckland", "first-auckland")]


def test_what_is_shown_is_described_and_cites_its_feeds(cities: None) -> None:
    for mart in ("fct_incidents", "dim_cell", "dim_area", "dim_incident_type", "fct_cell_week"):
        assert [name for name, _, comment in spark.columns(f"marts.{mart}") if not comment] == [], mart
        assert f"Source: {SOUTH.provenance.citation}" in spark.comment_of(f"marts.{mart}"), mart


def test_nothing_new_is_not_built_again_whatever_another_city_does(cities: None) -> None:
    before = {mart: delta.data_version(f"marts.{mart}") for mart in ("fct_incidents", "dim_cell", "fct_cell_week")}
    for territory in ("auckland", "san_francisco"):
        for name in ("places", "incidents"):
            assert build.build_domain(name, territory, "again") is None
    assert {mart: delta.data_version(f"marts.{mart}") for mart in before} == before


def test_a_mart_that_fails_its_gate_is_not_shown_and_the_last_good_one_stays(cities: None) -> None:
    """Rows of the city that lie in another hemisphere: the box of its territory's file says so."""
    before, versions = shown("incident_id, lat"), delta.data_version("marts.fct_incidents")
    write_bronze("test_south", ROWS, "174.7D as lon, 36.8D as lat", 1745000.0, 5900000.0)
    with pytest.raises(CalanqueError, match=r"The gate of the marts is not passed\. fct_incidents: .* on lat fails"):
        build.build_domain("incidents", "auckland", "wrong-side")
    assert (shown("incident_id, lat"), delta.data_version("marts.fct_incidents")) == (before, versions)
    # What was built is there to be looked at, in silver.
    built = spark.rows("select distinct lat from silver__incidents_auckland.fct_incidents")
    assert [row.lat for row in built] == [36.8]
    write_bronze("test_south", ROWS, IN_SOUTH, 1745000.0, 5900000.0)
    assert build.build_domain("incidents", "auckland", "mended") is not None


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


WEEK_MARTS = ("fct_incidents", "fct_territory_week", "fct_cell_week")


def test_a_new_batch_rewrites_the_weeks_that_it_touches_and_no_other(
    cities: None, caplog: pytest.LogCaptureFixture
) -> None:
    """What the weeks alone give is what a build of everything gives, which a type that is new in the city asks for."""
    caplog.set_level("INFO", logger="calanque")
    add_batch("b2", "('new', '2014-07-13 11:30:00', 'assault'), ('short', '2014-07-08 02:00:00', 'assault')")
    # A copy of a row of January, and a row that is closed again.
    add_batch("b3", "('a', '2014-07-10 02:00:00', 'assault')", closed="short")
    assert build.build_domain("incidents", "auckland", "b3") is not None
    assert "New batches touch 3 weeks, from 2014-01-06 to 2014-07-07" in caplog.text
    assert "the whole is built" not in caplog.text
    weeks_of = {"fct_incidents": ["2014-07-07"]} | {key: ["2014-06-30", "2014-07-07"] for key in WEEK_MARTS[1:]}
    for mart, row_count in zip(WEEK_MARTS, (1, 4, 2), strict=True):
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


def test_a_city_without_a_loaded_feed_has_nothing_to_build(cities: None) -> None:
    assert build.build_domain("incidents", "toronto", "none") is None
    assert not lake().exists("/lake/silver/incidents_toronto")
