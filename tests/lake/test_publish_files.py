"""Bronze and quarantine take the staged files themselves: what a kill, a rival, old staging and upkeep do to that."""

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from drop_feed import HEADER, Feed, lines

from calanque.contracts import FeedContract, load_contract
from calanque.engines import delta_files, deltars, spark
from calanque.engines.hdfs import lake
from calanque.engines.parquet import data_files
from calanque.errors import CalanqueError
from calanque.ingest import batch
from calanque.ingest.protect import SUMMARY, staged_batch
from calanque.ingest.publish import _move
from calanque.ingest.records import StagedBatch
from calanque.ingest.tables import _FIRST_COMMIT_S, ensure_tables
from calanque.ingest.tiers import attempt_path

BAD = "E9,x,noise,-79.4,43.7\n"


def contract_of(feed: Feed) -> FeedContract:
    return load_contract(feed.name, feed.folders)


def commits(feed: Feed, tier: str = "bronze") -> list[dict[str, Any]]:
    """Return every action of a table's log."""
    folder = f"/lake/{tier}/{feed.name}/_delta_log"
    texts = [lake().read(f"{folder}/{name}") for name in lake().list(folder) if name.endswith(".json")]
    return [json.loads(line) for text in texts for line in text.splitlines() if line.strip()]


def moved(contract: FeedContract, batch_id: str) -> StagedBatch:
    """Put the staged files of a batch below their tables, which a run does before it commits them."""
    staged = staged_batch(contract, batch_id)
    assert staged is not None
    ensure_tables(contract)
    _move(contract.bronze_table, attempt_path(contract.feed, batch_id, contract.version, staged.attempt))
    if staged.refused_path:
        _move(contract.quarantine_table, staged.refused_path)
    return staged


def test_a_run_killed_between_the_rename_and_the_commit(feed: Feed) -> None:
    """The staged files become the tables' own, once, and the log knows open columns only."""
    feed.send(HEADER + lines(100) + BAD)
    # Each step twice, as the scheduler tries a failed task again.
    ref, contract = feed.staged("protect", "protect", "gate", "gate"), contract_of(feed)
    staged = moved(contract, ref["batch_id"])
    assert (feed.bronze(), feed.quarantine()) == ([], [])
    report = feed.run("rename")
    assert (report.loaded_count, report.quarantined_count) == (100, 1)
    assert len({row["event_id"] for row in feed.bronze()}) == len(feed.bronze()) == 100
    set_apart = [action["add"] for action in commits(feed, "quarantine") if "add" in action]
    assert {item["path"].partition("/")[0] for item in set_apart} == {f"{staged.attempt}-refused"}
    assert sum(json.loads(item["stats"])["numRecords"] for item in set_apart) == len(feed.quarantine()) == 1
    added = [action["add"] for action in commits(feed) if "add" in action]
    names = lake().list(f"/lake/bronze/{feed.name}/{staged.attempt}")
    assert {item["path"] for item in added} == {f"{staged.attempt}/{name}" for name in names}
    statistics = [json.loads(item["stats"]) for item in added]
    assert sum(item["numRecords"] for item in statistics) == 100
    allowed = {"_batch_id", "_ingested_at", "happened_on", "lon", "lat"}
    assert all(set(item[kind]) == allowed for item in statistics for kind in ("minValues", "maxValues", "nullCount"))
    assert min(item["minValues"]["happened_on"] for item in statistics) == "2026-01-01"
    newest = deltars.history(contract.bronze_table, 1)[0]
    assert newest["user_metadata"] == {"batch": ref["batch_id"], "run": "rename", "contract_version": contract.version}
    assert newest["metrics"]["numOutputRows"] == "100"
    assert report.bronze_version == newest["version"]
    # As if it had been killed once more, between the commit and its report.
    feed.forget()
    rows = feed.bronze()
    assert feed.run("again").bronze_version == report.bronze_version == feed.versions()[0]
    assert feed.bronze() == rows
    assert len(feed.quarantine()) == 1


