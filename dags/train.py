"""Train the risk model when its marts have changed; the champion moves only when it wins. Then audit the version."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, task

from calanque.engines.airflow_links import ReturnedLink, with_links
from calanque.stack.pools import AUDIT_POOL, FORECAST_POOL

DOC = """
### Train
Back-tests the baseline and the challenger on rolling weeks, logs the run to MLflow, and moves the alias `champion`
only when the challenger beats the plain counts with its interval above 0; one that is refused leaves it where it is.
The shares of the week's slots are judged too; they decide how hours are told, not who is champion.

Then audits the version's parameters, not what it learnt: they learn anew on simulated cities (feedback loop, null
data, fairness, forged reports). The page is `audit.html` of its MLflow run, which the button *Audit report* of the
task opens; the tag `audit` of the version and its card say the verdict. A failed audit stops nothing and demotes
nobody; it says where its verdicts are weak.

**If it fails**
- *"MLflow … does not answer"*: see `calanque stack status`, then clear the task.
- *"No model … yet"* in the log of a green task is no failure: the history is short, and counts are forecast meanwhile.
- *"The audit … FAILED"* in the log of a green task: read the report; `benchmarks/audit.py` tries the same on more data.
- Nothing here changes a table: it is always safe to clear the task.
"""


@dag(
    dag_id="train_risk",
    schedule=Asset(name="marts/incidents", uri="calanque://marts/incidents"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-science", "retries": 1, "retry_delay": timedelta(seconds=20), "pool": FORECAST_POOL},
    tags=["ml", "risk", "audit"],
    doc_md=DOC,
)
def train_risk() -> None:
    """Declare the training and the audit of each territory with incidents."""

    @task(outlets=[Asset(name="model/risk", uri="calanque://model/risk")])
    def train(territory: str) -> dict:
        from calanque.engines.airflow import run_step
        from ml.risk.steps import train_territory

        idle = "The model was trained on these data with this code: nothing to do."
        return run_step(train_territory, territory, idle=idle)

    @task(trigger_rule="none_failed", pool=AUDIT_POOL)
    def audit(territory: str) -> dict:
        from calanque.engines.airflow import run_step
        from ml.audit.steps import audit_release

        return run_step(audit_release, territory, idle="This version was audited with this code: nothing to do.")

    trained = with_links(train.override(task_id="train_toronto")("toronto"), ReturnedLink("MLflow run", "run_page"))
    audited = with_links(
        audit.override(task_id="audit_toronto")("toronto"),
        ReturnedLink("Audit report", "report_page"),
        ReturnedLink("MLflow run", "run_page"),
    )
    trained >> audited


train_risk()
