"""Planted personal values, in good rows and in every kind of bad one: in landing, and nowhere else to the last byte."""

import csv
import gzip
import io
import shutil
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from canary_lake import GATE_ROWS_MAX, GOOD_ROWS, PERSONAL, Lake, Planter, clean_rows, written
from pyarrow import parquet

from calanque.contracts import FeedContract, load_contract
from calanque.demo.run import UPKEEP
from calanque.engines import hdfs, postgres
from calanque.governance.bytescan import ScanReport, scan
from calanque.governance.needles import Needles

# One value for each place where a leak could hide, planted there on purpose: the scan must see it.
CONTROLS = {"control/parquet": "Bricquebecq", "control/database": "Chateaugiron", "control/log": "Dampierrou"}


def test_there_is_a_personal_feed() -> None:
    assert PERSONAL


def good_and_bad_rows(planter: Planter, rows: list[dict[str, str]]) -> bytes:
    """Return a batch that loads, with canaries in a good row and in rows that go to quarantine, each for its reason."""
    contract = planter.contract
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


def refused_batches(planter: Planter, rows: list[dict[str, str]], more_rows: list[dict[str, str]]) -> dict[str, bytes]:
    """Return batches that are refused whole, by the words of their refusal; `more_rows` are too many for the gate."""
    contract = planter.contract
    wide = [planter.row("unknown column", rows[0]) | {"commentaire": planter.text("unknown column's")}]
    bare = written(contract, [planter.row("no header", rows[0]), *rows[1:5]]).split("\n", 1)[1]
    last = next(c for c in contract.bronze if c.physical_type == "timestamp" and c.classification == "open").sources[0]
    many = [row | {last: "hier"} for row in rows[1:20]] + [planter.row("too many", rows[0]) | {last: "hier"}]
    return {
        "unknown to the contract": written(contract, wide, ("commentaire",)).encode(),
        "of the contract": bare.encode(),
        "did the source change": written(contract, many).encode(),
        "expect": written(contract, [planter.row("gate", more_rows[0]), *more_rows[1:]]).encode(),
        "is truncated": truncated(contract, planter, rows),
    }


def truncated(contract: FeedContract, planter: Planter, rows: list[dict[str, str]]) -> bytes:
    """Return a file whose last row stops before its last column, which is then not planted."""
    text, _, _ = written(contract, [*rows[:9], planter.row("truncated", rows[10])]).rpartition(";")
    last = contract.landing[-1]
    cut = "text." if last.classification == "free_text" else last.name
    for label in [label for label in planter.planted if label.startswith(f"truncated/{cut}")]:
        del planter.planted[label]
    return text.encode()


@pytest.fixture(scope="module", params=PERSONAL)
def contract(request: pytest.FixtureRequest) -> FeedContract:
    """The contract of a personal feed, as it is in the project."""
    return load_contract(request.param)


