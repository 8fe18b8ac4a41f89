"""Waiting for what the stack does by itself: with a limit, and a sentence where it does not come."""

import time
from collections.abc import Callable

from calanque.engines.airflow_client import ACTIVE, Orchestrator, Run

HUNG_S = 300
"""After so long a page or a request counts as hung: no measure, for on some days a machine is five times slower."""
SEEN_S, ENDED_S = HUNG_S, 3 * HUNG_S


def until(holds: Callable[[], bool], otherwise: str, within_s: int = SEEN_S) -> None:
    """Wait for a condition, and fail with a sentence where it does not come."""
    limit = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < limit, otherwise
        time.sleep(1)


def ended(orchestrator: Orchestrator, dag_id: str, run_id: str | None = None) -> Run:
    """Return a run, else the newest of a DAG, once it has ended, whatever follows from it."""
    found: list[Run] = []

    def is_over() -> bool:
        path = f"/dags/{dag_id}/dagRuns/{run_id}"
        runs = [Run.model_validate(orchestrator.get(path))] if run_id else orchestrator.runs()
        found[:] = [run for run in runs if run.dag_id == dag_id]
        return bool(found) and all(run.state not in ACTIVE for run in found)

    until(is_over, f"{dag_id} does not end", ENDED_S)
    return found[0]


def ran(orchestrator: Orchestrator, dag_id: str) -> Run:
    """Start a DAG, and return its run once it has ended."""
    return ended(orchestrator, dag_id, orchestrator.trigger(dag_id).dag_run_id)


def tags(orchestrator: Orchestrator, dag_id: str) -> set[str]:
    """Return what a DAG says of itself in the list."""
    return {tag["name"] for tag in orchestrator.get(f"/dags/{dag_id}")["tags"]}
