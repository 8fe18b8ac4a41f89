"""Build the marts of the domains and cities whose feeds have changed: cells, dbt, gates."""

from datetime import timedelta

from airflow.sdk import dag, get_current_context, task

from calanque.engines import assets
from calanque.engines.airflow import plainly, skip
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import PageLink, with_links
from calanque.errors import CalanqueError
from calanque.marts.domains import DOMAINS
from calanque.stack.pools import MARTS_POOL

DOC = """
### Transform
Builds the marts of every domain and city whose bronze tables or code have changed, by one dbt run, where no reader
looks; gates each domain and city; and only then shows what passed, one commit a mart. The first lines of `build` say
what is built, its last ones what is shown.

**If it fails**
- `held_back` is red: the sentence names domain and city, and what is not true of them. The others are shown; of these
  readers keep the last good version. What was built is in the schema `silver__marts` until the next build.
- `build` is red: nothing could be built, readers keep what they had. *"The dbt model/test '…' failed"*: bronze holds
  something the models do not expect. The log leads to the model's SQL; all that dbt said is in `calanque stack logs
  dbt`.
- Correct the model or the contract, then clear `build` with what follows: what is up to date is not built again.
"""
MARTS = [assets.marts(domain.name, city) for domain in DOMAINS.values() for city in domain.territories]


@dag(
    dag_id="transform",
    schedule=assets.asset_or_clock("0 5 * * *", *(assets.bronze(feed) for feed in DOMAINS["places"].feeds)),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults("data-engineering", timedelta(hours=2)),
    tags=["marts", "dbt"],
    doc_md=DOC,
)
def transform() -> None:
    """Declare one task that builds, and one that fails with the sentences of what is held back."""

    @task(pool=MARTS_POOL, outlets=[assets.BUILT])
    def build() -> dict:
        from calanque.marts.build import build_marts

        with plainly():
            outcomes = build_marts(get_current_context()["dag_run"].run_id)
        if outcomes is None:
            skip("Every mart is up to date with what is loaded.")
        shown = {f"{one.domain} of {one.territory}": one for one in outcomes if not one.held_back}
        assets.announce_marts({(one.domain, one.territory): one.row_counts for one in shown.values()})
        return {
            "shown": {name: one.row_counts for name, one in shown.items()},
            "unknown_codes": {name: one.unknown_codes for name, one in shown.items() if one.unknown_codes},
            "held_back": sorted({one.held_back for one in outcomes if one.held_back}),
        }

    # Its assets are those that the build announces, each when it is shown.
    @task(retries=0, inlets=MARTS)
    def held_back(sentences: list[str]) -> None:
        with plainly():
            if sentences:
                raise CalanqueError(" ".join(sentences))

    built, runbook = build(), PageLink("Runbook", "/calanque/runbooks/replay-a-day")
    with_links(built, runbook)
    with_links(held_back(built["held_back"]), runbook)


transform()
