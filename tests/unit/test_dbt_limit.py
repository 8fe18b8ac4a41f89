"""dbt ends at its limit, and with the task that started it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tenacity import retry, stop_after_delay, wait_fixed

from calanque.engines import dbt
from calanque.errors import CalanqueError

ENDLESS = "import time; print('00:00:00  1 of 9 START', flush=True); time.sleep(60)"
ENVIRONMENT = {**os.environ, "SPARK_REMOTE": "sc://nowhere"}


# A build that waits for its turn and starts dbt: here one that writes without end.
BUILD = """
import os, sys
from pathlib import Path
from calanque.engines import dbt
from calanque.runs.alone import alone

with alone(Path(sys.argv[1]) / "build"):
    dbt._follow(sys.argv[1:], {**os.environ, "SPARK_REMOTE": "sc://nowhere"}, lambda: None)
"""
WRITING = """
import os, time
from pathlib import Path

def cli(arguments):
    while True:
        with (Path(arguments[0]) / "written").open("a") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(0.02)
"""


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dbt that says a line and then nothing more."""
    monkeypatch.setattr(dbt, "_ENTRY", ENDLESS)


@pytest.mark.usefixtures("endless")
def test_dbt_is_stopped_at_its_limit_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbt, "LIMIT_S", 0.3)
    began = time.monotonic()
    with pytest.raises(CalanqueError, match="dbt was stopped after "):
        dbt._follow((), ENVIRONMENT, lambda: None)
    assert time.monotonic() - began < 20


@pytest.mark.usefixtures("endless")
def test_dbt_does_not_outlive_the_time_limit_of_its_task() -> None:
    from airflow.sdk.exceptions import AirflowTaskTimeout
    from airflow.sdk.execution_time.timeout import timeout

    began = time.monotonic()
    with pytest.raises(AirflowTaskTimeout), timeout(1):
        dbt._follow((), ENVIRONMENT, lambda: None)
    assert time.monotonic() - began < 20


def test_a_task_at_its_limit_ends_with_a_sentence() -> None:
    from airflow.sdk.exceptions import AirflowTaskTimeout

    from calanque.engines.airflow import TaskStoppedError, plainly

    with pytest.raises(TaskStoppedError, match="stopped at its time limit"), plainly():
        raise AirflowTaskTimeout


@contextmanager
def building(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = (sys.executable, "-c", BUILD, str(place))
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(place)}) as process:
        try:
            yield process
        finally:
            process.kill()


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.1), reraise=True)
def writers(place: Path, at_least: int) -> list[str]:
    """Return the processes that have written, in the order of their lines."""
    pids = (place / "written").read_text().split()
    assert len(set(pids)) >= at_least
    return pids


def test_dbt_does_not_outlive_a_killed_build_and_the_next_one_writes_alone(tmp_path: Path) -> None:
    for package in ("dbt/cli/main", "dbt/adapters/spark"):
        (tmp_path / package).mkdir(parents=True)
        for folder in (tmp_path / package, *(tmp_path / package).parents[:2]):
            (folder / "__init__.py").touch()
    (tmp_path / "dbt/cli/main/__init__.py").write_text(WRITING)
    with building(tmp_path) as killed:
        left = writers(tmp_path, at_least=1)[0]
        with building(tmp_path):
            time.sleep(1)
            assert {*writers(tmp_path, at_least=1)} == {left}
            killed.send_signal(signal.SIGKILL)
            before = writers(tmp_path, at_least=2)
            time.sleep(0.5)
            since = writers(tmp_path, at_least=2)[len(before) :]
    for pid in {*since}:
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    assert len({*since}) == 1, "both write"
    assert left not in since
