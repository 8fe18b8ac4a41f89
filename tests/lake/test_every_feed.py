"""Each feed of the project its whole way, on few rows of its own source: no row is lost, and no person leaves landing.

A new contract is tried here by being in `dags/feeds`.
"""

import csv
import io
import itertools
import json
import re
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from canaries import REFUSED, Sent, good_and_bad_rows, prepared, sent_as, timed
from drop_feed import Feed, empty_tables
from operations import operations

from calanque.contracts import FeedContract, Folders, load_contract, load_contracts
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks
from calanque.settings import Settings
from calanque.sources import Errand
from calanque.twin.daily import write_day

FEEDS = load_contracts()
PERSONAL = [name for name, contract in FEEDS.items() if contract.is_personal]
# Another format, and a wide table whose files are the state of their days.
DAILY = [
    next(name for name, contract in FEEDS.items() if contract.file_format.type == "json"),
    next(name for name, contract in FEEDS.items() if getattr(contract.file_format, "unpivot", None)),
]
DAY = date(2026, 6, 1)
ROWS_MAX = 300
FEW = {"days": 1, "months": 1, "years": 1}
SENT_COUNT = 60
MOST_OPERATIONS = 10
"""At the engine, of a feed's first batch: two make its tables, the others are 8 with repeated and refused rows."""
# What is planted stays in the lake until its bytes are looked through; the next run takes it away.
PREFIX = "each_"


def _csv(content: bytes, options: Any) -> int:
    text = content.decode(options.encoding)
    count = sum(1 for _ in csv.reader(io.StringIO(text), delimiter=options.delimiter)) - 1
    return count * (len(options.unpivot.columns) if options.unpivot else 1)


def _xml(content: bytes, options: Any) -> int:
    *above, record = (f"{{*}}{name}" for name in options.record.split("/")[1:])
    counts = (len(parent.findall(record)) for parent in ElementTree.fromstring(content).findall("/".join(above)))
    return sum(max(count, int(options.keeps_empty_parents)) for count in counts)


def _shapefile(content: bytes, options: Any) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        (name,) = (name for name in parts.namelist() if name.endswith(".dbf"))
        return int.from_bytes(parts.read(name)[4:8], "little")


# How many rows a file of each format has, as another reader counts them.
COUNTED: dict[str, Callable[[bytes, Any], int]] = {
    "csv": _csv,
    "xml": _xml,
    "json": lambda content, options: len(json.loads(content)[options.member]),
    "jsonl": lambda content, options: len(content.splitlines()),
    "geojson": lambda content, options: len(json.loads(content)["features"]),
    "shapefile": _shapefile,
}
# Of a feed whose files hold others' rows too, which lines are its own.
OWN = {"marseille_school_holidays": re.compile(rb"^20(1[5-9]|2.)-..-..,[^,]+,True,", re.MULTILINE)}


def counted(contract: FeedContract, content: bytes) -> int:
    return COUNTED[contract.file_format.type](content, contract.file_format)


