"""The orchestrator's REST API, and the one place where an error of ours becomes the last line of a task's log."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict

from calanque.errors import CalanqueError, RefusedBatchError
from calanque.settings import Settings

ACTIVE = ("queued", "running")
QUIET_S = 6


class Run(BaseModel):
    """One run of a DAG."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    dag_id: str
    dag_run_id: str
    state: str
    start_date: datetime | None = None
    end_date: datetime | None = None

    @property
    def seconds(self) -> float:
        """Return the duration of an ended run in seconds; 0 while it goes on."""
        return (self.end_date - self.start_date).total_seconds() if self.start_date and self.end_date else 0.0


@contextmanager
def plainly() -> Iterator[None]:
    """Turn a CalanqueError into a task failure whose message is its sentence; a refused batch is not tried again."""
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    try:
        yield
    except RefusedBatchError as error:
        raise AirflowFailException(str(error)) from None
    except CalanqueError as error:
        raise AirflowException(str(error)) from None


def skip(sentence: str) -> NoReturn:
    """End the task as skipped: what follows is skipped too, and no asset is announced."""
    from airflow.sdk.exceptions import AirflowSkipException

    raise AirflowSkipException(sentence)


def run_step(step: Callable[[str, str], dict[str, Any] | None], territory: str, idle: str) -> dict[str, Any]:
    """Return what a step of a territory did; end the task as skipped, with a sentence, when it had nothing to do.

    Args:
        step: takes the territory and the run's id; returns None when nothing had changed.
        territory: the territory.
        idle: the sentence.
    """
    from airflow.sdk import get_current_context

    with plainly():
        done = step(territory, get_current_context()["dag_run"].run_id)
    return skip(idle) if done is None else done


