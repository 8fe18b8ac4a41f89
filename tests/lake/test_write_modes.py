"""Three days of each way of writing: the tables hold what plain loops over the same files give, through kills too."""

import json
import os
import signal
from datetime import UTC
from importlib import import_module
from typing import Any

import pytest
from drop_feed import Feed, processes
from write_model import COLUMNS, KINDS, STATES, Model

from calanque.contracts import load_contract
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.ingest import batch, write_changes
from calanque.ingest.batches import _batch_rows
from calanque.marts.freshness import _found_sql

HEADER = ",".join(COLUMNS) + "\n"
WRITES: dict[str, dict[str, Any]] = {
    "append": {"mode": "append"},
    "snapshot": {"mode": "snapshot", "key": ["event_id"]},
    "snapshot-of-days": {"mode": "snapshot", "key": ["event_id"], "within": "happened_on"},
    "merge": {
        "mode": "merge",
        "key": ["event_id"],
        "orderBy": "revision",
        "deletedWhen": {"column": "state", "value": "gone"},
    },
}


def line(number: int, day: int = 1, revision: int = 1, kind: str | None = None, state: str = "open") -> str:
    return f"E{number:04d},2026-01-{day:02d},{kind or KINDS[number % 2]},{state},{revision}\n"


def declare(feed: Feed, write: dict[str, Any], version: str = "1.0.0", refused_rate: float = 0.2) -> None:
    """Give the feed the columns of the model and its way of writing."""
    content = feed.said()
    first, second = content["schema"][0]["properties"][0], content["schema"][1]["properties"][0]

    def bronze(name: str, kind: str = "string", values: tuple[str, ...] = ()) -> dict[str, Any]:
        allowed = [{"metric": "invalidValues", "arguments": {"validValues": list(values)}, "mustBe": 0}]
        physical = {"integer": "int"}.get(kind, kind)
        column = {"name": name, "logicalType": kind, "physicalType": physical, "transformSourceObjects": [name]}
        return {**second, **column, **({"quality": allowed} if values else {})}

    content["schema"][0]["properties"] = [{**first, "name": name} for name in COLUMNS]
    content["schema"][1]["properties"] = [
        bronze("event_id"),
        bronze("happened_on", "date"),
        bronze("kind", values=KINDS),
        bronze("state", values=STATES),
        bronze("revision", "integer"),
    ]
    repeated = {"key": ["event_id"], "action": "quarantine"} if write["mode"] == "append" else None
    feed.say(content, version, write=write, gates=None, maxRefusedRate=refused_rate, duplicates=repeated)


class Days:
    """A feed and its model, side by side; files are known by a label."""

    def __init__(self, feed: Feed, name: str) -> None:
        self.feed, self.labels = feed, {}
        self.model = Model(WRITES[name]["mode"], "within" in WRITES[name])
        declare(feed, WRITES[name])

    def take(self, label: str, text: str, name: str = "a.csv") -> Any:
        """Run one file through both; the tables must then be the same."""
        self.feed.send(HEADER + text, name)
        report = self.feed.run(label)
        self.know(label, text, report)
        assert report.landed_count == report.loaded_count + report.quarantined_count == text.count("\n")
        self.compare()
        return report

    def know(self, label: str, text: str, report: Any) -> None:
        """Let the model have what a run brought."""
        self.labels.setdefault(report.batch_id, label)
        self.model.apply(label, HEADER + text)

    def compare(self) -> None:
        """Check the bronze and the quarantine against the model."""
        named = {None: "", **self.labels}
        rows = self.feed.bronze()
        found = [
            (*(str(row[name]) if name == "happened_on" else row[name] for name in COLUMNS), named[row["_batch_id"]],
             named[row["_closed_by"]])
            for row in rows
        ]  # fmt: skip
        assert sorted(found) == self.model.table()
        for row in rows:
            closed = [row[name] for name in ("_closed_at", "_closed_by") if row[name] is not None]
            assert not closed or (len(closed) == 2 and closed[0] >= row["_ingested_at"])
        held = [
            (named[row["_batch_id"]], json.loads(row["payload"])["event_id"], reason)
            for row in self.feed.quarantine()
            for reason in row["reasons"]
        ]
        assert sorted(held) == sorted(self.model.quarantine)

    def counts(self, report: Any) -> dict[str, int]:
        """Return the changes of a report that are not 0."""
        return {name: count for name, count in report.changes.model_dump().items() if count}


