"""The engine or a disk killed in the middle of a batch: after a new run, every good row is there exactly once."""

import os
import signal
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from drop_feed import HEADER, Feed, lines, processes

from calanque.engines import spark
from calanque.errors import CalanqueError
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
