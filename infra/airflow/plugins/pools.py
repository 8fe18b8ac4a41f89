"""Gives a run the pools that its tasks wait for: a feed added to a running stack has its writer's pool at once.

Without it the tasks of a new feed would wait for a pool that nobody makes, their logs empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from airflow.models import DagRun


class MissingPools:
    """Makes, in the scheduler, each pool that a run's tasks name and nobody has made: one writer, so one slot."""

    @hookimpl
    def on_dag_run_running(self, dag_run: DagRun, msg: str) -> None:
        """Make the pools before the run's first task is queued."""
        from airflow.models import TaskInstance
        from airflow.models.pool import Pool
        from airflow.settings import engine
        from sqlalchemy import select
        from sqlalchemy.orm import Session

        # A session of its own: the scheduler's may not be committed in its loop.
        with Session(engine) as session, session.begin():
            of_run = (TaskInstance.dag_id == dag_run.dag_id, TaskInstance.run_id == dag_run.run_id)
            wanted = set(session.scalars(select(TaskInstance.pool).where(*of_run)))
            for name in sorted(wanted - set(session.scalars(select(Pool.pool)))):
                session.add(Pool(pool=name, slots=1, description="The one writer", include_deferred=False))


class PoolsPlugin(AirflowPlugin):
    """The listener."""

    name = "calanque_pools"
    listeners = [MissingPools()]  # noqa: RUF012
