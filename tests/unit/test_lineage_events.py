"""Events as they are stored, and the fingerprints beside them, on a lake kept in memory."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calanque.engines import delta
from calanque.engines import lineage as recorder
from calanque.engines.hdfs import LakeError
from calanque.engines.lineage import How, LineageDataset, Origin
from calanque.errors import CalanqueError
from calanque.governance import lineage, state


class MemoryLake:
    """The part of `calanque.engines.hdfs.Lake` that lineage and state use, over a dictionary."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def write(self, path: str, data: str, overwrite: bool = False) -> None:
        if path in self.files and not overwrite:
            raise LakeError("exists", "FileAlreadyExistsException")
        self.files[path] = data

    def write_json(self, path: str, value: Any) -> None:
        self.write(path, json.dumps(value), overwrite=True)

    def read(self, path: str) -> bytes:
        return self.files[path].encode()

    def read_json(self, path: str) -> Any:
        return json.loads(self.files[path])

    def exists(self, path: str) -> bool:
        return any(name == path or name.startswith(f"{path}/") for name in self.files)

    def status(self, path: str) -> dict[str, Any] | None:
        return {"modificationTime": 0} if self.exists(path) else None

    def list(self, path: str) -> list[str]:
        return sorted({name[len(path) + 1 :].split("/")[0] for name in self.files if name.startswith(f"{path}/")})

    def delete(self, path: str) -> None:
        self.files = {name: text for name, text in self.files.items() if not name.startswith(path)}

    def commit(self, table: str, version: int, operation: str, rows: int | None = None) -> None:
        info = {
            "operation": operation,
            "timestamp": 1,
            "operationMetrics": {"numOutputRows": str(rows)} if rows else {},
        }
        path = f"{delta.table_path(table)}/_delta_log/{version:020d}.json"
        self.write(path, '{"protocol":{}}\n' + json.dumps({"commitInfo": info}))


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryLake]:
    lake = MemoryLake()
    for module in (delta, recorder, lineage, state):
        monkeypatch.setattr(module, "lake", lambda: lake)
    yield lake


def publish(run_id: str, failed_because: str | None = None) -> str:
    bronze = LineageDataset(
        name="bronze.citizen_reports",
        columns={"reporter_token": "string"},
        version=3,
        row_count=120,
        origins={"reporter_token": (Origin(dataset="/lake/landing/citizen_reports", column="name", how=How.TOKEN),)},
    )
    landed = LineageDataset(name="/lake/landing/citizen_reports", version="b0123")
    return recorder.emit("publish.citizen_reports", run_id, [landed], [bronze], failed_because=failed_because)


def test_an_emitted_event_can_be_walked(memory: MemoryLake) -> None:
    path = publish("manual__2024-01-01T00:00:00+00:00")
    assert path.endswith("/manual__2024_01_01T00_00_00_00_00-0.json")
    tree = lineage.trace("bronze.citizen_reports", "reporter_token")
    assert (tree.version, tree.row_count, tree.run) == ("3", 120, "manual__2024-01-01T00:00:00+00:00")
    origin = tree.origins[0]
    assert (origin.dataset, origin.column, origin.how, origin.version) == (
        "/lake/landing/citizen_reports",
        "name",
        "token",
        "b0123",
    )


def test_a_token_is_recorded_as_masking(memory: MemoryLake) -> None:
    stored = memory.read_json(publish("r"))
    field = stored["outputs"][0]["facets"]["columnLineage"]["fields"]["reporter_token"]["inputFields"][0]
    assert field["transformations"][0]["masking"] is True


def test_two_events_of_a_run_keep_their_own_files(memory: MemoryLake) -> None:
    assert publish("r") != publish("r")
    assert len(memory.files) == 2


def test_a_failure_keeps_its_sentence_and_is_not_a_writer(memory: MemoryLake) -> None:
    stored = memory.read_json(publish("r", failed_because="The gate refused the batch."))
    assert stored["eventType"] == "FAIL"
    assert stored["run"]["facets"]["errorMessage"]["message"] == "The gate refused the batch."
    with pytest.raises(CalanqueError, match="No recorded run"):
        lineage.trace("bronze.citizen_reports")


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


def test_files_of_a_killed_first_writer_are_removed_and_a_living_table_is_not(memory: MemoryLake) -> None:
    memory.write("/lake/marts/unborn/part-0.parquet", "")
    memory.commit("marts.living", 0, "WRITE", rows=5)
    assert not delta.remove_unborn("marts.unborn", idle_s=1e12)
    assert delta.remove_unborn("marts.unborn")
    assert not delta.remove_unborn("marts.living")
    assert not delta.remove_unborn("marts.absent")
    assert memory.list("/lake/marts") == ["living"]


def test_the_code_hash_follows_names_and_bytes_but_not_the_interpreter_s_files(tmp_path: Path) -> None:
    code = tmp_path / "dbt"
    code.mkdir()
    (code / "a.sql").write_text("select 1")
    first = state.code_hash(code)
    (code / "__pycache__").mkdir()
    (code / "__pycache__" / "a.pyc").write_text("x")
    assert state.code_hash(code) == first
    (code / "a.sql").write_text("select 2")
    assert state.code_hash(code) != first
