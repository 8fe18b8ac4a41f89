"""Bronze and quarantine take the staged files themselves: what a kill, a rival, old staging and upkeep do to that."""

import json
from datetime import timedelta
from typing import Any

import pytest
import yaml
from drop_feed import HEADER, Feed, lines

from calanque.contracts import FeedContract, load_contract
from calanque.errors import CalanqueError
from calanque.ingest.records import StagedBatch


def gated(feed: Feed) -> tuple[dict[str, Any], FeedContract]:
    """Bring the dropped batch to the step before publication."""
    from calanque.ingest import batch

    ref = batch.land_batch(feed.name, folders=feed.folders)
    for step in (batch.protect_batch, batch.gate_batch):
        ref = step(ref, feed.folders)
    return ref, load_contract(feed.name, feed.folders)


def commits(feed: Feed, tier: str = "bronze") -> list[dict[str, Any]]:
    """Return every action of a table's log."""
    from calanque.engines.hdfs import lake

    folder = f"/lake/{tier}/{feed.name}/_delta_log"
    texts = [lake().read(f"{folder}/{name}") for name in lake().list(folder) if name.endswith(".json")]
    return [json.loads(line) for text in texts for line in text.splitlines() if line.strip()]


def test_the_staged_files_become_the_tables_own_and_the_log_knows_open_columns_only(feed: Feed) -> None:
    from calanque.engines import deltars
    from calanque.engines.hdfs import lake
    from calanque.ingest.protect import staged_batch

    feed.send(HEADER + lines(100) + "E9,x,noise,-79.4,43.7\n")
    ref, contract = gated(feed)
    staged = staged_batch(contract, ref["batch_id"])
    assert staged is not None
    names = lake().list(f"/lake/staging/{feed.name}/{ref['batch_id']}/{contract.version}/{staged.attempt}")
    refused = lake().list(str(staged.refused_path))
    report = feed.run("rename")
    set_apart = [action["add"] for action in commits(feed, "quarantine") if "add" in action]
    assert {item["path"] for item in set_apart} == {f"{staged.attempt}-refused/{name}" for name in refused}
    assert sum(json.loads(item["stats"])["numRecords"] for item in set_apart) == report.quarantined_count == 1
    added = [action["add"] for action in commits(feed) if "add" in action]
    assert {item["path"] for item in added} == {f"{staged.attempt}/{name}" for name in names}
    statistics = [json.loads(item["stats"]) for item in added]
    assert sum(item["numRecords"] for item in statistics) == report.loaded_count == 100
    allowed = {"_batch_id", "_ingested_at", "happened_on", "lon", "lat"}
    assert all(set(item[kind]) == allowed for item in statistics for kind in ("minValues", "maxValues", "nullCount"))
    assert min(item["minValues"]["happened_on"] for item in statistics) == "2026-01-01"
    newest = deltars.history(f"bronze.{feed.name}", 1)[0]
    assert newest["user_metadata"] == {"batch": ref["batch_id"], "run": "rename", "contract_version": contract.version}
    assert newest["metrics"]["numOutputRows"] == "100"
    assert report.bronze_version == newest["version"]


def moved(contract: FeedContract, batch_id: str) -> StagedBatch:
    """Put the staged files of a batch below their tables, which a run does before it commits them."""
    from calanque.ingest.protect import staged_batch
    from calanque.ingest.publish import _move
    from calanque.ingest.tables import ensure_tables
    from calanque.ingest.tiers import attempt_path

    staged = staged_batch(contract, batch_id)
    assert staged is not None
    ensure_tables(contract)
    _move(contract.bronze_table, attempt_path(contract.feed, batch_id, contract.version, staged.attempt))
    if staged.refused_path:
        _move(contract.quarantine_table, staged.refused_path)
    return staged


def test_a_run_killed_between_the_rename_and_the_commit(feed: Feed) -> None:
    feed.send(HEADER + lines(100) + "E9,x,noise,-79.4,43.7\n")
    ref, contract = gated(feed)
    moved(contract, ref["batch_id"])
    assert (feed.bronze(), feed.quarantine()) == ([], [])
    report = feed.run()
    assert (report.loaded_count, report.quarantined_count) == (100, 1)
    assert len({row["event_id"] for row in feed.bronze()}) == len(feed.bronze()) == 100
    assert len(feed.quarantine()) == 1


