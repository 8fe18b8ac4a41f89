"""Planted personal values, in good rows and in every kind of bad one: in landing, and nowhere else to the last byte."""

import csv
import gzip
import io
import shutil
from typing import NamedTuple

import pyarrow as pa
import pytest
from canary_lake import GATE_ROWS_MAX, GOOD_ROWS, PERSONAL, Lake, Planter, clean_rows, delimiter_of, written
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
    csv.writer(line, delimiter=delimiter_of(contract), lineterminator="\n").writerow(shifted.values())
    foreign = written(contract, [planter.row("bad encoding", rows[at + 1])]).split("\n", 1)[1]
    return (written(contract, placed + rows[at + 2 :]) + line.getvalue()).encode() + foreign.encode("cp1252", "replace")


class Sent(NamedTuple):
    """A personal feed: who plants in it, rows for its batches, and more rows than its gate lets through."""

    planter: Planter
    rows: list[dict[str, str]]
    more_rows: list[dict[str, str]]

    @property
    def contract(self) -> FeedContract:
        """Its contract, as it is in the project."""
        return self.planter.contract

    @property
    def feed(self) -> str:
        """Its name."""
        return self.contract.feed

    @property
    def dag(self) -> str:
        """Its DAG."""
        return f"feed_{self.feed}"


def unknown_column(sent: Sent) -> bytes:
    planter = sent.planter
    wide = [planter.row("unknown column", sent.rows[0]) | {"commentaire": planter.text("unknown column's")}]
    return written(sent.contract, wide, ("commentaire",)).encode()


def no_header(sent: Sent) -> bytes:
    text = written(sent.contract, [sent.planter.row("no header", sent.rows[0]), *sent.rows[1:5]])
    return text.split("\n", 1)[1].encode()


def too_many_wrong(sent: Sent) -> bytes:
    bronze = sent.contract.bronze
    last = next(c for c in bronze if c.physical_type == "timestamp" and c.classification == "open").sources[0]
    wrong = [sent.planter.row("too many", sent.rows[0]), *sent.rows[1:20]]
    return written(sent.contract, [row | {last: "hier"} for row in wrong]).encode()


def gate(sent: Sent) -> bytes:
    return written(sent.contract, [sent.planter.row("gate", sent.more_rows[0]), *sent.more_rows[1:]]).encode()


def truncated(sent: Sent) -> bytes:
    """Return a file whose last row stops before its last column, which is then not planted."""
    contract, planter, rows = sent.contract, sent.planter, sent.rows
    text, _, _ = written(contract, [*rows[:9], planter.row("truncated", rows[10])]).rpartition(";")
    last = contract.landing[-1]
    cut = "text." if last.classification == "free_text" else last.name
    for label in [label for label in planter.planted if label.startswith(f"truncated/{cut}")]:
        del planter.planted[label]
    return text.encode()


# What refuses a batch whole, by the words of its refusal: it knows no feed, and each is sent to one.
REFUSED = {
    "unknown to the contract": unknown_column,
    "of the contract": no_header,
    "did the source change": too_many_wrong,
    "expect": gate,
    "is truncated": truncated,
}


def prepared(lake: Lake, feed: str) -> Sent:
    contract = load_contract(feed)
    rows = clean_rows(contract, GOOD_ROWS, lake.folder / "rows" / feed)
    return Sent(
        Planter(lake, contract), rows, clean_rows(contract, GATE_ROWS_MAX + 50, lake.folder / "more rows" / feed)
    )


