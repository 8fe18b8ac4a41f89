"""The same rows in every format, packed and plain: the rows that bronze will have are the same."""

import gzip
import json
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from drop_feed import HEADER, Feed, lines
from in_formats import COLUMNS, CSV, ROWS, WAYS, as_csv, as_wide, typed

from calanque.contracts import load_contract
from calanque.engines import spark
from calanque.formats.base import ROW_NUMBER
from calanque.ingest.land import read_manifest
from calanque.ingest.type_ import read_headers, read_rows, type_rows


def write_as(feed: Feed, form: dict[str, Any], more: tuple[str, ...] = (), **properties: Any) -> None:
    """Say in the feed's contract how its file is written, and which columns come besides."""
    content = feed.said()
    landing = content["schema"][0]["properties"]
    landing += [{**landing[0], "name": name} for name in more]
    feed.say(content, fileFormat=form, source={"kind": "drop", "pattern": "*"}, **properties)


def read(feed: Feed) -> tuple[list[tuple[str, ...]], list[str]]:
    """Land and type: returns the good rows, and the reasons of the others; no later step knows a format."""
    batch_id, contract = feed.staged()["batch_id"], load_contract(feed.name, feed.folders)
    landed = read_manifest(feed.name, batch_id)
    rows = type_rows(contract, landed, read_headers(contract, landed)).collect()
    good = sorted(tuple(str(row[name]) for name in COLUMNS) for row in rows if row["_is_good"])
    return good, [reason for row in rows if not row["_is_good"] for reason in row["_reasons"]]


def texts(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(typed(row)[name]) for name in COLUMNS) for row in rows)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_every_format_gives_the_same_rows(way: str, feed: Feed) -> None:
    form, write = WAYS[way]
    write_as(feed, form)
    feed.send(write(ROWS), "rows.bin")
    assert read(feed) == (texts(ROWS), [])


# Text goes its whole way in all other tests.
@pytest.mark.parametrize("way", ["parquet", pytest.param("csv-zip", marks=pytest.mark.full)])
def test_a_file_goes_the_whole_way_and_is_known_when_it_comes_again(feed: Feed, way: str) -> None:
    form, write = WAYS[way]
    write_as(feed, form)
    feed.send(write(ROWS), "rows.bin")
    report = feed.run()
    assert (report.landed_count, report.loaded_count, report.reasons) == (12, 12, {})
    assert feed.run().batch_id == report.batch_id, "a repeated run finds its file in the archive"
    assert sorted(tuple(str(row[name]) for name in COLUMNS) for row in feed.bronze()) == texts(ROWS)


def as_xml(row: dict[str, Any]) -> bytes:
    return b"<x:event %s/>" % " ".join(f"{name}={quoteattr(value)}" for name, value in row.items()).encode()


def xml_with_an_odd_record() -> bytes:
    odd = b"<x:event a.b='1'><a><b>2</b></a></x:event>"
    events = odd.join([b"".join(map(as_xml, ROWS[:1])), b"".join(map(as_xml, ROWS[1:3]))])
    return gzip.compress(b"<x:day xmlns:x='urn:x' on='2026-06-01'><x:events>" + events + b"</x:events></x:day>")


JSONL = b"".join(json.dumps(typed(row)).encode() + b"\n" for row in ROWS[:3])
FOREIGN = json.dumps(typed(ROWS[4])).encode().replace(b"noise", b"\xe9t\xe9") + b"\n"
KEY_TWICE = json.dumps(typed(ROWS[4])).encode().replace(b"{", b'{"kind": "waste", ') + b","
NULL_BYTE = json.dumps(typed(ROWS[4])).encode().replace(b"noise", b"no\0ise") + b"\n"
ODD: dict[str, tuple[dict[str, Any], bytes, str]] = {
    "csv-multiline": ({**CSV, "multiline": True}, as_csv(ROWS[:3]) + b"E9,too,few\n", "malformed_row"),
    "json": ({"type": "json"}, json.dumps([*map(typed, ROWS[:3]), 12]).encode(), "malformed_row"),
    "jsonl": ({"type": "jsonl"}, JSONL + b"no object\n\n", "malformed_row"),
    "jsonl-encoding": ({"type": "jsonl"}, JSONL + FOREIGN, "bad_encoding"),
    "csv-multiline-fields": (
        {**CSV, "multiline": True},
        as_csv(ROWS[:3]) + b"E9" + b"," * 30_000 + b"\n",
        "too_many_fields",
    ),
    "json-key-twice": ({"type": "json"}, b"[" + KEY_TWICE + JSONL.replace(b"\n", b",")[:-1] + b"]", "duplicate_key"),
    "jsonl-null-byte": ({"type": "jsonl"}, JSONL + NULL_BYTE, "null_byte"),
    "xml": (
        {"type": "xml", "record": "day/events/event", "container": {"type": "gzip"}},
        xml_with_an_odd_record(),
        "malformed_row",
    ),
}


@pytest.mark.parametrize("case", sorted(ODD))
def test_an_odd_row_is_put_aside_in_every_format(case: str, feed: Feed) -> None:
    form, content, reason = ODD[case]
    write_as(feed, form, unknownColumns="ignore")
    feed.send(content)
    assert read(feed) == (texts(ROWS[:3]), [reason])


def test_a_wide_table_becomes_long(feed: Feed) -> None:
    kept = [name for name in COLUMNS if name != "kind"]
    write_as(feed, {**CSV, "unpivot": {"keep": kept, "nameColumn": "kind", "valueColumn": "count"}}, ("count",))
    feed.send(as_wide(ROWS))
    long = [{**row, "kind": kind} for row in ROWS[::2] for kind in ("noise", "waste")]
    assert read(feed) == (texts(long), [])


def test_what_one_task_reads_is_spread_over_all_cores_when_it_is_personal(feed: Feed) -> None:
    write_as(feed, {**CSV, "multiline": True})
    feed.send(HEADER + lines(4000))
    landed = read_manifest(feed.name, feed.staged()["batch_id"])
    contract = load_contract(feed.name, feed.folders).model_copy(update={"is_personal": True})
    frame = read_rows(contract, landed, read_headers(contract, landed))
    shares = frame.selectExpr("spark_partition_id() AS task", ROW_NUMBER).groupBy("task").count().collect()
    assert len(shares) > 1
    assert max(share["count"] for share in shares) <= 4000 / len(shares) * 1.1
    numbers = sorted(row[ROW_NUMBER] for row in frame.select(ROW_NUMBER).collect())
    assert numbers == list(range(4000)), "rows keep their numbers"


def test_columns_may_be_called_as_our_sql_calls_its_own(feed: Feed) -> None:
    landing = {"event_id": "_n", "happened_on": "_batch_id", "kind": "_file", "lon": "t__lat", "lat": "_corrupt"}
    bronze = {"event_id": "payload", "kind": "reasons"}
    contract = feed.said()
    for column in contract["schema"][0]["properties"]:
        column["name"] = landing[column["name"]]
    for column in contract["schema"][1]["properties"]:
        column["transformSourceObjects"] = [landing[name] for name in column["transformSourceObjects"]]
        column["name"] = bronze.get(column["name"], column["name"])
    feed.say(contract, duplicates={"key": ["payload"], "action": "quarantine"})
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
