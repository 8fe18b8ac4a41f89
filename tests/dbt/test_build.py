"""The dbt project on a real engine, in schemas of its own: good rows, a bad row, and what lineage keeps of it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from calanque.contracts import load_contract
from calanque.contracts.page import source_line
from calanque.engines import dbt, delta, deltars, lineage, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.ingest.tables import bronze_columns
from calanque.marts.domains import DOMAINS, WRITTEN_BY_ML
from calanque.marts.project import write_project
from calanque.marts.weeks import refer_to_others
from calanque.settings import settings
from ml.marts import WeekTable, make_table

PREFIX = "scratch_"
Row = tuple[str, str | None, float, float, str]
VARIABLES: dict[str, Any] = {
    "prefix": PREFIX,
    "schema": f"{PREFIX}silver",
    "territory": "toronto",
    "area_zone_count": 3,
    "sources": {
        "toronto_incidents": "Source: the city's own. Producer / Producteur: X. Licence: none.",
    },
}
TORONTO = load_contract("toronto_incidents")
X, Y = 607500.0, 4824750.0  # the south-west corner of Toronto's grid
# id, local date, x_m, y_m, type: a copy, a stray, one outside the cells, one in a week that is cut.
ROWS = (
    ("a", "2014-01-01", X + 10, Y + 10, "assault"),
    ("b", "2014-01-06", X + 10, Y + 10, "assault"),
    ("c", "2014-01-07", X + 260, Y + 10, "robbery"),
    ("c", "2014-01-07", X + 260, Y + 10, "robbery"),
    *((f"d{n}", "2014-01-08", X + 10, Y + 10, "assault") for n in range(9)),
    ("early", "2000-05-05", X + 10, Y + 10, "assault"),
    ("outside", "2014-01-19", X + 9999, Y + 10, "assault"),
)


def write_incidents(rows: tuple[Row, ...]) -> None:
    days = [f"date '{row[1]}'" if row[1] else "null" for row in rows]
    values = ", ".join(
        f"('{row[0]}', {day}, {row[2]}D, {row[3]}D, '{row[4]}')" for row, day in zip(rows, days, strict=True)
    )
    write_bronze(
        "toronto_incidents",
        f"""select incident_id, to_utc_timestamp(cast(day as timestamp) + interval 12 hours, 'America/Toronto')
          as occurred_at, type, x_m, y_m, cast(null as timestamp) as _closed_at
        from values {values} as t(incident_id, day, x_m, y_m, type)""",
    )


def write_bronze(feed: str, rows: str) -> None:
    spark.sql(
        f"""create or replace table {PREFIX}bronze.{feed} using delta
        location '{settings().hdfs_uri}/lake/{PREFIX}bronze/{feed}' as
        select *, 'house' as premises, 'synthetic' as neighbourhood, -79.4D as lon, 43.7D as lat,
          'b1' as _batch_id, current_timestamp() as _ingested_at, '1.0.0' as _contract_version
        from ({rows})"""
    ).collect()


def write_cells() -> None:
    spark.sql(
        f"""create or replace table {PREFIX}silver.territory_cells using delta
        location '{settings().hdfs_uri}/lake/{PREFIX}silver/territory_cells' as
        select concat('toronto:0:', col) as cell_id, 'toronto' as territory, 0 as row, col,
          {X} + 250 * col as x_m, {Y}D as y_m, -79.4D as lon, 43.7D as lat, 62500D as area_m2,
          'toronto:here' as area_id, 'Here' as area_name
        from (select explode(sequence(0, 2)) as col)"""
    ).collect()
    spark.sql(
        f"""create or replace table {PREFIX}silver.territory_areas using delta
        location '{settings().hdfs_uri}/lake/{PREFIX}silver/territory_areas' as
        select 'toronto' as territory, 'toronto:here' as area_id, 'Here' as area_name, 'neighbourhood' as kind,
          cast(null as string) as parent_area_id, '{{}}' as geometry, 3 as cell_count, 187500D as area_m2,
          'synthetic' as source"""
    ).collect()


def drop_schema(name: str) -> None:
    # The metastore drops a schema and then says that it does not exist: only what is left counts.
    with suppress(Exception):
        spark.sql(f"drop schema {name} cascade").collect()
    if name in {row.namespace for row in spark.rows("show schemas")}:
        raise CalanqueError(f"The schema {name} could not be dropped: look at the metastore's log.")


@pytest.fixture(scope="module")
def built(stack: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dbt.DbtSummary]:
    """Build the incidents' domain from the synthetic rows, and remove its schemas afterwards."""
    for tier in ("bronze", "silver", "marts"):
        place = f"{settings().hdfs_uri}/lake/{PREFIX}{tier}"
        spark.sql(f"create schema if not exists {PREFIX}{tier} location '{place}'").collect()
    write_incidents(ROWS)
    write_cells()
    refer_to_others(f"{PREFIX}silver", "toronto", None)
    yield build(tmp_path_factory.mktemp("dbt"))
    for tier in ("bronze", "silver", "marts"):
        drop_schema(f"{PREFIX}{tier}")
        lake().delete(f"/lake/{PREFIX}{tier}")
    spark.stop_session()