def few_rows(contract: FeedContract) -> bytes:
    """Return a small file of the feed's own source: what its generator makes, or some rows of its package's."""
    source = contract.source
    if source.kind == "twin":
        told = source.arguments
        return bytes(source.generate(**({"count": ROWS_MAX} if "count" in told else _few(told))))
    with tempfile.TemporaryDirectory() as folder:
        first, *_ = source.fetch(Errand(contract.feed, None, Path(folder), Path(folder)))
        if contract.file_format.type != "csv":
            return first.read_bytes()
        header, *rows = first.read_bytes().splitlines(keepends=True)
        # Of the whole file: what was reported first is the oldest, from before the days that the contract has.
        return b"".join([header, *rows[:: max(1, len(rows) // ROWS_MAX)][:ROWS_MAX]])


def _few(told: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in FEW.items() if name in told}


def dropped(feed: Feed, name: str, **properties: Any) -> Feed:
    """Give a feed the contract and the gates of another, whose files are dropped."""
    # A small file has few rows beside the wrong ones.
    feed.like(name, source={"kind": "drop", "pattern": "*"}, maxRefusedRate=0.5, **properties)
    return feed._replace(folders=feed.folders.model_copy(update={"expectations": Folders().expectations}))


def held(feed: Feed, tier: str, where: str = "true", what: str = "*") -> int:
    ((count,),) = spark.rows(f"SELECT count({what}) FROM {tier}.{feed.name} WHERE {where}")
    return int(count)


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_goes_its_whole_way_once(feed: Feed, name: str) -> None:
    known, feed = FEEDS[name], dropped(feed, name)
    content = few_rows(known)
    feed.send(content)
    report, count = operations(feed.run)
    assert report.state == "published"
    assert count <= MOST_OPERATIONS
    assert report.landed_count == report.loaded_count + report.quarantined_count
    assert report.landed_count + report.left_out_count == counted(known, content)
    own = len(OWN[name].findall(content)) if known.keep_where else counted(known, content)
    assert report.landed_count == own
    assert held(feed, "bronze") == report.loaded_count > 0
    assert held(feed, "quarantine") == report.quarantined_count == len(feed.quarantine())
    if known.duplicates:
        repeated = report.loaded_count - held(feed, "bronze", what=f"DISTINCT {', '.join(known.duplicates.key)}")
        assert repeated == report.duplicate_count
        assert known.duplicates.action == "keep" or not repeated
    checks = newest_checks(feed.name, report.batch_id)
    assert checks and all(check.success for check in checks)
    versions = feed.versions()
    assert operations(lambda: feed.run("again")) == (report, 0)
    assert feed.versions() == versions


def shorter(content: bytes, kind: str) -> bytes:
    """Return a file whose last record the source has taken back."""
    if kind == "csv":
        return content[: content.rstrip(b"\n").rindex(b"\n") + 1]
    before, _, last = content.rpartition(b",\n")
    return before + last[last.rindex(b"\n]") :]


def drifted(content: bytes, contract: FeedContract) -> bytes:
    """Return a file in which a column that the contract asks for has another name."""
    name = next(column.sources[0] for column in contract.bronze if column.required)
    last = name.rpartition(".")[2].encode(getattr(contract.file_format, "encoding", "utf-8"))
    return content.replace(last, last + b"_new", 1 if contract.file_format.type == "csv" else -1)


@pytest.mark.parametrize("name", DAILY)
def test_every_row_of_three_days_is_accounted_for(feed: Feed, name: str, tmp_path: Path) -> None:
    known, feed = load_contract(name), dropped(feed, name, gates=None)
    files = (write_day(known, DAY + timedelta(days=number), 1, tmp_path) for number in range(3))
    days = [first.read_bytes() for first, *_ in files]
    corrected = shorter(days[0], known.file_format.type)
    assert counted(known, corrected) < counted(known, days[0])
    for content in (*days, corrected):
        feed.send(content)
        report = feed.run()
        assert report.landed_count == counted(known, content) == report.loaded_count + report.quarantined_count
        in_batch = f"_batch_id = '{report.batch_id}'"
        assert held(feed, "quarantine", in_batch) == report.quarantined_count
        same = report.changes.unchanged if report.changes else 0
        assert held(feed, "bronze", in_batch) + same == report.loaded_count > 0
    before = feed.versions()[0]
    feed.send(drifted(days[2], known))
    feed.refused()
    assert feed.versions()[0] == before


@pytest.fixture(scope="module")
def cleared(stack: Settings) -> None:
    """The lake without what an earlier run planted."""
    tiers = ("landing", "bronze", "quarantine")
    empty_tables(sorted({name for tier in tiers for name in lake().list(f"/lake/{tier}") if name.startswith(PREFIX)}))


@pytest.fixture
def planted(cleared: None, tmp_path: Path, name: str) -> Iterator[tuple[Feed, Sent]]:
    """A personal feed with persons in rows of its own; it stays in the lake."""
    feed = Feed(f"{PREFIX}{uuid.uuid4().hex[:6]}_{name}", Folders(contracts=tmp_path / "feeds", drop=tmp_path / "drop"))
    for folder in (feed.folders.contracts, feed.folders.drop):
        folder.mkdir()
    known = FEEDS[name]
    few = known.source.model_copy(update={"arguments": known.source.arguments | _few(known.source.arguments)})
    sent = prepared(known.model_copy(update={"feed": feed.name, "source": few}), SENT_COUNT, tmp_path / "rows")
    yield dropped(feed, name, fileFormat=sent_as(known)), sent


@pytest.mark.parametrize(("name", "words"), zip(PERSONAL, itertools.cycle(REFUSED), strict=False))
def test_a_person_is_kept_out_of_good_rows_bad_rows_and_refused_files(
    planted: tuple[Feed, Sent], name: str, words: str
) -> None:
    """What became of the planted persons is looked for in the bytes of the whole lake, at the end."""
    feed, sent = planted
    content = good_and_bad_rows(sent)
    feed.send(content)
    report, count = operations(feed.run)
    assert count <= MOST_OPERATIONS
    assert report.landed_count == len(sent.rows) == report.loaded_count + report.quarantined_count
    column = next(made.name for made in sent.contract.bronze if made.sources == (timed(sent.contract),))
    assert {"malformed_row", f"wrong_type:{column}"} <= set(report.reasons)
    assert ("bad_encoding" in report.reasons) == ("\ufffd" in content.decode(errors="replace"))
    assert held(feed, "quarantine") == report.quarantined_count
    assert all(check.success for check in newest_checks(feed.name, report.batch_id))
    version = feed.versions()[0]
    feed.send(REFUSED[words](sent))
    assert words in feed.refused()
    refused = read_reports(feed.name)[-1]
    assert held(feed, "quarantine", f"_batch_id = '{refused.batch_id}'") == refused.quarantined_count > 0
    assert feed.versions()[0] == version


def test_each_refusal_is_tried_with_a_personal_feed() -> None:
    assert len(PERSONAL) >= len(REFUSED)