def test_of_two_commits_of_one_batch_only_the_first_is_taken_and_every_tenth_has_a_checkpoint(feed: Feed) -> None:
    feed.send(HEADER + lines(100))
    ref, contract = feed.staged("protect"), contract_of(feed)
    with pytest.raises(CalanqueError, match="has not passed its gates: run the gate step first"):
        batch.publish_batch(ref, feed.folders)
    staged = moved(contract, ref["batch_id"])
    table, folder = contract.bronze_table, f"/lake/bronze/{feed.name}"
    files = data_files(f"{folder}/{staged.attempt}")
    *rivals, other = [deltars.open_table(table) for _ in range(4)]
    assert delta_files.append_files(rivals[0], staged.attempt, files, [ref["batch_id"], "a file"], {}) == 1
    for rival, names in ((rivals[1], [ref["batch_id"]]), (rivals[2], ["another with", "a file"])):
        with pytest.raises(CalanqueError, match="CommitFailedError"):
            delta_files.append_files(rival, staged.attempt, files, names, {})
    known = deltars.transactions_among(deltars.open_table(table), (ref["batch_id"], "a file", "another with"))
    assert known == {ref["batch_id"], "a file"}
    # A batch of another name is no rival: it is committed on top.
    assert delta_files.append_files(other, staged.attempt, files, ["another"], {"n": 2}) == 2
    for number in range(3, 12):
        opened = deltars.open_table(table)
        assert delta_files.append_files(opened, staged.attempt, files, [f"again-{number}"], {"n": number}) == number
    assert "00000000000000000010.checkpoint.parquet" in lake().list(f"{folder}/_delta_log")
    assert len(feed.bronze()) == 100
    assert spark.rows(f"SELECT count(*) AS n FROM {table} VERSION AS OF 10")[0]["n"] == 100


def test_staging_that_vacuum_could_take_or_that_is_gone_is_made_again_and_a_table_of_a_killed_run_too(
    feed: Feed,
) -> None:
    feed.send(HEADER + lines(10))
    ref, contract = feed.staged("protect", "gate"), contract_of(feed)
    staged = staged_batch(contract, ref["batch_id"])
    assert staged is not None
    summary = f"/lake/staging/{feed.name}/{ref['batch_id']}/{contract.version}/{SUMMARY}"
    old = staged.model_copy(update={"staged_at": staged.staged_at - timedelta(days=2)})
    lake().write(summary, old.model_dump_json(), overwrite=True)
    assert staged_batch(contract, ref["batch_id"]) is None
    lake().write(summary, staged.model_dump_json(), overwrite=True)
    assert staged_batch(contract, ref["batch_id"]) is None, "its files are gone"
    log = f"/lake/bronze/{feed.name}/_delta_log"
    lake().write(f"{log}/.{0:020d}.json.killed.tmp", b"{}")
    modified_at = (lake().status(log) or {})["modificationTime"]
    lake()._client.set_times(log, modification_time=modified_at - int(_FIRST_COMMIT_S * 1000))
    assert feed.run().loaded_count == len(feed.bronze()) == 10


def test_optimize_vacuum_time_travel_and_a_new_contract_version_with_a_new_column(feed: Feed) -> None:
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
    content, versions = feed.said(), feed.versions()
    bronze = content["schema"][1]["properties"]
    bronze.append({**deepcopy(bronze[0]), "name": "event_code"})
    feed.say(content)
    changed = r"contract's 'bronze' changed since version 1\.0\.0 .* raise the version"
    with pytest.raises(CalanqueError, match=changed):
        feed.run()
    assert feed.versions() == versions
    feed.say(content, "1.1.0")
    assert feed.run().contract_version == "1.1.0"
    rows = feed.bronze()
    assert [row["_contract_version"] for row in rows].count("1.1.0") == 50 == len(rows) - 50
    assert all((row["event_code"] == row["event_id"]) == (row["_contract_version"] == "1.1.0") for row in rows)
    past = spark.rows(f"SELECT count(*) AS n FROM {table} VERSION AS OF {first.bronze_version}")
    assert past[0]["n"] == 50
    del bronze[0]
    feed.say(content, "2.0.0", duplicates=None)
    with pytest.raises(CalanqueError, match="publish the new shape as a new feed"):
        ensure_tables(contract_of(feed))
