"""What is known of runs: the fold of their rows, and what a step's fingerprint says after the log was cleaned up."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from memory_lake import MemoryLake, MemoryTables

from calanque.contracts.gates import Check, GateResult
from calanque.engines import delta
from calanque.runs import batches, gates, state, store
from calanque.runs.records import BatchRef, BatchReport, BatchState
from calanque.runs.tables import TABLES, create_sql

MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Clock:
    """The time of the store, which moves a minute with each look."""

    now_at = MORNING

    def now(self, _: Any) -> datetime:
        self.now_at += timedelta(minutes=1)
        return self.now_at


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch, tables: MemoryTables) -> Clock:
    found = Clock()
    monkeypatch.setattr(store, "datetime", found)
    return found


def test_a_row_says_which_run_of_which_dag_wrote_it(tables: MemoryTables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "train")
    monkeypatch.setenv("AIRFLOW_CTX_DAG_RUN_ID", "scheduled__1")
    state.record("train.toronto", {"code": "a"}, {"model_version": 3})
    (row,) = tables.rows["governance.step"]
    assert (row["dag_id"], row["run_id"], row["day"]) == ("train", "scheduled__1", date(2026, 3, 1))
    assert (row["domain"], row["territory"], row["code"]) == ("train", "toronto", "a")
    assert "scikit-learn" in row["libraries"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_of_a_table_of_runs_says_what_it_holds(table: Any) -> None:
    text = create_sql(table)
    assert text.count(" COMMENT '") == len(table.columns) + 1
    assert all(comment.endswith(".") for _, _, comment in table.columns)
    assert f"PARTITIONED BY ({', '.join(table.partitions)})" in text
    # Delta takes no bounds of a column that its files lie apart by.
    bounded = text.split("dataSkippingStatsColumns' = '")[1].split("'")[0].split(",")
    assert not set(bounded) & set(table.partitions)


def write(batch_id: str, state: BatchState, version: str = "1.0.0", **facts: Any) -> BatchReport:
    ref = BatchRef(feed="f", batch_id=batch_id, contract_version=version, state="landed", run_id="r")
    return batches.write_report(ref, state, **facts)


def test_the_newest_row_of_a_batch_is_its_report(tables: MemoryTables) -> None:
    write("b1", "landed", landed_at=MORNING)
    write("b2", "landed")
    written = write("b1", "published", landed_count=10, reasons={"wrong_type:lon": 2})
    assert batches.read_report("f", "b1") == written
    assert written.landed_at == MORNING
    assert batches.read_report("f", "b3") is None
    assert batches.read_report("g", "b1") is None
    assert len(tables.rows["governance.batch"]) == 3


@pytest.mark.parametrize(
    ("steps", "standing"),
    [
        pytest.param([("1", "published", 4), ("2", "refused", None)], ("1", "published"), id="refused-after"),
        pytest.param([("1", "refused", None), ("2", "refused", None)], ("2", "refused"), id="newest-refused"),
        pytest.param([("1", "published", 4), ("2", "published", 6)], ("2", "published"), id="later-commit"),
        pytest.param(
            [("1", "published", 4), ("2", "published", 6), ("1", "published", 8)], ("1", "published"), id="and-back"
        ),
    ],
)
def test_the_report_that_stands_is_the_newest_published_one(
    tables: MemoryTables, monkeypatch: pytest.MonkeyPatch, clock: Clock, steps: list[Any], standing: tuple[str, str]
) -> None:
    monkeypatch.setattr(batches, "utc_now", lambda: clock.now_at)
    for version, ended, bronze_version in steps:
        write("b1", ended, version, bronze_version=bronze_version)
    for found in (batches.read_report("f", "b1"), *batches.read_reports("f")):
        assert found is not None
        assert (found.contract_version, found.state) == standing
    assert len(batches.read_reports("f")) == 1


def test_a_published_report_stays(tables: MemoryTables) -> None:
    published = write("b1", "published", bronze_version=1)
    assert write("b1", "landed") == write("b1", "refused") == published
    assert len(tables.rows["governance.batch"]) == 1


def test_a_refused_batch_that_runs_again_begins_anew(tables: MemoryTables) -> None:
    write("b1", "refused", refused_by=("gate:x",), refused_because="No.")
    again = write("b1", "landed")
    assert (again.state, again.refused_by, again.refused_because) == ("landed", (), None)


def test_the_batch_landed_last_is_found_without_reading_every_row(tables: MemoryTables, clock: Clock) -> None:
    for number in range(5):
        clock.now_at = MORNING + timedelta(days=number)
        write(f"b{number}", "published", landed_at=clock.now_at, day=date(2026, 1, 1 + number % 2))
    write("b0", "published")  # stands: no row
    clock.now_at += timedelta(days=1)
    write("b9", "refused", landed_at=clock.now_at)
    tables.read_count = 0
    newest = batches.newest_landed("f")
    assert newest is not None and newest.batch_id == "b4"
    assert tables.read_count <= 4
    of_day = batches.newest_landed("f", date(2026, 1, 2))
    assert of_day is not None and of_day.batch_id == "b3"
    assert batches.newest_landed("g") is None


def test_what_a_gate_found_last_is_what_counts(tables: MemoryTables) -> None:
    def result(success: bool) -> GateResult:
        check = {"column": "lat", "severity": "critical", "observed": "3", "sentence": "So."}
        checks = tuple(Check(name=name, success=success, **check) for name in ("a", "b"))
        return GateResult(feed="f", batch_id="b1", passed=success, checks=checks)

    gates.record("landing", [result(False)], "r", "1.0.0")
    gates.record("landing", [result(True)], "r2", "1.0.0")
    found = sorted(gates.newest_checks("f", "b1"), key=lambda check: check.name)
    assert found == list(result(True).checks)
    assert gates.newest_checks("f", "b2") == []
    assert {row["column_name"] for row in tables.rows["governance.gate_result"]} == {"lat"}


def test_a_step_with_the_same_inputs_is_unchanged_even_after_maintenance(memory: MemoryLake) -> None:
    memory.commit("bronze.f", 0, "WRITE", rows=10)
    memory.commit("marts.m", 0, "CREATE OR REPLACE TABLE AS SELECT", rows=5)
    inputs = {**state.table_versions(["bronze.f", "bronze.none"]), "code": "abc"}
    assert inputs == {"bronze.f": 0, "bronze.none": "absent", "code": "abc"}
    assert not state.unchanged("transform", inputs)
    state.record("transform", inputs, {**state.table_versions(["marts.m"]), "note": "any fact"})
    memory.commit("bronze.f", 1, "OPTIMIZE")
    memory.commit("marts.m", 1, "VACUUM END")
    memory.commit("marts.m", 2, "CHANGE COLUMNS")
    assert state.unchanged("transform", {**state.table_versions(["bronze.f", "bronze.none"]), "code": "abc"})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"bronze.f": 1}, id="a table has new rows"),
        pytest.param({"code": "def"}, id="the code changed"),
        pytest.param({"bronze.g": 0}, id="one more input"),
    ],
)
def test_a_changed_input_runs_again(memory: MemoryLake, change: dict[str, int | str]) -> None:
    state.record("transform", {"bronze.f": 0, "code": "abc"}, {})
    assert not state.unchanged("transform", {"bronze.f": 0, "code": "abc"} | change)


def test_a_lost_output_runs_again(memory: MemoryLake) -> None:
    memory.commit("marts.m", 0, "WRITE", rows=5)
    state.record("transform", {"bronze.f": 0}, state.table_versions(["marts.m"]))
    memory.delete("/lake/marts/m")
    assert not state.unchanged("transform", {"bronze.f": 0})


def record_of(memory: MemoryLake, *operations: str) -> dict[str, int | str]:
    """Commit to a table, record a step that read it after the first two, and return the step's inputs."""
    for version, operation in enumerate(operations[:2]):
        memory.commit("bronze.f", version, operation)
    inputs = state.table_versions(["bronze.f"])
    state.record("transform", inputs, {})
    for version, operation in enumerate(operations[2:], 2):
        memory.commit("bronze.f", version, operation)
    return inputs


