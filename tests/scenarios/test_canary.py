"""Planted personal values, in good rows and in every kind of bad one: in landing, and nowhere else to the last byte."""

import csv
import gzip
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from canary_lake import GATE_ROWS_MAX, GOOD_ROWS, PORTS_BESIDE_THE_TESTS, Lake, Planter, clean_rows, make, written
from pyarrow import parquet

from calanque.contracts import FeedContract, load_contracts
from calanque.engines import hdfs, postgres
from calanque.governance.bytescan import ScanReport, scan
from calanque.governance.needles import Needles

PERSONAL = sorted(contract.feed for contract in load_contracts().values() if contract.is_personal)
# One value for each place where a leak could hide, planted there on purpose: the scan must see it.
CONTROLS = {"control/parquet": "Bricquebecq", "control/database": "Chateaugiron", "control/log": "Dampierrou"}


def test_there_is_a_personal_feed() -> None:
    assert PERSONAL


@pytest.fixture(scope="module", params=PERSONAL)
def lake(request: pytest.FixtureRequest) -> Iterator[Lake]:
    """A lake of its own, through which the whole of one personal feed has gone, good and bad; stopped afterwards."""
    offset = int(os.environ["CALANQUE_PORT_OFFSET"]) + PORTS_BESIDE_THE_TESTS
    made = make(request.param, offset)
    try:
        made.command("stack", "up")
        yield made
    finally:
        made.command("stack", "down")


def good_and_bad_rows(lake: Lake, planter: Planter, rows: list[dict[str, str]]) -> bytes:
    """Return a batch that loads, with canaries in a good row and in rows that go to quarantine, each for its reason."""
    contract = lake.contract
    opened = [column.name for column in contract.landing if column.classification == "open"]
    typed = next(c for c in contract.bronze if c.physical_type == "timestamp" and c.classification == "open").sources[0]
    placed = [planter.row("good", rows[0]), planter.row("wrong type", rows[1]) | {typed: "hier soir"}]
    for at, column in enumerate(opened, start=2):
        placed.append(rows[at] | {column: planter.value(f"misplaced/{column}", "person")})
    at = len(placed)
    shifted = {"": "x", **planter.row("shifted", rows[at])}
    line = io.StringIO()
    csv.writer(line, delimiter=contract.file_format.delimiter, lineterminator="\n").writerow(shifted.values())
    foreign = written(contract, [planter.row("bad encoding", rows[at + 1])]).split("\n", 1)[1]
    return (written(contract, placed + rows[at + 2 :]) + line.getvalue()).encode() + foreign.encode("cp1252", "replace")


def refused_batches(lake: Lake, planter: Planter, rows: list[dict[str, str]]) -> dict[str, bytes]:
    """Return batches that are refused whole, by the words of their refusal."""
    contract = lake.contract
    wide = [planter.row("unknown column", rows[0]) | {"commentaire": planter.text("unknown column's")}]
    bare = written(contract, [planter.row("no header", rows[0]), *rows[1:5]]).split("\n", 1)[1]
    twice = [row | {key: f"{row[key]}{n}" for key in row if key == "report_id"} for n in range(4) for row in rows]
    last = next(c for c in contract.bronze if c.physical_type == "timestamp" and c.classification == "open").sources[0]
    many = [row | {last: "hier"} for row in rows[1:20]] + [planter.row("too many", rows[0]) | {last: "hier"}]
    return {
        "unknown to the contract": written(contract, wide, ("commentaire",)).encode(),
        "of the contract": bare.encode(),
        "did the source change": written(contract, many).encode(),
        "expect": written(contract, [planter.row("gate", rows[0]), *twice][: GATE_ROWS_MAX + 50]).encode(),
        "is truncated": truncated(contract, planter, rows),
    }


def truncated(contract: FeedContract, planter: Planter, rows: list[dict[str, str]]) -> bytes:
    """Return a file whose last row stops before its last column, which is then not planted."""
    text, _, _ = written(contract, [*rows[:9], planter.row("truncated", rows[10])]).rpartition(";")
    planter.planted.pop(f"truncated/{contract.landing[-1].name}", None)
    return text.encode()


