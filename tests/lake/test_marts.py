"""The marts of three cities, one of them from two feeds of one shape: built together, gated apart, shown by difference.

They are built whole once; then come new batches, and what must not be shown. All of it is in this order.
"""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
import yaml
from operations import operations

from calanque.contracts import load_contract, load_contracts
from calanque.contracts.model import FeedContract
from calanque.contracts.page import source_line
from calanque.contracts.shapes import shapes
from calanque.engines import dbt, delta, deltars, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.retention import KEPT_CONTRACTS
from calanque.ingest.tables import bronze_columns
from calanque.marts import domains, parts
from calanque.marts.build import SCHEMA, Outcome, build_marts
from calanque.marts.domains import DOMAINS, WRITTEN_BY_ML
from calanque.marts.freshness import FRESHNESS, known_freshness
from calanque.marts.project import write_project
from calanque.marts.publish import new_schema
from calanque.marts.shape_sql import SOURCE, made_columns, no_row, shape_sql
from calanque.places import territory
from calanque.places.areas import geojson_of
from calanque.places.grid import grid_vars
from calanque.places.territory import ZoneSource
from calanque.runs import lineage, state
from calanque.runs.gates import newest_checks
from calanque.settings import settings
from ml import marts
from ml.marts import WeekTable, make_table
from ml.risk.model.forecast_mart import FORECAST

CITY, PREFIX = "auckland", "scratch_"
FIRST = f"first-{uuid.uuid4().hex[:8]}"
MOST_OPERATIONS = 70
"""Of a build of places and incidents, of however many cities: they are not built apart."""
BESIDE = ("chicago", "san_francisco")
OURS, THEIRS = f"territory = '{CITY}'", f"territory in {BESIDE}"
WEEK_MARTS = ("fct_incidents", "fct_incident_hour", "fct_territory_week", "fct_cell_week")
RENAMED = {"occurred_at": "begun_at", "type": "code"}
TORONTO = load_contract("toronto_incidents").model_copy(update={"territory": CITY, "time_zone": "Pacific/Auckland"})
NORTH = TORONTO.model_copy(update={"feed": "test_north"})
# The other feed of the shape calls its columns otherwise, and does not say from when it is valid.
SOUTH = TORONTO.model_copy(
    update={
        "feed": "test_south",
        "valid_from": None,
        "bronze": tuple(
            column.model_copy(update={"name": RENAMED.get(column.name, column.name), "fills": column.name})
            for column in TORONTO.bronze
        ),
    }
)
GOOD = tuple(NORTH.model_copy(update={"feed": f"test_{city}", "territory": city}) for city in BESIDE)
# Chicago's file names a layer: its areas are those of this feed.
AREAS = load_contract("chicago_areas").model_copy(update={"feed": "test_areas"})
UNLOADED = TORONTO.model_copy(update={"feed": "test_unloaded", "territory": "toronto"})
X, Y = 1745000, 5900000
# Easting and longitude of a row: in the city, out of its cells, and in them by a longitude that is not its own.
INSIDE, OUTSIDE, MISPLACED = f"{X}D, 174.7D", "0D, 174.7D", f"{X}D, 2.3D"
# Metres west and east of these: two outlines that meet, far beyond the city's box.
HALVES = {"west": (-3e5, -1.0), "east": (-1.0, 3e5)}
TECHNICAL = (
    "'b1' as _batch_id, timestamp '2026-01-01' as _ingested_at, '1.0.0' as _contract_version, "
    "cast(null as timestamp) as _closed_at, cast(null as string) as _closed_by"
)
Row = tuple[str, str, str] | tuple[str, str, str, str]
# Monday there while it is Sunday in UTC, in summer and in winter; a code of nobody's; a row that is closed.
SOUTH_ROWS = (
    ("a", "2014-01-05 11:30:00", "assault"),
    ("winter", "2014-07-05 11:30:00", "SMASH_GRAB"),
    ("gone", "2014-07-05 11:30:00", "robbery"),
)
# Eleven of one week, of which one came twice; one before the contract's first day; one outside the city.
NORTH_ROWS = (
    *((f"n{n}", "2014-02-02 21:00:00", "assault") for n in range(11)),
    ("n0", "2014-02-02 21:00:00", "assault"),
    ("early", "2000-05-05 00:00:00", "assault"),
    ("outside", "2014-02-03 21:00:00", "assault", OUTSIDE),
)