@pytest.mark.parametrize(
    ("operations", "cut", "is_unchanged"),
    [
        pytest.param(("CREATE TABLE", "WRITE"), 2, True, id="nothing since"),
        pytest.param(("CREATE TABLE", "WRITE"), 1, True, id="its own commit left"),
        pytest.param(("CREATE TABLE", "WRITE", "OPTIMIZE", "VACUUM START"), 2, True, id="upkeep since"),
        pytest.param(("CREATE TABLE", "WRITE", "OPTIMIZE", "WRITE"), 2, False, id="rows since"),
        pytest.param(("CREATE TABLE", "WRITE", "DELETE", "VACUUM END"), 3, False, id="a change may be cut away"),
    ],
)
def test_a_log_that_was_cleaned_up_hides_no_change_and_makes_none(
    memory: MemoryLake, operations: tuple[str, ...], cut: int, is_unchanged: bool
) -> None:
    record_of(memory, *operations)
    memory.cut("bronze.f", cut)
    assert state.unchanged("transform", state.table_versions(["bronze.f"])) is is_unchanged


def test_upkeep_says_what_a_log_cut_above_the_data_forgets(memory: MemoryLake) -> None:
    record_of(memory, "CREATE TABLE", "WRITE")
    for version in range(2, 9):
        found = delta.last_data_commit("bronze.f")
        assert found is not None
        memory.commit("bronze.f", version, "VACUUM END", **{delta.STANDING: found.model_dump()})
        memory.cut("bronze.f", version - 1)
    assert delta.data_version("bronze.f") == 1
    assert state.unchanged("transform", state.table_versions(["bronze.f"]))
    memory.commit("bronze.f", 9, "WRITE")
    assert not state.unchanged("transform", state.table_versions(["bronze.f"]))


