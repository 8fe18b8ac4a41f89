"""What the DAG of a feed says about itself, and the DAG of a contract that is wrong: it fails with what is wrong."""

import re
from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from calanque.contracts import ContractError, FeedContract, Folders
from calanque.contracts.odcs import SUFFIX
from calanque.contracts.page import contract_page, problems_page
from calanque.engines.airflow_alerts import alert

DAG_ID_LENGTH = 250
"""Airflow's."""
DOC = """
### {title}
{description}
By the contract below. Landed = loaded + quarantined, or the run fails. A batch already loaded changes nothing.

**If it fails**
- *"… is refused …"*: the source sent something that does not fit the contract. Its rows are in `quarantine.{feed}` with
  their reasons, the last good data stays. Follow [the runbook](/calanque/runbooks/refused-batch): no new run will help.
- *"… does not answer"*, *"… stopped answering"*: something is away. See `calanque stack status`, then clear the task.
- Anything else: read the last line of the task's log, then clear the task. Every step can be run again.

{pages}
"""
WRONG_DOC = """
{pages}

**If it fails**
- It does, at once and each day, until the contract is right: correct `dags/feeds/{name}.odcs.yaml`, run `calanque feeds
  check`, wait a minute. Then this is the feed's own DAG, awake already if its contract was wrong from the first.
"""


def feed_doc(contract: FeedContract) -> str:
    """Return the documentation of a feed's DAG."""
    pages = contract_page(contract, "en", "fr")
    title, description = contract.titled("en"), contract.described("en")
    return DOC.format(feed=contract.feed, title=title, description=description, pages=pages)


def declare_wrong_feed(name: str, error: ContractError) -> None:
    """Declare the DAG of one wrong contract, which fails within a minute, whether or not the feed had one before.

    Args:
        name: of the feed, as the name of its file says it.
        error: what is wrong with the contract.
    """
    pages = "\n\n".join(problems_page(error, language) for language in ("en", "fr"))
    pages, shown = (text.encode("utf-8", "replace").decode() for text in (pages, name))

    @dag(
        # A name that is no feed's name may be none of a DAG; no hyphen is in a right one.
        dag_id=f"feed_{re.sub(r'[^A-Za-z0-9_.-]', '-', name)}"[:DAG_ID_LENGTH],
        schedule=_each_day_since(name),
        # Paused, as others begin, it would tell nobody.
        is_paused_upon_creation=False,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        default_args={
            "owner": "data-engineering",
            "retries": 0,
            "execution_timeout": timedelta(minutes=5),
            "on_failure_callback": alert,
        },
        tags=["feed", "wrong contract"],
        doc_md=WRONG_DOC.format(pages=pages, name=shown),
    )
    def feed_dag() -> None:
        @task(task_id="contract")
        def fail() -> None:
            from calanque.engines.airflow import plainly

            with plainly():
                raise error

        fail()

    feed_dag()


def _each_day_since(name: str) -> str:
    """Return a daily clock that struck last when the contract was written: what Airflow has missed of it, it does."""
    try:
        written_at = (Folders().contracts / f"{name}{SUFFIX}").stat().st_mtime
    except OSError:  # taken away meanwhile, or a link to itself
        written_at = 0
    at = datetime.fromtimestamp(written_at, UTC)
    return f"{at.minute} {at.hour} * * *"
