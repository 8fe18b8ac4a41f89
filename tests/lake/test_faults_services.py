"""The engine or a disk killed in the middle of a batch: after a new run, every good row is there exactly once."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from drop_feed import HEADER, Feed, lines, processes

from calanque.contracts import load_contract
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.ingest.engine_deaths import check_retaken
from calanque.runs.batches import read_reports, write_report
from calanque.runs.records import BatchRef
from calanque.settings import Settings
from calanque.stack import probes, supervisor
from calanque.stack.lifecycle import wait_until_ready
from calanque.stack.services import declare

ROWS = 2_000
PATIENCE_S = 300


class Held:
    """A run in a process of its own, as a task of the scheduler is; it waits where it would call a function."""

    def __init__(self, feed: Feed, step: str) -> None:
        context = processes()
        self._reached, self._go, self._said = context.Event(), context.Event(), context.Queue()
        given = (feed, step, self._reached, self._go, self._said)
        self._run = context.Process(target=_run_held, args=given)
        self._run.start()
        assert self._reached.wait(PATIENCE_S), "the run did not come to the step: no fault would be injected"

    def let_go(self) -> str:
        """Let the run go on; returns the sentence it ended with, or its state."""
        self._go.set()
        said = str(self._said.get(timeout=300))
        self._run.join(PATIENCE_S)
        return said


def _run_held(feed: Feed, step: str, reached: Any, go: Any, said: Any) -> None:
    module, _, name = step.partition(":")
    place = import_module(module)
    known = getattr(place, name)

    def waiting(*given: Any, **named: Any) -> Any:
        setattr(place, name, known)
        reached.set()
        go.wait(PATIENCE_S)
        return known(*given, **named)

    setattr(place, name, waiting)
    try:
        said.put(feed.run("held").state)
    except CalanqueError as error:
        said.put(f"sentence: {error}")


def wait_for(what: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < limit, "it did not come"
        time.sleep(0.05)


def kill(settings: Settings, service: str) -> int:
    """Kill a service; returns the process that it was."""
    old = pid_of(settings, service)
    os.kill(old, signal.SIGKILL)
    return old


def pid_of(settings: Settings, service: str) -> int:
    return int(supervisor.door(settings).getProcessInfo(service)["pid"])


def check_all_there_once(feed: Feed) -> None:
    ((count, distinct),) = spark.rows(f"select count(*), count(distinct event_id) from bronze.{feed.name}")
    assert (count, distinct) == (ROWS, ROWS)
    assert len(feed.quarantine()) == 1


@pytest.fixture
def sent(feed: Feed) -> Feed:
    feed.send(HEADER + lines(ROWS) + "E999999,never,noise,-79.4,43.7\n")
    return feed


@pytest.mark.full
def test_a_datanode_killed_while_it_is_written_to(stack: Settings, sent: Feed) -> None:
    run = Held(sent, "calanque.ingest.protect:write_files")
    old = kill(stack, "datanode2")
    assert run.let_go() == "published"
    check_all_there_once(sent)
    wait_for(lambda: pid_of(stack, "datanode2") not in {0, old})
    wait_for(lambda: probes.live_datanodes(stack) == 3)
    wait_for(lambda: int(str(probes._jmx(stack, "FSNamesystem").get("UnderReplicatedBlocks", 1))) == 0)


@pytest.mark.full
def test_the_engine_killed_while_it_commits(stack: Settings, sent: Feed) -> None:
    sent.say(write={"mode": "snapshot", "key": ["event_id"]}, duplicates=None)
    run = Held(sent, "calanque.ingest.write_changes:commit_sql")
    old = kill(stack, "spark")
    said = run.let_go()
    assert said == "published" or "Spark stopped answering" in said
    wait_for(lambda: pid_of(stack, "spark") not in {0, old})
    wait_until_ready(stack, next(service for service in declare(stack) if service.name == "spark"))
    spark.stop_session()
    assert sent.run("again").loaded_count == ROWS
    check_all_there_once(sent)


def revived(settings: Settings, old: int) -> None:
    """Wait until the engine that was killed is back."""
    wait_for(lambda: pid_of(settings, "spark") not in {0, old})
    wait_until_ready(settings, next(service for service in declare(settings) if service.name == "spark"))
    spark.stop_session()


def refused_folder(feed: Feed) -> Path:
    return feed.folders.drop / "archive" / feed.name / "undated" / "refused"


# Where a run is when its engine dies, and in which of its calls of that name.
MOMENTS = {
    "while it lands": "calanque.ingest.land:utc_now",
    "while it types": "calanque.ingest.protect:write_files",
    "in the gate": "calanque.ingest.gate:check_batch",
    "before the commit": "calanque.engines.delta_files:append_files",
    "before the report": "calanque.ingest.lineage:record_publication",
}


@pytest.mark.full
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_engine_killed_beside_a_field_of_200_megabytes(stack: Settings, sent: Feed, moment: str) -> None:
    (sent.folders.drop / "large.csv").write_bytes(
        f"{HEADER}E1,2026-01-01,".encode() + b"x" * 200_000_000 + b",-79.4,43.7\n"
    )
    run = Held(sent, MOMENTS[moment])
    old = kill(stack, "spark")
    run.let_go()
    revived(stack, old)
    report = sent.run("again")
    assert (report.landed_count, report.loaded_count, report.quarantined_count) == (ROWS + 1, ROWS, 1)
    check_all_there_once(sent)
    (why,) = report.refused_files
    assert "16 MiB" in why
    assert [path.name for path in refused_folder(sent).iterdir()] == ["large.csv"]


@pytest.mark.full
def test_the_engine_killed_twice_by_a_batch(stack: Settings, sent: Feed) -> None:
    for sentence in ("If it stops once more", "no run takes it by itself again"):
        run = Held(sent, "calanque.ingest.protect:write_files")
        old = kill(stack, "spark")
        assert sentence in run.let_go()
        revived(stack, old)
    check_set_aside(sent)


def test_a_batch_that_kills_the_engine_twice_is_set_aside_until_somebody_sends_it_again(
    sent: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_: Any) -> None:
        raise ConnectionError("<_MultiThreadedRendezvous of RPC: StatusCode.UNAVAILABLE, Socket closed>")

    with monkeypatch.context() as patched:
        patched.setattr("calanque.ingest.protect.write_files", dying)
        with pytest.raises(CalanqueError, match=r"stopped answering while it read batch .* If it stops once more"):
            sent.run()
        with pytest.raises(RefusedBatchError, match=r"stopped answering 2 times .* no run takes it by itself again"):
            sent.run()
    check_set_aside(sent)


def check_set_aside(feed: Feed) -> None:
    (report,) = read_reports(feed.name)
    assert (report.state, report.refused_by, report.engine_deaths) == ("refused", ("engine_died",), 2)
    assert (report.landed_count, report.loaded_count, report.quarantined_count) == (0, 0, 0)
    assert lake().exists(f"/lake/landing/{feed.name}/{report.batch_id}/a.csv"), "its bytes are kept"
    (aside,) = refused_folder(feed).iterdir()
    assert aside.name == "a.csv"
    with pytest.raises(CalanqueError, match="has the partner sent"):
        feed.run("by itself")
    shutil.copy(aside, feed.folders.drop)
    again = feed.run("sent again")
    assert (again.batch_id, again.state, again.engine_deaths) == (report.batch_id, "published", 0)
    check_all_there_once(feed)


def test_what_nobody_sends_is_taken_again_with_a_new_version_of_its_contract(
    sent: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calanque.sources.drop.DropSource.is_sent", False)
    contract = load_contract(sent.name, sent.folders)
    ref = BatchRef(feed=sent.name, batch_id="b0", contract_version="1.0.0", state="landed", run_id="r")
    write_report(ref, "refused", refused_by=("engine_died",), refused_because="It died.", engine_deaths=2)
    with pytest.raises(RefusedBatchError, match=r"It died\."):
        check_retaken(contract, "b0")
    assert check_retaken(contract.model_copy(update={"version": "1.0.1"}), "b0") == 0