def test_a_table_that_was_made_anew_is_another(memory: MemoryLake) -> None:
    record_of(memory, "CREATE TABLE", "WRITE")
    memory.delete("/lake/bronze/f")
    memory.commit("bronze.f", 0, "WRITE")
    assert not state.unchanged("transform", state.table_versions(["bronze.f"]))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("marts.incidents", ("incidents", None)),
        ("marts.incidents.toronto", ("incidents", "toronto")),
        ("train.toronto", ("train", "toronto")),
        ("transform", ("transform", None)),
    ],
)
def test_a_step_s_name_says_what_it_works_on(step: str, told: tuple[str, str | None]) -> None:
    assert state.works_on(step) == told


def test_the_code_hash_sees_names_bytes_engines_and_libraries_but_not_the_interpreter_s_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "calanque" / "engines").mkdir(parents=True)
    (tmp_path / "dbt" / "__pycache__").mkdir(parents=True)
    (tmp_path / "dbt" / "a.sql").write_text("select 1")
    here = state.settings().model_copy(update={"root": tmp_path})
    monkeypatch.setattr(state, "settings", lambda: here)
    changes: list[Callable[[], object]] = [
        lambda: (tmp_path / "calanque" / "engines" / "spark.py").write_text("x = 1"),
        lambda: (tmp_path / "dbt" / "a.sql").write_text("select 2"),
        lambda: (tmp_path / "dbt" / "a.sql").rename(tmp_path / "dbt" / "b.sql"),
        lambda: monkeypatch.setattr(state, "libraries", lambda: {"dbt-core": "0"}),
    ]
    hashes = [state.code_hash(tmp_path / "dbt")]
    (tmp_path / "dbt" / "__pycache__" / "a.pyc").write_text("x")
    assert state.code_hash(tmp_path / "dbt") == hashes[0]
    for change in changes:
        change()
        hashes.append(state.code_hash(tmp_path / "dbt"))
    assert len(set(hashes)) == len(changes) + 1


def test_the_logs_of_several_tables_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    both = Barrier(2)

    def commit(table: str) -> delta.Commit | None:
        both.wait(10)
        return delta.Commit(version=7, operation="WRITE", at_ms=0) if table == "bronze.f" else None

    monkeypatch.setattr(delta, "last_data_commit", commit)
    assert state.table_versions(["bronze.g", "bronze.f", "bronze.g"]) == {"bronze.g": "absent", "bronze.f": 7}
