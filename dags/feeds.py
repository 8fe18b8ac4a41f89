"""One DAG per contract: fetch and land, type and protect, gate, publish."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, get_current_context, get_parsing_context, task

from calanque.contracts import ContractError, FeedContract, read_contracts
from calanque.engines import assets
from calanque.engines.airflow import no_second_try
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_feeds import declare_wrong_feed, feed_doc
from calanque.engines.airflow_links import with_feed_links
from calanque.stack.pools import feed_pool


def make_dag(contract: FeedContract) -> None:
    """Declare the DAG of one feed."""
    feed = contract.feed

    @dag(
        dag_id=f"feed_{feed}",
        schedule=contract.schedule,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults(
            contract.owner, timedelta(hours=2), retries=2, pool=feed_pool(feed), retry_policy=no_second_try()
        ),
        tags=["feed", contract.domain, contract.territory, *(["synthetic"] if contract.is_synthetic else [])],
        doc_md=feed_doc(contract),
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

        @task(outlets=[assets.bronze(feed)])
        def publish(ref: dict) -> dict:
            from calanque.ingest.tasks import publish_task

            return publish_task(ref)

        ref = with_feed_links(land(), feed)
        for step in (protect, gate, publish):
            ref = with_feed_links(step(ref), feed)

    feed_dag()


# A task asks for its own DAG alone: the contracts of the other feeds are not read for it.
right, wrong = read_contracts(feed=(get_parsing_context().dag_id or "").removeprefix("feed_"))
for one in right.values():
    try:
        make_dag(one)
    except Exception as error:  # Airflow's, of one contract: the others are declared
        declare_wrong_feed(one.feed, ContractError([f"Airflow can not make a DAG of it: {error}"]))
for name, error in wrong.items():
    declare_wrong_feed(name, error)
