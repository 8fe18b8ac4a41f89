"""Three days of each way of writing: the tables hold what plain loops over the same files give, through kills too."""

import multiprocessing
import os
import signal
from importlib import import_module
from typing import Any

import pytest
import yaml
from drop_feed import Feed
from write_model import COLUMNS, KINDS, STATES, Model

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
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    first, second = content["schema"][0]["properties"][0], content["schema"][1]["properties"][0]
    content["schema"][0]["properties"] = [{**first, "name": name} for name in COLUMNS]

    def bronze(name: str, kind: str = "string", values: tuple[str, ...] = ()) -> dict[str, Any]:
        physical = {"integer": "int"}.get(kind, kind)
        column = {
            **second,
            "name": name,
            "logicalType": kind,
            "physicalType": physical,
            "transformSourceObjects": [name],
        }
        if values:
            column["quality"] = [{"metric": "invalidValues", "arguments": {"validValues": list(values)}, "mustBe": 0}]
        return column

    content["schema"][1]["properties"] = [
        bronze("event_id"),
        bronze("happened_on", "date"),
        bronze("kind", values=KINDS),
        bronze("state", values=STATES),
        bronze("revision", "integer"),
    ]
    said = {
        "write": write,
        "gates": [],
        "maxRefusedRate": refused_rate,
        "duplicates": {"key": ["event_id"], "action": "quarantine"},
    }
    if write["mode"] != "append":
        del said["duplicates"]
    content["customProperties"] = [c for c in content["customProperties"] if c["property"] not in (*said, "duplicates")]
    content["customProperties"] += [{"property": name, "value": value} for name, value in said.items()]
    path.write_text(yaml.safe_dump({**content, "version": version}), encoding="utf-8")


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
        self.labels.setdefault(report.batch_id, label)
        self.model.apply(label, HEADER + text)
        assert report.landed_count == report.loaded_count + report.quarantined_count == text.count("\n")
        self.compare()
        return report

    def compare(self) -> None:
        """Check the bronze and the quarantine against the model."""
        from calanque.engines import spark

        named = {None: "", **self.labels}
        found = [
            (*(str(row[name]) if name == "happened_on" else row[name] for name in COLUMNS), named[row["_batch_id"]],
             named[row["_closed_by"]])
            for row in spark.rows(f"SELECT * FROM bronze.{self.feed.name}")
        ]  # fmt: skip
        assert sorted(found) == self.model.table()
        closed = "(_closed_at IS NULL) = (_closed_by IS NULL) AND coalesce(_closed_at >= _ingested_at, true)"
        assert spark.rows(f"SELECT * FROM bronze.{self.feed.name} WHERE NOT ({closed})") == []
        refused = [
            (named[row["_batch_id"]], row["event_id"], row["reason"])
            for row in spark.rows(
                "SELECT _batch_id, get_json_object(payload, '$.event_id') AS event_id, explode(reasons) AS reason "
                f"FROM quarantine.{self.feed.name}"
            )
            if row["reason"] not in DRIFT
        ]
        assert sorted(refused) == sorted(self.model.quarantine)

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


DRIFT = {"unknown_column:colour", "missing_column:kind", "unknown_column:category"}


def drift(days: Days) -> None:
    """Files with a column more, and with a column renamed, are refused and leave the table untouched."""
    before = days.feed.versions()[0]
    days.feed.send((HEADER + line(1)).replace("\n", ",colour\n", 1).replace("open,1", "open,1,red"))
    assert "colour" in days.feed.refused()
    days.feed.send((HEADER + line(1)).replace("kind", "category"))
    assert "kind" in days.feed.refused()
    assert days.feed.versions()[0] == before
    days.compare()


def readers(feed: Feed, days: Days) -> None:
    """What marts and lineage read of bronze is the current rows; the last batch is the last that changed the table."""
    from calanque.contracts import load_contract
    from calanque.engines import spark
    from calanque.ingest.batches import _batch_rows
    from calanque.marts.freshness import _found

    current = [version["batch"] for version in days.model.current()]
    counted = {days.labels[row["_batch_id"]]: row["row_count"] for row in _batch_rows(f"bronze.{feed.name}", None)[0]}
    assert counted == {batch: current.count(batch) for batch in set(current)}
    (found,) = _found(load_contract(feed.name, feed.folders), []).collect()
    assert days.labels[found["last_batch_id"]] == "third"
    (newest,) = spark.rows(f"SELECT max(_ingested_at) AS at FROM bronze.{feed.name}")
    assert found["last_ingested_at"] == newest["at"]