def build(target_dir: Path, select: str = "+tag:incidents") -> dbt.DbtSummary:
    write_project(target_dir, [TORONTO])
    return dbt.build(target_dir, select, VARIABLES, run_id="test-run", exclude=dbt.AFTER_FORECAST)


def one(query: str) -> tuple[Any, ...]:
    return tuple(spark.rows(query)[0])


def test_every_model_is_built_and_every_test_passes(built: dbt.DbtSummary) -> None:
    assert f"{PREFIX}silver.fct_cell_week" in built.models_built
    assert built.tests_failed == 0
    assert built.tests_passed >= 20
    assert built.row_counts[f"{PREFIX}silver.fct_incidents"] == 13


def test_duplicates_and_strays_are_removed_and_counted(built: dbt.DbtSummary) -> None:
    columns = "loaded_count, duplicate_count, stray_count, kept_count"
    counted = one(f"select {columns} from {PREFIX}silver.int_incidents__counted where territory = 'toronto'")
    assert counted == (15, 1, 1, 13)
    inside = f"select count(*), count_if(is_in_territory) from {PREFIX}silver.fct_incidents where territory = 'toronto'"
    assert one(inside) == (13, 12)


def test_zeros_are_told_of_whole_weeks_only(built: dbt.DbtSummary) -> None:
    weeks = spark.rows(
        f"""select type, string(week_start_date), incident_count, cell_count
        from {PREFIX}silver.fct_territory_week where territory = 'toronto' order by 1, 2"""
    )
    assert [tuple(row) for row in weeks] == [
        ("assault", "2014-01-06", 10, 3),
        ("assault", "2014-01-13", 0, 3),
        ("robbery", "2014-01-06", 1, 3),
        ("robbery", "2014-01-13", 0, 3),
    ]
    cells = spark.rows(f"select cell_id, type, incident_count from {PREFIX}silver.fct_cell_week order by 1, 2")
    assert [tuple(row) for row in cells] == [("toronto:0:0", "assault", 10), ("toronto:0:1", "robbery", 1)]


def test_descriptions_are_in_the_commit_that_makes_the_table(built: dbt.DbtSummary) -> None:
    for table in ("fct_incidents", "dim_cell", "fct_cell_week"):
        fields = spark.session().table(f"{PREFIX}silver.{table}").schema.fields
        assert fields and [field.name for field in fields if not field.metadata.get("comment")] == [], table
        assert [commit["operation"] for commit in deltars.history(f"{PREFIX}silver.{table}")] == [
            "CREATE OR REPLACE TABLE AS SELECT"
        ], table
        assert spark.comment_of(f"{PREFIX}silver.{table}").endswith(f". {VARIABLES['sources']['toronto_incidents']}")


def test_a_table_made_before_takes_its_comments_in_one_commit_that_is_no_new_data(built: dbt.DbtSummary) -> None:
    name, columns = f"{PREFIX}silver.said", (("territory", "string", "City."), ("week", "date", "Monday's date."))
    make_table(WeekTable(name, "territory string, week date", "One row per territory."))
    for _ in range(2):
        make_table(WeekTable.told(name, columns, "One row per territory."))
    fields = spark.session().table(name).schema.fields
    assert [field.metadata.get("comment") for field in fields] == ["City.", "Monday's date."]
    assert [commit["operation"] for commit in deltars.history(name)] == ["CHANGE COLUMNS", "CREATE TABLE"]
    assert delta.data_version(name) == 0
    cited = " ".join(source_line(contract) for contract in DOMAINS["incidents"].contracts)
    assert spark.comment_of(name) == f"One row per territory. {cited}"
    spark.sql(f"comment on table {name} is 'Of before.'")
    for _ in range(2):
        make_table(WeekTable.told(name, columns, "One row per territory."))
    assert spark.comment_of(name) == f"One row per territory. {cited}"
    assert [commit["operation"] for commit in deltars.history(name)][:2] == ["SET TBLPROPERTIES", "SET TBLPROPERTIES"]
    assert len(deltars.history(name)) == 4 and delta.data_version(name) == 0


def test_the_run_is_in_the_history_of_the_tables_it_wrote(built: dbt.DbtSummary) -> None:
    commit = delta.last_commit(f"{PREFIX}silver.fct_cell_week")
    assert commit is not None
    assert "test-run" in (commit.user_metadata or "")