def archive(feed: Feed, batch_id: str, text: str) -> None:
    """Leave the file of a batch where a run of its day finds it, and nothing else."""
    feed.send("")
    (feed.folders.drop / "a.csv").unlink()
    folder = feed.folders.drop / "archive" / feed.name / "undated" / batch_id
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(HEADER + text, encoding="utf-8")


def readers(feed: Feed, days: Days) -> None:
    """What marts and lineage read of bronze is the current rows; the last batch is the last that changed the table."""
    current = [version["batch"] for version in days.model.current()]
    counted = {days.labels[row["_batch_id"]]: row["row_count"] for row in _batch_rows(f"bronze.{feed.name}", None)[0]}
    assert counted == {batch: current.count(batch) for batch in set(current)}
    (found,) = spark.rows(_found_sql(load_contract(feed.name, feed.folders)))
    assert days.labels[found["last_batch_id"]] == "third"
    newest = max(row["_ingested_at"] for row in feed.bronze())
    assert found["last_ingested_at"].replace(tzinfo=UTC) == newest


def test_append_and_a_key_that_its_rows_repeat(feed: Feed) -> None:
    days = Days(feed, "append")
    first = "".join(map(line, range(100))) + line(7) + line(7, revision=2)
    report = days.take("first", first)
    assert report.reasons == {"duplicate:event_id": 2}
    assert report.changes is None
    second = "".join(line(n, 2) for n in range(100, 150)) + line(3, 2, revision=2) + line(4, 2, kind="music")
    days.take("second", second)
    # The first file again under a raised version takes the place of its own rows.
    declare(feed, WRITES["append"], "1.1.0")
    feed.send(HEADER + first)
    assert feed.run("replay").contract_version == "1.1.0"
    days.compare()
    version, landings = feed.versions(), lake().list(f"/lake/landing/{feed.name}")
    feed.send(HEADER + "".join(map(line, range(30))))
    for name in ("snapshot", "merge"):
        declare(feed, WRITES[name], "1.2.0")
        assert "writes by the key event_id, of which 1 values stand in several current rows" in feed.refused()
    assert (feed.versions(), lake().list(f"/lake/landing/{feed.name}")) == (version, landings)
    # A key that tells them apart is taken.
    declare(feed, {"mode": "snapshot", "key": ["event_id", "revision"]}, "1.2.0")
    assert days.counts(feed.run()) == {"unchanged": 30, "closed": 121}


def test_snapshot(feed: Feed) -> None:
    days = Days(feed, "snapshot")
    first = "".join(map(line, range(100)))
    assert days.counts(days.take("first", first)) == {"inserted": 100}
    second = "".join(line(n, kind="waste" if n == 4 else None) for n in range(110) if n not in (10, 11))
    second += line(20, revision=9) + line(200, kind="music")
    report = days.take("second", second)
    assert days.counts(report) == {"inserted": 10, "changed": 1, "unchanged": 97, "closed": 2}
    assert report.reasons == {"duplicate:event_id": 1, "not_in_enum:kind": 1}
    back = second.replace(line(20, revision=9), line(10) + line(11, revision=2)).replace(line(30), "")
    days.take("third", back)
    readers(feed, days)
    # A run of the second batch's day again, under a raised version: the third is newer.
    before = feed.bronze()
    declare(feed, WRITES["snapshot"], "1.1.0")
    archive(feed, report.batch_id, second)
    assert days.counts(feed.run("replay")) == {"late": 108}
    assert feed.bronze() == before