def insert(contract: FeedContract, batch_id: str, rows: Sequence[Row]) -> None:
    """Add rows to bronze: name, time, type, and place where it is another than that of most."""
    names = {fills: column.name for fills, column in contract.filling().items()}
    listed = ", ".join(
        f"('{row_id}', try_cast('{at}' as timestamp), '{code}', {place[0] if place else INSIDE})"
        for row_id, at, code, *place in rows
    )
    spark.rows(
        f"""insert into {contract.bronze_table} by name
        select *, 'house' as premises, 'synthetic' as neighbourhood, -36.8D as lat, {Y}D as y_m,
          date '2014-07-05' as occurred_local_date, 12 as occurred_local_hour, {TECHNICAL.replace("b1", batch_id)}
        from values {listed} as t(incident_id, {names["occurred_at"]}, {names["type"]}, x_m, lon)"""
    )


def add_batch(batch_id: str, rows: Sequence[Row], closed: str) -> None:
    """Add rows to the south's bronze, and close one, as a batch does."""
    insert(SOUTH, batch_id, rows)
    spark.rows(
        f"update {SOUTH.bronze_table} set _closed_at = timestamp '2026-03-01', _closed_by = '{batch_id}' "
        f"where incident_id = '{closed}' and _closed_at is null"
    )


def load_first_batches() -> None:
    for contract, rows in ((NORTH, NORTH_ROWS), (SOUTH, SOUTH_ROWS), *((one, NORTH_ROWS[:12]) for one in GOOD)):
        columns = ", ".join(f"{name} {kind}" for name, kind in bronze_columns(contract).items())
        place = f"{settings().hdfs_uri}{delta.table_path(contract.bronze_table)}"
        spark.rows(f"create table {contract.bronze_table} ({columns}) using delta location '{place}'")
        insert(contract, "b1", rows)
    place = f"{settings().hdfs_uri}{delta.table_path(AREAS.bronze_table)}"
    columns = ", ".join(f"{name} {kind}" for name, kind in bronze_columns(AREAS).items())
    spark.rows(f"create table {AREAS.bronze_table} ({columns}) using delta location '{place}'")
    listed = ", ".join(f"('{code}', '{code}ern', '{box(*sides)}')" for code, sides in HALVES.items())
    spark.rows(
        f"insert into {AREAS.bronze_table} by name "
        f"select *, {TECHNICAL} from values {listed} as t(area_code, name, outline)"
    )
    spark.rows(f"update {SOUTH.bronze_table} set _closed_at = timestamp '2015-01-01' where incident_id = 'gone'")


def box(west: float, east: float) -> str:
    return geojson_of(2193, shapely.box(X + west, Y - 3e5, X + east, Y + 3e5))


def forget() -> None:
    """Leave the lake without the cities: bronze, the build, their rows in the marts, and what is known of them."""
    for contract in (NORTH, SOUTH, AREAS, *GOOD):
        spark.rows(f"drop table if exists {contract.bronze_table}")
        lake().delete(delta.table_path(contract.bronze_table))
    for mart in (*DOMAINS["places"].marts, *DOMAINS["incidents"].marts, "fct_forecast"):
        if spark.table_exists(f"marts.{mart}") and mart != "dim_incident_type":
            spark.rows(f"delete from marts.{mart} where {OURS} or {THEIRS}")
    new_schema(SCHEMA)
    spark.rows(f"delete from governance.step where step like 'marts.%' and ({OURS} or {THEIRS})")
    spark.rows("delete from governance.gate_result where batch_id = 'fails'")


