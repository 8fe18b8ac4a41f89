"""What is past the days of its contract is deleted, each night, before the upkeep merges files."""

from datetime import timedelta

from airflow.sdk import dag, task

from calanque.contracts import load_contracts
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import PageLink, with_links
from calanque.engines.assets import clock
from calanque.stack.pools import feed_pool

DOC = """
### Retention
What is past the days of its contract is deleted: rows of bronze and quarantine, raw files, dropped files, and what
killed runs left. `due` looks at all feeds; one task a feed deletes what it found there, and is skipped without.
`others` does so for what feeds without a contract left, by the last one they had. Deleted rows are in older versions of
their table until `maintain` removes these, a week later.

Each task of a feed holds the pool of the feed's writer: no batch is published meanwhile.

**If it fails**
- It has done all that it could before it failed; the last line of its log holds one sentence for each thing left over.
- It can be run again at any time.
- *"Spark stopped answering"*: see `calanque stack status`, then clear the task.
"""


@dag(
    dag_id="retention",
    schedule=clock("0 3 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults("data-engineering", timedelta(hours=1)),
    tags=["upkeep", "retention"],
    doc_md=DOC,
)
def retention() -> None:
    """Declare one task a feed, and one for what is nobody's."""

    @task.branch
    def due(named: list[str]) -> list[str]:
        from calanque.engines.airflow import plainly
        from calanque.governance import retention

        with plainly():
            found = [f"expire_{feed}" for feed in retention.due_feeds(named)]
            return [*found, *(["others"] if retention.are_others_due(named) else [])]

    @task
    def expire(feed: str) -> dict:
        from calanque.engines.airflow import plainly
        from calanque.governance import retention

        with plainly():
            return retention.expire(feed)

    @task
    def others(named: list[str]) -> dict:
        from calanque.engines.airflow import plainly
        from calanque.governance import retention

        with plainly():
            return retention.expire_others(named)

    feeds, runbook = sorted(load_contracts()), PageLink("Runbook", "/calanque/runbooks/small-files")
    each = [expire.override(task_id=f"expire_{feed}", pool=feed_pool(feed))(feed) for feed in feeds]
    with_links(due(feeds), runbook) >> [with_links(one, runbook) for one in (*each, others(feeds))]


retention()
