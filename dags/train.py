"""Train the risk model when its marts have changed; the champion moves only when it wins."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, task

from calanque.stack.pools import FORECAST_POOL

DOC = """
### Train
Back-tests the baseline and the challenger on rolling weeks, logs the run to MLflow, and moves the alias `champion`
only when
the challenger beats the plain counts with its interval above 0.

**If it fails**
- *"MLflow … does not answer"*: see `calanque stack status`, then clear the task.
- *"… too short"*: the feed has less history than the back-test needs; the forecast goes on with the last model.
- Nothing here changes a table: it is always safe to clear the task.
"""


@dag(
    dag_id="train_risk",
    schedule=Asset(name="marts/incidents", uri="calanque://marts/incidents"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-science", "retries": 1, "retry_delay": timedelta(seconds=20), "pool": FORECAST_POOL},
    tags=["ml", "risk"],
    doc_md=DOC,
)
def train_risk() -> None:
    """Declare the training of each territory with incidents."""

    @task(outlets=[Asset(name="model/risk", uri="calanque://model/risk")])
    def train(territory: str) -> dict:
        from calanque.engines.airflow import run_step
        from ml.risk.steps import train_territory

        idle = "The model was trained on these data with this code: nothing to do."
        return run_step(train_territory, territory, idle=idle)

    train.override(task_id="train_toronto")("toronto")


train_risk()
