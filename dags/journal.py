"""Every ten minutes: what was done is written into the journal, and its tree is signed."""

from datetime import timedelta

from airflow.sdk import dag, task

from calanque.engines.airflow import plainly
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import PageLink, with_links
from calanque.engines.assets import clock

DOC = """
### Journal
`collect` takes the acts that wait in the spool (the query door sends each query as it ends; commands, pages and steps
write theirs) and what HDFS' audit log says, appends them to `governance.journal` and signs the root of their tree. With
nothing new it writes nothing. It fails while one of those who tell it can not be heard, and says since when.

**If it fails**
- The acts wait on disk, and the next run takes them. *"The journal's spool is full"*: it has failed for days.
- *"… are missing or doubled"*: somebody changed the table. Tell the DPO, and verify an export.
"""


@dag(
    dag_id="journal",
    schedule=clock("*/10 * * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults("data-engineering", timedelta(minutes=10)),
    tags=["upkeep", "journal"],
    doc_md=DOC,
)
def journal() -> None:
    """Declare the one step."""

    # It waits by itself for whoever collects from the command line.
    @task
    def collect() -> None:
        from calanque.errors import CalanqueError
        from calanque.journal import log
        from calanque.journal.sources import silent

        with plainly():
            log.collect()
            if silences := silent():
                raise CalanqueError(" ".join(silences))

    with_links(collect(), PageLink("Runbook", "/calanque/runbooks/journal"))


journal()