@pytest.fixture(scope="module")
def cities(stack: object) -> Iterator[None]:
    """The cities as some contracts more would make them, on coarse cells; no other feed is known."""
    read = territory.read_territory

    def coarse(path: Path) -> Any:
        drawn = read(path.with_stem(CITY) if path.stem in BESIDE else path)
        layer = {"zones": ZoneSource(kind="polygons", source=AREAS.feed)} if path.stem == AREAS.territory else {}
        return drawn.model_copy(update={"name": path.stem, "cell_m": 2000, **layer})

    with pytest.MonkeyPatch.context() as patch:
        found = {contract.feed: contract for contract in (NORTH, SOUTH, AREAS, *GOOD, UNLOADED)}
        patch.setattr(domains, "read_contracts", lambda: (found, {}))
        patch.setattr(parts, "kept_feeds", lambda: [SOUTH.feed])
        patch.setattr(territory, "read_territory", coarse)
        territory.load_territory.cache_clear()
        try:
            load_first_batches()
            yield
        finally:
            forget()
    territory.load_territory.cache_clear()


@pytest.fixture(scope="module")
def built(cities: None) -> dict[tuple[str, str], Outcome]:
    """What became of each domain and city in the first build."""
    found, count = operations(lambda: outcomes(FIRST))
    assert count <= MOST_OPERATIONS
    return found


def outcomes(run_id: str) -> dict[tuple[str, str], Outcome]:
    return {(one.domain, one.territory): one for one in build_marts(run_id) or ()}


def rows_of(query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in spark.rows(query)]


def shown(columns: str, mart: str = "fct_incidents", where: str = OURS) -> list[tuple[Any, ...]]:
    return rows_of(f"select {columns} from marts.{mart} where {where} order by 1")


def versions() -> dict[str, Any]:
    """Return the last commit of each mart of the incidents: what no commit has touched, no reader has seen change."""
    return {mart: delta.last_commit(f"marts.{mart}") for mart in DOMAINS["incidents"].marts}


def test_one_build_makes_every_mart_of_every_city_that_has_a_feed(built: dict[tuple[str, str], Outcome]) -> None:
    assert set(built) == {(domain, city) for domain in ("places", "incidents") for city in (CITY, *BESIDE)}
    for (domain, _), one in built.items():
        assert one.row_counts.keys() == {f"marts.{mart}" for mart in DOMAINS[domain].marts}
    counts = {city: built["incidents", city].row_counts["marts.fct_incidents"] for city in (CITY, *BESIDE)}
    assert counts == {CITY: 14, **dict.fromkeys(BESIDE, 11)}
    assert shown("territory, count(*)", where="true group by territory") == sorted(counts.items())
    assert built["incidents", CITY].unknown_codes == {"SMASH_GRAB": 1}
    # What was built is in one commit a mart, whatever the number of cities.
    marts = [f"marts.{mart}" for mart in (*DOMAINS["places"].marts, *WEEK_MARTS)]
    commits = [one for mart in marts for one in deltars.history(mart) if one["user_metadata"].get("run_id") == FIRST]
    assert len([one for one in commits if one["operation"] not in delta.MAINTENANCE]) == len(marts)


def test_a_city_is_shown_in_its_own_time_grid_and_codes(built: object) -> None:
    grid = grid_vars(territory.load_territory(CITY))
    cell = f"{CITY}:{(Y - grid['y0_m']) // 2000:.0f}:{(X - grid['x0_m']) // 2000:.0f}"
    columns = "incident_id, string(occurred_local_at), string(week_start_date), type, type_code, cell_id"
    assert shown(columns, where=f"{OURS} and incident_id not like 'n%' and is_in_territory") == [
        ("a", "2014-01-06 00:30:00", "2014-01-06", "assault", "assault", cell),
        ("winter", "2014-07-05 23:30:00", "2014-06-30", "other", "SMASH_GRAB", cell),
    ]