@pytest.fixture(scope="module")
def report(lake: Lake) -> ScanReport:
    """Send everything through the scheduler, good and bad, then look for it."""
    planter = Planter(lake)
    rows = clean_rows(lake.contract, GOOD_ROWS, lake.folder / "rows")
    feed_dag = f"feed_{lake.contract.feed}"
    lake.orchestrator.wait_for_dags({feed_dag, "transform", "maintain"})
    lake.send(good_and_bad_rows(lake, planter, rows))
    # Awake, the scheduler runs the feed of the day by itself, then what follows from it.
    lake.orchestrator.wake(["transform", "maintain", feed_dag])
    lake.orchestrator.wait(datetime.now(UTC), lambda run: None, 400)
    assert lake.orchestrator.has_succeeded("transform")
    tables = (lake.contract.bronze_table, lake.contract.quarantine_table)
    lake.sql(*(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.checkpointInterval' = '1')" for table in tables))
    for words, data in refused_batches(lake, planter, rows).items():
        lake.send(data)
        run = lake.run(feed_dag)
        assert run.state == "failed", words
        assert words in sentence_of(lake, run), words
    fail_then_load(lake, feed_dag, written(lake.contract, [planter.row("failed task", rows[0]), *rows[1:40]]).encode())
    assert lake.run("maintain").state == "success"
    (lake.settings.home / "drop" / "batch.csv").unlink()
    base = written(lake.contract, rows).encode()
    assert Needles(lake.planted | CONTROLS).find(base) == set(), "a canary is also a value of the generator"
    plant_controls(lake)
    return scan(lake.settings, lake.planted | CONTROLS, (lake.folder / "tmp", lake.root / "dbt", lake.root / "dags"))


def sentence_of(lake: Lake, run: object) -> str:
    failed = [task for task in lake.orchestrator.task_instances(run) if task["state"] == "failed"]
    return lake.orchestrator.last_error(run, failed[0]["task_id"], failed[0]["try_number"])


def fail_then_load(lake: Lake, feed_dag: str, data: bytes) -> None:
    """Let a task fail with rows in its hands: the workers may not read their key; then give it back."""
    key = lake.settings.home / "secrets" / "token_key"
    lake.send(data)
    key.chmod(0o644)
    run = lake.run(feed_dag)
    key.chmod(0o600)
    assert run.state == "failed"
    assert "Spark failed while the step protect" in sentence_of(lake, run)
    assert lake.run(feed_dag).state == "success"


def plant_controls(lake: Lake) -> None:
    sink = io.BytesIO()
    table = pa.table({"who": [f"nobody {n}" for n in range(5_000)] + [CONTROLS["control/parquet"]]})
    parquet.write_table(table, sink, compression="zstd", write_statistics=False)
    hdfs.Lake(lake.settings).write("/lake/bronze/_control/part-0.parquet", sink.getvalue())
    postgres.execute(lake.settings, "airflow", "create table control (who text)")
    postgres.execute(lake.settings, "airflow", "insert into control values (%s)", (CONTROLS["control/database"],))
    line = f"2026-11-24 INFO nothing {CONTROLS['control/log'].upper()} nothing\n" * 3
    (lake.settings.logs / "control.log.1.gz").write_bytes(gzip.compress(line.encode()))


def test_the_scan_sees_what_was_planted_for_it(report: ScanReport) -> None:
    assert "hdfs:/lake/bronze/_control/part-0.parquet" in report.places("control/parquet")
    assert "database:airflow.public.control" in report.places("control/database")
    assert "file:home/logs/control.log.1.gz" in report.places("control/log")


def test_every_canary_is_in_landing(lake: Lake, report: ScanReport) -> None:
    landing = f"hdfs:/lake/landing/{lake.contract.feed}/"
    missing = {label for label in lake.planted if not any(p.startswith(landing) for p in report.places(label))}
    # Abroad is a way to write a number that nobody used: it may only come from our own normalisation.
    assert {label for label in missing if not label.endswith(", abroad")} == set()


def test_no_canary_is_anywhere_else(lake: Lake, report: ScanReport) -> None:
    lawful = (f"hdfs:/lake/landing/{lake.contract.feed}/", f"block:/lake/landing/{lake.contract.feed}/")
    leaks = [hit for hit in report.hits if not hit.label.startswith("control/") and not hit.place.startswith(lawful)]
    assert leaks == []


def test_everything_was_read(report: ScanReport) -> None:
    assert report.unreadable == ()
    assert report.read_counts["hdfs"] > 60 and report.read_counts["file"] > 100 and report.read_counts["database"] > 30


def test_checkpoints_and_quarantine_were_there_to_be_read(lake: Lake) -> None:
    door = hdfs.Lake(lake.settings)
    for table in (lake.contract.bronze_table, lake.contract.quarantine_table):
        names = door.list(f"/lake/{table.replace('.', '/')}/_delta_log")
        assert any(name.endswith(".checkpoint.parquet") for name in names), table
    assert [name for name in door.list("/lake/marts") if not name.startswith(("_", "."))]