def test_append(feed: Feed) -> None:
    days = Days(feed, "append")
    first = "".join(map(line, range(100)))
    report = days.take("first", first + line(7) + line(7, revision=2))
    assert report.reasons == {"duplicate:event_id": 2}
    days.take("second", "".join(line(n, 2) for n in range(100, 150)) + line(3, 2, kind="music"))
    drift(days)
    days.take("late", "".join(line(n) for n in range(150, 160)))
    assert report.changes is None
    # The first file again under a raised version takes the place of its own rows.
    declare(feed, WRITES["append"], "1.1.0")
    feed.send(HEADER + first + line(7) + line(7, revision=2))
    assert feed.run("replay").contract_version == "1.1.0"
    days.compare()


def test_snapshot(feed: Feed) -> None:
    days = Days(feed, "snapshot")
    first = "".join(map(line, range(100)))
    assert days.counts(days.take("first", first)) == {"inserted": 100}
    second = "".join(line(n, kind="waste" if n == 4 else None) for n in range(110) if n not in (10, 11))
    second += line(20, revision=9) + line(200, kind="music")
    report = days.take("second", second)
    assert days.counts(report) == {"inserted": 10, "changed": 1, "unchanged": 97, "closed": 2}
    assert report.reasons == {"duplicate:event_id": 1, "not_in_enum:kind": 1}
    drift(days)
    version = feed.versions()[0]
    feed.send(HEADER + second, "renamed.csv")
    feed.run("renamed")
    assert feed.versions()[0] == version
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
    first = "".join(line(n, 1 + n % 2) for n in range(60))
    report = days.take("first", first)
    days.take("third-day", "".join(line(n, 3) for n in range(60, 90)))
    late = "".join(line(n, 1, revision=1 + (n == 4)) for n in range(0, 58, 2)) + line(90, 1)
    assert days.counts(days.take("late", late)) == {"inserted": 1, "changed": 1, "unchanged": 28, "closed": 1}
    drift(days)
    both = "".join(line(n, 3) for n in range(60, 89)) + "".join(line(n, 4) for n in range(100, 110))
    assert days.counts(days.take("two-days", both)) == {"inserted": 10, "unchanged": 29, "closed": 1}
    # Of the first batch, both days in one file: of the second day nothing newer came.
    before = {row["event_id"]: row["_closed_by"] for row in feed.bronze() if row["_closed_by"] is None}
    declare(feed, WRITES["snapshot-of-days"], "1.1.0")
    archive(feed, report.batch_id, first)
    assert days.counts(feed.run("replay")) == {"unchanged": 30, "late": 30}
    assert {row["event_id"]: row["_closed_by"] for row in feed.bronze() if row["_closed_by"] is None} == before


@pytest.mark.parametrize("name", ["snapshot", "snapshot-of-days"])
def test_a_list_that_returns_to_an_earlier_state(feed: Feed, name: str) -> None:
    from calanque.ingest import batch

    days = Days(feed, name)
    one, other = "".join(line(n) for n in range(20)), "".join(line(n, revision=1 + n % 2) for n in range(10))
    first = days.take("first", one)
    second = days.take("second", other)
    feed.send(HEADER + one)
    landed = batch.land_batch(feed.name, run_id="killed", folders=feed.folders)
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
    from calanque.errors import CalanqueError
    from calanque.ingest import batch

    days = Days(feed, "append")
    old, new, last = ("".join(map(line, range(at, at + 10))) for at in (0, 10, 20))

    def send_beside(text: str, name: str) -> None:
        feed.send(HEADER + text, name)
        (feed.folders.drop / "old.csv").write_text(HEADER + old, encoding="utf-8")

    # The first one was landed by a run that stopped; another run takes its file with a new one.
    feed.send(HEADER + old, "old.csv")
    stopped = batch.land_batch(feed.name, folders=feed.folders)
    send_beside(new, "new.csv")
    both = feed.run()
    assert (both.landed_count, both.loaded_count) == (20, 20)
    days.labels[both.batch_id] = "both"
    days.model.apply("both", HEADER + old + new)
    for step in (batch.protect_batch, batch.gate_batch):
        stopped = step(stopped, feed.folders)
    with pytest.raises(CalanqueError, match="has loaded a file of batch"):
        batch.publish_batch(stopped, feed.folders)
    # The table itself knows its files, even if the run of the commit was killed before its report.
    feed.forget(both.batch_id)
    send_beside(last, "last.csv")
    with caplog.at_level("INFO"):
        report = feed.run()
    assert f"{feed.name}: old.csv is left out: bronze has its rows already." in caplog.messages
    assert (report.landed_count, report.loaded_count, [file.name for file in report.files]) == (10, 10, ["last.csv"])
    days.labels[report.batch_id] = "last"
    days.model.apply("last", HEADER + last)
    days.compare()
    version = feed.versions()
    assert {path.name for path in feed.folders.drop.glob("archive/*/*/*/*")} == {"old.csv", "last.csv"}
    assert feed.run("from the archive") == report
    send_beside(last, "renamed.csv")
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


