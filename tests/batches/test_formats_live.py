"""The same rows through the whole way in every format, packed and plain: bronze is the same."""

import json
from typing import Any

import pytest
import yaml
from drop_feed import HEADER, Feed, lines
from in_formats import COLUMNS, CSV, ROWS, WAYS, as_csv, as_wide, typed

from calanque.ingest.typing_sql import ROW_NUMBER


def write_as(feed: Feed, form: dict[str, Any], more: tuple[str, ...] = ()) -> None:
    """Say in the feed's contract how its file is written, and which columns come besides."""
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    next(item for item in contract["customProperties"] if item["property"] == "fileFormat")["value"] = form
    next(item for item in contract["customProperties"] if item["property"] == "source")["value"]["pattern"] = "*"
    landing = next(item for item in contract["schema"] if item["name"] == "landing")
    landing["properties"] += [{**landing["properties"][0], "name": name} for name in more]
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")


def loaded(feed: Feed) -> list[tuple[str, ...]]:
    return sorted(tuple(str(row[name]) for name in COLUMNS) for row in feed.bronze())


def texts(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(typed(row)[name]) for name in COLUMNS) for row in rows)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_every_format_gives_the_same_bronze(way: str, feed: Feed) -> None:
    form, write = WAYS[way]
    write_as(feed, form)
    feed.send(write(ROWS), "rows.bin")
    report = feed.run()
    assert (report.landed_count, report.loaded_count, report.reasons) == (12, 12, {})
    assert loaded(feed) == texts(ROWS)
    assert feed.run().batch_id == report.batch_id, "a repeated run finds its file in the archive"
    assert loaded(feed) == texts(ROWS)


def test_a_wide_table_becomes_long(feed: Feed) -> None:
    keep = [name for name in COLUMNS if name != "kind"]
    write_as(feed, {**CSV, "unpivot": {"keep": keep, "nameColumn": "kind", "valueColumn": "count"}}, ("count",))
    feed.send(as_wide(ROWS))
    report = feed.run()
    assert (report.landed_count, report.loaded_count) == (12, 12)
    expected = [{**row, "kind": kind} for row in ROWS[::2] for kind in ("noise", "waste")]
    assert loaded(feed) == texts(expected)


ODD = {
    "csv-multiline": ({**CSV, "multiline": True}, as_csv(ROWS[:3]) + b"E9,too,few\n", {"malformed_row": 1}),
    "json": ({"type": "json"}, json.dumps([*map(typed, ROWS[:3]), 12]).encode(), {"malformed_row": 1}),
    "jsonl": (
        {"type": "jsonl"},
        b"".join(json.dumps(typed(row)).encode() + b"\n" for row in ROWS[:3]) + b"no object\n\n",
        {"malformed_row": 1},
    ),
    "jsonl-encoding": (
        {"type": "jsonl"},
        b"".join(json.dumps(typed(row)).encode() + b"\n" for row in ROWS[:3])
        + json.dumps(typed(ROWS[4])).encode().replace(b"noise", b"\xe9t\xe9")
        + b"\n",
        {"bad_encoding": 1},
    ),
}


@pytest.mark.parametrize("case", sorted(ODD))
def test_an_odd_row_is_quarantined_in_every_format(case: str, feed: Feed) -> None:
    form, content, reasons = ODD[case]
    write_as(feed, form)
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    next(item for item in contract["customProperties"] if item["property"] == "maxRefusedRate")["value"] = 0.5
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")
    feed.send(content)
    report = feed.run()
    assert (report.landed_count, report.loaded_count, report.reasons) == (4, 3, reasons)


def test_what_one_task_reads_is_spread_over_all_cores_when_it_is_personal(feed: Feed) -> None:
    from calanque.contracts import load_contract
    from calanque.ingest.batch import land_batch
    from calanque.ingest.land import read_manifest
    from calanque.ingest.type_ import read_headers, read_rows

    write_as(feed, {**CSV, "multiline": True})
    feed.send(HEADER + lines(4000))
    ref = land_batch(feed.name, folders=feed.folders)
    contract = load_contract(feed.name, feed.folders).model_copy(update={"is_personal": True})
    landed = read_manifest(feed.name, ref["batch_id"])
    frame = read_rows(contract, landed, read_headers(contract, landed))
    shares = frame.selectExpr("spark_partition_id() AS task", ROW_NUMBER).groupBy("task").count().collect()
    assert len(shares) > 1
    assert max(share["count"] for share in shares) <= 4000 / len(shares) * 1.1
    numbers = sorted(row[ROW_NUMBER] for row in frame.select(ROW_NUMBER).collect())
    assert numbers == list(range(4000)), "rows keep their numbers"


def test_columns_may_be_called_as_our_sql_calls_its_own(feed: Feed) -> None:
    from calanque.engines import spark

    landing = {"event_id": "_n", "happened_on": "_batch_id", "kind": "_file", "lon": "t__lat", "lat": "_corrupt"}
    bronze = {"event_id": "payload", "kind": "reasons"}
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    for column in contract["schema"][0]["properties"]:
        column["name"] = landing[column["name"]]
    for column in contract["schema"][1]["properties"]:
        column["transformSourceObjects"] = [landing[name] for name in column["transformSourceObjects"]]
        column["name"] = bronze.get(column["name"], column["name"])
    duplicates = next(item for item in contract["customProperties"] if item["property"] == "duplicates")
    duplicates["value"] = {"key": ["payload"], "action": "quarantine"}
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")
    feed.send(
        ",".join(landing[name] for name in COLUMNS) + "\n" + lines(100) + lines(1) + "E9,2026-01-01,noise,west,43.7\n"
    )
    report = feed.run()
    assert (report.landed_count, report.loaded_count) == (102, 100)
    assert report.reasons == {"duplicate:payload": 1, "wrong_type:lon": 1}
    rows = spark.rows(
        f"SELECT payload, string(happened_on), reasons, lon, lat FROM bronze.{feed.name} ORDER BY payload"
    )
    expected = [line.split(",") for line in lines(100).splitlines()]
    assert [tuple(row) for row in rows] == [(*row[:3], float(row[3]), float(row[4])) for row in expected]
    kept = {row["reasons"][0]: json.loads(row["payload"]) for row in feed.quarantine()}
    assert kept["duplicate:payload"]["payload"] == "E000000" and kept["wrong_type:lon"]["t__lat"] == "west"
