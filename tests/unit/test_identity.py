"""Which batch the files of a run are: a replay is known, a return to an earlier state is new, loaded files are left."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from calanque.contracts import load_contract
from calanque.contracts.write import MergeWrite, SnapshotWrite
from calanque.ingest import identity
from calanque.ingest.records import FetchedBatch, FetchedFile
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
        monkeypatch.setattr(identity.deltars, "works_in", lambda _, names: self.held.intersection(names))

    def read_report(self, _: str, batch_id: str) -> BatchReport:
        self.read.append(batch_id)
        return self.reports[batch_id]

    def newest_first(self, *_: Any, **__: Any) -> Iterator[list[dict[str, Any]]]:
        for one in sorted(self.reports.values(), key=landed, reverse=True):
            yield [{**one.model_dump(), "source_date": one.day}]

    def land(self, landing: Landing) -> tuple[str, str]:
        """Identify and end a batch; returns its id and its files."""
        errand = Errand("f", date(2026, 1, landing.day), Path(), Path())
        fetched = FetchedBatch(feed="f", origin="o", files=tuple(map(file, landing.files)))
        batch_id, fetched = identity.identify(self.contract, errand, fetched)
        known = self.reports.get(batch_id)
        if fetched.files and (known is None or known.state != "published"):
            at = START + timedelta(days=len(self.reports))
            self.reports[batch_id] = BatchReport(
                feed="f",
                batch_id=batch_id,
                contract_version="1.0.0",
                state=landing.state,
                run_id="r",
                updated_at=at,
                files=tuple(file.model_copy() for file in fetched.files),
                landed_at=known.landed_at if known else at,
                day=identity.day_of(self.contract, errand),
            )
            if landing.state == "published":
                self.held |= {batch_id, *(one.sha256 for one in fetched.files)}
        return batch_id, "".join(one.name[0] for one in fetched.files)


def file(letter: str) -> FetchedFile:
    return FetchedFile(
        name=f"{letter}.csv",
        path=Path(letter),
        size_bytes=1,
        sha256=letter * 64,
        row_count=1,
        is_cut=False,
        is_decodable=True,
        header=("a",),
    )


def landed(one: BatchReport) -> datetime:
    return one.landed_at or START


DROP = DropSource(kind="drop", pattern="*.csv")
# By run, the number of the batch that it is: the first one is 0.
RUNS: dict[str, tuple[Any, Any, list[Landing], list[int]]] = {
    "a-list-returns": (SNAPSHOT, DROP, [Landing(x) for x in "abaab"], [0, 1, 2, 2, 3]),
    "two-states-in-turn": (SNAPSHOT, DROP, [Landing(x) for x in "abababa"], list(range(7))),
    "the-whole-set-is-the-state": (SNAPSHOT, DROP, [Landing("a"), Landing("ab"), Landing("ba")], [0, 1, 1]),
    "a-refused-one-is-no-state": (
        SNAPSHOT,
        DROP,
        [Landing("a"), Landing("b", state="refused"), Landing("a")],
        [0, 1, 0],
    ),
    "refused-again": (SNAPSHOT, DROP, [Landing("a"), *[Landing("b", state="refused")] * 2], [0, 1, 1]),
    "landed-and-killed": (SNAPSHOT, DROP, [Landing("a"), Landing("b", state="landed"), Landing("b")], [0, 1, 1]),
    "killed-then-another": (SNAPSHOT, DROP, [Landing("a"), Landing("b", state="landed"), Landing("a")], [0, 1, 2]),
    "from-the-archive": (SNAPSHOT, DROP, [Landing("a"), Landing("b"), Landing("a", archived=0)], [0, 1, 0]),
    "the-archive-lacks-a-file": (SNAPSHOT, DROP, [Landing("ab"), Landing("c"), Landing("a", archived=0)], [0, 1, 2]),
    "a-past-day-again": (SNAPSHOT, DAILY, [Landing("a"), Landing("b", 2), Landing("a")], [0, 1, 0]),
    "a-day-like-another": (SNAPSHOT, DAILY, [Landing("a"), Landing("b", 2), Landing("a", 3)], [0, 1, 2]),
    "a-day-corrected-and-back": (
        SNAPSHOT,
        DAILY,
        [Landing("a"), Landing("b"), Landing("c", 2), Landing("a"), Landing("a")],
        [0, 1, 2, 3, 3],
    ),
    "a-merge-knows-its-order": (MERGE, DROP, [Landing(x) for x in "aba"], [0, 1, 0]),
    "an-append-again": (TORONTO.write, DROP, [Landing(x) for x in "aba"], [0, 1, 0]),
}


@pytest.mark.parametrize(("write", "source", "landings", "batches"), RUNS.values(), ids=RUNS.keys())
def test_a_replay_is_known_and_a_return_is_new(
    write: Any, source: Any, landings: list[Landing], batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, found = Lake(monkeypatch, write, source), []
    for landing in landings:
        lake.archived = found[landing.archived] if landing.archived is not None else None
        found.append(lake.land(landing)[0])
    assert [list(dict.fromkeys(found)).index(batch_id) for batch_id in found] == batches


LEFT_OUT: dict[str, tuple[list[Landing], list[str]]] = {
    "beside-a-new-one": ([Landing("a"), Landing("ab"), Landing("ab")], ["a", "b", ""]),
    "out-of-several": ([Landing("ab"), Landing("a"), Landing("bc")], ["ab", "", "c"]),
    "of-the-archive": ([Landing("a"), Landing("ab"), Landing("ab", archived=1)], ["a", "b", "b"]),
    "a-refused-one-is-not": ([Landing("a", state="refused"), Landing("ab")], ["a", "ab"]),
    "nor-one-that-was-killed": ([Landing("a", state="gated"), Landing("ab"), Landing("a")], ["a", "ab", ""]),
}


@pytest.mark.parametrize(("landings", "files"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_an_append_leaves_out_what_its_table_holds(
    landings: list[Landing], files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, ids, found = Lake(monkeypatch, TORONTO.write, DROP), [], []
    for landing in landings:
        lake.archived = ids[landing.archived] if landing.archived is not None else None
        batch_id, landed = lake.land(landing)
        ids.append(batch_id)
        found.append(landed)
    assert found == files
    # What changes nothing is a batch that has its report.
    assert all(batch_id in lake.reports for batch_id in ids)


def test_old_reports_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(monkeypatch, SNAPSHOT, DROP)
    ids = [lake.land(Landing(letter))[0] for letter in "abcdef"]
    lake.read.clear()
    newest = batches.newest_landed("f")
    assert newest is not None
    assert (newest.batch_id, lake.read) == (ids[-1], [ids[-1]])
    # A report that was written again, as of a raised version, makes no older landing the newest.
    lake.reports[ids[1]] = lake.reports[ids[1]].model_copy(update={"updated_at": START + timedelta(days=9)})
    assert batches.newest_landed("f") == newest
