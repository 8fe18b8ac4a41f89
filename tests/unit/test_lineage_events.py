"""Events as they are stored, and walked, on a lake kept in memory."""

import json
from datetime import timedelta

from memory_lake import MemoryLake, MemoryTables

from calanque.engines import delta
from calanque.engines.lineage import How, LineageDataset, Origin
from calanque.governance import lineage
from calanque.runs import lineage as recorder


def publish(run_id: str) -> dict:
    bronze = LineageDataset(
        name="bronze.citizen_reports",
        columns={"reporter_token": "string"},
        version=3,
        row_count=120,
        origins={"reporter_token": (Origin(dataset="/lake/landing/citizen_reports", column="name", how=How.TOKEN),)},
    )
    landed = LineageDataset(name="/lake/landing/citizen_reports", version="b0123")
    return recorder.emit("publish.citizen_reports", run_id, [landed], [bronze])


def test_an_emitted_event_can_be_walked(tables: MemoryTables) -> None:
    publish("manual__2024-01-01T00:00:00+00:00")
    tree = lineage.trace("bronze.citizen_reports", "reporter_token")
    assert (tree.version, tree.row_count, tree.run) == ("3", 120, "manual__2024-01-01T00:00:00+00:00")
    origin = tree.origins[0]
    assert (origin.dataset, origin.column, origin.how, origin.version) == (
        "/lake/landing/citizen_reports",
        "name",
        "token",
        "b0123",
    )


def test_all_events_are_one_read_and_come_newest_first(tables: MemoryTables) -> None:
    for run_id in ("second", "first", "third"):
        publish(run_id)
    late, early, newest = tables.rows["governance.lineage_event"]
    late["event_at"] = newest["event_at"] - timedelta(hours=1)
    early["event_at"] = newest["event_at"] - timedelta(days=9)
    tables.asked_count = 0
    found = [lineage.run_of(event) for event in recorder.read_events()]
    assert (found, tables.asked_count) == (["third", "second", "first"], 1)


def test_a_token_is_recorded_as_masking(tables: MemoryTables) -> None:
    publish("r")
    (row,) = tables.rows["governance.lineage_event"]
    assert (row["job"], row["inputs"], row["outputs"]) == (
        "publish.citizen_reports",
        ["/lake/landing/citizen_reports"],
        ["bronze.citizen_reports"],
    )
    stored = json.loads(row["event"])
    field = stored["outputs"][0]["facets"]["columnLineage"]["fields"]["reporter_token"]["inputFields"][0]
    assert field["transformations"][0]["masking"] is True


def test_files_of_a_killed_first_writer_are_removed_and_a_living_table_is_not(memory: MemoryLake) -> None:
    memory.write("/lake/marts/unborn/part-0.parquet", "")
    memory.commit("marts.living", 0, "WRITE", rows=5)
    assert not delta.remove_uncommitted("marts.unborn", idle_s=1e12)
    assert delta.remove_uncommitted("marts.unborn")
    assert not delta.remove_uncommitted("marts.living")
    assert not delta.remove_uncommitted("marts.absent")
    assert memory.list("/lake/marts") == ["living"]
