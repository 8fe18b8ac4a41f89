"""Processes killed in the middle of a batch: after a new run, every good row is there exactly once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from drop_feed import HEADER, Feed, lines

from calanque.settings import Settings

ROWS = 120_000


def start(feed: Feed) -> subprocess.Popen[str]:
    """Run the feed in a process of its own, as a task of the scheduler does."""
    code = (
        "import sys, json\nfrom pathlib import Path\nfrom calanque.contracts import Folders\n"
        "from calanque.ingest.batch import run_batch\nfrom calanque.errors import CalanqueError\n"
        f"folders = Folders(contracts=Path({str(feed.folders.contracts)!r}), "
        f"expectations=Path({str(feed.folders.expectations)!r}), drop=Path({str(feed.folders.drop)!r}))\n"
        f"try: run_batch({feed.name!r}, run_id='killed', folders=folders)\n"
        "except CalanqueError as error: sys.exit(f'sentence: {error}')\n"
    )
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "it did not come"
        time.sleep(0.05)


def state_of(feed: Feed) -> str:
    from calanque.runs.batches import read_reports

    reports = read_reports(feed.name)
    return str(reports[0].state) if reports else "none"


def pid_of(settings: Settings, service: str) -> int:
    from calanque.stack import supervisor

    return int(supervisor.door(settings).getProcessInfo(service)["pid"])


def wait_until_whole(settings: Settings, service: str) -> None:
    from calanque.stack.lifecycle import wait_until_ready
    from calanque.stack.services import declare

    wait_until_ready(settings, next(s for s in declare(settings) if s.name == service))


def check_all_there_once(feed: Feed) -> None:
    from calanque.engines import spark

    ((count, distinct),) = [
        tuple(r) for r in spark.rows(f"select count(*), count(distinct event_id) from bronze.{feed.name}")
    ]
    assert (count, distinct) == (ROWS, ROWS)
    ((refused,),) = [tuple(r) for r in spark.rows(f"select count(*) from quarantine.{feed.name}")]
    assert refused == 1


@pytest.fixture
def big(feed: Feed) -> Feed:
    feed.send(HEADER + lines(ROWS) + "E999999,never,noise,-79.4,43.7\n")
    return feed


@pytest.mark.parametrize("delay_s", [0.0, 1.5], ids=["at-once", "later"])
def test_a_task_killed_while_it_publishes(stack: Settings, big: Feed, delay_s: float) -> None:
    process = start(big)
    wait_for(lambda: state_of(big) == "gated" or process.poll() is not None)
    time.sleep(delay_s)
    process.kill()
    process.communicate()
    report = big.run("again")
    assert report.landed_count == ROWS + 1 == report.loaded_count + report.quarantined_count
    check_all_there_once(big)


def test_the_engine_killed_while_it_commits(stack: Settings, big: Feed) -> None:
    from calanque.engines import spark

    process = start(big)
    wait_for(lambda: state_of(big) == "gated" or process.poll() is not None)
    time.sleep(0.3)
    old = pid_of(stack, "spark")
    os.kill(old, signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    if process.returncode:
        assert "sentence: " in said, said[-2000:]
        assert "Spark stopped answering" in said, said[-2000:]
    wait_for(lambda: pid_of(stack, "spark") not in {0, old})
    wait_until_whole(stack, "spark")
    spark.stop_session()
    big.run("again")
    check_all_there_once(big)


def test_a_datanode_killed_while_it_is_written_to(stack: Settings, big: Feed) -> None:
    from calanque.stack.probes import live_datanodes

    process = start(big)
    wait_for(lambda: state_of(big) in {"landed", "typed"} or process.poll() is not None)
    old = pid_of(stack, "datanode2")
    os.kill(old, signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said[-2000:]
    check_all_there_once(big)
    wait_for(lambda: pid_of(stack, "datanode2") not in {0, old})
    wait_for(lambda: live_datanodes(stack) == 3)
    wait_for(lambda: under_replicated(stack) == 0)


def under_replicated(settings: Settings) -> int:
    from calanque.stack import probes

    found: dict[str, Any] = probes._jmx(settings, "FSNamesystem")
    return int(str(found.get("UnderReplicatedBlocks", 1)))
