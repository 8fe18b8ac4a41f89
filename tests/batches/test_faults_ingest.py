"""Faults on the way of a batch, on the real stack: every good row is there once, and one sentence says why."""

import pytest
import yaml
from drop_feed import HEADER, Feed, lines

from calanque.errors import CalanqueError


def test_wrong_types_in_three_rows_of_ten_thousand(feed: Feed) -> None:
    bad = [
        "E900001,yesterday,noise,-79.4,43.7",
        "E900002,2026-01-01,noise,NaN,43.7",
        "E900003,2026-13-01,noise,-79.4,12d",
    ]
    feed.send(HEADER + lines(9_997) + "\n".join(bad) + "\n")
    report = feed.run()
    assert (report.landed_count, report.loaded_count, report.quarantined_count) == (10_000, 9_997, 3)
    assert report.reasons == {"wrong_type:happened_on": 2, "wrong_type:lon": 1, "wrong_type:lat": 1}
    rows = feed.bronze()
    assert [row["event_id"] for row in rows] == [f"E{n:06d}" for n in range(9_997)]
    refused = feed.quarantine()
    assert [list(row["reasons"]) for row in refused] == [
        ["wrong_type:happened_on"],
        ["wrong_type:lon"],
        ["wrong_type:happened_on", "wrong_type:lat"],
    ]
    assert "yesterday" in refused[0]["payload"]
    assert {row["_batch_id"] for row in refused} == {report.batch_id}


def test_each_kind_of_bad_row_has_its_reason(feed: Feed) -> None:
    bad = {
        "E900001,2026-01-01,noise,-79.4": "malformed_row",
        "E900002,2026-01-01,noise,-79.4,43.7,extra": "malformed_row",
        "E900003,2026-01-01,music,-79.4,43.7": "not_in_enum:kind",
        ",2026-01-01,noise,-79.4,43.7": "missing_required:event_id",
        "E900005,2026,noise,-79.4,43.7": "wrong_type:happened_on",
        "E900006,2026-01-01,noise,1e999,43.7": "wrong_type:lon",
        "E900007,2026-01-01,noise,0x1p3,43.7": "wrong_type:lon",
    }
    feed.send(HEADER + lines(1_000) + "\n".join(bad) + "\n")
    assert feed.run().reasons == {reason: list(bad.values()).count(reason) for reason in sorted(set(bad.values()))}
    assert len(feed.bronze()) == 1_000


def test_bytes_of_another_encoding(feed: Feed) -> None:
    feed.send((HEADER + lines(100)).encode() + b"E9\xe9,2026-01-01,noise,-79.4,43.7\n")
    assert feed.run().reasons == {"bad_encoding": 1}


REFUSED = {
    "truncated": (HEADER + lines(100)[:-20], "truncated_file", "is truncated", 100),
    "missing-column": (
        "event_id,happened_on,kind,lon\nE1,2026-01-01,noise,-79.4\n",
        "missing_column:lat",
        "lacks the column lat",
        1,
    ),
    "extra-column": (
        HEADER.replace("\n", ",colour\n") + "E1,2026-01-01,noise,-79.4,43.7,red\n",
        "unknown_column:colour",
        "colour",
        1,
    ),
    "wrong-delimiter": ((HEADER + lines(5)).replace(",", ";"), "wrong_delimiter", "separated by ';'", 5),
    "most-rows-wrong": (
        HEADER + lines(50) + lines(50, 50).replace("2026-", "26/"),
        "too_many_refused",
        "did the source change",
        100,
    ),
    "gate": (
        HEADER + lines(99) + "E900000,2026-01-01,noise,-79.4,0\n",
        "gate:expect_column_values_to_be_between",
        "1 of 100 rows",
        100,
    ),
}