def test_a_cell_an_area_and_an_incident_are_of_the_layer_that_the_city_names(built: object) -> None:
    theirs = "territory = 'chicago'"
    areas = shown("area_id, cell_count", "dim_area", theirs)
    assert areas == shown("area_id, cast(count(*) as int)", "dim_cell", f"{theirs} group by area_id")
    assert [area for area, _ in areas] == ["chicago:east", "chicago:west"]
    assert shown("distinct area_id", where=f"{theirs} and is_in_territory") == [("chicago:east",)]
    assert shown("distinct kind", "dim_area") == [("area",), ("zone",)]


def test_duplicates_and_strays_are_removed_and_counted(built: object) -> None:
    counts = ", ".join(f"sum({name}_count)" for name in ("loaded", "duplicate", "stray", "kept"))
    assert rows_of(f"select {counts} from {SCHEMA}.int_incidents__counted where {OURS}") == [(16, 1, 1, 14)]
    assert shown("count(*), count_if(is_in_territory)") == [(14, 13)]
    assert (len(marts.read_incidents(CITY)), marts.has_incidents(CITY)) == (13, True)


def test_zeros_are_of_whole_weeks_only(built: object) -> None:
    """The first incident is of a Monday and the last of a Saturday, whose week is cut."""
    cell_count = shown("count(*)", "dim_cell")[0][0]
    weeks = "count(*), sum(incident_count), string(min(week_start_date)), string(max(week_start_date))"
    assert shown(f"type, {weeks}, max(cell_count)", "fct_territory_week", f"{OURS} group by type") == [
        ("assault", 25, 12, "2014-01-06", "2014-06-23", cell_count),
        ("other", 25, 0, "2014-01-06", "2014-06-23", cell_count),
    ]
    cells = "string(week_start_date), type, incident_count"
    assert shown(cells, "fct_cell_week") == [("2014-01-06", "assault", 1), ("2014-02-03", "assault", 11)]


def test_what_is_shown_is_described_and_cites_its_feeds(built: object) -> None:
    for mart in ("dim_cell", "dim_area", *DOMAINS["incidents"].marts):
        assert [name for name, _, comment in spark.columns(f"marts.{mart}") if not comment] == [], mart
        assert all(source_line(contract) in spark.comment_of(f"marts.{mart}") for contract in (NORTH, SOUTH)), mart


def test_lineage_has_the_columns_the_version_and_the_rows(built: object) -> None:
    known = state.last_state(f"marts.incidents.{CITY}")
    assert known is not None
    events = [event for event in lineage.read_events() if event["run"]["facets"]["calanque_run"]["runName"] == FIRST]
    wrote, read = (
        {one["name"]: one for event in events[::-1] for one in event[side]} for side in ("outputs", "inputs")
    )
    week = wrote["marts.fct_territory_week"]
    origins = week["facets"]["columnLineage"]["fields"]["incident_count"]["inputFields"]
    assert [(item["namespace"], item["name"], item["field"]) for item in origins] == [
        (settings().hdfs_uri, "marts.fct_incidents", "incident_id")
    ]
    assert week["outputFacets"]["outputStatistics"]["rowCount"] == 50
    facets = [event["run"]["facets"]["calanque_run"] for event in events]
    assert {tuple(facet["territories"]) for facet in facets if facet["territories"]} >= {(CITY, *BESIDE)}
    assert week["facets"]["version"]["datasetVersion"] == known.outputs["marts.fct_territory_week"]
    for feed in ("bronze.test_north", "bronze.test_south"):
        assert read[feed]["facets"]["version"]["datasetVersion"] == known.inputs[feed]


def test_nothing_new_is_not_built_again(built: object) -> None:
    before = versions()
    assert build_marts("again") is None
    assert versions() == before