def secret_text(settings: Settings, kind: Literal["connection", "variable"], name: str) -> str:
    """Return the password of a connection, or a variable, from Airflow's secrets backends in their order.

    Raises:
        CalanqueError: if Airflow does not find it; the sentence quotes nothing of the answer.
    """
    command = [sys.executable, "-m", "airflow", f"{kind}s", "get", name]
    command += ["--output", "json"] if kind == "connection" else []
    environment = os.environ | {"AIRFLOW_HOME": str(settings.home / "airflow")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    text = done.stdout.strip()
    if done.returncode == 0 and kind == "connection":
        text = str(json.loads(text)[0].get("password") or "")
    if done.returncode or not text:
        raise CalanqueError(
            f"Airflow finds no {kind} '{name}' that holds something: look at its secrets backend, and at "
            f"'airflow {kind}s list'."
        )
    return text


class Orchestrator:
    """A signed-in client of Airflow's API."""

    def __init__(self, settings: Settings, user: str = "engineer") -> None:
        self._settings = settings
        self._user = user

    @cached_property
    def _client(self) -> Any:
        import httpx

        url = self._settings.airflow_url
        login = {"username": self._user, "password": self._settings.secret(f"password_{self._user}")}
        try:
            answer = httpx.post(f"{url}/auth/token", json=login, timeout=30)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise CalanqueError(f"Airflow at {url} refuses or does not answer: see 'calanque stack status'.") from error
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx.Client(
            base_url=f"{url}/api/v2", headers=headers, timeout=60, transport=httpx.HTTPTransport(retries=3)
        )

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return the JSON answer of one GET."""
        answer = self._client.get(path, params=query)
        answer.raise_for_status()
        return dict(answer.json())

    def dag_ids(self) -> list[str]:
        """Return the DAGs that the processor has read, alphabetically."""
        return sorted(dag["dag_id"] for dag in self.get("/dags", limit=200)["dags"])

    def import_errors(self) -> list[str]:
        """Return the file names of DAGs that could not be read."""
        return [error["filename"] for error in self.get("/importErrors")["import_errors"]]

    def wait_for_dags(self, expected: set[str], within_s: int = 120) -> None:
        """Wait until the DAG processor has read every expected DAG.

        Raises:
            CalanqueError: naming the files that cannot be read, or the DAGs that did not come.
        """
        limit = time.monotonic() + within_s
        while not expected.issubset(self.dag_ids()):
            if errors := self.import_errors():
                raise CalanqueError(f"Airflow cannot read {', '.join(errors)}: open its home page for the reason.")
            if time.monotonic() > limit:
                missing = ", ".join(sorted(expected.difference(self.dag_ids())))
                raise CalanqueError(
                    f"Airflow has not read {missing} after {within_s} s: 'calanque stack logs airflow-dag-processor'."
                )
            time.sleep(1)

    def unpause(self, dag_ids: list[str]) -> None:
        """Let the scheduler run these DAGs; nothing happens to those it runs already."""
        for dag_id in dag_ids:
            self._client.patch(f"/dags/{dag_id}", json={"is_paused": False}).raise_for_status()

    def trigger(self, dag_id: str, logical_date: datetime | None = None, conf: dict[str, Any] | None = None) -> Run:
        """Start one run now and return it."""
        body = {"logical_date": logical_date.isoformat() if logical_date else None, "conf": conf or {}}
        answer = self._client.post(f"/dags/{dag_id}/dagRuns", json=body)
        if answer.is_error:
            raise CalanqueError(
                f"Airflow did not start '{dag_id}' (code {answer.status_code}): is the DAG known and not paused?"
            )
        return Run.model_validate(answer.json())

    def run(self, dag_id: str, run_id: str) -> Run:
        """Return the present state of one run."""
        return Run.model_validate(self.get(f"/dags/{dag_id}/dagRuns/{run_id}"))

    def runs(self, since: datetime | None = None) -> list[Run]:
        """Return the runs of all DAGs, newest first: all of them, or those that go on or started since then."""
        found = self.get("/dags/~/dagRuns", limit=200, order_by="-run_after")["dag_runs"]
        runs = [Run.model_validate(run) for run in found]
        if since is None:
            return runs
        return [run for run in runs if run.state in ACTIVE or (run.start_date and run.start_date >= since)]

    def wait(self, since: datetime, say: Callable[[Run], None], within_s: int = 1200) -> list[Run]:
        """Wait until every run since then has ended and none follows, telling each end once.

        Returns:
            The runs, oldest first.

        Raises:
            CalanqueError: if they have not all ended in time.
        """
        limit, told, quiet_since = time.monotonic() + within_s, set[str](), 0.0
        while True:
            runs = self.runs(since)
            for run in runs:
                key = f"{run.dag_id}/{run.dag_run_id}"
                if run.state not in ACTIVE and key not in told:
                    told.add(key)
                    say(run)
            if any(run.state in ACTIVE for run in runs):
                quiet_since = 0.0
            elif not quiet_since:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > QUIET_S:
                return sorted(runs, key=lambda run: run.start_date or since)
            if time.monotonic() > limit:
                going = ", ".join(sorted({run.dag_id for run in runs if run.state in ACTIVE}))
                raise CalanqueError(
                    f"These runs have not ended after {within_s} s: {going}. Look at them in the Airflow UI."
                )
            time.sleep(1)

    def has_succeeded(self, dag_id: str) -> bool:
        """Tell whether a DAG has a successful run in which not everything was skipped."""
        found = self.get(f"/dags/{dag_id}/dagRuns/~/taskInstances", state="success", limit=1)
        return bool(found["task_instances"])

    def last_error(self, run: Run, task_id: str, try_number: int) -> str:
        """Return the sentence of a failed task: the message of its last error."""
        lines = [
            line
            for line in self.log_text(run, task_id, try_number).splitlines()
            if "Exception: " in line or "Error: " in line
        ]
        return lines[-1].split(": ", 1)[1] if lines else "read its log in the Airflow UI"

    def task_instances(self, run: Run) -> list[dict[str, Any]]:
        """Return the task instances of a run, in the order of their start."""
        found = self.get(f"/dags/{run.dag_id}/dagRuns/{run.dag_run_id}/taskInstances", limit=100)["task_instances"]
        return sorted(found, key=lambda task: task["start_date"] or "9")

    def log_text(self, run: Run, task_id: str, try_number: int = 1) -> str:
        """Return a task's log as one text, an event a line."""
        path = f"/dags/{run.dag_id}/dagRuns/{run.dag_run_id}/taskInstances/{task_id}/logs/{try_number}"
        content = self.get(path, full_content=True)["content"]
        return "\n".join(
            line if isinstance(line, str) else str(line.get("event", "")) + _detail(line) for line in content
        )


def _detail(line: dict[str, Any]) -> str:
    errors = line.get("error_detail") or []
    return "".join(f"\n{error.get('exc_type')}: {error.get('exc_value')}" for error in errors)