@pytest.fixture(scope="module")
def report(lake: Lake, contract: FeedContract) -> ScanReport:
    """Send everything of a feed through the scheduler, good and bad, then look for it."""
    planter, feed = Planter(lake, contract), contract.feed
    rows = clean_rows(contract, GOOD_ROWS, lake.folder / "rows" / feed)
    more_rows = clean_rows(contract, GATE_ROWS_MAX + 50, lake.folder / "more rows" / feed)
    feed_dag = f"feed_{feed}"
    lake.orchestrator.wait_for_dags({feed_dag, "transform", *UPKEEP})
    lake.send(feed, good_and_bad_rows(planter, rows))
    # Awake, the scheduler runs the feed of the day by itself, then what follows from it.
    lake.orchestrator.wake(["transform", *UPKEEP, feed_dag])
    lake.orchestrator.wait(datetime.now(UTC), lambda run: None, 1200)
    assert lake.orchestrator.has_succeeded("transform")
    tables = (contract.bronze_table, contract.quarantine_table)
    lake.sql(*(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.checkpointInterval' = '1')" for table in tables))
    for words, data in refused_batches(planter, rows, more_rows).items():
        lake.send(feed, data)
        run = lake.run(feed_dag)
        assert run.state == "failed", words
        assert words in sentence_of(lake, run), words
    fail_then_load(lake, feed, written(contract, [planter.row("failed task", rows[0]), *rows[1:40]]).encode())
    assert {lake.run(dag_id).state for dag_id in UPKEEP} == {"success"}
    shutil.rmtree(lake.settings.home / "drop")
    base = written(contract, [*rows, *more_rows]).encode()
    assert Needles(planter.planted | CONTROLS).find(base) == set(), "a canary is also a value of the generator"
    plant_controls(lake)
    return scan(lake.settings, planter.planted | CONTROLS, (lake.folder / "tmp", lake.root / "dbt", lake.root / "dags"))


def sentence_of(lake: Lake, run: object) -> str:
    failed = [task for task in lake.orchestrator.task_instances(run) if task["state"] == "failed"]
    return lake.orchestrator.last_error(run, failed[0]["task_id"], failed[0]["try_number"])


def fail_then_load(lake: Lake, feed: str, data: bytes) -> None:
    """Let a task fail with rows in its hands: the workers may not read their key; then give it back."""
    key = lake.settings.home / "secrets" / "token_key"
    lake.send(feed, data)
    key.chmod(0o644)
    run = lake.run(f"feed_{feed}")
    key.chmod(0o600)
    assert run.state == "failed"
    assert "Spark failed while the step protect" in sentence_of(lake, run)
    assert lake.run(f"feed_{feed}").state == "success"


def plant_controls(lake: Lake) -> None:
    sink = io.BytesIO()
    table = pa.table({"who": [f"nobody {n}" for n in range(5_000)] + [CONTROLS["control/parquet"]]})
    parquet.write_table(table, sink, compression="zstd", write_statistics=False)
    hdfs.Lake(lake.settings).write("/lake/bronze/_control/part-0.parquet", sink.getvalue())
    postgres.execute(lake.settings, "airflow", "create table if not exists control (who text)")
    postgres.execute(lake.settings, "airflow", "insert into control values (%s)", (CONTROLS["control/database"],))
    line = f"2026-11-24 INFO nothing {CONTROLS['control/log'].upper()} nothing\n" * 3
    (lake.settings.logs / "control.log.1.gz").write_bytes(gzip.compress(line.encode()))


def test_the_scan_sees_what_was_planted_for_it(report: ScanReport) -> None:
    assert "hdfs:/lake/bronze/_control/part-0.parquet" in report.places("control/parquet")
    assert "database:airflow.public.control" in report.places("control/database")
    assert "file:home/logs/control.log.1.gz" in report.places("control/log")


def test_every_canary_is_in_landing(lake: Lake, contract: FeedContract, report: ScanReport) -> None:
    landing, planted = f"hdfs:/lake/landing/{contract.feed}/", lake.planted[contract.feed]
    assert len(planted) > 50
    missing = {label for label in planted if not any(p.startswith(landing) for p in report.places(label))}
    # Abroad is a way to write a number that nobody used: it may only come from our own normalisation.
    assert {label for label in missing if not label.endswith(", abroad")} == set()


def test_no_canary_is_anywhere_else(report: ScanReport) -> None:
    # The same persons are planted in each feed: a value in another's landing is that one's.
    places = ("hdfs:/lake/landing/{}/", "block:/lake/landing/{}/", "file:home/drop/archive/{}/")
    lawful = tuple(place.format(feed) for place in places for feed in PERSONAL)
    leaks = [hit for hit in report.hits if not hit.label.startswith("control/") and not hit.place.startswith(lawful)]
    assert leaks == []


def test_everything_was_read(report: ScanReport) -> None:
    assert report.unreadable == ()
    assert report.read_counts["hdfs"] > 60 and report.read_counts["file"] > 100 and report.read_counts["database"] > 30


def test_checkpoints_and_quarantine_were_there_to_be_read(
    lake: Lake, contract: FeedContract, report: ScanReport
) -> None:
    door = hdfs.Lake(lake.settings)
    for table in (contract.bronze_table, contract.quarantine_table):
        names = door.list(f"/lake/{table.replace('.', '/')}/_delta_log")
        assert any(name.endswith(".checkpoint.parquet") for name in names), table
    assert [name for name in door.list("/lake/marts") if not name.startswith(("_", "."))]
