"""Tables of runs on a real lake: a log that was cut, many writers at once, small files merged."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from drop_feed import HEADER, Feed, lines, vacuumed_at_once

from calanque.engines import deltars
from calanque.engines.hdfs import lake
from calanque.governance import maintain
from calanque.governance.lineage import trace
from calanque.runs import batches, state


def test_a_log_that_was_cleaned_up_rebuilds_nothing(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    feed.send(HEADER + lines(20))
    feed.run()
    table, step = f"bronze.{feed.name}", f"train.{feed.name}"
    state.record(step, state.table_versions([table]), {})
    lake().write(f"/lake/bronze/{feed.name}/of_a_killed_run.parquet", "x")
    assert vacuumed_at_once(table, monkeypatch)
    opened = deltars.open_table(table)
    opened.create_checkpoint()
    # As Delta does after a month, here down to the last commit.
    log, newest = f"/lake/bronze/{feed.name}/_delta_log", f"{opened.version():020d}.json"
    cut = [name for name in lake().list(log) if name.endswith(".json") and name < newest]
    assert len(cut) >= 3
    for name in cut:
        lake().delete(f"{log}/{name}")
    assert state.unchanged(step, state.table_versions([table]))
    feed.send(HEADER + lines(20, 100))
    feed.run()
    assert not state.unchanged(step, state.table_versions([table]))


def test_the_facts_of_a_batch_are_four_commits(feed: Feed) -> None:
    made = {"batch": 2, "gate_result": 1, "lineage_event": 1, "step": 0}
    before = {name: deltars.newest(f"governance.{name}").version() for name in made}
    feed.send(HEADER + lines(5))
    assert set(feed.run().timings_s) == {"land", "protect", "gate", "publish"}
    assert {name: deltars.newest(f"governance.{name}").version() - before[name] for name in made} == made
    # Of two events of one commit a walk finds the landing behind the publication.
    (origin,) = trace(f"bronze.{feed.name}", "lat").origins
    assert (origin.job, [leaf.column for leaf in origin.leaves()]) == (f"land.{feed.name}", ["lat"])


def test_steps_that_end_at_once_lose_no_row(feed: Feed) -> None:
    steps = [f"train.{feed.name}_{number}" for number in range(12)]
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda step: state.record(step, {"code": step}, {}), steps))
    assert all(state.unchanged(step, {"code": step}) for step in steps)


def test_upkeep_merges_the_small_files_of_runs(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    feed.send(HEADER + lines(5))
    before = feed.run()
    monkeypatch.setattr(maintain, "OPTIMISED_FROM", 1_000_000)
    assert maintain.due_writers({"runs": ["governance.batch"]}) == []
    monkeypatch.setattr(maintain, "OPTIMISED_FROM", 2)
    assert maintain.due_writers({"runs": ["governance.batch"]})[0] == "runs"
    files = maintain.tidy(["governance.batch"])["governance.batch"]
    # A batch has a row, and a file, when it has landed and one when it is done.
    assert files["files_before"] > files["files_after"]
    assert batches.read_report(feed.name, before.batch_id) == before
    assert batches.newest_landed(feed.name) == before
    assert "governance.batch" not in maintain.versions()
