"""The dbt project on a real engine, in schemas of its own: good rows, a bad row, and what lineage keeps of it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from calanque.engines import dbt, delta, lineage, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.settings import settings
from ml.marts import WeekTable, make_table

PREFIX = "scratch_"
Row = tuple[str, str, float, float, str | None]
VARIABLES: dict[str, Any] = {
    "prefix": PREFIX,
    "grids": {"toronto": {"x0_m": 600000.0, "y0_m": 4800000.0, "cell_m": 250}},
    "valid_from": {"toronto_incidents": "2014-01-01"},
}
# id, local date, x_m, y_m, type: a copy, a stray, one outside the cells, one in a week that is cut.
ROWS = (
    ("a", "2014-01-01", 600010.0, 4800010.0, "assault"),
    ("b", "2014-01-06", 600010.0, 4800010.0, "assault"),
    ("c", "2014-01-07", 600260.0, 4800010.0, "robbery"),
    ("c", "2014-01-07", 600260.0, 4800010.0, "robbery"),
    *((f"d{n}", "2014-01-08", 600010.0, 4800010.0, "assault") for n in range(9)),
    ("early", "2000-05-05", 600010.0, 4800010.0, "assault"),
    ("outside", "2014-01-19", 609999.0, 4800010.0, "assault"),
)


def write_incidents(rows: tuple[Row, ...]) -> None:
    kinds = ["null" if row[4] is None else f"'{row[4]}'" for row in rows]
    values = ", ".join(
        f"('{row[0]}', date '{row[1]}', {row[2]}D, {row[3]}D, {kind})" for row, kind in zip(rows, kinds, strict=True)
    )
    spark.sql(
        f"""create or replace table {PREFIX}bronze.toronto_incidents using delta
        location '{settings().hdfs_uri}/lake/{PREFIX}bronze/toronto_incidents' as
        select incident_id, cast(day as timestamp) as occurred_at, day as occurred_local_date,
          12 as occurred_local_hour,
          type, 'house' as premises, 'synthetic' as neighbourhood, -79.4D as lon, 43.7D as lat, x_m, y_m,
          'b1' as _batch_id, current_timestamp() as _ingested_at,
          '1.0.0' as _contract_version
        from values {values} as t(incident_id, day, x_m, y_m, type)"""
    ).collect()


def write_cells() -> None:
    spark.sql(
        f"""create or replace table {PREFIX}silver.territory_cells using delta
        location '{settings().hdfs_uri}/lake/{PREFIX}silver/territory_cells' as
        select concat('toronto:0:', col) as cell_id, 'toronto' as territory, 0 as row, col,
          600000D + 250 * col as x_m, 4800000D as y_m, -79.4D as lon, 43.7D as lat, 62500D as area_m2,
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
    for zone in ("bronze", "silver", "marts"):
        place = f"{settings().hdfs_uri}/lake/{PREFIX}{zone}"
        spark.sql(f"create schema if not exists {PREFIX}{zone} location '{place}'").collect()
    write_incidents(ROWS)
    write_cells()
    yield build(tmp_path_factory.mktemp("dbt"))
    for zone in ("bronze", "silver", "marts"):
        drop_schema(f"{PREFIX}{zone}")
        lake().delete(f"/lake/{PREFIX}{zone}")
    spark.stop_session()


def build(target_dir: Path, select: str = "+tag:incidents") -> dbt.DbtSummary:
    return dbt.build(select, VARIABLES, target_dir, run_id="test-run")


def one(query: str) -> tuple[Any, ...]:
    return tuple(spark.rows(query)[0])


def test_every_model_is_built_and_every_test_passes(built: dbt.DbtSummary) -> None:
    assert f"{PREFIX}marts.fct_cell_week" in built.models_built
    assert built.tests_failed == 0
    assert built.tests_passed >= 25
    assert built.row_counts[f"{PREFIX}marts.fct_incidents"] == 13


def test_duplicates_and_strays_are_removed_and_counted(built: dbt.DbtSummary) -> None:
    counted = one(
        f"select loaded_count, duplicate_count, stray_count, kept_count from {PREFIX}silver.int_incidents__counted"
    )
    assert counted == (15, 1, 1, 13)
    assert one(f"select count(*), count_if(is_in_territory) from {PREFIX}marts.fct_incidents") == (13, 12)


