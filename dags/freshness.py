"""Four times a day: an alarm for each feed that is late by its contract, and for forecasts that do not fit together."""

from datetime import timedelta

from airflow.sdk import dag, get_current_context, task

from calanque.engines.airflow import plainly
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import PageLink, with_links
from calanque.engines.assets import clock
from calanque.stack.pools import FORECAST_POOL

DOC = """
### Freshness
`late` holds the newest batch of each feed against the hours that its contract promises (`latency`, 36 where it says
nothing). It fails while a feed is late, and its alert goes where alerts go. *Lac* shows the same, feed by feed and mart
by mart. `forecasts` asks of all that was forecast since its last look what the rows of one city and week can not say:
keys, cells that exist, slots that add up to their week.

**If it fails**
- The last line of the log of `late` names each late feed, since when, and the marts that are made from it.
- Look at the last runs of that feed: none at all (is it paused?), refused batches, or a source that sent nothing new.
- Once a batch has come it is green again at its next hour. Nothing is lost meanwhile: marts keep what they have.
- `forecasts` names the test of dbt and what breaks it; run the city's `forecast_…` DAG again once it is mended.
"""


@dag(
    dag_id="freshness",
    schedule=clock("15 1,7,13,19 * * *"),
    catchup=False,
    max_active_runs=1,
    # Asked again a moment later it would say the same.
    default_args=task_defaults("data-engineering", timedelta(minutes=10)) | {"retries": 0},
    tags=["upkeep", "freshness"],
    doc_md=DOC,
)
def freshness() -> None:
    """Declare the look at all feeds, and that at all forecasts."""

    @task
    def late() -> None:
        import logging
        from datetime import UTC, datetime

        from calanque.marts.lateness import check_feeds

        with plainly():
            logging.getLogger("calanque").info(check_feeds(datetime.now(UTC)))

    @task(pool=FORECAST_POOL)
    def forecasts() -> None:
        from calanque.marts.check import check_forecast

        with plainly():
            check_forecast(get_current_context()["dag_run"].run_id)

    with_links(late(), PageLink("Runbook", "/calanque/runbooks/late-feed"))
    forecasts()


freshness()
