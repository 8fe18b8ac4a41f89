"""Retention as a contract says it: rows and files past their days leave, each feed and tier for itself."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from drop_feed import HEADER, Feed, lines

from calanque.errors import CalanqueError
from calanque.runs.records import utc_now

DAY_MS = 86_400_000


def change(feed: Feed, days: dict[str, int], **properties: Any) -> None:
    """Write days and custom properties into the feed's contract."""
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for item in content["slaProperties"]:
        item["value"] = days.get(item.get("element"), item["value"])
    content["customProperties"] += [{"property": name, "value": value} for name, value in properties.items()]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


def age_rows(table: str, where: str, days: int) -> None:
    from calanque.engines import spark

    spark.rows(f"UPDATE {table} SET _ingested_at = current_timestamp() - INTERVAL {days} DAYS WHERE {where}")


def age_landing(feed: Feed, batch: str, days: int) -> None:
    """Let the manifest say that a batch was landed days ago; the folder's own time stays today's."""
    from calanque.engines.hdfs import lake

    path = f"/lake/landing/{feed.name}/{batch}/manifest.json"
    manifest = lake().read_json(path)
    lake().write_json(path, {**manifest, "landed_at": (utc_now() - timedelta(days=days)).isoformat()})


def age_folder(path: str, days: int) -> None:
    from calanque.engines.hdfs import lake

    for one in (path, *(f"{path}/{name}" for name in lake().list(path))):
        at_ms = (lake().status(one) or {})["modificationTime"] - days * DAY_MS
        lake()._client.set_times(one, modification_time=at_ms)


def due(feed: Feed) -> bool:
    """Whether the nightly look finds something of the feed to delete."""
    from calanque.governance.retention import due_feeds

    return feed.name in due_feeds([feed.name], feed.folders)


def enforce(feed: Feed) -> Any:
    from calanque.governance.retention import enforce as run
    from calanque.governance.retention import feed_names

    return run(feed_names(feed.folders), feed.folders)


@pytest.mark.parametrize(
    ("properties", "kept"),
    [({}, 27), ({"retentionColumn": "happened_on"}, 17)],
    ids=["by-the-time-they-came-in", "by-their-own-time"],
)
def test_rows_of_bronze_past_the_days_of_the_contract_leave(feed: Feed, properties: Any, kept: int) -> None:
    from calanque.engines import deltars

    days = (utc_now().date() - date(2026, 1, 11)).days
    change(feed, {"bronze": days}, **properties)
    # One row a day, from 1 to 28 January; by their own time some are past their days as they come.
    feed.send(HEADER + lines(28))
    feed.run()
    assert due(feed) == ("retentionColumn" in properties)
    table = f"bronze.{feed.name}"
    age_rows(table, "event_id = 'E000020'", days + 1)
    assert due(feed)
    assert enforce(feed).failures == []
    assert not due(feed), "it would be done again every night"
    # By their own time the ten days before the eleventh leave, and the old row in any case.
    assert len(feed.bronze()) == kept
    version = deltars.open_table(table).version()
    assert enforce(feed).failures == []
    assert deltars.open_table(table).version() == version, "a second run made a version"
    assert "E000020" not in json.dumps([row.asDict() for row in feed.bronze()], default=str)