def test_a_late_snapshot_changes_its_own_days_only(feed: Feed) -> None:
    days = Days(feed, "snapshot-of-days")
    first = "".join(line(n, 1 + n % 3) for n in range(60))
    report = days.take("first", first)
    # Of the first day one row is new, one has changed and one is gone; a fourth day comes with it.
    late = "".join(line(n, 1, revision=1 + (n == 3)) for n in range(0, 57, 3)) + line(90, 1)
    late += "".join(line(n, 4) for n in range(100, 110))
    assert days.counts(days.take("late", late)) == {"inserted": 11, "changed": 1, "unchanged": 18, "closed": 1}
    # Of the first batch, all days in one file: of the second and third day nothing newer came.
    before = [row["event_id"] for row in feed.bronze() if row["_closed_by"] is None]
    declare(feed, WRITES["snapshot-of-days"], "1.1.0")
    archive(feed, report.batch_id, first)
    assert days.counts(feed.run("replay")) == {"unchanged": 40, "late": 20}
    assert [row["event_id"] for row in feed.bronze() if row["_closed_by"] is None] == before


def test_a_list_that_returns_to_an_earlier_state(feed: Feed) -> None:
    days = Days(feed, "snapshot")
    one, other = "".join(line(n) for n in range(20)), "".join(line(n, revision=1 + n % 2) for n in range(10))
    first = days.take("first", one)
    second = days.take("second", other)
    feed.send(HEADER + one)
    landed = feed.staged()
    assert landed["batch_id"] not in (first.batch_id, second.batch_id)
    report = days.take("first-again", one)
    assert report.batch_id == landed["batch_id"]
    assert days.counts(report) == {"inserted": 10, "changed": 5, "unchanged": 5}
    # Nothing is new: the same run again, the same file again and under another name, and a past run from its archive.
    version = feed.versions()
    assert feed.run("again") == report
    for file in ("a.csv", "renamed.csv"):
        feed.send(HEADER + one, file)
        assert feed.run("sent again") == report
    archive(feed, second.batch_id, other)
    assert feed.run("of the past") == second
    assert feed.versions() == version
    days.compare()