def test_an_append_whose_rows_repeat_a_key_can_not_become_keyed(feed: Feed) -> None:
    from calanque.engines.hdfs import lake

    days = Days(feed, "append")
    days.take("first", "".join(map(line, range(10))))
    days.take("second", line(3, revision=2) + line(4, revision=2) + line(50))
    version, landings = feed.versions(), lake().list(f"/lake/landing/{feed.name}")
    feed.send(HEADER + "".join(map(line, range(5))))
    for name in ("snapshot", "merge"):
        declare(feed, WRITES[name], "1.1.0")
        assert "writes by the key event_id, of which 2 values stand in several current rows" in feed.refused()
    assert (feed.versions(), lake().list(f"/lake/landing/{feed.name}")) == (version, landings)
    # A key that tells them apart is taken.
    declare(feed, {"mode": "snapshot", "key": ["event_id", "revision"]}, "1.1.0")
    assert days.counts(feed.run()) == {"unchanged": 5, "closed": 8}


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
    drift(days)
    # A late file: of a deleted row, of a row that has moved on, of a new one; and one that comes back after all.
    late = line(3, revision=3) + line(2, revision=4) + line(300, revision=1) + line(203, revision=2)
    assert days.counts(days.take("late", late)) == {"inserted": 2, "late": 2}
    version = feed.versions()[0]
    shuffled = "".join(sorted(second.splitlines(keepends=True)))
    assert "inserted" not in days.counts(days.take("shuffled", shuffled))
    feed.send(HEADER + shuffled, "renamed.csv")
    feed.run("renamed")
    assert feed.versions()[0] == version
    # All that was said before, under a raised version: nothing of it is new.
    before = feed.bronze()
    declare(feed, WRITES["merge"], "1.1.0")
    feed.send(HEADER + late)
    feed.run("replay")
    assert feed.bronze() == before


def test_a_snapshot_that_another_one_overtakes_changes_nothing(feed: Feed) -> None:
    from calanque.ingest import batch, write_changes

    days = Days(feed, "snapshot")
    days.take("first", "".join(map(line, range(20))))
    feed.send(HEADER + "".join(map(line, range(5))))
    ref = batch.land_batch(feed.name, folders=feed.folders)
    for step in (batch.protect_batch, batch.gate_batch):
        ref = step(ref, feed.folders)
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


# Up to the commit every way is the same.
EARLY_STEPS = {
    "before-the-manifest": "calanque.ingest.land:utc_now",
    "before-the-landed-report": "calanque.ingest.batch:write_report",
    "landed": "calanque.ingest.batch:protect_batch",
    "in-staging": "calanque.ingest.protect:row_count",
    "in-the-gate": "calanque.ingest.gate:check_batch",
}
COMMIT_STEPS = {
    "before-the-commit": "calanque.ingest.write_changes:commit_sql",
    "after-the-commit": "calanque.ingest.write_changes:_check_commit",
    "before-the-report": "calanque.ingest.lineage:record_publication",
}
APPEND_STEPS = {
    "before-the-commit": "calanque.ingest.publish:commit_mark",
    "between-quarantine-and-bronze": "calanque.ingest.publish:_load",
    "after-the-commit": "calanque.ingest.publish:Published",
    "before-the-report": "calanque.ingest.lineage:record_publication",
}


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _run_until(feed: Feed, step: str) -> None:
    """Run the feed in this process, which is killed where a step would call a function."""
    module, _, name = step.partition(":")
    setattr(import_module(module), name, _die)
    feed.run("killed")


@pytest.mark.parametrize("name", ["append", "snapshot", "merge"])
def test_a_run_killed_at_each_step(feed: Feed, name: str) -> None:
    days = Days(feed, name)
    days.take("first", "".join(line(n, revision=5) for n in range(100)))
    text = (
        "".join(line(n, revision=6 if n < 5 else 5) for n in range(2, 110)) + line(50, revision=4) + line(4, kind="x")
    )
    feed.send(HEADER + text)
    context = multiprocessing.get_context("spawn")
    for step in ({**EARLY_STEPS, **APPEND_STEPS} if name == "append" else COMMIT_STEPS).values():
        run = context.Process(target=_run_until, args=(feed, step))
        run.start()
        run.join(120)
        assert run.exitcode == -signal.SIGKILL, step
    days.take("second", text)
