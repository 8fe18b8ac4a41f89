"""The same rows in every format, packed and plain: the rows that bronze will have are the same."""

import gzip
import json
from typing import Any
from xml.sax.saxutils import quoteattr

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


def staged(feed: Feed) -> tuple[Any, list[tuple[str, ...]]]:
    """Land and protect: what is staged is the data files that bronze will have; no later step knows a format."""
    from calanque.contracts import load_contract
    from calanque.engines import spark
    from calanque.ingest.batch import land_batch, protect_batch
    from calanque.ingest.protect import good_path, staged_batch
    from calanque.ingest.tiers import spark_path

    ref = protect_batch(land_batch(feed.name, folders=feed.folders), feed.folders)
    contract = load_contract(feed.name, feed.folders)
    found = staged_batch(contract, ref["batch_id"])
    assert found is not None
    rows = spark.session().read.parquet(spark_path(good_path(contract, ref["batch_id"], found))).collect()
    return found, sorted(tuple(str(row[name]) for name in COLUMNS) for row in rows)


def texts(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(typed(row)[name]) for name in COLUMNS) for row in rows)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_every_format_gives_the_same_rows(way: str, feed: Feed) -> None:
    form, write = WAYS[way]
    write_as(feed, form)
    feed.send(write(ROWS), "rows.bin")
    found, rows = staged(feed)
    assert (found.landed_count, found.good_count, found.reasons) == (12, 12, {})
    assert rows == texts(ROWS)


def as_xml(row: dict[str, Any]) -> bytes:
    return b"<x:event %s/>" % " ".join(f"{name}={quoteattr(value)}" for name, value in row.items()).encode()


def test_records_of_xml_give_the_same_rows_and_an_odd_one_is_put_aside(feed: Feed) -> None:
    form = {"type": "xml", "record": "day/events/event", "container": {"type": "gzip"}}
    write_as(feed, form)
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    for item in contract["customProperties"]:
        item["value"] = {"maxRefusedRate": 0.5, "unknownColumns": "ignore"}.get(item["property"], item["value"])
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")
    odd = b"<x:event a.b='1'><a><b>2</b></a></x:event>"
    events = odd.join([b"".join(map(as_xml, ROWS[:5])), b"".join(map(as_xml, ROWS[5:]))])
    content = b"<x:day xmlns:x='urn:x' on='2026-06-01'><x:events>" + events + b"</x:events></x:day>"
    feed.send(gzip.compress(content), "rows.xml.gz")
    found, rows = staged(feed)
    assert (found.landed_count, found.good_count, found.reasons) == (13, 12, {"malformed_row": 1})
    assert rows == texts(ROWS)


def test_a_packed_file_goes_the_whole_way_and_is_known_when_it_comes_again(feed: Feed) -> None:
    form, write = WAYS["csv-zip"]
    write_as(feed, form)
    feed.send(write(ROWS), "rows.bin")
    report = feed.run()
    assert (report.landed_count, report.loaded_count, report.reasons) == (12, 12, {})
    assert feed.run().batch_id == report.batch_id, "a repeated run finds its file in the archive"
    assert sorted(tuple(str(row[name]) for name in COLUMNS) for row in feed.bronze()) == texts(ROWS)


def test_a_wide_table_becomes_long(feed: Feed) -> None:
    keep = [name for name in COLUMNS if name != "kind"]
    write_as(feed, {**CSV, "unpivot": {"keep": keep, "nameColumn": "kind", "valueColumn": "count"}}, ("count",))
    feed.send(as_wide(ROWS))
    found, rows = staged(feed)
    assert (found.landed_count, found.good_count) == (12, 12)
    assert rows == texts([{**row, "kind": kind} for row in ROWS[::2] for kind in ("noise", "waste")])


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
def test_an_odd_row_is_put_aside_in_every_format(case: str, feed: Feed) -> None:
    form, content, reasons = ODD[case]
    write_as(feed, form)
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    next(item for item in contract["customProperties"] if item["property"] == "maxRefusedRate")["value"] = 0.5
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")
    feed.send(content)
    found, _ = staged(feed)
    assert (found.landed_count, found.good_count, found.reasons) == (4, 3, reasons)


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
