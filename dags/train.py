"""Train a city's risk model when its marts have changed; the champion moves only when it wins. One DAG a city."""

from datetime import timedelta

from airflow.sdk import dag, task

from calanque.engines import assets
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import ReturnedLink, with_links
from calanque.marts.domains import longest_first
from calanque.stack.pools import TRAINING_POOL

DOC = """
### Train
Back-tests the baseline and the challenger on rolling weeks, logs the run to MLflow, and moves the alias `champion`
only when the challenger beats the plain counts with its interval above 0; one that is refused leaves it where it is.
The shares of the week's slots are judged too; they decide how hours are told, not who is champion. Its card and its
tag `audit` say *not audited yet*: start `audit_risk` before a release.

It starts when the marts of the city change, and each day at 05:30 UTC; with the same data and code it does nothing.

**If it fails**
- *"MLflow … does not answer"*: see `calanque stack status`, then clear the task.
- *"No model … yet"* in the log of a green task is no failure: the history is short, and counts are forecast meanwhile.
- *"It was stopped at its time limit"*: look at what else runs, then clear the task.
- Nothing here changes a table of the marts: it is always safe to clear the task.
"""


def make_dag(territory: str, weight: int) -> None:
    """Declare the training of a territory."""

    @dag(
        dag_id=f"train_{territory}",
        schedule=assets.asset_or_clock("30 5 * * *", assets.marts("incidents", territory)),
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults("data-science", timedelta(hours=1), pool=TRAINING_POOL),
        tags=["ml", "risk", territory],
        doc_md=DOC,
    )
    def train_dag() -> None:
        @task(outlets=[assets.risk_model(territory)], priority_weight=weight)
        def train() -> dict:
            from calanque.engines.airflow import run_step
            from ml.risk.steps import train_territory

            idle = "No new data and no new code: nothing to train."
            return run_step(train_territory, territory, idle=idle)

        with_links(train(), ReturnedLink("MLflow run", "run_page"))

    train_dag()


# The longest history is learnt first: the other cities' forecasts go on beside the shorter ones.
for rank, one in enumerate(reversed(longest_first()), start=1):
    make_dag(one, rank)