def test_zeros_are_there_for_whole_weeks_only(built: dbt.DbtSummary) -> None:
    found = one(
        f"""select count(*), sum(incident_count), min(week_start_date), max(week_start_date)
        from {PREFIX}marts.fct_cell_week"""
    )
    assert (found[0], found[1], str(found[2]), str(found[3])) == (3 * 2 * 2, 11, "2014-01-06", "2014-01-13")


def test_descriptions_are_in_the_commit_that_makes_the_table(built: dbt.DbtSummary) -> None:
    for table in ("fct_incidents", "dim_cell", "dim_area", "fct_cell_week"):
        fields = spark.session().table(f"{PREFIX}marts.{table}").schema.fields
        assert fields and [field.name for field in fields if not field.metadata.get("comment")] == [], table
        assert [commit["operation"] for commit in spark.history(f"{PREFIX}marts.{table}")] == [
            "CREATE OR REPLACE TABLE AS SELECT"
        ], table


def test_a_table_made_before_takes_its_comments_in_one_commit_that_is_no_new_data(built: dbt.DbtSummary) -> None:
    name, columns = f"{PREFIX}marts.said", (("territory", "string", "City."), ("week", "date", "Monday's date."))
    make_table(WeekTable(name, "territory string, week date", "One row per territory."))
    for _ in range(2):
        make_table(WeekTable.told(name, columns, "One row per territory."))
    fields = spark.session().table(name).schema.fields
    assert [field.metadata.get("comment") for field in fields] == ["City.", "Monday's date."]
    assert [commit["operation"] for commit in spark.history(name)] == ["CHANGE COLUMNS", "CREATE TABLE"]
    assert delta.data_version(name) == 0


def test_the_run_is_in_the_history_of_the_tables_it_wrote(built: dbt.DbtSummary) -> None:
    commit = delta.last_commit(f"{PREFIX}marts.fct_cell_week")
    assert commit is not None
    assert "test-run" in (commit.user_metadata or "")


def test_lineage_has_the_columns_the_version_and_the_rows(built: dbt.DbtSummary) -> None:
    events = lineage.dbt_events(built.target_dir, "test-run", {f"{PREFIX}bronze.toronto_incidents": 7})
    outputs = {item["name"]: item for event in events for item in event["outputs"]}
    week = outputs[f"{PREFIX}marts.fct_cell_week"]
    origins = week["facets"]["columnLineage"]["fields"]["incident_count"]["inputFields"]
    assert [(item["namespace"], item["name"], item["field"]) for item in origins] == [
        (settings().hdfs_uri, f"{PREFIX}marts.fct_incidents", "incident_id")
    ]
    assert week["outputFacets"]["outputStatistics"]["rowCount"] == 12
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
    before = delta.last_commit(f"{PREFIX}marts.fct_incidents")
    write_incidents((*ROWS, ("z", "2014-01-08", 600010.0, 4800010.0, None)))
    with pytest.raises(CalanqueError, match=r"model 'fct_incidents' could not run: .*type_is_present\.") as raised:
        build(tmp_path, "fct_incidents")
    assert "synthetic" not in str(raised.value)
    assert delta.last_commit(f"{PREFIX}marts.fct_incidents") == before


def test_a_row_that_breaks_a_data_test_is_named(built: dbt.DbtSummary, tmp_path: Path) -> None:
    write_incidents((*ROWS, ("z", "2014-01-08", 600010.0, 4800010.0, "arson")))
    with pytest.raises(CalanqueError, match="test 'accepted_values_fct_incidents_type"):
        build(tmp_path, "fct_incidents")


def test_files_left_by_a_killed_first_build_do_not_stop_the_next(built: dbt.DbtSummary, tmp_path: Path) -> None:
    write_incidents(ROWS)
    spark.sql(f"drop table {PREFIX}marts.fct_cell_week").collect()
    lake().delete(f"/lake/{PREFIX}marts/fct_cell_week")
    lake().write(f"/lake/{PREFIX}marts/fct_cell_week/type=assault/part-00000.parquet", b"cut")
    assert f"{PREFIX}marts.fct_cell_week" in build(tmp_path, "fct_cell_week").models_built


def test_a_missing_grid_is_said_before_anything_is_built(built: dbt.DbtSummary, tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match=r"has no entry 'toronto'.*pass it with --vars"):
        dbt.build("+tag:incidents", {**VARIABLES, "grids": {}}, tmp_path)
