"""Four times a day: an alarm for each feed that is late by its contract."""

from datetime import timedelta

from airflow.sdk import dag, task

from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import PageLink, with_links
from calanque.engines.assets import clock

DOC = """
### Freshness
Holds the newest batch of each feed against the hours that its contract promises (`latency`, 36 where it says nothing).
It fails while a feed is late, and its alert goes where alerts go. *Lac* shows the same, feed by feed and mart by mart.

**If it fails**
- The last line of its log names each late feed, since when, and the marts that are made from it.
- Look at the last runs of that feed: none at all (is it paused?), refused batches, or a source that sent nothing new.
- Once a batch has come it is green again at its next hour. Nothing is lost meanwhile: marts keep what they have.
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
    """Declare the one look at all feeds."""

    @task
    def late() -> None:
        import logging
        from datetime import UTC, datetime

        from calanque.engines.airflow import plainly
        from calanque.marts.lateness import check_feeds

        with plainly():
            logging.getLogger("calanque").info(check_feeds(datetime.now(UTC)))

    with_links(late(), PageLink("Runbook", "/calanque/runbooks/late-feed"))


freshness()
