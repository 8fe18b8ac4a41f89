"""Retention as a contract says it: rows and files past their days leave, each feed and tier for itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from drop_feed import HEADER, Feed, lines, vacuumed_at_once
from lake_files import walk, write_json

from calanque.contracts import load_contract
from calanque.engines import deltars, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance import maintain, retention
from calanque.ingest.version_guard import keep_version
from calanque.runs.records import utc_now

DAY_MS = 86_400_000


def keep(feed: Feed, tier: str, days: int) -> None:
    """Write into the feed's contract how long a tier is kept."""
    content = feed.said()
    for item in content["slaProperties"]:
        if item.get("element") == tier:
            item["value"] = days
    feed.say(content)


def age_rows(table: str, where: str, days: int) -> None:
    spark.rows(f"UPDATE {table} SET _ingested_at = current_timestamp() - INTERVAL {days} DAYS WHERE {where}")


def land(feed: Feed, batch: str, days: int) -> None:
    """Write what a run leaves in landing, with a manifest that tells of days ago; the folder's own time is today's."""
    folder = f"/lake/landing/{feed.name}/{batch}"
    lake().write(f"{folder}/a.csv", HEADER)
    write_json(f"{folder}/manifest.json", {"landed_at": (utc_now() - timedelta(days=days)).isoformat()})
    lake().write(f"{folder}/contract-1.0.0.json", keep_version(load_contract(feed.name, feed.folders)))


def age_folder(path: str, days: int) -> None:
    for one in (path, *(f"{path}/{name}" for name in lake().list(path))):
        at_ms = (lake().status(one) or {})["modificationTime"] - days * DAY_MS
        lake()._client.set_times(one, modification_time=at_ms)


def due(feed: Feed) -> bool:
    """Whether the nightly look finds something of the feed to delete."""
    return feed.name in retention.due_feeds([feed.name], feed.folders)


def enforce(feed: Feed) -> Any:
    return retention.enforce(retention.feed_names(feed.folders), feed.folders)


