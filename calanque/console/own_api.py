"""Airflow's own API, asked as the person who looks at a page: what they may not do there they can not do here."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.settings import settings

CONFLICT = 409
WAIT_S, GLANCE_S = 20, 5


class Plan(Closed):
    """When a DAG runs next, None when only other DAGs start it; `is_paused` says that it does not."""

    next_run_at: datetime | None
    is_paused: bool


class Ended(Closed):
    """A run of a DAG that has ended."""

    ended_at: datetime
    is_done: bool


def last_ended(token: str, dag_id: str) -> Ended | None:
    """Return the run of a DAG that ended last; None when none has.

    Raises:
        CalanqueError: if it does not answer.
    """
    options = {"order_by": "-end_date", "limit": 1, "state": ["success", "failed"]}
    found = _asked(token, "GET", f"/dags/{quote(dag_id)}/dagRuns", GLANCE_S, params=options)
    return next((Ended(ended_at=run["end_date"], is_done=run["state"] == "success") for run in found["dag_runs"]), None)


def plans(token: str) -> dict[str, Plan]:
    """Return what Airflow plans, by DAG.

    Raises:
        CalanqueError: if it does not answer.
    """
    found = _asked(token, "GET", "/dags", GLANCE_S, params={"limit": 500})
    return {
        dag["dag_id"]: Plan(next_run_at=dag["next_dagrun_run_after"], is_paused=dag["is_paused"])
        for dag in found["dags"]
        if not dag["is_stale"]
    }


def replay(token: str, dag_id: str, at: datetime) -> str:
    """Start a run of a DAG at an instant, or clear the one that was started at it before; returns the run's id.

    Raises:
        CalanqueError: with Airflow's own words, if it refuses or does not answer.
    """
    path = f"/dags/{quote(dag_id)}/dagRuns"
    started = _asked(token, "POST", path, json={"logical_date": at.isoformat(), "conf": {}})
    if started is not None:
        return str(started["dag_run_id"])
    found = _asked(token, "GET", path, params={"logical_date_gte": at.isoformat(), "logical_date_lte": at.isoformat()})
    run_id = str(found["dag_runs"][0]["dag_run_id"])
    _asked(token, "POST", f"{path}/{quote(run_id)}/clear", json={"dry_run": False, "only_failed": False})
    return run_id


def _asked(token: str, method: str, path: str, within_s: int = WAIT_S, **options: Any) -> Any:
    """Return Airflow's answer; None when it says that there is one already."""
    import httpx

    headers = {"Authorization": f"Bearer {token}"}
    try:
        answer = httpx.request(
            method,
            f"{settings().airflow_url}/api/v2{path}",
            headers=headers,
            timeout=within_s,
            trust_env=False,
            **options,
        )
    except httpx.HTTPError as error:
        raise CalanqueError(f"Airflow does not answer ({type(error).__name__}): try again in a minute.") from None
    if answer.status_code == CONFLICT:
        return None
    if answer.is_error:
        raise CalanqueError(f"Airflow refuses (code {answer.status_code}): {_detail(answer)}")
    return answer.json()


def _detail(answer: Any) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return str(answer.reason_phrase)
