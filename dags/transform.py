"""Build the marts of the domains whose feeds have changed: cells, dbt, gates."""

from datetime import timedelta
from functools import partial

from airflow.sdk import dag, task

from calanque.engines import assets
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import PageLink, with_links
from calanque.marts.domains import DOMAINS, Domain, longest_first
from calanque.stack.pools import marts_pool

DOC = """
### Transform
Builds the marts of each domain with dbt, city by city, where no reader looks; gates them; and only then shows them, one
commit a mart. A city whose bronze tables and code have not changed is skipped.

**If it fails**
- *"The dbt model/test '…' failed"*: bronze holds something the models do not expect. The log leads to the model's SQL;
  all that dbt said is in `calanque stack logs dbt`. Correct the model or the contract, clear the task.
- *"The gate of the marts is not passed"*: what was built is in the schema `silver__<domain>_<city>`; training and
  forecast were not started.
- Either way readers keep the last good version of the marts.
"""


@dag(
    dag_id="transform",
    schedule=assets.asset_or_clock("0 5 * * *", *(assets.bronze(f) for d in DOMAINS.values() for f in d.feeds)),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults("data-engineering", timedelta(hours=2)),
    tags=["marts", "dbt"],
    doc_md=DOC,
)
def transform() -> None:
    """Declare one task per domain and city: cities do not wait for each other, and facts wait for their places."""
    weights = {city: weight for weight, city in enumerate(reversed(longest_first()), start=1)}

    def declare(domain: Domain, territory: str):
        @task(
            task_id=f"build_{domain.name}_{territory}",
            pool=marts_pool(domain.name),
            outlets=[assets.marts(domain.name, territory)],
            trigger_rule="none_failed",
            priority_weight=weights[territory],
            weight_rule="absolute",
        )
        def build() -> dict:
            from calanque.engines.airflow import run_step
            from calanque.marts.build import build_domain

            idle = f"The marts of {domain.name} for {territory} are up to date, or none of its feeds is loaded."
            return run_step(partial(build_domain, domain.name), territory, idle=idle)

        return with_links(build(), PageLink("Runbook", "/calanque/runbooks/replay-a-day"))

    built = {(d.name, city): declare(d, city) for d in DOMAINS.values() for city in d.territories}
    for domain in DOMAINS.values():
        for territory in domain.territories if domain.after else ():
            built[domain.after, territory] >> built[domain.name, territory]


transform()