def test_rows_past_the_days_of_the_contract_leave_and_without_a_contract_those_of_the_last_one(
    feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    table, days = f"bronze.{feed.name}", (utc_now().date() - date(2026, 1, 11)).days
    keep(feed, "bronze", days)
    # One row a day, from 1 to 28 January.
    feed.send(HEADER + lines(28) + "E9,2026-01-01,unheard,-79.4,43.7\n")
    feed.run()
    assert not due(feed)
    age_rows(table, "event_id = 'E000020'", days + 1)
    assert due(feed)
    assert enforce(feed).failures == []
    assert not due(feed), "it would be done again every night"
    assert "E000020" not in {row["event_id"] for row in feed.bronze()} and len(feed.bronze()) == 27
    # By their own time, the ten days before the eleventh are past theirs.
    feed.say(retentionColumn="happened_on")
    assert due(feed)
    assert enforce(feed).deleted == {table: 10}
    version = deltars.open_table(table).version()
    assert enforce(feed).failures == []
    assert deltars.open_table(table).version() == version, "a second run made a version"
    # The contract is gone: the last that loaded a batch counts, which knew no column of the row's own time.
    feed.path.unlink()
    age_rows(table, "event_id < 'E000015'", 4_000)
    age_rows(f"quarantine.{feed.name}", "true", 4_000)
    assert enforce(feed).failures == []
    assert (len(feed.bronze()), len(feed.quarantine())) == (12, 0)
    assert f"{feed.name}: its data in the lake is kept as version 1.0.0 said." in caplog.text
    lake().delete(f"{retention.KEPT_CONTRACTS}/{feed.name}")
    age_rows(table, "true", 4_000)
    assert enforce(feed).failures == []
    assert len(feed.bronze()) == 12
    assert f"{feed.name}: its data in the lake is kept by nobody's contract" in caplog.text


def test_what_one_feed_can_not_do_stops_no_other_and_bytes_leave_with_vacuum(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.send(HEADER + lines(10))
    batch = feed.run().batch_id
    table, folder = f"bronze.{feed.name}", f"/lake/bronze/{feed.name}"
    age_rows(table, "true", 4_000)
    before = {path for path, _ in walk(lake(), folder) if path.endswith(".parquet")}
    manifest = f"/lake/landing/{feed.name}/{batch}/manifest.json"
    told = lake().read_json(manifest) | {"landed_at": (utc_now() - timedelta(days=4_000)).isoformat()}
    write_json(manifest, told)
    broken = "aaa_not_a_table"  # comes first, and nobody can delete from it
    lake().write(f"/lake/quarantine/{broken}/_delta_log/{0:020d}.json", "{}")
    try:
        done = enforce(feed)
        assert [broken in failure for failure in done.failures] == [True]
        assert (done.deleted[table], done.deleted[f"landing.{feed.name}"]) == (10, 1)
        with pytest.raises(CalanqueError, match=rf"quarantine\.{broken} cannot be opened"):
            retention.expire_others(named=[feed.name])
        assert maintain.due_writers({"mine": [f"quarantine.{broken}"], "ours": [table]})[0] == "mine"
        with pytest.raises(CalanqueError, match=rf"quarantine\.{broken} cannot be opened"):
            maintain.tidy([f"quarantine.{broken}", table])
    finally:
        lake().delete(f"/lake/quarantine/{broken}")
    assert feed.bronze() == []
    assert lake().list(f"/lake/landing/{feed.name}") == []
    assert before <= {path for path, _ in walk(lake(), folder)}, "the files are there until VACUUM"
    log = f"{folder}/_delta_log"
    count = len(lake().list(log))
    assert not maintain.vacuum(table), "VACUUM keeps what was removed less than a week ago"
    assert len(lake().list(log)) == count
    assert vacuumed_at_once(table, monkeypatch)
    assert not vacuumed_at_once(table, monkeypatch), "nothing is left to remove"
    assert not [path for path, _ in walk(lake(), folder) if path.endswith(".parquet") and "_delta_log" not in path]
    said = b"".join(lake().read(path) for path, _ in walk(lake(), log) if path.endswith(".json"))
    assert b"VACUUM END" in said and b"E000001" not in said


def test_raw_files_age_by_their_manifest_and_an_orphan_by_its_own_time_whatever_became_of_the_contract(
    feed: Feed,
) -> None:
    keep(feed, "landing", 20)
    folder, said = f"/lake/landing/{feed.name}", feed.path.read_text(encoding="utf-8")
    for contract in ("there", "wrong", "gone"):
        feed.path.write_text(said, encoding="utf-8")
        for name, days in (("old", 21), ("new", 19)):
            land(feed, name, days)
        age_folder(f"{folder}/new", 400)  # its folder's time says nothing
        for name, days in (("killed_old", 31), ("killed_new", 10)):
            lake().write(f"{folder}/{name}/a.csv", HEADER)
            age_folder(f"{folder}/{name}", days)
        if contract == "gone":
            feed.path.unlink()
        elif contract == "wrong":
            feed.path.write_text("id: [", encoding="utf-8")
        assert due(feed), contract
        assert enforce(feed).failures == [], contract
        assert not due(feed), contract
        assert lake().list(folder) == ["killed_new", "new"], contract
        lake().delete(folder)


def test_leftovers_of_staging_leave_after_a_day(feed: Feed) -> None:
    folder = f"/lake/staging/{feed.name}"
    for name, days in (("b_old", 2), ("b_new", 0)):
        lake().write(f"{folder}/{name}/1.0.0/rows-1/part.parquet", b"x")
        age_folder(f"{folder}/{name}", days)
    assert due(feed)
    assert enforce(feed).deleted[f"staging.{feed.name}"] == 1
    assert not due(feed)
    assert lake().list(folder) == ["b_new"]