def test_an_append_leaves_out_a_file_sent_again_beside_a_new_one(feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    days = Days(feed, "append")
    old, new, last = ("".join(map(line, range(at, at + 10))) for at in (0, 10, 20))

    def send_beside(text: str, name: str) -> None:
        feed.send(HEADER + text, name)
        (feed.folders.drop / "01.csv").write_text(HEADER + old, encoding="utf-8")

    # The first one was landed by a run that stopped; another run takes its file with a new one.
    feed.send(HEADER + old, "01.csv")
    stopped = feed.staged()
    send_beside(new, "02.csv")
    both = feed.run()
    assert (both.landed_count, both.loaded_count) == (20, 20)
    days.know("both", old + new, both)
    for step in (batch.protect_batch, batch.gate_batch):
        stopped = step(stopped, feed.folders)
    with pytest.raises(CalanqueError, match="has loaded a file of batch"):
        batch.publish_batch(stopped, feed.folders)
    # The table itself knows its files, even if the run of the commit was killed before its report.
    feed.forget(both.batch_id)
    send_beside(last, "03.csv")
    with caplog.at_level("INFO"):
        report = feed.run()
    assert f"{feed.name}: 01.csv is left out: bronze has its rows already." in caplog.messages
    assert (report.landed_count, report.loaded_count, [file.name for file in report.files]) == (10, 10, ["03.csv"])
    days.know("last", last, report)
    days.compare()
    version = feed.versions()
    assert {path.name for path in feed.folders.drop.glob("archive/*/*/*/*")} == {"01.csv", "03.csv"}
    assert feed.run("from the archive") == report
    send_beside(last, "04.csv")
    assert feed.run("sent again") == report
    assert feed.versions() == version


def test_a_refused_file_sent_again_beside_a_new_one_is_loaded(feed: Feed) -> None:
    declare(feed, WRITES["append"])
    bad = line(0) + line(1, kind="music")
    feed.send(HEADER + bad)
    assert "do not fit the contract" in feed.refused()
    declare(feed, WRITES["append"], "1.1.0", refused_rate=0.5)
    feed.send(HEADER + bad)
    (feed.folders.drop / "b.csv").write_text(HEADER + line(2), encoding="utf-8")
    report = feed.run()
    assert (report.landed_count, report.loaded_count, report.quarantined_count) == (3, 2, 1)
    assert [row["event_id"] for row in feed.bronze()] == ["E0000", "E0002"]
    assert feed.run() == report


def test_merge(feed: Feed) -> None:
    days = Days(feed, "merge")
    assert days.counts(days.take("first", "".join(line(n, revision=5) for n in range(100)))) == {"inserted": 100}
    second = line(1, revision=6, kind="noise") + line(2, revision=7) + line(2, revision=6) + line(2, revision=8)
    second += line(3, revision=6, state="gone") + line(4, revision=4) + line(5, revision=5) + line(200, revision=1)
    second += line(200, revision=1) + line(201, revision=1) + line(201, revision=1, day=2) + line(202, kind="music")
    second += line(203, revision=1, state="gone") + line(6, revision=5, day=9)
    report = days.take("second", second)
    # Corrected are 1, 2 and 6, which has the time of the one it corrects; older are two of 2 and that of 4.
    assert days.counts(report) == {
        "inserted": 2, "changed": 3, "deleted": 2, "unchanged": 2, "late": 3, "closed": 1,
    }  # fmt: skip
    assert report.reasons == {"duplicate:event_id+revision": 1, "not_in_enum:kind": 1}
    # A late file: of a deleted row, of a row that has moved on, of a new one; and one that comes back after all.
    late = line(3, revision=3) + line(2, revision=4) + line(300, revision=1) + line(203, revision=2)
    assert days.counts(days.take("late", late)) == {"inserted": 2, "late": 2}
    # All that was said before, in another order and under a raised version: nothing of it is new.
    before = feed.bronze()
    declare(feed, WRITES["merge"], "1.1.0")
    shuffled = "".join(sorted(second.splitlines(keepends=True)))
    assert not {"inserted", "changed", "deleted", "closed"} & set(days.counts(days.take("shuffled", shuffled)))
    assert feed.bronze() == before


def test_a_snapshot_that_another_one_overtakes_changes_nothing(feed: Feed) -> None:
    days = Days(feed, "snapshot")
    days.take("first", "".join(map(line, range(20))))
    feed.send(HEADER + "".join(map(line, range(5))))
    ref = feed.staged("protect", "gate")
    compare = write_changes._compared

    def overtaken(*given: Any) -> Any:
        found = compare(*given)
        patch.undo()
        days.take("newer", "".join(map(line, range(30))))
        return found

    with pytest.MonkeyPatch.context() as patch:
        # The newer one is committed after this one was compared with the table, and before it is committed itself.
        patch.setattr(write_changes, "_compared", overtaken)
        assert batch.publish_batch(ref, feed.folders)["state"] == "published"
    days.compare()


# Where a run is killed: as it would call this function.
STEPS = {
    "append": {
        "between data and commit": "calanque.engines.delta_files:append_files",
        "after the commit": "calanque.ingest.publish:Published",
    },
    "snapshot": {"after the commit": "calanque.ingest.write_changes:_check_commit"},
    "merge": {
        "before the manifest": "calanque.ingest.land:utc_now",
        "in staging": "calanque.ingest.protect:row_count",
        "before the commit": "calanque.ingest.write_changes:commit_sql",
        "after the commit": "calanque.ingest.write_changes:_check_commit",
        "before the report": "calanque.ingest.lineage:record_publication",
    },
}


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _run_until(feed: Feed, step: str) -> None:
    module, _, name = step.partition(":")
    setattr(import_module(module), name, _die)
    feed.run("killed")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "merge" else pytest.mark.full) for name in STEPS]
)
def test_a_run_killed_at_each_step(feed: Feed, name: str) -> None:
    days = Days(feed, name)
    days.take("first", "".join(line(n, revision=5) for n in range(100)))
    text = (
        "".join(line(n, revision=6 if n < 5 else 5) for n in range(2, 110)) + line(50, revision=4) + line(4, kind="x")
    )
    feed.send(HEADER + text)
    for step, called in STEPS[name].items():
        run = processes().Process(target=_run_until, args=(feed, called))
        run.start()
        run.join(120)
        assert run.exitcode == -signal.SIGKILL, f"the run was not killed {step}"
    report = days.take("second", text)
    assert feed.versions()[0] == 2, "a batch is one commit"
    # What the killed runs did is told as if one run had done it.
    more = {"append": None, "snapshot": {"closed": 2}, "merge": {"late": 1}}[name]
    assert more is None or days.counts(report) == {"inserted": 10, "changed": 3, "unchanged": 95} | more
