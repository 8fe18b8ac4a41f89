"""Planted personal values, in good rows and in bad ones: in landing, and nowhere else to the last byte.

Last of all tests of the stack (see `conftest.py`): what is looked through is all that it ever wrote.
"""

import shutil
from datetime import UTC, datetime
from itertools import product

import pytest
from bytescan import ScanReport, scan
from canaries import PLANTED, Sent, controls_unseen, plant_controls, sought
from needles import Needles
from project import DROPPED, GATE_ROWS_MAX, folder, root, send
from waiting import ended, ran, until

from calanque.demo.run import DemoRun
from calanque.engines import hdfs, spark
from calanque.engines.airflow_client import Orchestrator, Run
from calanque.privacy.key_file import read_keys
from calanque.settings import Settings

REFUSED, FAILED = DROPPED


def gate(sent: Sent) -> bytes:
    """Return more rows than the feed's own rule lets through."""
    assert len(sent.rows) > GATE_ROWS_MAX
    return sent.file([sent.planter.row("gate", sent.rows[0]), *sent.rows[1:]])


@pytest.fixture(scope="module")
def report(stack: Settings, first: DemoRun, sent: dict[str, Sent]) -> ScanReport:
    """Send, after all that loaded, what is refused and what fails, through the scheduler; then look for everything."""
    orchestrator = Orchestrator(stack)
    # Of the refusals, the one that comes last: the whole batch was protected and looked at. The others, in tests/lake.
    send(REFUSED, gate(sent[REFUSED]))
    assert "expect" in sentence_of(orchestrator, ran(orchestrator, f"feed_{REFUSED}"))
    # What follows from a batch that loads has been seen, and is not waited for again; a run that went on would stay.
    ended(orchestrator, "transform")
    orchestrator.pause("transform")
    fail_then_load(stack, orchestrator, sent[FAILED])
    # What other tests began writes as well.
    orchestrator.wait(datetime.now(UTC), lambda run: None, 600)
    shutil.rmtree(stack.home / "drop")
    for tier, feed in product(("bronze", "quarantine"), DROPPED):
        # The log says bounds of columns once more in a checkpoint, which a table has after ten commits.
        spark.rows(f"alter table {tier}.{feed} set tblproperties ('delta.checkpointInterval' = '1')")
    base = b"".join(one.file(one.rows) for one in sent.values())
    assert Needles(sought()).find(base) == set(), "a canary is also a value of the generator"
    plant_controls(stack, "airflow")
    keys = {f"key/{key.key_id}": key.secret.hex() for key in read_keys()}
    return scan(stack, sought() | keys, (folder() / "tmp", root() / "dbt", root() / "dags"))


def sentence_of(orchestrator: Orchestrator, run: Run) -> str:
    assert run.state == "failed"
    task = next(task for task in orchestrator.task_instances(run) if task["state"] == "failed")
    return orchestrator.last_error(run, task["task_id"], task["try_number"])


def fail_then_load(stack: Settings, orchestrator: Orchestrator, sent: Sent) -> None:
    """Let a task fail with rows in its hands: the workers may not read their key; given back, the next try loads."""
    key = stack.home / "secrets" / "token_key"
    send(FAILED, sent.file([sent.planter.row("failed task", sent.rows[0]), *sent.rows[1:40]]))
    key.chmod(0o644)
    try:
        run = orchestrator.trigger(f"feed_{FAILED}")
        until(lambda: ("protect", "up_for_retry") in states_of(orchestrator, run), "protect does not fail")
    finally:
        key.chmod(0o600)
    assert "Spark failed while the step protect" in orchestrator.last_error(run, "protect", 1)
    assert ended(orchestrator, run.dag_id, run.dag_run_id).state == "success"


def states_of(orchestrator: Orchestrator, run: Run) -> set[tuple[str, str]]:
    return {(task["task_id"], task["state"]) for task in orchestrator.task_instances(run)}


def test_the_scan_sees_what_was_planted_for_it(stack: Settings, report: ScanReport) -> None:
    assert controls_unseen(report, stack, "airflow") == set()


@pytest.mark.parametrize("feed", DROPPED)
def test_every_canary_is_in_landing(report: ScanReport, feed: str) -> None:
    landing, planted = f"hdfs:/lake/landing/{feed}/", [f"{feed}/{label}" for label in PLANTED[feed]]
    assert len(planted) > 20
    missing = {label for label in planted if not any(p.startswith(landing) for p in report.places(label))}
    # Abroad is a way to write a number that nobody used: it may only come from our own normalisation.
    assert {label for label in missing if not label.endswith(", abroad")} == set()


def test_no_canary_is_anywhere_else(report: ScanReport) -> None:
    # The same persons are planted in each feed: a value in another's landing is that one's.
    places = ("hdfs:/lake/landing/{}/", "block:/lake/landing/{}/", "file:home/drop/archive/{}/")
    lawful = tuple(place.format(feed) for place in places for feed in DROPPED)
    of_persons = [hit for hit in report.hits if not hit.label.startswith(("control/", "key/"))]
    leaks = [hit for hit in of_persons if not hit.place.startswith(lawful)]
    assert leaks == []


def test_no_key_of_a_token_is_anywhere_but_in_its_file(report: ScanReport) -> None:
    assert {hit.place for hit in report.hits if hit.label.startswith("key/")} == {"file:home/secrets/token_key"}


def test_everything_was_read(report: ScanReport) -> None:
    assert report.unreadable == ()
    assert report.read_counts["hdfs"] > 60 and report.read_counts["file"] > 100 and report.read_counts["database"] > 30


@pytest.mark.parametrize("feed", DROPPED)
def test_checkpoints_and_quarantine_were_there_to_be_read(stack: Settings, report: ScanReport, feed: str) -> None:
    door = hdfs.Lake(stack)
    for tier in ("bronze", "quarantine"):
        names = door.list(f"/lake/{tier}/{feed}/_delta_log")
        assert any(name.endswith(".checkpoint.parquet") for name in names), tier
