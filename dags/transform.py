"""Build the marts of the domains whose feeds have changed: cells, dbt, gates."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, AssetAny, dag, get_current_context, task

from calanque.engines.airflow_links import PageLink, with_links
from calanque.marts.domains import DOMAINS, Domain
from calanque.stack.pools import marts_pool

DOC = """
### Transform
Builds the marts of each domain with dbt, then gates them. A domain whose bronze tables and code have not changed
is skipped.

**If it fails**
- *"The dbt model/test '…' failed"*: bronze holds something the models do not expect. The marts keep their last
  good version where a constraint refused the new one. The log leads to the model's SQL; all that dbt said is in
  `calanque stack logs dbt`. Correct the model or the contract, clear the task.
- *"The gate of the marts is not passed"*: the tables were built but are not to be trusted; training and forecast
  were not started.
- *"… does not exist yet"*: run the feed's DAG first.
"""


def mart_asset(domain: str) -> Asset:
    """Return the asset that stands for the marts of a domain."""
    return Asset(name=f"marts/{domain}", uri=f"calanque://marts/{domain}")


@dag(
    dag_id="transform",
    schedule=AssetAny(
        *(Asset(name=f"bronze/{f}", uri=f"calanque://bronze/{f}") for d in DOMAINS.values() for f in d.feeds)
    ),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-engineering", "retries": 1, "retry_delay": timedelta(seconds=20)},
    tags=["marts", "dbt"],
    doc_md=DOC,
)
def transform() -> None:
    """Declare one task per domain; they do not wait for each other."""

    def declare(domain: Domain) -> None:
        @task(task_id=f"build_{domain.name}", pool=marts_pool(domain.name), outlets=[mart_asset(domain.name)])
        def build() -> dict:
            from calanque.engines.airflow import plainly, skip
            from calanque.marts.build import build_domain, is_loaded

            with plainly():
                if not any(is_loaded(feed) for feed in domain.feeds):
                    skip(f"No feed of {domain.name} has been loaded yet.")
                done = build_domain(domain.name, get_current_context()["dag_run"].run_id)
            if done is None:
                skip(f"The marts of {domain.name} are up to date: nothing to do.")
            return done

        with_links(build(), PageLink("Runbook", "/calanque/runbooks/replay-a-day"))

    for domain in DOMAINS.values():
        declare(domain)


transform()
