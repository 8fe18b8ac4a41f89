"""A feed its whole way, on few rows of its own source: no row is lost, and no person leaves landing.

A new contract is tried here by being in `dags/feeds`: always if it has what no feed before it has, else in the proof.
"""

import itertools
import tempfile
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from canaries import REFUSED, Sent, good_and_bad_rows, prepared, sent_as, timed
from drop_feed import Feed, empty_tables
from operations import operations
from three_days import account_for_three_days, counted, dropped, held, own

from calanque.contracts import FeedContract, Folders, load_contract, load_contracts
from calanque.engines.hdfs import lake
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks
from calanque.runs.records import BatchReport
from calanque.settings import Settings
from calanque.sources import Errand

FEEDS = load_contracts()
PERSONAL = [name for name, contract in FEEDS.items() if contract.is_personal]
# The others go their whole way with persons planted in the rows of their generator.
UNPLANTED = [name for name in FEEDS if name not in PERSONAL or FEEDS[name].file_format.type != "csv"]
# The other feeds have their three days where there is time for them, in the proof.
DAILY = next(name for name, contract in FEEDS.items() if contract.file_format.type == "json")
DAY = date(2026, 6, 1)
ROWS_MAX = 300
FEW = {"days": 1, "months": 1, "years": 1}
SENT_COUNT = 60
MOST_OPERATIONS = 10
"""At the engine, of a feed's first batch: two make its tables, the others are 8 with repeated and refused rows."""
# What is planted stays in the lake until its bytes are looked through; the next run takes it away.
PREFIX = "each_"


def one_of_a_kind(kinds: dict[str, tuple[object, ...]]) -> Iterator[tuple[str, list[pytest.MarkDecorator]]]:
    """Return each feed with its marks: it waits for the proof where others before it have all that it has."""
    seen = set[tuple[int, object]]()
    for name, kind in kinds.items():
        new = set(enumerate(kind)) - seen
        yield name, [] if new else [pytest.mark.full]
        seen |= new


def written(contract: FeedContract) -> tuple[object, ...]:
    """Return the kind of a feed as it goes its way: how it comes, how it is written and what is masked."""
    repeated = contract.duplicates and contract.duplicates.action
    return contract.file_format.type, contract.write.mode, repeated, contract.is_personal


def refusals() -> Iterator[Any]:
    """Return personal feeds, each with a refusal; those that are always tried have all refusals among them."""
    marked = sorted(one_of_a_kind({name: (FEEDS[name].shape,) for name in PERSONAL}), key=lambda one: bool(one[1]))
    for (name, marks), words in zip(marked, itertools.cycle(REFUSED), strict=False):
        yield pytest.param(name, words, marks=marks)


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


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=marks)
        for name, marks in one_of_a_kind({name: written(FEEDS[name]) for name in UNPLANTED})
    ],
)
def test_a_feed_goes_its_whole_way_once(feed: Feed, name: str) -> None:
    known, feed = FEEDS[name], dropped(feed, name)
    content = few_rows(known)
    feed.send(content)
    report, count = operations(feed.run)
    assert report.state == "published"
    assert count <= MOST_OPERATIONS
    assert report.landed_count == report.loaded_count + report.quarantined_count
    assert report.landed_count + report.left_out_count == counted(known, content)
    assert report.landed_count == own(known, content)
    assert len(held(feed, "bronze")) == report.loaded_count > 0
    assert len(held(feed, "quarantine")) == report.quarantined_count
    assert_repeats_are_counted(feed, report)
    checks = newest_checks(feed.name, report.batch_id)
    assert checks and all(check.success for check in checks)
    versions = feed.versions()
    assert operations(lambda: feed.run("again")) == (report, 0)
    assert feed.versions() == versions


def assert_repeats_are_counted(feed: Feed, report: BatchReport) -> None:
    """Check that bronze holds as many rows of a key twice as the report says, none where they are put aside."""
    if duplicates := load_contract(feed.name, feed.folders).duplicates:
        keys = held(feed, "bronze", key=duplicates.key)
        repeated = len(keys) - len(set(keys))
        assert repeated == report.duplicate_count
        assert duplicates.action == "keep" or not repeated


@pytest.mark.full
def test_every_row_of_three_days_is_accounted_for(feed: Feed, tmp_path: Path) -> None:
    account_for_three_days(feed, DAILY, tmp_path)


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


@pytest.mark.parametrize(("name", "words"), refusals())
def test_a_person_is_kept_out_of_good_rows_bad_rows_and_refused_files(
    planted: tuple[Feed, Sent], name: str, words: str
) -> None:
    """What became of the planted persons is looked for in the bytes of the whole lake, at the end."""
    feed, sent = planted
    content = good_and_bad_rows(sent)
    feed.send(content, sent.planter.file_name())
    report, count = operations(feed.run)
    assert count <= MOST_OPERATIONS
    assert report.landed_count == len(sent.rows) == report.loaded_count + report.quarantined_count
    column = next(made.name for made in sent.contract.bronze if made.sources == (timed(sent.contract),))
    assert {"malformed_row", f"wrong_type:{column}"} <= set(report.reasons)
    assert ("bad_encoding" in report.reasons) == ("\ufffd" in content.decode(errors="replace"))
    assert len(held(feed, "bronze")) == report.loaded_count > 0
    assert len(held(feed, "quarantine")) == report.quarantined_count
    assert_repeats_are_counted(feed, report)
    assert all(check.success for check in newest_checks(feed.name, report.batch_id))
    versions = feed.versions()
    assert operations(lambda: feed.run("again")) == (report, 0)
    assert feed.versions() == versions
    feed.send(REFUSED[words](sent))
    assert words in feed.refused()
    refused = read_reports(feed.name)[-1]
    assert len(held(feed, "quarantine", refused.batch_id)) == refused.quarantined_count > 0
    assert feed.versions()[0] == versions[0]


def test_each_refusal_is_tried_with_a_personal_feed() -> None:
    assert {one.values[1] for one in refusals() if not one.marks} == set(REFUSED)