@pytest.fixture(scope="module")
def report(lake: Lake) -> ScanReport:
    """Send everything of every personal feed through the scheduler, good and bad, then look for it."""
    feeds = [prepared(lake, feed) for feed in PERSONAL]
    dags = [one.dag for one in feeds]
    lake.orchestrator.wait_for_dags({*dags, "transform", *UPKEEP})
    send(lake, {one.feed: good_and_bad_rows(one.planter, one.rows) for one in feeds})
    # Awake, the scheduler runs the feeds of the day by itself.
    lake.wake(dags)
    refuse(lake, feeds)
    # Of one feed: what a failed task leaves knows none.
    fail_then_load(lake, feeds[:1])
    # Marts of all that was loaded, then the upkeep.
    lake.orchestrator.wake(["transform", *UPKEEP])
    for follows in (["transform"], UPKEEP):
        assert {run.state for run in lake.runs(follows)} == {"success"}
    shutil.rmtree(lake.settings.home / "drop")
    planted = {f"{feed}/{label}": value for feed, values in lake.planted.items() for label, value in values.items()}
    base = b"".join(written(one.contract, [*one.rows, *one.more_rows]).encode() for one in feeds)
    assert Needles(planted | CONTROLS).find(base) == set(), "a canary is also a value of the generator"
    plant_controls(lake)
    return scan(lake.settings, planted | CONTROLS, (lake.folder / "tmp", lake.root / "dbt", lake.root / "dags"))


def refuse(lake: Lake, feeds: list[Sent]) -> None:
    """Send each batch that is refused whole to a feed of its own, as many at a time as there are feeds."""
    refused = list(REFUSED.items())
    for start in range(0, len(refused), len(feeds)):
        pairs = list(zip(feeds, refused[start:], strict=False))
        send(lake, {one.feed: batch_of(one) for one, (_, batch_of) in pairs})
        for run, (_, (words, _)) in zip(lake.runs([one.dag for one, _ in pairs]), pairs, strict=True):
            assert run.state == "failed", words
            assert words in sentence_of(lake, run), words


def send(lake: Lake, batches: dict[str, bytes]) -> None:
    for feed, data in batches.items():
        lake.send(feed, data)


def sentence_of(lake: Lake, run: object) -> str:
    failed = [task for task in lake.orchestrator.task_instances(run) if task["state"] == "failed"]
    return lake.orchestrator.last_error(run, failed[0]["task_id"], failed[0]["try_number"])


def fail_then_load(lake: Lake, feeds: list[Sent]) -> None:
    """Let tasks fail with rows in their hands: the workers may not read their key; then give it back."""
    key = lake.settings.home / "secrets" / "token_key"
    send(
        lake,
        {
            one.feed: written(one.contract, [one.planter.row("failed task", one.rows[0]), *one.rows[1:40]]).encode()
            for one in feeds
        },
    )
    key.chmod(0o644)
    failed = lake.runs([one.dag for one in feeds])
    key.chmod(0o600)
    for run in failed:
        assert run.state == "failed"
        assert "Spark failed while the step protect" in sentence_of(lake, run)
    assert {run.state for run in lake.runs([one.dag for one in feeds])} == {"success"}


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


@pytest.mark.parametrize("feed", PERSONAL)
def test_every_canary_is_in_landing(lake: Lake, report: ScanReport, feed: str) -> None:
    landing, planted = f"hdfs:/lake/landing/{feed}/", [f"{feed}/{label}" for label in lake.planted[feed]]
    assert len(planted) > (50 if feed == PERSONAL[0] else 10)
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


def test_a_city_with_cameras_alone_has_its_hours(lake: Lake, report: ScanReport) -> None:
    """No sensor and no register is a personal feed: the marts that they would fill are built without them."""
    quantities = lake.asked("select distinct quantity from fct_observation_hour")
    assert quantities and all(quantity.startswith("detected_") for (quantity,) in quantities)
    assert lake.asked("select count(*) from dim_asset") == [[0]]


@pytest.mark.parametrize("feed", PERSONAL)
def test_checkpoints_and_quarantine_were_there_to_be_read(lake: Lake, report: ScanReport, feed: str) -> None:
    door = hdfs.Lake(lake.settings)
    for tier in ("bronze", "quarantine"):
        names = door.list(f"/lake/{tier}/{feed}/_delta_log")
        assert any(name.endswith(".checkpoint.parquet") for name in names), tier
    assert [name for name in door.list("/lake/marts") if not name.startswith(("_", "."))]
