"""The orchestrator's REST API, and the one place where an error of ours becomes the last line of a task's log."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict

from calanque.errors import CalanqueError, RefusedBatchError
from calanque.settings import Settings

ACTIVE = ("queued", "running")
QUIET_S = 5
# A look costs the server 35 ms of the cores that what is waited for needs.
LOOK_S = 3
# Libraries that tell each of their calls: an engineer reads steps and sentences.
CHATTY = ("hdfs", "great_expectations", "py4j", "mlflow", "alembic")
# What begins the line that says why a task failed: its sentence, or the class of an unforeseen error.
ENDING = re.compile(r"^(Task exited|[\w.]*(Exception|Error)): ")
log = logging.getLogger(__name__)


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


class TaskStoppedError(SystemExit):
    """Ends a task as failed in one line of its log: for any other exception Airflow prints its own frames.

    Its code is the sentence; Airflow tries the task again while its retries last.
    """


class TaskRefusedError(TaskStoppedError):
    """Ends a task as failed for good, by `no_second_try`."""


def no_second_try() -> Any:
    """Return the retry policy of tasks that may refuse a batch: a retry would only refuse it again."""
    from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

    return ExceptionRetryPolicy(rules=[RetryRule(exception=TaskRefusedError, action=RetryAction.FAIL)])


@contextmanager
def plainly() -> Iterator[None]:
    """Let the task's log show our steps only, and end it on a CalanqueError with that sentence and nothing after."""
    from airflow.sdk.exceptions import AirflowTaskTimeout

    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    _say_links({})
    try:
        yield
    except AirflowTaskTimeout:
        raise TaskStoppedError(
            "It was stopped at its time limit: see what else the machine does with 'calanque stack status', then clear "
            "the task."
        ) from None
    except RefusedBatchError as error:
        raise TaskRefusedError(str(error)) from None
    except CalanqueError as error:
        raise TaskStoppedError(str(error)) from None


def skip(sentence: str) -> NoReturn:
    """Say the sentence and end the task as skipped: what follows is skipped too, and no asset is announced."""
    from airflow.sdk.exceptions import AirflowSkipException

    log.info(sentence)
    raise AirflowSkipException


def look_again_at(when: datetime, sentence: str) -> NoReturn:
    """Say the sentence and end this try of the task: its slot is free until then, and no retry is used up."""
    from airflow.sdk.exceptions import AirflowRescheduleException

    log.info("%s Looking again at %s.", sentence, when.isoformat(timespec="seconds"))
    raise AirflowRescheduleException(when)  # type: ignore[no-untyped-call]


def run_step(step: Callable[[str, str], dict[str, Any] | None], territory: str, idle: str) -> dict[str, Any]:
    """Return what a step of a territory did; end the task as skipped, saying `idle`, when it had nothing to do.

    `step` takes the territory and the run's id, and returns None when nothing had changed.
    """
    from airflow.sdk import get_current_context

    from calanque.engines.assets import announce

    with plainly():
        done = step(territory, get_current_context()["dag_run"].run_id)
    if done is None:
        skip(idle)
    announce(done)
    _say_links(done)
    return done


def _say_links(returned: dict[str, Any]) -> None:
    """Log the addresses behind the task's buttons: Airflow shows the buttons two clicks away, the log at once."""
    from airflow.sdk import get_current_context

    try:
        task = get_current_context().get("task")
    except RuntimeError:  # not in a task
        return
    for link in getattr(task, "operator_extra_links", ()):
        address = returned.get(getattr(link, "key", "")) if returned else getattr(link, "address", "")
        if address:
            log.info("%s: %s", link.name, address)


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
            base_url=f"{url}/api/v2", headers=headers, timeout=180, transport=httpx.HTTPTransport(retries=3)
        )

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        import httpx

        try:
            return self._client.request(method, path, **options)
        except httpx.TransportError as error:
            raise CalanqueError(
                f"Airflow at {self._settings.airflow_url} answers no more: see 'calanque stack status' and 'calanque "
                "stack logs airflow-api'; what it had begun goes on when it is back."
            ) from error

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return the JSON answer of one GET.

        Raises:
            CalanqueError: if Airflow answers no more.
        """
        answer = self._ask("GET", path, params=query)
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

    def wake(self, dag_ids: list[str]) -> list[str]:
        """Let the scheduler run those of these DAGs that have never run; return those that a person keeps paused."""
        paused = {dag["dag_id"] for dag in self.get("/dags", limit=200, paused=True)["dags"]}.intersection(dag_ids)
        kept = [dag_id for dag_id in dag_ids if dag_id in paused and self.has_run(dag_id)]
        for dag_id in paused.difference(kept):
            self.pause(dag_id, False)
        return kept

    def pause(self, dag_id: str, is_paused: bool = True) -> None:
        """Keep the scheduler from starting a DAG, or let it."""
        self._ask("PATCH", f"/dags/{dag_id}", json={"is_paused": is_paused}).raise_for_status()

    def has_run(self, dag_id: str) -> bool:
        """Tell whether a DAG has ever had a run."""
        return bool(self.get(f"/dags/{dag_id}/dagRuns", limit=1)["dag_runs"])

    def trigger(self, dag_id: str, logical_date: datetime | None = None, conf: dict[str, Any] | None = None) -> Run:
        """Start one run now and return it."""
        body = {"logical_date": logical_date.isoformat() if logical_date else None, "conf": conf or {}}
        answer = self._ask("POST", f"/dags/{dag_id}/dagRuns", json=body)
        if answer.status_code == 422 and isinstance(answer.json()["detail"], str):
            raise CalanqueError(answer.json()["detail"])
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
            time.sleep(LOOK_S)

    def has_succeeded(self, dag_id: str) -> bool:
        """Tell whether a DAG has a successful run in which not everything was skipped."""
        found = self.get(f"/dags/{dag_id}/dagRuns/~/taskInstances", state="success", limit=1)
        return bool(found["task_instances"])

    def last_error(self, run: Run, task_id: str, try_number: int) -> str:
        """Return the sentence of a failed task: the message of its last error."""
        lines = [line for line in self.log_text(run, task_id, try_number).splitlines() if ENDING.match(line)]
        return ENDING.sub("", lines[-1]) if lines else "read its log in the Airflow UI"

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
    if "exit_code" in line:
        return f": {line['exit_code']}"
    errors = line.get("error_detail") or []
    return "".join(f"\n{error.get('exc_type')}: {error.get('exc_value')}" for error in errors)
