"""Upkeep of the lake, at night: merge small files, remove old ones, delete raw files past their days."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from calanque.engines.airflow_links import PageLink, with_links

DOC = """
### Maintain
OPTIMIZE and VACUUM of every table: files are merged and removed, rows stay. Then what is past the days of its contract
is deleted: rows of quarantine and raw files. The manifest of small files is `/lake/governance/state/small_files.json`.

**If it fails**
- It can be run again at any time. Two writers on one table make one of them try again: that is no fault.
- *"Spark stopped answering"*: see `calanque stack status`, then clear the task.
"""


@dag(
    dag_id="maintain",
    schedule="30 3 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-engineering", "retries": 1, "retry_delay": timedelta(minutes=1)},
    tags=["upkeep"],
    doc_md=DOC,
)
def maintain() -> None:
    """Declare the one task of the upkeep."""

    @task
    def upkeep() -> dict:
        from calanque.engines.airflow import plainly
        from calanque.governance.maintain import maintain as run

        with plainly():
            return run()

    with_links(upkeep(), PageLink("Runbook", "/calanque/runbooks/small-files"))


maintain()