def test_deleted_rows_leave_the_bytes_of_the_table_with_vacuum(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    from calanque.engines import spark
    from calanque.engines.hdfs import lake
    from calanque.governance import maintain

    feed.send(HEADER + lines(10))
    feed.run()
    table, folder = f"bronze.{feed.name}", f"/lake/bronze/{feed.name}"
    before = {path for path, _ in lake().walk(folder) if path.endswith(".parquet")}
    age_rows(table, "true", 4_000)
    assert enforce(feed).deleted[table] == 10
    assert before <= {path for path, _ in lake().walk(folder)}, "the files are there until VACUUM"
    key = "spark.databricks.delta.retentionDurationCheck.enabled"
    monkeypatch.setattr(maintain, "KEPT_HOURS", 0)
    spark.session().conf.set(key, "false")
    try:
        assert maintain.vacuum(table)
    finally:
        spark.session().conf.unset(key)
    assert not [path for path, _ in lake().walk(folder) if path.endswith(".parquet") and "_delta_log" not in path]
    log = b"".join(lake().read(path) for path, _ in lake().walk(f"{folder}/_delta_log") if path.endswith(".json"))
    assert b"E000001" not in log


@pytest.mark.parametrize("contract", ["there", "gone", "wrong"])
def test_raw_files_age_by_their_manifest_and_an_orphan_by_its_own_time(feed: Feed, contract: str) -> None:
    from calanque.engines.hdfs import lake

    change(feed, {"landing": 20})
    batches = []
    for first in (0, 100, 200):
        feed.send(HEADER + lines(5, first))
        batches.append(feed.run().batch_id)
    folder = f"/lake/landing/{feed.name}"
    age_landing(feed, batches[0], 21)
    age_landing(feed, batches[1], 19)
    age_folder(f"{folder}/{batches[1]}", 400)  # its folder's time says nothing
    for name, days in (("killed_old", 31), ("killed_new", 10)):
        lake().write(f"{folder}/{name}/a.csv", HEADER)
        age_folder(f"{folder}/{name}", days)
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    if contract == "gone":
        path.unlink()
    elif contract == "wrong":
        path.write_text("id: [", encoding="utf-8")
    assert due(feed)
    assert enforce(feed).failures == []
    assert not due(feed)
    assert lake().list(folder) == sorted([*batches[1:], "killed_new"])


def test_a_feed_whose_contract_is_gone_is_kept_by_the_last_one_and_without_any_its_quarantine_expires(
    feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    from calanque.engines.hdfs import lake
    from calanque.governance.retention import KEPT_CONTRACTS

    feed.send(HEADER + lines(20) + "E9,2026-01-01,unheard,-79.4,43.7\n")
    feed.run()
    for tier in ("bronze", "quarantine"):
        age_rows(f"{tier}.{feed.name}", "event_id < 'E000005'" if tier == "bronze" else "true", 4_000)
    (feed.folders.contracts / f"{feed.name}.odcs.yaml").unlink()
    assert enforce(feed).failures == []
    assert (len(feed.bronze()), len(feed.quarantine())) == (15, 0)
    assert f"{feed.name}: its data in the lake is kept as version 1.0.0 said." in caplog.text
    lake().delete(f"{KEPT_CONTRACTS}/{feed.name}")
    age_rows(f"bronze.{feed.name}", "true", 4_000)
    assert enforce(feed).failures == []
    assert len(feed.bronze()) == 15
    assert f"{feed.name}: its data in the lake is kept by nobody's contract" in caplog.text


def test_what_one_feed_can_not_do_stops_no_other_and_is_said_at_the_end(feed: Feed) -> None:
    from calanque.engines import spark
    from calanque.engines.hdfs import lake
    from calanque.governance.maintain import due_writers, tidy
    from calanque.governance.retention import expire_others

    feed.send(HEADER + lines(5))
    batch = feed.run().batch_id
    age_rows(f"bronze.{feed.name}", "true", 4_000)
    age_landing(feed, batch, 4_000)
    broken = "aaa_not_a_table"  # comes first, and nobody can delete from it
    lake().write(f"/lake/quarantine/{broken}/_delta_log/{0:020d}.json", "{}")
    try:
        assert [broken in failure for failure in enforce(feed).failures] == [True]
        with pytest.raises(CalanqueError, match=rf"quarantine\.{broken} cannot be opened"):
            expire_others(named=[feed.name])
        assert due_writers({"mine": [f"quarantine.{broken}"], "ours": [f"bronze.{feed.name}"]})[0] == "mine"
        with pytest.raises(CalanqueError, match=rf"quarantine\.{broken} cannot be opened"):
            tidy([f"quarantine.{broken}", f"bronze.{feed.name}"])
    finally:
        lake().delete(f"/lake/quarantine/{broken}")
    assert feed.bronze() == []
    assert lake().list(f"/lake/landing/{feed.name}") == []
    assert spark.rows(f"SELECT 1 FROM quarantine.{feed.name}") == []


def test_leftovers_of_staging_leave_after_a_day(feed: Feed) -> None:
    from calanque.engines.hdfs import lake

    folder = f"/lake/staging/{feed.name}"
    for name, days in (("b_old", 2), ("b_new", 0)):
        lake().write(f"{folder}/{name}/1.0.0/rows-1/part.parquet", b"x")
        age_folder(f"{folder}/{name}", days)
    assert due(feed)
    assert enforce(feed).deleted[f"staging.{feed.name}"] == 1
    assert not due(feed)
    assert lake().list(folder) == ["b_new"]
