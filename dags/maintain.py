"""Upkeep of the tables, at night: merge small files, remove old ones."""

from datetime import timedelta

from airflow.sdk import dag, task

from calanque.contracts import load_contracts
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import PageLink, with_links
from calanque.engines.assets import clock
from calanque.marts.domains import DOMAINS
from calanque.stack.pools import FORECAST_POOL, MARTS_POOL, feed_pool

DOC = """
### Maintain
OPTIMIZE and VACUUM of the tables that are due: small files merged, and files that no version of the last week needs
removed. `due` looks at all; one task a writer, in its pool and named after it, does its tables one after the other, or
is skipped without a due one. Its log says each table's files before and after.

**If it fails**
- It has done all that it could before it failed; the last line of its log holds one sentence for each thing left over.
- It can be run again at any time. *"Spark stopped answering"*: see `calanque stack status` first.
"""


def tables_by_pool() -> dict[str, list[str]]:
    """Return the tables of each writer that a contract or a domain names, by its pool."""
    feeds = {feed_pool(feed): [f"bronze.{feed}", f"quarantine.{feed}"] for feed in load_contracts()}
    return feeds | {MARTS_POOL: [f"marts.{mart}" for domain in DOMAINS.values() for mart in domain.marts]}


@dag(
    dag_id="maintain",
    schedule=clock("30 3 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults("data-engineering", timedelta(hours=2)),
    tags=["upkeep"],
    doc_md=DOC,
)
def maintain() -> None:
    """Declare one task a writer: the pool is the task's, and tasks mapped over tables would all have the same."""

    @task.branch
    def due(by_writer: dict[str, list[str]]) -> list[str]:
        from calanque.engines.airflow import plainly
        from calanque.governance.maintain import due_writers

        with plainly():
            return due_writers(by_writer)

    @task
    def upkeep(tables: list[str]) -> dict:
        from calanque.engines.airflow import plainly
        from calanque.governance.maintain import tidy

        with plainly():
            return tidy(tables)

    # Tables of ml/ and of the cells, and those whose contract is gone: no writer but the forecast's is at work on them.
    @task(pool=FORECAST_POOL)
    def others(named: list[str]) -> dict:
        from calanque.engines.airflow import plainly
        from calanque.governance.maintain import tidy_others

        with plainly():
            return tidy_others(named)

    by_pool, runbook = tables_by_pool(), PageLink("Runbook", "/calanque/runbooks/small-files")
    named = [table for tables in by_pool.values() for table in tables]
    writers = [upkeep.override(task_id=pool, pool=pool)(tables) for pool, tables in by_pool.items()]
    with_links(due(by_pool), runbook) >> [with_links(writer, runbook) for writer in (*writers, others(named))]


maintain()
