"""dbt ends at its limit, and with the task that started it."""

import os
import time

import pytest

from calanque.engines import dbt
from calanque.errors import CalanqueError

ENDLESS = "import time; print('00:00:00  1 of 9 START', flush=True); time.sleep(60)"
ENVIRONMENT = {**os.environ, "SPARK_REMOTE": "sc://nowhere"}


@pytest.fixture(autouse=True)
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dbt that says a line and then nothing more."""
    monkeypatch.setattr(dbt, "_ENTRY", ENDLESS)


def test_dbt_is_stopped_at_its_limit_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbt, "LIMIT_S", 0.3)
    began = time.monotonic()
    with pytest.raises(CalanqueError, match="dbt was stopped after "):
        dbt._follow((), ENVIRONMENT, lambda: None)
    assert time.monotonic() - began < 20


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