def test_a_feed_that_was_taken_away_stays_shown_and_says_since_when_it_is_not_fed(
    built: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> list[tuple[Any, ...]]:
        columns = "is_late is null, late_after_at is null, no_longer_fed_since_at > timestamp '2026-01-01'"
        return rows_of(f"select {columns} from {FRESHNESS} where feed = '{SOUTH.feed}'")

    assert said() == [(False, False, None)]
    before, folder = seen_by_readers(), f"{KEPT_CONTRACTS}/{SOUTH.feed}"
    lake().write(f"{folder}/{SOUTH.version}.json", SOUTH.model_dump_json().encode())
    try:
        with monkeypatch.context() as patch:
            right = {one.feed: one for one in domains.DOMAINS["places"].contracts if one != SOUTH}
            patch.setattr(domains, "read_contracts", lambda: (right, {}))
            assert build_marts("taken-away") is None
            assert said() == [(True, True, True)]
            assert known_freshness()[SOUTH.feed].unfed_since and not known_freshness()[NORTH.feed].unfed_since
    finally:
        lake().delete(folder)
    assert build_marts("back") is None
    assert said() == [(False, False, None)]
    assert seen_by_readers() == before


def seen_by_readers(city: str = CITY) -> dict[str, list[str]]:
    """Return every row of a city in the marts of its weeks, as another reader than the engine sees them."""
    of_city = [("territory", "=", city)]
    return {mart: sorted(map(str, deltars.read_rows(f"marts.{mart}", of_city))) for mart in WEEK_MARTS}


def last_write(table: str) -> tuple[str, int]:
    """Return the condition and the rows of the newest commit that brought rows."""
    commits = spark.rows(f"describe history {table}")
    commit = next(row for row in commits if row.operation == "WRITE")
    return commit.operationParameters["predicate"], int(commit.operationMetrics["numOutputRows"])


@contextmanager
def refused(**rows: Row) -> Iterator[dict[str, str]]:
    """Give cities one row each that may not be shown; yields why each was held back, once that is filled in.

    Of those cities nothing that is shown changes, whatever becomes of the others.
    """
    feeds = {CITY: SOUTH} | {one.territory: one for one in GOOD}
    before, said = {city: seen_by_readers(city) for city in rows}, dict[str, str]()
    for city, row in rows.items():
        insert(feeds[city], "refused", [row])
    yield said
    for city in rows:
        spark.rows(f"delete from {feeds[city].bronze_table} where _batch_id = 'refused'")
        assert seen_by_readers(city) == before[city], city
        assert said[city].startswith(f"The incidents of {city} are held back: ")
        assert "synthetic" not in said[city]


def test_a_new_batch_rewrites_the_weeks_that_it_touches_beside_a_city_that_fails_its_gate(
    built: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="calanque")
    # A copy of a row of January is none more, and a row that is closed again is none.
    days = {"new": "2014-07-13 11:30:00", "short": "2014-07-08 02:00:00", "a": "2014-07-10 02:00:00"}
    add_batch("b2", [(name, at, "assault") for name, at in days.items()], closed="short")
    with refused(chicago=("misplaced", "2014-02-04 02:00:00", "assault", MISPLACED)) as said:
        found = outcomes("fails")
        # The row was built, where no reader looks.
        assert rows_of(f"select count(*) from {SCHEMA}.fct_incidents where incident_id = 'misplaced'") == [(1,)]
        said |= {city: one.held_back for (_, city), one in found.items() if one.held_back}
    assert set(found) == {("incidents", CITY), ("incidents", "chicago")}
    assert set(said) == {"chicago"}
    assert (
        "fct_incidents: expect_column_values_to_be_between on lon fails (1 of 12 rows break it): lon values must be "
        in said["chicago"]
    )
    assert [check.column for check in newest_checks("fct_incidents", "fails") if not check.success] == ["lon"]
    assert f"To be built: incidents of {CITY}, incidents of chicago." in caplog.text
    assert "Unknown codes are counted as other: SMASH_GRAB (1 rows)." in caplog.text
    # What it can not keep it tries to keep ten times, two seconds apart.
    assert "Retrying HMSHandler" not in (settings().logs / "metastore.log").read_text(encoding="utf-8")
    weeks_of = {key: ["2014-07-07"] for key in WEEK_MARTS[:2]}
    weeks_of |= {key: ["2014-06-30", "2014-07-07"] for key in WEEK_MARTS[2:]}
    for mart, row_count in zip(WEEK_MARTS, (1, 1, 4, 2), strict=True):
        condition, written = last_write(f"marts.{mart}")
        assert re.findall(r"\d{4}-\d\d-\d\d", condition) == weeks_of[mart], mart
        assert (CITY in condition, "chicago" in condition, written) == (True, False, row_count), mart
    others = f"{OURS} and incident_id not like 'n%' and is_in_territory or incident_id = 'new'"
    assert shown("incident_id", where=others) == [("a",), ("new",), ("winter",)]


def with_a_test(folder: Path, contracts: Any, weeks: Any) -> Path:
    """Write a project with a data test that one row fails."""
    project = write_project(folder, contracts, weeks)
    (project / "tests/no_z.sql").write_text("select 1 as n from {{ ref('fct_incidents') }} where incident_id = 'z'")
    return project


@pytest.mark.full
@pytest.mark.parametrize(
    ("row", "said_of_it"),
    [
        pytest.param(("when", "unknown"), r"model 'fct_incidents' could not run: .*_is_present\.", id="constraint"),
        pytest.param(("z", "2014-02-04 21:00:00"), "test 'no_z' failed", id="data test"),
    ],
)
def test_a_city_that_breaks_a_whole_build_is_held_back_alone_by_its_own_reason(
    built: object, row: tuple[str, str], said_of_it: str, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails what all cities share, a model or a test; of the other, whose last build was held back, all is new."""
    monkeypatch.setattr("calanque.marts.build.write_project", with_a_test)
    new = f"of {row[0]}"
    with refused(**{CITY: (*row, "assault")}) as said:
        insert(GOOD[0], "new", [(new, "2014-02-04 21:00:00", "assault")])
        said |= {city: one.held_back for (_, city), one in outcomes("broken").items()}
    assert re.search(said_of_it, said[CITY])
    assert said["chicago"] == ""
    assert shown("territory", where=f"incident_id = '{new}'") == [("chicago",)]
    assert caplog.text.count("They can not be built together, and are now built apart.") == 1


def test_the_door_s_key_is_in_no_artefact_and_no_log(built: object) -> None:
    key = settings().secret("spark_token").encode()
    files = [path for path in (settings().home / "dbt").rglob("*") if path.is_file()]
    logs = list((settings().logs / "dbt").iterdir())
    assert files
    assert logs
    assert [path for path in (*files, *logs) if key in path.read_bytes()] == []


# Of a model its unit tests ask which columns it has: no table is made, and no plan of all that it reads.
OF_TYPES = """
{% macro of_types() -%}
    {%- set columns = [] -%}
    {%- for column in run_query('describe query ' ~ compiled_code) -%}
        {%- do columns.append('cast(null as ' ~ column[1] ~ ') as ' ~ column[0]) -%}
    {%- endfor -%}
    {%- call statement('main') -%}
        create view {{ this }} as select {{ columns | join(', ') }} where false
    {%- endcall -%}
    {{ return({'relations': [this.incorporate(type='view')]}) }}
{%- endmacro %}
{% materialization view, adapter='spark' %}{{ return(of_types()) }}{% endmaterialization %}
"""
UNLESS_TYPES = "{% if this.name != 'dim_incident_type' %}{{ return(of_types()) }}{% endif %}"
VARIABLES = {"prefix": PREFIX, "schema": f"{PREFIX}silver", "area_zone_count": 3}
FEEDS = list(load_contracts().values())


@pytest.mark.parametrize("name", shapes())
def test_the_engine_takes_what_every_feed_is_read_by(stack: object, name: str) -> None:
    own, shape = [contract for contract in FEEDS if contract.shape == name], shapes()[name]
    text = shape_sql(shape, own)
    for contract in own:
        text = text.replace(f"{{{{ source('{SOURCE}', '{contract.feed}') }}}}", f"({no_row(bronze_columns(contract))})")
    types = {column.name: column.data_type for column in shape.columns}
    types |= {column: facts["data_type"] for column, facts in made_columns(shape).items()}
    assert dict(spark.sql(text).dtypes) == types


@pytest.fixture(scope="module")
def scratch(cities: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Schemas of one's own, with a feed of each shape and no row of any; returns the folder of their builds."""
    target = tmp_path_factory.mktemp("dbt")
    feeds = list({contract.shape: contract for contract in FEEDS}.values())
    macros = write_project(target, feeds) / "macros"
    (macros / "of_types.sql").write_text(OF_TYPES, encoding="utf-8")
    tables = (macros / "spark_tables.sql").read_text(encoding="utf-8")
    tables = tables.replace("adapter='spark' %}", f"adapter='spark' %}}\n{UNLESS_TYPES}")
    (macros / "spark_tables.sql").write_text(tables, encoding="utf-8")
    for tier in ("bronze", "silver", "marts"):
        new_schema(f"{PREFIX}{tier}")
    for contract in feeds:
        spark.rows(f"create view {PREFIX}bronze.{contract.feed} as {no_row(bronze_columns(contract))}")
    for places in ("territory_cells", "territory_areas"):
        spark.rows(f"create view {PREFIX}silver.{places} as select * from silver.{places}")
    yield target
    for tier in ("bronze", "silver", "marts"):
        new_schema(f"{PREFIX}{tier}")


def test_the_sql_of_every_domain_does_what_its_unit_tests_say(scratch: Path) -> None:
    """On models without a row: what is counted of persons, and withheld, is said by the tests' rows."""
    files = [yaml.safe_load(path.read_bytes()) for path in (settings().root / "dbt" / "models").rglob("*.yml")]
    written = sum(len(content.get("unit_tests", ())) for content in files)
    done = dbt.build(scratch, None, VARIABLES, [CITY], f"{dbt.AFTER_FORECAST} resource_type:test")
    every_mart = {mart for one in DOMAINS.values() for mart in one.marts}
    assert {name.partition(".")[2] for name in done.models_built} >= every_mart
    assert done.tests_passed == written
    assert written >= 10
    models = json.loads((scratch / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
    under_contract = [model for model in models if model["config"].get("contract", {}).get("enforced")]
    assert {model["name"] for model in under_contract} >= every_mart
    for model in under_contract:
        conditions = {f"_{rank}": one["expression"] for rank, one in enumerate(model["constraints"])}
        chosen = ", ".join(["*", *(f"({condition}) as {name}" for name, condition in conditions.items())])
        types = {name: column["data_type"] for name, column in model["columns"].items()}
        types |= dict.fromkeys(conditions, "boolean")
        assert dict(spark.sql(f"select {chosen} from {PREFIX}silver.{model['name']}").dtypes) == types, model["name"]
        assert set(model["config"]["partition_by"] or ()) <= set(types)


def test_files_left_by_a_killed_first_build_do_not_stop_the_next(scratch: Path) -> None:
    place = f"{PREFIX}silver.dim_incident_type"
    spark.rows(f"drop table if exists {place}")
    lake().delete(delta.table_path(place))
    lake().write(f"{delta.table_path(place)}/part-00000.parquet", b"cut")
    assert dbt.build(scratch, "dim_incident_type", VARIABLES).models_built == (place,)


def test_a_model_that_makes_other_columns_than_its_contract_is_named_with_them(scratch: Path) -> None:
    model = scratch / "project/models/marts/incidents/dim_incident_type.sql"
    said = model.read_text(encoding="utf-8")
    other = said.replace("cast(label_en as string) as label_en", "1 as label_en, 2 as more")
    model.write_text(other, encoding="utf-8")
    wrong = f"label_en of {PREFIX}silver.dim_incident_type is integer, not string; more of .* is integer, not None"
    try:
        with pytest.raises(CalanqueError, match=wrong):
            dbt.build(scratch, "dim_incident_type", VARIABLES)
    finally:
        model.write_text(said, encoding="utf-8")


def test_a_condition_that_rows_break_is_named_with_how_many_do(scratch: Path) -> None:
    spark.rows(
        f"""create or replace table {PREFIX}marts.fct_model_promotion using delta
        location '{settings().hdfs_uri}/lake/{PREFIX}marts/fct_model_promotion' as
        select * from values ('promoted', 'It is better.'), ('guessed', null), (null, null) as t(decision, reason)"""
    )
    others = " ".join(f"source:calanque.forecast.{mart}" for mart in WRITTEN_BY_ML)
    broken = "2 rows break 'decision in .*', 2 rows break 'reason is not null'"
    with pytest.raises(CalanqueError, match=rf"'fct_model_promotion_rows_hold' failed: {broken}\."):
        dbt.check_forecast(scratch, VARIABLES, others)


def test_a_forecast_that_fails_its_gate_is_not_written(cities: None) -> None:
    monday = date(2014, 7, 14)
    at = {"date": monday, "timestamp": datetime(2014, 7, 14)}
    of_kind = {"string": "x", "double": 0.5, "int": 1, "boolean": True} | at
    row = {name: of_kind[kind] for name, kind in FORECAST.columns.items()} | {"territory": CITY}
    frame = pd.DataFrame([row, row | {"cell_id": "y"}])
    marts.write_week([(FORECAST, frame)], CITY, monday, "test", "good")
    # Another week of the city, and the same of another one, stay beside it.
    for city, week in ((CITY, date(2014, 7, 7)), (BESIDE[0], monday)):
        other = frame.assign(territory=city, week_start_date=week)
        for _ in range(2):
            marts.write_week([(FORECAST, other)], city, week, "test", "beside")
    found = rows_of(f"select territory, week_start_date, count(*) from {FORECAST.name} group by 1, 2 order by 1, 2")
    assert found == [(CITY, date(2014, 7, 7), 2), (CITY, monday, 2), (BESIDE[0], monday, 2)]
    before = delta.last_commit(FORECAST.name)
    assert before is not None and before.row_count == 2
    assert delta.parse_user_metadata(before.user_metadata) == {"run_id": "beside", "step": "test"}
    bad = frame.assign(expected_count=[900.0, 0.5])
    with pytest.raises(CalanqueError, match=r"fct_forecast: .* on expected_count fails \(1 of 2 rows break it\)"):
        marts.write_week([(FORECAST, bad)], CITY, monday, "test", "fails")
    assert delta.last_commit(FORECAST.name) == before
    assert shown("count(*), max(expected_count)", "fct_forecast") == [(4, 0.5)]


def test_a_table_made_before_takes_its_comments_in_one_commit_that_is_no_new_data(scratch: Path) -> None:
    name, columns = f"{PREFIX}silver.said", (("territory", "string", "City."), ("week", "date", "Monday's date."))
    make_table(WeekTable(name, "territory string, week date", "One row per territory."))
    for _ in range(2):
        make_table(WeekTable.described(name, columns, "One row per territory."))
    assert [comment for _, _, comment in spark.columns(name)] == ["City.", "Monday's date."]
    assert [commit["operation"] for commit in deltars.history(name)] == ["CHANGE COLUMNS", "CREATE TABLE"]
    cited = " ".join(source_line(contract) for contract in DOMAINS["incidents"].contracts)
    assert spark.comment_of(name) == f"One row per territory. {cited}"
    spark.rows(f"comment on table {name} is 'Of before.'")
    for _ in range(2):
        make_table(WeekTable.described(name, columns, "One row per territory."))
    assert spark.comment_of(name) == f"One row per territory. {cited}"
    assert [commit["operation"] for commit in deltars.history(name)][:2] == ["SET TBLPROPERTIES", "SET TBLPROPERTIES"]
    assert len(deltars.history(name)) == 4
    assert delta.data_version(name) == 0
