"""One DAG per contract: fetch and land, type and protect, gate, publish."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, get_current_context, task

from calanque.contracts import FeedContract, load_contracts
from calanque.contracts.page import contract_page
from calanque.engines.airflow import no_second_try
from calanque.engines.airflow_links import with_feed_links
from calanque.stack.pools import feed_pool

DOC = """
### {contract.title}
{contract.description}
By the contract below. Landed = loaded + quarantined, or the run fails. A batch already loaded changes nothing.

**If it fails**
- *"… is refused …"*: the source sent something that does not fit the contract. Its rows are in `quarantine.{feed}` with
  their reasons, the last good data stays. Follow [the runbook](/calanque/runbooks/refused-batch): no new run will help.
- *"… does not answer"*, *"… stopped answering"*: something is away. See `calanque stack status`, then clear the task.
- Anything else: read the last line of the task's log, then clear the task. Every step can be run again.

{pages}
"""


def make_dag(contract: FeedContract) -> None:
    """Declare the DAG of one feed."""
    feed, arguments = contract.feed, {"owner": contract.owner, "retries": 2, "retry_delay": timedelta(seconds=15)}

    @dag(
        dag_id=f"feed_{feed}",
        schedule=contract.schedule,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        default_args={**arguments, "pool": feed_pool(feed), "retry_policy": no_second_try()},
        tags=["feed", contract.domain, contract.territory, *(["synthetic"] if contract.is_synthetic else [])],
        doc_md=DOC.format(feed=feed, contract=contract, pages=contract_page(contract, "en", "fr")),
    )
    def feed_dag() -> None:
        @task
        def land() -> dict:
            from calanque.ingest.tasks import land_task

            return land_task(feed, get_current_context()["dag_run"])

        @task
        def protect(ref: dict) -> dict:
            from calanque.ingest.tasks import protect_task

            return protect_task(ref)

        @task
        def gate(ref: dict) -> dict:
            from calanque.ingest.tasks import gate_task

            return gate_task(ref)

        @task(outlets=[Asset(name=f"bronze/{feed}", uri=f"calanque://bronze/{feed}")])
        def publish(ref: dict) -> dict:
            from calanque.ingest.tasks import publish_task

            return publish_task(ref)

        ref = with_feed_links(land(), feed)
        for step in (protect, gate, publish):
            ref = with_feed_links(step(ref), feed)

    feed_dag()


for one in load_contracts().values():
    make_dag(one)
