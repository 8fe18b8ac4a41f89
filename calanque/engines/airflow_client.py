"""The orchestrator's REST API, asked as one of its people."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from calanque.errors import CalanqueError
from calanque.settings import Settings

NOT_FOUND = 404
ACTIVE = ("queued", "running")
QUIET_S = 5
# A look costs the server 35 ms of the cores that what is waited for needs.
LOOK_S = 3
# Airflow gives no more at once, whatever it is asked for.
PAGE = 100
# On a busy machine one answer in some thousands does not come: a question may be asked again, a command may not.
ASKED = 3
ASKED_AGAIN_S = 2
# What begins the line that says why a task failed: its sentence, or the class of an unforeseen error.
ENDING = re.compile(r"^(Task exited|[\w.]*(Exception|Error)): ")


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


class NoAnswerError(CalanqueError):
    """Airflow's API does not answer."""


_asked_again = retry(
    retry=retry_if_exception_type(NoAnswerError),
    stop=stop_after_attempt(ASKED),
    wait=wait_fixed(ASKED_AGAIN_S),
    reraise=True,
)


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
            answer = httpx.post(f"{url}/auth/token", json=login, timeout=180)
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
            answer = self._client.request(method, path, **options)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                # A long wait outlives its token: sign in anew, once.
                del self._client
                answer = self._client.request(method, path, **options)
        except httpx.TransportError as error:
            raise NoAnswerError(
                f"Airflow at {self._settings.airflow_url} answers no more: see 'calanque stack status' and 'calanque "
                "stack logs airflow-api'; what it had begun goes on when it is back."
            ) from error
        return answer

    @_asked_again
    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return the JSON answer of one GET, which is asked again when no answer comes.

        Raises:
            CalanqueError: if Airflow answers no more.
        """
        answer = self._ask("GET", path, params=query)
        answer.raise_for_status()
        return dict(answer.json())

    def pages(self, path: str, entry: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield every entry of a list, page by page, as it is gone through.

        Raises:
            CalanqueError: if Airflow answers no more.
        """
        seen = 0
        while True:
            answer = self.get(path, limit=PAGE, offset=seen, **query)
            yield from answer[entry]
            seen += len(answer[entry])
            if not answer[entry] or seen >= answer["total_entries"]:
                return

    def dag_ids(self) -> list[str]:
        """Return the DAGs that the processor has read, alphabetically."""
        return sorted(dag["dag_id"] for dag in self.pages("/dags", "dags"))

    def import_errors(self) -> list[str]:
        """Return the file names of DAGs that could not be read."""
        return [error["filename"] for error in self.pages("/importErrors", "import_errors")]

    def wait_for_dags(self, expected: set[str], within_s: int = 600) -> None:
        """Wait until the DAG processor has read every expected DAG.

        Raises:
            CalanqueError: naming the files that cannot be read, or the DAGs that did not come.
        """
        limit = time.monotonic() + within_s
        # A DAG is listed before the last of its file is written: until then nobody can ask for it, or start it.
        while not (expected.issubset(self.dag_ids()) and all(map(self._is_written, expected))):
            if errors := self.import_errors():
                raise CalanqueError(f"Airflow cannot read {', '.join(errors)}: open its home page for the reason.")
            if time.monotonic() > limit:
                missing = ", ".join(sorted(expected.difference(self.dag_ids())))
                raise CalanqueError(
                    f"Airflow has not read {missing} after {within_s} s: 'calanque stack logs airflow-dag-processor'."
                )
            time.sleep(1)

    @_asked_again
    def _is_written(self, dag_id: str) -> bool:
        return bool(self._ask("GET", f"/dags/{dag_id}/dagRuns", params={"limit": 1}).status_code != NOT_FOUND)

    def wake(self, dag_ids: list[str]) -> list[str]:
        """Let the scheduler run those of these DAGs that have never run; return those that a person keeps paused."""
        paused = {dag["dag_id"] for dag in self.pages("/dags", "dags", paused=True)}.intersection(dag_ids)
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

    def runs(self, since: datetime | None = None) -> list[Run]:
        """Return the runs of all DAGs, newest first: all of them, or those that go on or started since then."""
        found = (Run.model_validate(run) for run in self.pages("/dags/~/dagRuns", "dag_runs", order_by="-run_after"))
        if since is None:
            return list(found)
        return [run for run in found if run.state in ACTIVE or (run.start_date and run.start_date >= since)]

    def wait(self, since: datetime, say: Callable[[Run], None], within_s: int = 3000) -> list[Run]:
        """Wait until every run since then has ended and none follows, telling each end once.

        Returns:
            The runs, oldest first.

        Raises:
            CalanqueError: if they have not all ended in time.
        """
        limit, ended, quiet_since = time.monotonic() + within_s, set[str](), 0.0
        while True:
            runs = self.runs(since)
            for run in runs:
                key = f"{run.dag_id}/{run.dag_run_id}"
                if run.state not in ACTIVE and key not in ended:
                    ended.add(key)
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
            # Once everything is over, nothing else needs the cores.
            time.sleep(1 if quiet_since else LOOK_S)

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
        found = self.pages(f"/dags/{run.dag_id}/dagRuns/{run.dag_run_id}/taskInstances", "task_instances")
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