def test_lineage_has_the_columns_the_version_and_the_rows(built: dbt.DbtSummary) -> None:
    events = lineage.dbt_events(built.target_dir, "test-run", {f"{PREFIX}bronze.toronto_incidents": 7})
    outputs = {item["name"]: item for event in events for item in event["outputs"]}
    week = outputs[f"{PREFIX}silver.fct_territory_week"]
    origins = week["facets"]["columnLineage"]["fields"]["incident_count"]["inputFields"]
    assert [(item["namespace"], item["name"], item["field"]) for item in origins] == [
        (settings().hdfs_uri, f"{PREFIX}silver.fct_incidents", "incident_id")
    ]
    assert week["outputFacets"]["outputStatistics"]["rowCount"] == 4
    assert week["facets"]["version"]["datasetVersion"] == str(delta.last_commit(week["name"]).version)  # type: ignore[union-attr]
    read = {item["name"]: item for event in events for item in event["inputs"]}
    assert read[f"{PREFIX}bronze.toronto_incidents"]["facets"]["version"]["datasetVersion"] == "7"


def test_the_door_s_key_is_in_no_artefact_and_no_log(built: dbt.DbtSummary) -> None:
    key = settings().secret("spark_token")
    files = [
        path for folder in (built.target_dir, settings().logs / "dbt") for path in folder.rglob("*") if path.is_file()
    ]
    assert files
    assert [path.name for path in files if key.encode() in path.read_bytes()] == []


def test_a_row_that_breaks_a_constraint_is_named_and_leaves_the_last_good_version(
    built: dbt.DbtSummary, tmp_path: Path
) -> None:
    before = delta.last_commit(f"{PREFIX}silver.fct_incidents")
    write_incidents((*ROWS, ("z", None, X + 10, Y + 10, "assault")))
    with pytest.raises(CalanqueError, match=r"model 'fct_incidents' could not run: .*_is_present\.") as raised:
        build(tmp_path, "fct_incidents")
    assert "synthetic" not in str(raised.value)
    assert delta.last_commit(f"{PREFIX}silver.fct_incidents") == before


def test_a_row_that_breaks_a_data_test_is_named(built: dbt.DbtSummary, tmp_path: Path) -> None:
    write_incidents((*ROWS, *((f"z{n}", "2014-01-08", X + 9999, Y + 10, "assault") for n in range(3))))
    with pytest.raises(CalanqueError, match="test 'holds_fct_incidents"):
        build(tmp_path, "fct_incidents")


def test_a_condition_that_rows_break_is_named_with_how_many_do(built: dbt.DbtSummary, tmp_path: Path) -> None:
    spark.rows(
        f"""create or replace table {PREFIX}marts.fct_model_promotion using delta
        location '{settings().hdfs_uri}/lake/{PREFIX}marts/fct_model_promotion' as
        select * from values ('promoted', 'It is better.'), ('guessed', null), (null, null) as t(decision, reason)"""
    )
    write_project(tmp_path, [TORONTO])
    others = " ".join(f"source:calanque.forecast.{mart}" for mart in WRITTEN_BY_ML)
    broken = "2 rows break 'decision in .*', 2 rows break 'reason is not null'"
    with pytest.raises(CalanqueError, match=rf"'fct_model_promotion_rows_hold' failed: {broken}\."):
        dbt.check_forecast(tmp_path, VARIABLES, "test-run", others)


def test_files_left_by_a_killed_first_build_do_not_stop_the_next(built: dbt.DbtSummary, tmp_path: Path) -> None:
    write_incidents(ROWS)
    spark.sql(f"drop table {PREFIX}silver.fct_cell_week").collect()
    lake().delete(f"/lake/{PREFIX}silver/fct_cell_week")
    lake().write(f"/lake/{PREFIX}silver/fct_cell_week/territory=toronto/part-00000.parquet", b"cut")
    assert f"{PREFIX}silver.fct_cell_week" in build(tmp_path, "fct_cell_week").models_built


DOMAINS_OF = {
    "reports": ("citizen_reports",),
    "observations": ("marseille_detections", "marseille_passers_by"),
    "enforcement": ("marseille_fines",),
    "surroundings": ("marseille_occupations", "marseille_partners"),
}


def test_the_sql_of_a_domain_does_what_its_unit_tests_say(built: dbt.DbtSummary, tmp_path: Path) -> None:
    """On models of no row: what is counted of persons, and withheld, is told by the rows of the tests."""
    contracts = [load_contract(feed) for feeds in DOMAINS_OF.values() for feed in feeds]
    for contract in contracts:
        columns = ", ".join(f"{name} {kind}" for name, kind in bronze_columns(contract).items())
        place = f"{settings().hdfs_uri}/lake/{PREFIX}bronze/{contract.feed}"
        spark.rows(f"create table {PREFIX}bronze.{contract.feed} ({columns}) using delta location '{place}'")
    write_project(tmp_path, contracts)
    left_out = f"{dbt.AFTER_FORECAST} resource_type:test"
    selected = " ".join(f"+tag:{domain}" for domain in DOMAINS_OF)
    done = dbt.build(tmp_path, selected, VARIABLES, run_id="unit-tests", exclude=left_out)
    assert (done.tests_failed, done.tests_passed) == (0, 8 + 3 + 1 + 2)