def test_of_two_commits_of_one_batch_only_the_first_is_taken(feed: Feed) -> None:
    from calanque.engines import deltars
    from calanque.engines.parquet import data_files

    feed.send(HEADER + lines(100))
    ref, contract = gated(feed)
    staged = moved(contract, ref["batch_id"])
    files = data_files(f"/lake/bronze/{feed.name}/{staged.attempt}")
    rivals = [deltars.open_table(contract.bronze_table) for _ in range(3)]
    other = deltars.open_table(contract.bronze_table)
    assert deltars.append_files(rivals[0], staged.attempt, files, [ref["batch_id"], "a file"], {}) == 1
    with pytest.raises(CalanqueError, match="CommitFailedError"):
        deltars.append_files(rivals[1], staged.attempt, files, [ref["batch_id"]], {})
    with pytest.raises(CalanqueError, match="CommitFailedError"):
        deltars.append_files(rivals[2], staged.attempt, files, ["another with", "a file"], {})
    known = deltars.works_in(deltars.open_table(contract.bronze_table), (ref["batch_id"], "a file", "another with"))
    assert known == {ref["batch_id"], "a file"}
    # A batch of another name is no rival: it is committed on top.
    assert deltars.append_files(other, staged.attempt, files, ["another"], {"n": 2}) == 2


def test_every_tenth_version_has_a_checkpoint_that_spark_reads(feed: Feed) -> None:
    from calanque.engines import deltars, spark
    from calanque.engines.hdfs import lake
    from calanque.engines.parquet import data_files

    feed.send(HEADER + lines(100))
    assert feed.run().bronze_version == 1
    table = f"bronze.{feed.name}"
    log = f"/lake/bronze/{feed.name}/_delta_log"
    folder = next(name for name in lake().list(f"/lake/bronze/{feed.name}") if name.startswith("rows-"))
    files = data_files(f"/lake/bronze/{feed.name}/{folder}")
    for number in range(2, 12):
        opened = deltars.open_table(table)
        assert deltars.append_files(opened, folder, files, [f"again-{number}"], {"n": number}) == number
    assert "00000000000000000010.checkpoint.parquet" in lake().list(log)
    assert len(feed.bronze()) == 100
    assert spark.rows(f"SELECT count(*) AS n FROM {table} VERSION AS OF 10")[0]["n"] == 100


def test_staging_that_vacuum_could_take_or_that_is_gone_is_made_again(feed: Feed) -> None:
    from calanque.engines.hdfs import lake
    from calanque.ingest.protect import SUMMARY, staged_batch

    feed.send(HEADER + lines(10))
    ref, contract = gated(feed)
    staged = staged_batch(contract, ref["batch_id"])
    assert staged is not None
    summary = f"/lake/staging/{feed.name}/{ref['batch_id']}/{contract.version}/{SUMMARY}"
    old = staged.model_copy(update={"staged_at": staged.staged_at - timedelta(days=2)})
    lake().write(summary, old.model_dump_json(), overwrite=True)
    assert staged_batch(contract, ref["batch_id"]) is None
    ref, contract = gated(feed)
    again = staged_batch(contract, ref["batch_id"])
    assert again is not None
    assert again.attempt != staged.attempt
    lake().delete(f"/lake/staging/{feed.name}/{ref['batch_id']}/{contract.version}/{again.attempt}")
    assert feed.run().loaded_count == len(feed.bronze()) == 10


def test_optimize_vacuum_time_travel_and_a_new_contract_version(feed: Feed) -> None:
    from calanque.engines import spark

    table = f"bronze.{feed.name}"
    feed.send(HEADER + lines(50))
    first = feed.run()
    feed.send(HEADER + lines(50, 1_000))
    feed.run()
    everything = feed.bronze()
    assert len(everything) == 100
    # Both batches then share a file, which a new version of one of them may not take away.
    spark.rows(f"OPTIMIZE {table}")
    spark.rows(f"VACUUM {table}")
    assert feed.bronze() == everything
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**content, "version": "1.1.0"}), encoding="utf-8")
    assert feed.run().contract_version == "1.1.0"
    versions = [row["_contract_version"] for row in feed.bronze()]
    assert (versions.count("1.0.0"), versions.count("1.1.0")) == (50, 50)
    past = spark.rows(f"SELECT count(*) AS n FROM {table} VERSION AS OF {first.bronze_version}")
    assert past[0]["n"] == 50


def test_a_table_is_vacuumed_once_it_is_older_than_what_vacuum_keeps(feed: Feed) -> None:
    from calanque.engines.hdfs import lake
    from calanque.governance.maintain import KEPT_HOURS, vacuum

    feed.send(HEADER + lines(5))
    feed.run()
    table, before = f"bronze.{feed.name}", len(commits(feed))
    assert not vacuum(table)
    assert len(commits(feed)) == before
    first = f"/lake/bronze/{feed.name}/_delta_log/{0:020d}.json"
    lake()._client.set_times(
        first, modification_time=(lake().status(first) or {})["modificationTime"] - KEPT_HOURS * 3_600_000
    )
    assert vacuum(table)
    assert "VACUUM END" in {commit["commitInfo"]["operation"] for commit in commits(feed) if "commitInfo" in commit}
