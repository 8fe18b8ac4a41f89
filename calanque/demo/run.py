"""Run the main job through the Airflow scheduler and collect what it did."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from calanque.closed import Closed
from calanque.contracts import load_contracts
from calanque.engines.airflow_client import Orchestrator, Run
from calanque.errors import CalanqueError
from calanque.governance.maintain import versions
from calanque.marts.domains import territories
from calanque.settings import Settings

UPKEEP = ("retention", "maintain")
# Woken and left to their clocks: a lake whose sources send nothing new is late after some days, and works.
WATCH = "freshness"
BY_CLOCK = (WATCH, "journal")
GREEN = "success"
FEED = "feed_"
STARTED_S = 30


def chain_dags() -> tuple[str, ...]:
    """Return the DAGs that follow from a feed, in the order in which they do, those of every city."""
    cities = territories("incident")
    return ("transform", *(f"train_{city}" for city in cities), *(f"forecast_{city}" for city in cities))


class TaskTime(Closed):
    """How long one task took, in seconds, and how it ended."""

    dag_id: str
    task_id: str
    state: str
    seconds: float


class DemoRun(Closed):
    """What the main job did: its tasks, and which tables got a new version before and in the upkeep.

    `paused_dags` were left out, because somebody has paused them; `failures` is a sentence for each feed that brought
    nothing because it failed or its contract is wrong.
    """

    tasks: tuple[TaskTime, ...]
    seconds: float
    changed_tables: tuple[str, ...]
    maintained_tables: tuple[str, ...]
    paused_dags: tuple[str, ...]
    failures: tuple[str, ...] = ()


def run_demo(settings: Settings, say: Callable[[Run], None], landed: Callable[[], None] = lambda: None) -> DemoRun:
    """Trigger every feed, wait for what follows from them, then run the upkeep.

    Each run that ends is told to `say`; `landed` is called when the feeds are through, while the rest goes on.
    DAGs that have never run are woken. One that has run and is paused was paused by a person: it stays so. What was
    missed is caught up: a step of the chain that has never succeeded is started by hand. A feed that fails, or whose
    contract is wrong, stops nobody else.

    Raises:
        CalanqueError: naming the task that failed of what follows the feeds, with the last sentence of its log.
    """
    orchestrator = Orchestrator(settings)
    feeds = [f"{FEED}{feed}" for feed in load_contracts()]
    chain = chain_dags()
    orchestrator.wait_for_dags({*feeds, *chain, *UPKEEP, *BY_CLOCK})
    began_at, before = datetime.now(UTC), versions()
    # What follows is woken after the feeds: a first lake would build the marts of the one that is through first, then
    # those of all.
    runs, paused = _feeds(orchestrator, feeds, say, began_at)
    _require_green(orchestrator, runs)
    paused = [*paused, *orchestrator.wake([*chain, *UPKEEP, *BY_CLOCK])]
    landed()
    for dag_id in chain:
        if dag_id not in paused and not orchestrator.has_succeeded(dag_id):
            runs += _run(orchestrator, [dag_id], say, datetime.now(UTC))
    after = versions()
    runs += _run(orchestrator, [d for d in UPKEEP if d not in paused], say, datetime.now(UTC))
    return DemoRun(
        tasks=tuple(task for run in runs for task in _tasks(orchestrator, run)),
        seconds=(datetime.now(UTC) - began_at).total_seconds(),
        changed_tables=_changed(before, after),
        maintained_tables=_changed(after, versions()),
        paused_dags=tuple(paused),
        failures=tuple(_failure(orchestrator, run) for run in runs if run.state != GREEN),
    )


def _feeds(
    orchestrator: Orchestrator, feeds: list[str], say: Callable[[Run], None], since: datetime
) -> tuple[list[Run], list[str]]:
    """Run every feed that nobody has paused; returns what has run, and the paused ones."""
    new = [feed for feed in feeds if not orchestrator.has_run(feed)]
    paused = orchestrator.wake(feeds)
    # Once awake for the first time, a feed is started by the scheduler itself.
    by_itself = _started(orchestrator, new, since)
    asked = [feed for feed in feeds if feed not in paused and feed not in by_itself]
    return _ended(orchestrator, asked, say, since), paused


def _started(orchestrator: Orchestrator, dag_ids: list[str], since: datetime) -> set[str]:
    """Return those of some DAGs that the scheduler has started by itself: all, or those within the time."""
    limit = time.monotonic() + STARTED_S
    while True:
        found = {run.dag_id for run in orchestrator.runs(since)}.intersection(dag_ids)
        if len(found) == len(dag_ids) or time.monotonic() > limit:
            return found
        time.sleep(1)


def _run(orchestrator: Orchestrator, dag_ids: list[str], say: Callable[[Run], None], since: datetime) -> list[Run]:
    runs = _ended(orchestrator, dag_ids, say, since)
    _require_green(orchestrator, runs)
    return runs


def _ended(orchestrator: Orchestrator, dag_ids: list[str], say: Callable[[Run], None], since: datetime) -> list[Run]:
    for dag_id in dag_ids:
        orchestrator.trigger(dag_id)
    return orchestrator.wait(since, say)


def _require_green(orchestrator: Orchestrator, runs: Iterable[Run]) -> None:
    # The DAG of a wrong contract runs, and fails, whenever that was written.
    for run in runs:
        if run.state != GREEN and not run.dag_id.startswith(FEED):
            raise CalanqueError(_failure(orchestrator, run))


def _failure(orchestrator: Orchestrator, run: Run) -> str:
    failed = [task for task in orchestrator.task_instances(run) if task["state"] == "failed"]
    if not failed:
        return f"The run of '{run.dag_id}' ended as '{run.state}': open it in the Airflow UI."
    task = failed[0]
    sentence = orchestrator.last_error(run, task["task_id"], task["try_number"])
    return f"The task '{task['task_id']}' of '{run.dag_id}' failed: {sentence}"


def _tasks(orchestrator: Orchestrator, run: Run) -> list[TaskTime]:
    found: list[dict[str, Any]] = orchestrator.task_instances(run)
    return [
        TaskTime(
            dag_id=run.dag_id, task_id=task["task_id"], state=task["state"] or "none", seconds=task["duration"] or 0.0
        )
        for task in found
    ]


def _changed(before: dict[str, int], after: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(table for table, version in after.items() if before.get(table) != version))
