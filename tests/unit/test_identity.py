"""Which batch the files of a run are: a replay is known, a return to an earlier state is new, loaded files are left."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fetched import fetched_file, report_of

from calanque.contracts import load_contract
from calanque.contracts.write import MergeWrite, SnapshotWrite
from calanque.ingest import identity
from calanque.ingest.records import FetchedBatch
from calanque.runs import batches, store
from calanque.runs.records import BatchReport
from calanque.sources import Errand
from calanque.sources.drop import DropSource
from calanque.sources.http_ import HttpSource

START = datetime(2026, 1, 1, tzinfo=UTC)
SNAPSHOT, MERGE = SnapshotWrite(mode="snapshot", key=("k",)), MergeWrite(mode="merge", key=("k",), orderBy="n")
DAILY = HttpSource(kind="http", url="http://127.0.0.1/{date}.csv")
TORONTO = load_contract("toronto_incidents")


class Landing(NamedTuple):
    """One run: its files by a letter each, its day, how its batch ended; `archived`: the run whose files it finds."""

    files: str
    day: int = 1
    state: Any = "published"
    archived: int | None = None


def landings(text: str) -> list[Landing]:
    """Read runs: `ab a/2 b!refused c@0` are of two files, of the second day, refused, and out of the archive."""
    parts = [re.fullmatch(r"(\w+)(?:/(\d))?(?:!(\w+))?(?:@(\d))?", one) for one in text.split()]
    assert all(parts), text
    told = [part.groups() for part in parts if part]
    return [Landing(a, int(day or 1), state or "published", int(of) if of else None) for a, day, state, of in told]


class Lake:
    """The reports of a feed, and what its table holds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, write: Any, source: Any) -> None:
        self.reports: dict[str, BatchReport] = {}
        self.read: list[str] = []
        self.held: set[str] = set()
        self.archived: str | None = None
        self.contract = TORONTO.model_copy(update={"write": write, "source": source})
        monkeypatch.setattr(type(source), "archived_as", lambda *_: self.archived)
        monkeypatch.setattr(identity, "read_report", lambda _, batch_id: self.reports.get(batch_id))
        monkeypatch.setattr(identity, "read_reports", lambda _: list(self.reports.values()))
        monkeypatch.setattr(batches, "read_report", self.read_report)
        monkeypatch.setattr(store, "newest_first", self.newest_first)
        monkeypatch.setattr(identity.delta, "last_commit", lambda _: self.held or None)
        monkeypatch.setattr(identity.deltars, "open_table", lambda _: None)
        monkeypatch.setattr(identity.deltars, "transactions_among", lambda _, names: self.held.intersection(names))

    def read_report(self, _: str, batch_id: str) -> BatchReport:
        self.read.append(batch_id)
        return self.reports[batch_id]

    def newest_first(self, *_: Any, **__: Any) -> Iterator[list[dict[str, Any]]]:
        for one in sorted(self.reports.values(), key=landed, reverse=True):
            yield [{**one.model_dump(), "source_date": one.day}]

    def land_all(self, runs: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for landing in landings(runs):
            self.archived = found[landing.archived][0] if landing.archived is not None else None
            found.append(self.land(landing))
        return found

    def land(self, landing: Landing) -> tuple[str, str]:
        """Identify and end a batch; returns its id and its files."""
        errand = Errand("f", date(2026, 1, landing.day), Path(), Path())
        files = tuple(fetched_file(f"{letter}.csv", letter) for letter in landing.files)
        fetched = FetchedBatch(feed="f", origin="o", files=files)
        batch_id, fetched = identity.identify(self.contract, errand, fetched)
        known = self.reports.get(batch_id)
        if fetched.files and (known is None or known.state != "published"):
            at = START + timedelta(days=len(self.reports))
            self.reports[batch_id] = report_of(
                batch_id,
                at,
                landing.state,
                files=tuple(file.model_copy() for file in fetched.files),
                landed_at=known.landed_at if known else at,
                day=identity.source_day(self.contract, errand),
            )
            if landing.state == "published":
                self.held |= {batch_id, *(one.sha256 for one in fetched.files)}
        return batch_id, "".join(one.name[0] for one in fetched.files)


def landed(one: BatchReport) -> datetime:
    return one.landed_at or START


DROP = DropSource(kind="drop", pattern="*.csv")
# By run, the number of the batch that it is: the first one is 0.
RUNS: dict[str, tuple[Any, Any, str, str]] = {
    "a-list-returns": (SNAPSHOT, DROP, "a b a a b", "0 1 2 2 3"),
    "two-states-in-turn": (SNAPSHOT, DROP, "a b a b a b a", "0 1 2 3 4 5 6"),
    "the-whole-set-is-the-state": (SNAPSHOT, DROP, "a ab ba", "0 1 1"),
    "a-refused-one-is-no-state": (SNAPSHOT, DROP, "a b!refused a", "0 1 0"),
    "refused-again": (SNAPSHOT, DROP, "a b!refused b!refused", "0 1 1"),
    "landed-and-killed": (SNAPSHOT, DROP, "a b!landed b", "0 1 1"),
    "killed-then-another": (SNAPSHOT, DROP, "a b!landed a", "0 1 2"),
    "from-the-archive": (SNAPSHOT, DROP, "a b a@0", "0 1 0"),
    "the-archive-lacks-a-file": (SNAPSHOT, DROP, "ab c a@0", "0 1 2"),
    "a-past-day-again": (SNAPSHOT, DAILY, "a b/2 a", "0 1 0"),
    "a-day-like-another": (SNAPSHOT, DAILY, "a b/2 a/3", "0 1 2"),
    "a-day-corrected-and-back": (SNAPSHOT, DAILY, "a b c/2 a a", "0 1 2 3 3"),
    "a-merge-knows-its-order": (MERGE, DROP, "a b a", "0 1 0"),
    "an-append-again": (TORONTO.write, DROP, "a b a", "0 1 0"),
}


@pytest.mark.parametrize(("write", "source", "runs", "batches"), RUNS.values(), ids=RUNS.keys())
def test_a_replay_is_known_and_a_return_is_new(
    write: Any, source: Any, runs: str, batches: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [batch_id for batch_id, _ in Lake(monkeypatch, write, source).land_all(runs)]
    assert " ".join(str(list(dict.fromkeys(found)).index(batch_id)) for batch_id in found) == batches


LEFT_OUT = {
    "beside-a-new-one": ("a ab ab", ["a", "b", ""]),
    "out-of-several": ("ab a bc", ["ab", "", "c"]),
    "of-the-archive": ("a ab ab@1", ["a", "b", "b"]),
    "a-refused-one-is-not": ("a!refused ab", ["a", "ab"]),
    "nor-one-that-was-killed": ("a!gated ab a", ["a", "ab", ""]),
}


@pytest.mark.parametrize(("runs", "files"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_an_append_leaves_out_what_its_table_holds(
    runs: str, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(monkeypatch, TORONTO.write, DROP)
    found = lake.land_all(runs)
    assert [landed for _, landed in found] == files
    # What changes nothing is a batch that has its report.
    assert all(batch_id in lake.reports for batch_id, _ in found)


def test_old_reports_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(monkeypatch, SNAPSHOT, DROP)
    ids = [batch_id for batch_id, _ in lake.land_all("a b c d e f")]
    lake.read.clear()
    newest = batches.newest_landed("f")
    assert newest is not None
    assert (newest.batch_id, lake.read) == (ids[-1], [ids[-1]])
    # A report that was written again, as of a raised version, makes no older landing the newest.
    lake.reports[ids[1]] = lake.reports[ids[1]].model_copy(update={"updated_at": START + timedelta(days=9)})
    assert batches.newest_landed("f") == newest