def test_a_refused_batch_leaves_the_last_good_data(feed: Feed) -> None:
    feed.send(HEADER + lines(200, 1_000))
    good = feed.run()
    before = feed.bronze()
    for name, (text, reason, words, count) in REFUSED.items():
        feed.send(text)
        sentence = feed.refused()
        assert words in sentence, name
        assert feed.refused() == sentence, name
        assert sum(reason in row["reasons"] for row in feed.quarantine()) == count, name
        assert feed.bronze() == before, name
    rows = feed.quarantine()
    assert len(rows) == sum(count for *_, count in REFUSED.values())
    assert good.batch_id not in {row["_batch_id"] for row in rows}
    feed.send(HEADER + lines(100))
    feed.run()
    assert len(feed.bronze()) == 300


def test_an_empty_batch(feed: Feed) -> None:
    feed.send(HEADER + lines(10))
    feed.run()
    for text in ("", HEADER, HEADER.strip()):
        feed.send(text)
        assert "the source sent nothing" in feed.refused(), text
        assert len(feed.bronze()) == 10
        assert feed.quarantine() == []


def test_the_same_batch_twice_changes_no_version(feed: Feed) -> None:
    feed.send(HEADER + lines(100) + "E9,x,noise,-79.4,43.7\n")
    first = feed.run()
    before = feed.versions()
    assert feed.run("again") == first
    assert feed.versions() == before


def test_a_step_run_again_gives_the_same_tables(feed: Feed) -> None:
    from calanque.engines import spark
    from calanque.ingest import batch

    feed.send(HEADER + lines(100) + "E9,x,noise,-79.4,43.7\n")
    ref = batch.land_batch(feed.name, folders=feed.folders)
    for step in (batch.protect_batch, batch.protect_batch, batch.gate_batch, batch.gate_batch):
        ref = step(ref, feed.folders)
    assert batch.publish_batch(ref, feed.folders)["state"] == "published"
    rows, version = feed.bronze(), feed.versions()[0]
    # As if the task had been killed between the Delta commit and its report.
    spark.rows(f"DELETE FROM governance.batch WHERE feed = '{feed.name}' AND state = 'published'")
    assert batch.publish_batch(ref, feed.folders)["state"] == "published"
    assert (feed.bronze(), feed.versions()[0]) == (rows, version)
    assert len(feed.quarantine()) == 1
    assert batch.publish_batch(ref, feed.folders)["state"] == "unchanged"


def test_a_run_killed_while_it_created_a_table(feed: Feed) -> None:
    from calanque.engines.hdfs import lake

    lake().write(f"/lake/bronze/{feed.name}/_delta_log/.{0:020d}.json.killed.tmp", b"{}")
    feed.send(HEADER + lines(10))
    assert feed.run().loaded_count == 10
    assert len(feed.bronze()) == 10


def test_a_new_contract_version_replaces_the_batch_and_adds_its_column(feed: Feed) -> None:
    feed.send(HEADER + lines(50))
    feed.run()
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["schema"][1]["properties"].append({**content["schema"][1]["properties"][0], "name": "event_code"})
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    version = feed.versions()
    with pytest.raises(CalanqueError, match=r"contract's 'bronze' changed since version 1\.0\.0 .* raise the version"):
        feed.run()
    assert feed.versions() == version
    content["version"] = "1.1.0"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert feed.run().contract_version == "1.1.0"
    rows = feed.bronze()
    assert len(rows) == 50
    assert all(row["event_code"] == row["event_id"] and row["_contract_version"] == "1.1.0" for row in rows)
    del content["schema"][1]["properties"][0]
    content["customProperties"] = [c for c in content["customProperties"] if c["property"] != "duplicates"]
    path.write_text(yaml.safe_dump({**content, "version": "2.0.0"}), encoding="utf-8")
    with pytest.raises(CalanqueError, match="publish the new shape as a new feed"):
        feed.run()
    assert len(feed.bronze()) == 50


def test_a_forbidden_column_is_not_even_landed(feed: Feed) -> None:
    from calanque.engines.hdfs import lake

    feed.send(HEADER.replace("\n", ",gender\n") + "E1,2026-01-01,noise,-79.4,43.7,x\n")
    assert "'gender', which can never enter" in feed.refused()
    assert not lake().exists(f"/lake/landing/{feed.name}")
